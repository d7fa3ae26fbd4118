"""Processes of the bench. Imports no models: a spawned process sets Django up here before it meets one."""

import multiprocessing
from collections.abc import Callable
from typing import Any

import django

SECONDS = 600
_barrier: Any = None


def together(share: Callable[..., Any], arguments: list[tuple[Any, ...]]) -> list[Any]:
    """Run the shares in processes of their own; each waits at `wait_for_all()` until the others are ready too. What each returns."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(arguments))
    with context.Pool(len(arguments), initializer=_begin, initargs=(barrier,)) as pool:
        results = [pool.apply_async(share, each) for each in arguments]
        return [result.get(timeout=SECONDS) for result in results]


def wait_for_all() -> None:
    _barrier.wait()


def _begin(barrier: Any) -> None:
    global _barrier
    _barrier = barrier
    django.setup()
