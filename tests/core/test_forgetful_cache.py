"""The cache keeps while Redis is there, and is empty while it is away."""

import os
from uuid import uuid4

import pytest

from erp.core.forgetful_cache import ForgetfulRedisCache

LIMITS = {"OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1}}


def test_with_redis_it_keeps() -> None:
    cache, key = ForgetfulRedisCache(os.environ["REDIS_URL"], LIMITS), uuid4().hex

    assert (cache.add(key, 1), cache.add(key, 2), cache.get(key)) == (True, False, 1)
    cache.set(key, [3])
    assert (cache.get(key), cache.delete(key), cache.get(key, "nothing")) == ([3], True, "nothing")


@pytest.mark.parametrize("address", ["redis://127.0.0.1:9/0"])
def test_without_redis_it_is_empty(address: str) -> None:
    cache = ForgetfulRedisCache(address, LIMITS)

    cache.set("key", 1)
    assert (cache.get("key", "nothing"), cache.add("key", 1), cache.delete("key")) == ("nothing", True, False)
