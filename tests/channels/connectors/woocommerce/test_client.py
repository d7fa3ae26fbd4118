"""How calls are signed, and what the shop's error envelope means."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from channels.connectors.woocommerce.client import explain
from channels.contract import AuthExpired, Forbidden, NotFound, RateLimited, Rejected, Temporary
from erp.core.http import Answer, close_all
from erp.core.http.oauth1 import signature, signed_params
from tests.fixtures.local_server import Reply, as_json, local_server
from tests.fixtures.woocommerce.connecting import Keys, connect


@pytest.fixture
def server():
    with local_server() as running:
        yield running
    close_all()


def test_the_signature_is_the_one_of_rfc_5849():
    """Worked by hand: GET&<address>&<sorted, encoded parameters>, key `secret&`."""
    pairs = [("b", "è 1"), ("a", "x+y"), ("oauth_nonce", "n")]
    base = "GET&" + quote("http://shop/wp-json", safe="") + "&" + quote("a=x%2By&b=%C3%A8%201&oauth_nonce=n", safe="")
    expected = base64.b64encode(hmac.new(b"cs&", base.encode(), hashlib.sha256).digest()).decode()
    assert signature("get", "http://shop/wp-json", pairs, secret="cs") == expected


def test_each_signature_has_its_own_nonce():
    moment = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    first, second = (dict(signed_params("GET", "http://s/", [], key="ck", secret="cs", now=moment)) for _ in range(2))
    assert first["oauth_nonce"] != second["oauth_nonce"]
    assert first["oauth_timestamp"] == str(int(moment.timestamp()))


def test_over_plain_http_the_secret_never_travels(server):
    server.answers(as_json([]))
    connect(server.url).webhook_status("https://regia.example/webhooks/terramare/")

    asked = server.asked[0]
    assert sorted(name for name in asked.query if name.startswith("oauth_")) == [
        "oauth_consumer_key", "oauth_nonce", "oauth_signature", "oauth_signature_method", "oauth_timestamp"]  # fmt: skip
    assert "authorization" not in asked.headers
    assert "cs_test" not in str(asked)


def test_over_tls_the_keys_are_basic_or_in_the_query_where_the_host_strips_headers():
    basic = connect("https://shop.example")._client._sign("GET", "https://shop.example/x", [("a", "1")])
    assert basic == ([("a", "1")], {"Authorization": "Basic " + base64.b64encode(b"ck_test:cs_test").decode()})

    query = connect("https://shop.example", keys_in_query=True)._client._sign("GET", "https://shop.example/x", [("a", "1")])
    assert query == ([("a", "1"), ("consumer_key", "ck_test"), ("consumer_secret", "cs_test")], {})


def test_keys_are_asked_for_at_each_call(server):
    server.answers(as_json([]))
    keys = Keys()
    connector = connect(server.url, keys=keys)
    connector.webhook_status("u")
    keys.keys = {**keys.keys, "consumer_key": "ck_rotated"}
    connector.webhook_status("u")
    assert [asked.query["oauth_consumer_key"] for asked in server.asked] == ["ck_test", "ck_rotated"]


@pytest.mark.parametrize(
    ("status", "code", "message", "is_read", "error"),
    [
        (401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.", True, AuthExpired),
        (401, "woocommerce_rest_authentication_error", "The API key provided does not have write permissions.", False, Forbidden),
        (401, "woocommerce_rest_authentication_error", "La chiave API fornita non ha i permessi di scrittura.", False, Forbidden),
        (401, "woocommerce_rest_cannot_edit", "Sorry", False, Forbidden),
        (403, "woocommerce_rest_cannot_view", "Sorry", True, Forbidden),
        (404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.", True, NotFound),
        (404, "rest_no_route", "No route", True, NotFound),
        (400, "rest_invalid_param", "Invalid parameter(s): per_page", True, Rejected),
        (413, "woocommerce_rest_request_entity_too_large", "Too many", False, Rejected),
    ],
)
def test_the_shops_envelope_names_the_error(status, code, message, is_read, error):
    text = f'{{"code":"{code}","message":"{message}","data":{{"status":{status}}}}}'
    assert type(explain(Answer(status, {}, text), is_read)) is error


@pytest.mark.parametrize(("status", "text"), [(500, '{"code":"x","message":"y"}'), (403, "<html>"), (404, "[]"), (400, "{broken")])
def test_what_is_no_envelope_of_the_shop_is_left_to_the_door(status, text):
    assert explain(Answer(status, {}, text), True) is None


def test_pain_22_a_429_of_the_host_says_how_long(server):
    server.answers(Reply(429, "<html>Too many</html>", {"Retry-After": "17"}))
    with pytest.raises(RateLimited) as failure:
        connect(server.url).get_order("5")
    assert failure.value.wait.total_seconds() == 17


def test_html_instead_of_json_is_temporary(server):
    server.answers(Reply(200, "<html>Coming soon</html>", {"Content-Type": "text/html"}))
    with pytest.raises(Temporary):
        connect(server.url).get_order("5")


def test_the_log_has_every_call_and_no_key(server):
    kept = []
    server.answers(as_json({"id": 5, "refunds": []}))
    connect(server.url, kept=kept).get_order("5")
    assert [(row.source, row.method, row.status) for row in kept] == [("terramare", "GET", 200)]
    assert [word for word in ("cs_test", "ck_test") if word in repr(kept)] == []
