"""Separate operating-system processes on the test's database, started at the same moment."""

import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

from django.db import connection, connections

PATIENCE_SECONDS = 300  # no measure: only so that nothing waits for ever


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run each call in a process of its own, all at once; their results in order. An exception comes back as its text."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    start = context.Barrier(len(calls))
    pipes, processes = [], []
    for call in calls:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(call, start, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    results = [_receive(pipe) for pipe in pipes]
    for process in processes:
        process.join(PATIENCE_SECONDS)
    return results


def _run(call: Callable[[], Any], start: Barrier, answer: Connection) -> None:
    try:
        connection.ensure_connection()
        start.wait(PATIENCE_SECONDS)
        answer.send(call())
    except BaseException as error:  # whatever happens must reach the test
        answer.send(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
    finally:
        connections.close_all()
        answer.close()


def _receive(pipe: Connection) -> Any:
    with pipe:
        return pipe.recv() if pipe.poll(PATIENCE_SECONDS) else "no answer"
