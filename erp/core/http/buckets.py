"""Token buckets in Redis, one per source and shared by all processes, corrected by what the platform itself says."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Protocol

import redis

from erp.core.http.answers import Answer

logger = logging.getLogger(__name__)

SKIP_AFTER_FAILURE_SECONDS = 5.0
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local row = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'closed')
local tokens, at, closed = tonumber(row[1] or burst), tonumber(row[2] or now), tonumber(row[3] or 0)
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local wait = 0
if closed > now then
  wait = closed - now
elseif tokens >= 1 then
  tokens = tokens - 1
else
  wait = (1 - tokens) / rate
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], 7200)
return tostring(wait)
"""
_CLOSE = """
local clock = redis.call('TIME')
local until_then = clock[1] + clock[2] / 1000000 + tonumber(ARGV[1])
local before = tonumber(redis.call('HGET', KEYS[1], 'closed') or 0)
redis.call('HSET', KEYS[1], 'closed', tostring(math.max(before, until_then)))
redis.call('EXPIRE', KEYS[1], 7200)
return 1
"""


class Bucket(Protocol):
    def take(self) -> timedelta:
        """Take one call; zero when it may go now, else how long to wait before asking again."""
        ...

    def learn(self, answer: Answer) -> None:
        """Take over what the platform's answer says about its limits."""
        ...


@dataclass(slots=True)
class RedisBucket:
    """`rate` calls a second, `burst` at once. Without Redis the calls go on unlimited: the platform's own limit still answers 429."""

    client: "redis.Redis"
    name: str
    rate: float
    burst: int
    silent_until: float = 0.0

    def take(self) -> timedelta:
        said = self._run(_TAKE, self.rate, self.burst)
        return timedelta(seconds=float(said)) if said is not None else timedelta(0)

    def learn(self, answer: Answer) -> None:
        pause = pause_of(answer.status, answer.headers, answer.retry_after)
        if pause > timedelta(0):
            self._run(_CLOSE, pause.total_seconds())

    def _run(self, script: str, *arguments: float) -> bytes | None:
        if time.monotonic() < self.silent_until:
            return None
        try:
            answer: bytes = self.client.eval(script, 1, f"regia:rate:{self.name}", *arguments)
        except redis.RedisError as problem:
            self.silent_until = time.monotonic() + SKIP_AFTER_FAILURE_SECONDS
            logger.warning("no rate bucket for %s: %s", self.name, problem)
            return None
        return answer


def pause_of(status: int, headers: Mapping[str, str], retry_after: timedelta | None) -> timedelta:
    """How long the platform wants no call at all: after a 429, or when its own counter says that none is left."""
    if status in {429, 503} and retry_after:
        return retry_after
    for remaining, reset in (("ratelimit-remaining", "ratelimit-reset"), ("x-ratelimit-remaining", "x-ratelimit-reset")):
        left, again = headers.get(remaining, ""), headers.get(reset, "")
        if left.isdigit() and int(left) == 0 and again.isdigit() and int(again) <= 3600:
            return timedelta(seconds=int(again))
    return timedelta(0)


@lru_cache(maxsize=8)
def redis_at(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)
