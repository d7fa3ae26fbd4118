"""Rate buckets in Redis: shared by processes, corrected by the platform, harmless when Redis is away."""

import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings

from erp.core.http import Answer, Door, RedisBucket, Request, close_all, redis_at
from erp.core.http.buckets import pause_of
from erp.core.http.errors import RateLimited
from tests.fixtures.local_server import Reply, as_json, local_server

pytestmark = pytest.mark.slow(seconds=0.5)


@pytest.fixture
def name(request):
    own = f"test-{request.node.name}-{time.monotonic_ns()}"
    yield own
    redis_at(settings.REDIS_URL).delete(f"regia:rate:{own}")


SLOW = 0.001  # one token in 1000 s: none comes back while a test runs, however slow the machine is


def bucket(name: str, rate: float = SLOW, burst: int = 2) -> RedisBucket:
    return RedisBucket(redis_at(settings.REDIS_URL), name, rate, burst)


def test_two_workers_share_one_bucket(name):
    first, second = bucket(name), bucket(name)

    assert first.take() == timedelta(0)
    assert second.take() == timedelta(0)
    assert timedelta(seconds=800) < first.take() <= timedelta(seconds=1000)


def test_tokens_come_back_at_the_rate(name):
    slow = bucket(name, burst=1)
    assert slow.take() == timedelta(0)
    assert slow.take() > timedelta(0)
    redis_at(settings.REDIS_URL).hincrbyfloat(f"regia:rate:{name}", "at", -500)  # as if it had been asked 500 s ago
    assert timedelta(seconds=300) < slow.take() <= timedelta(seconds=500)
    redis_at(settings.REDIS_URL).hincrbyfloat(f"regia:rate:{name}", "at", -500)
    assert slow.take() == timedelta(0)


def test_the_platforms_word_closes_the_bucket_for_all(name):
    bucket(name).learn(Answer(429, {"retry-after": "3000"}, ""))

    wait = bucket(name).take()

    assert timedelta(seconds=2800) < wait <= timedelta(seconds=3000)


@pytest.mark.parametrize(
    ("status", "headers", "retry_after", "seconds"),
    [
        (200, {}, None, 0),
        (200, {"x-ratelimit-remaining": "3", "x-ratelimit-reset": "9"}, None, 0),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"}, None, 9),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "4"}, None, 4),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795000000"}, None, 0),
        (429, {}, timedelta(seconds=12), 12),
        (503, {}, timedelta(seconds=5), 5),
    ],
)
def test_what_the_headers_mean(status, headers, retry_after, seconds):
    assert pause_of(status, headers, retry_after) == timedelta(seconds=seconds)


def test_without_redis_calls_go_on(caplog):
    away = RedisBucket(redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2), "x", 1.0, 1)

    assert [away.take() for _ in range(3)] == [timedelta(0)] * 3
    assert caplog.text.count("no rate bucket for x") == 1


def test_the_door_waits_for_a_token_or_says_how_long(name):
    with local_server() as server:
        server.answers(as_json({}))
        slow = Door("shop", bucket=bucket(name, burst=1))
        slow.call(Request("GET", f"{server.url}/"))

        with pytest.raises(RateLimited) as failure:
            slow.call(Request("GET", f"{server.url}/"))

        assert timedelta(seconds=800) < failure.value.wait <= timedelta(seconds=1000)
        assert len(server.asked) == 1
    close_all()


def test_the_door_learns_from_a_429(name):
    with local_server() as server:
        server.answers(Reply(429, "{}", {"Retry-After": "3000"}))
        with pytest.raises(RateLimited):
            Door("shop", bucket=bucket(name)).call(Request("GET", f"{server.url}/"))
    close_all()

    assert bucket(name).take() > timedelta(seconds=2800)
