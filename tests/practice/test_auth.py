"""Who may call: measured on the real shop, HTTP Basic works over TLS only, plain HTTP needs OAuth 1.0a."""

import base64
import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from erp.practice.serving import RunningSite
from erp.practice.woocommerce import Control, Shop, Store, seeding, serve
from tests.practice.caller import Answered, Caller, oauth_query

PATH = "/wp-json/wc/v3/orders"


def basic(key: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


def signed(api: Caller, **own: str) -> Answered:
    return api.send("GET", PATH, oauth_query("GET", api.url + PATH, [], api.key, api.secret, **own), None, {})


@pytest.mark.parametrize("method", ["HMAC-SHA256", "HMAC-SHA1"])
def test_oauth_over_plain_http_is_taken(api: Caller, method: str) -> None:
    assert signed(api, signature_method=method).status == 200


def test_arguments_with_spaces_and_brackets_are_part_of_the_signature(api: Caller) -> None:
    answered = api.call("GET", "/orders", **{"search": "Città di Castello & C.", "status[]": "processing"})

    assert (answered.status, answered.json) == (200, [])


def test_oauth_in_the_header_is_taken(api: Caller) -> None:
    pairs = oauth_query("GET", api.url + PATH, [], api.key, api.secret)
    header = "OAuth " + ", ".join(f'{name}="{value.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")}"' for name, value in pairs)

    assert api.send("GET", PATH, [], None, {"Authorization": header}).status == 200


def test_pain_measured_basic_over_plain_http_is_nobody(api: Caller) -> None:
    answered = api.send("GET", PATH, [], None, basic(api.key, api.secret))

    assert (answered.status, answered.code) == (401, "woocommerce_rest_cannot_view")
    assert answered.json["data"] == {"status": 401}


def test_without_any_key_nothing_is_shown(api: Caller) -> None:
    assert api.send("GET", PATH, [], None, {}).code == "woocommerce_rest_cannot_view"
    assert api.send("POST", PATH, [], b"{}", {"Content-Type": "application/json"}).code == "woocommerce_rest_cannot_create"


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"consumer_key": "ck_unknown"}, "Consumer key is invalid."),
        ({"signature_method": "PLAINTEXT"}, "Invalid signature - signature method is invalid."),
        ({"timestamp": "1"}, "Invalid timestamp."),
        ({"timestamp": "tomorrow"}, "Invalid timestamp."),
    ],
)
def test_a_bad_proof_is_401(api: Caller, own: dict[str, str], message: str) -> None:
    answered = signed(api, **own)

    assert (answered.status, answered.code, answered.json["message"]) == (401, "woocommerce_rest_authentication_error", message)


def test_a_wrong_secret_is_401(api: Caller) -> None:
    api.secret = "cs_wrong"

    assert signed(api).json["message"] == "Invalid signature - provided signature does not match."


def test_a_missing_parameter_is_named(api: Caller) -> None:
    answered = api.send("GET", PATH, [("oauth_consumer_key", api.key)], None, {})

    assert (answered.status, answered.code) == (401, "woocommerce_rest_authentication_missing_parameter")


def test_a_nonce_is_spent_once(api: Caller) -> None:
    query = oauth_query("GET", api.url + PATH, [], api.key, api.secret)

    assert api.send("GET", PATH, query, None, {}).status == 200
    again = api.send("GET", PATH, query, None, {})
    assert (again.status, again.json["message"]) == (401, "Invalid nonce - nonce has already been used.")


def test_a_clock_skewed_by_more_than_fifteen_minutes_locks_everybody_out(api: Caller, control: Control) -> None:
    control.add_fault("clock_skew", seconds=901)
    assert signed(api).json["message"] == "Invalid timestamp."

    control.clear_faults("clock_skew")
    assert signed(api).status == 200


def test_pain_measured_a_read_only_key_that_writes_gets_401(store: Store, running: RunningSite, mug: int) -> None:
    with Caller(running.url, *seeding.add_key(store, "read")) as reader:
        assert reader.call("GET", "/products").status == 200
        answered = reader.call("PUT", f"/products/{mug}", {"name": "Altro"})

    assert (answered.status, answered.code) == (401, "woocommerce_rest_authentication_error")
    assert answered.json["message"] == "The API key provided does not have write permissions."
    assert store.rows("SELECT name FROM products") == [{"name": "Tazza"}]


def test_a_write_only_key_that_reads_gets_401(store: Store, running: RunningSite) -> None:
    with Caller(running.url, *seeding.add_key(store, "write")) as writer:
        assert writer.call("GET", "/orders").json["message"] == "The API key provided does not have read permissions."


def test_a_key_can_be_revoked_in_the_middle(api: Caller, control: Control) -> None:
    assert signed(api).status == 200
    control.staff("revoke_key", consumer_key=api.key)

    assert signed(api).json["message"] == "Consumer key is invalid."


def test_two_kinds_of_proof_together_are_refused(api: Caller) -> None:
    query = oauth_query("GET", api.url + PATH, [], api.key, api.secret)

    assert api.send("GET", PATH, query, None, basic(api.key, api.secret)).code == "rest_invalid_header"


@pytest.fixture
def secure(store: Store) -> Iterator[RunningSite]:
    site = serve(Shop(store), tls=True)
    yield site
    site.stop()


def over_tls(site: RunningSite, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    connection = http.client.HTTPSConnection("127.0.0.1", site.port, context=ssl.create_default_context(cafile=str(site.certificate)))
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_pain_measured_basic_over_tls_is_taken(store: Store, secure: RunningSite) -> None:
    key, secret = seeding.add_key(store)

    assert secure.url.startswith("https://")
    assert Path(str(secure.certificate)).exists()
    assert over_tls(secure, PATH, basic(key, secret)) == (200, [])
    assert over_tls(secure, f"{PATH}?consumer_key={key}&consumer_secret={secret}", {}) == (200, [])
    status, body = over_tls(secure, PATH, basic(key, "cs_wrong"))
    assert (status, body["message"]) == (401, "Consumer secret is invalid.")
