"""Workers that die: a process of its own that gets SIGKILL, from itself, at one exact line, as the kernel does it when memory runs out.

The child swaps one function for its own death; what runs until then is the code as it is, and afterwards only the database speaks.
"""

import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

from django.db import connections

from channels.models import Cursor, Job, OrderLease, StockWrite
from erp.core.clock import real_now
from erp.core.models import Delivery

PATIENCE_SECONDS = 300  # no measure: only so that nothing waits for ever


def die(*_arguments: object, **_named: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def killed_at(place: str, call: Callable[[], Any], *, after: bool = False, calls_before: int = 0) -> None:
    """Run `call` in a process that dies when it enters `module.function` (`after`: when it has done it) for the nth time."""
    connections.close_all()
    child = multiprocessing.get_context("fork").Process(target=_run, args=(place, call, after, calls_before), daemon=True)
    child.start()
    child.join(PATIENCE_SECONDS)
    assert child.exitcode == -signal.SIGKILL, f"{place} was never reached: {child.exitcode}"


def _run(place: str, call: Callable[[], Any], after: bool, calls_before: int) -> None:
    owner, _dot, name = place.rpartition(".")
    try:
        target: Any = importlib.import_module(owner)
    except ModuleNotFoundError:
        module, _dot, cls = owner.rpartition(".")
        target = getattr(importlib.import_module(module), cls)
    original, left = getattr(target, name), [calls_before]

    def last(*arguments: Any, **named: Any) -> Any:
        if left[0]:
            left[0] -= 1
            return original(*arguments, **named)
        if after:
            original(*arguments, **named)
        return die()

    setattr(target, name, last)
    call()


def let_leases_end() -> None:
    """The dead hold their leases until real time frees them; here that time is over at once."""
    long_ago = real_now() - timedelta(hours=1)
    OrderLease.objects.exclude(token="").update(until=long_ago)
    Cursor.objects.exclude(token="").update(locked_until=long_ago)
    Job.objects.filter(state="claimed").update(leased_until=long_ago)
    StockWrite.objects.filter(answer="under_way").update(leased_until=long_ago)
    Delivery.objects.exclude(leased_until=None).update(leased_until=long_ago)
