"""The cache in Redis, for what may be forgotten: while Redis is away it is empty, and nobody is kept from signing in or working."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class _OneClient(RedisCacheClient):
    """Django makes a client for every call, which takes longer than the call itself."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]


class ForgetfulRedisCache(RedisCache):
    """Nothing that must be true is kept here. The limit of tries at the door counts again as soon as Redis is back."""

    def __init__(self, server: str | list[str], params: Mapping[str, Any]) -> None:
        super().__init__(server, dict(params))
        self._class = _OneClient

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._or(lambda: super(ForgetfulRedisCache, self).get(key, default, version), default)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return self._or(lambda: super(ForgetfulRedisCache, self).get_many(keys, version), {})

    def set(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        self._or(lambda: super(ForgetfulRedisCache, self).set(key, value, timeout, version), None)

    def add(self, key: Any, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        """True without Redis too: whoever adds a mark to be the only one must not rely on a cache."""
        return bool(self._or(lambda: super(ForgetfulRedisCache, self).add(key, value, timeout, version), True))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._or(lambda: super(ForgetfulRedisCache, self).delete(key, version), False))

    def _or(self, ask: Callable[[], Answer], otherwise: Answer) -> Answer:
        try:
            return ask()
        except redis.RedisError as problem:
            logger.warning("the cache is away: %s", problem)
            return otherwise
