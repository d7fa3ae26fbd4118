"""The one HTTP door, against a real server on loopback: what is repeated, what is unknown, what is kept."""

import socket
from datetime import timedelta

import pytest

from erp.core.http import Door, Exchange, Request, close_all
from erp.core.http.errors import (
    AuthExpired,
    ContractBroken,
    Forbidden,
    NotFound,
    OutsideError,
    RateLimited,
    Rejected,
    Temporary,
    Unknown,
)
from erp.core.transactions import atomic
from tests.fixtures.local_server import LocalServer, Reply, as_json, local_server

pytestmark = pytest.mark.slow(seconds=0.2)

HTML = Reply(200, "<html>Maintenance</html>", {"Content-Type": "text/html"})


@pytest.fixture
def server():
    with local_server() as running:
        yield running
    close_all()


def read(server: LocalServer, **options) -> Request:
    return Request("GET", f"{server.url}/things", **options)


def write(server: LocalServer, **options) -> Request:
    return Request("POST", f"{server.url}/things", body='{"a":1}', **options)


def door(kept: list[Exchange] | None = None, **options) -> Door:
    return Door("shop", log=kept.append if kept is not None else None, **options)


def test_a_good_answer_has_decimals_and_the_other_sides_clock(server):
    server.answers(as_json({"price": "1.20", "rate": 4.5}, Date="Tue, 24 Nov 2026 10:00:00 GMT"))

    answer = door().call(read(server, params=[("a", "x y")]))

    assert str(answer.json()["rate"]) == "4.5"
    assert answer.date.isoformat() == "2026-11-24T10:00:00+00:00"
    assert server.asked[0].query == {"a": "x y"}


@pytest.mark.parametrize(
    "bad",
    [Reply(500), Reply(502, "<html>"), Reply(503), HTML, Reply(200, '{"a":', {}), Reply(drop=True), Reply(body="[1,2,3,4]", cut=True)],
)
def test_a_read_is_repeated_after_every_temporary_failure(server, bad):
    server.answers(bad, as_json({"ok": True}))

    assert door().call(read(server)).json() == {"ok": True}
    assert len(server.asked) == 2


def test_a_read_gives_up_after_its_attempts(server):
    server.answers(Reply(502, "<html>bad gateway</html>"))

    with pytest.raises(Temporary) as failure:
        door(attempts=2).call(read(server))

    assert failure.value.status == 502
    assert len(server.asked) == 2


@pytest.mark.parametrize("bad", [Reply(500), Reply(502), HTML, Reply(drop=True), Reply(body="[1,2,3,4]", cut=True), Reply(hangs=True)])
def test_a_write_without_a_clear_answer_is_unknown_and_is_sent_once(server, bad):
    server.answers(bad)

    with pytest.raises(Unknown):
        door().call(write(server, seconds=0.2 if bad.hangs else None))

    assert len(server.wait_for(1)) == 1


def test_a_keyed_write_is_repeated(server):
    server.answers(Reply(drop=True), as_json({"id": 7}))

    assert door().call(write(server, is_repeatable=True)).json() == {"id": 7}
    assert len(server.asked) == 2


def test_a_keyed_write_that_may_have_landed_stays_unknown_whatever_its_repeats_say(server):
    server.answers(Reply(drop=True), Reply(429, "{}", {"Retry-After": "60"}))

    with pytest.raises(Unknown):
        door().call(write(server, is_repeatable=True))


def test_a_write_that_never_left_is_temporary():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"  # bound and not listening: nobody else can get it, nobody answers

        with pytest.raises(Temporary) as failure:
            door().call(Request("POST", url, body="{}"))

    assert type(failure.value) is Temporary


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (401, AuthExpired),
        (403, Forbidden),
        (404, NotFound),
        (409, Rejected),
        (410, NotFound),
        (413, Rejected),
        (301, Rejected),
    ],
)
def test_each_refusal_has_its_class_and_is_never_repeated(server, status, error):
    server.answers(as_json({"message": "no"}, status))

    with pytest.raises(OutsideError) as failure:
        door().call(read(server))

    assert type(failure.value) is error
    assert len(server.asked) == 1


def test_a_short_wait_is_waited_and_a_long_one_is_the_callers(server):
    server.answers(Reply(429, "{}", {"Retry-After": "0"}), as_json({"ok": 1}))
    assert door().call(read(server)).json() == {"ok": 1}

    server.answers(Reply(429, "slow down", {"Retry-After": "120"}))
    with pytest.raises(RateLimited) as failure:
        door().call(read(server))
    assert failure.value.wait == timedelta(seconds=120)


def test_a_limit_without_retry_after_waits_the_default(server):
    server.answers(Reply(429, "slow down", {}))
    with pytest.raises(RateLimited) as failure:
        door().call(read(server))
    assert failure.value.wait == timedelta(seconds=10)


def test_every_attempt_is_kept_without_its_secrets(server):
    kept: list[Exchange] = []
    server.answers(Reply(500, "boom"), as_json({"id": 1, "secret": "tell nobody"}, **{"Set-Cookie": "session=1"}))

    request = read(
        server,
        params=[("oauth_signature", "sig+/="), ("consumer_secret", "cs_1"), ("oauth_consumer_key", "ck_1"), ("page", "2")],
        headers={"Authorization": "Basic abc", "X-Shopify-Access-Token": "tok"},
    )
    door(kept).call(request)

    assert [(row.status, row.source) for row in kept] == [(500, "shop"), (200, "shop")]
    whole = repr(kept)
    assert [word for word in ("sig+", "cs_1", "ck_1", "Basic abc", "'tok'", "tell nobody", "session=1") if word in whole] == []
    assert kept[1].url.endswith("?oauth_signature=***&consumer_secret=***&oauth_consumer_key=***&page=2")
    assert kept[1].response_body == '{"id": 1, "secret": "***"}'
    assert kept[0].error.startswith("Temporary: 500")


def test_a_failed_call_is_kept_with_its_reason(server):
    kept: list[Exchange] = []
    server.answers(Reply(hangs=True))

    with pytest.raises(Unknown):
        door(kept).call(write(server, seconds=0.1))

    assert [(row.status, row.error[:20], row.request_body) for row in kept] == [(None, "Unknown: ReadTimeout", '{"a":1}')]


def test_a_log_that_fails_does_not_change_the_answer(server, caplog):
    def broken(_exchange: Exchange) -> None:
        raise RuntimeError("disk full")

    server.answers(as_json({"id": 1}))

    assert Door("shop", log=broken).call(write(server)).json() == {"id": 1}
    assert "could not be logged" in caplog.text


def test_an_answer_that_never_ends_is_cut(server):
    server.answers(Reply(hangs=True))
    with pytest.raises(Temporary):
        door(attempts=1).call(read(server, seconds=0.2))


def test_each_attempt_is_signed_anew(server):
    nonces: list[str] = []

    def sign(_method, _url, params):
        nonces.append(str(len(nonces)))
        return [*params, ("nonce", nonces[-1])], {}

    server.answers(Reply(500), as_json({}))
    door(sign=sign).call(read(server))

    assert [asked.query["nonce"] for asked in server.asked] == ["0", "1"]


def test_connections_are_used_again(server):
    for _ in range(3):
        door().call(read(server))
    assert len({asked.headers["host"] for asked in server.asked}) == 1
    assert len(server.asked) == 3


@pytest.mark.django_db(transaction=True)
def test_the_door_is_shut_inside_a_transaction(server):
    with pytest.raises(RuntimeError, match="must not run inside a transaction"), atomic():
        door().call(read(server))
    assert server.asked == []


def test_json_is_asked_for_by_name(server):
    server.answers(HTML)
    assert door().call(read(server, expects_json=False)).text == HTML.body
    with pytest.raises(ContractBroken):
        door().call(read(server, expects_json=False)).json()
