"""The warehouse of the demo outlives a bad moment, and people read of it."""

import threading

import pytest

from erp.practice.demo import floor as module
from erp.practice.demo.floor import Floor, Shift


class StumblingFloor(Floor):
    """Its first round meets a deadlock, its second ends the shift."""

    rounds = 0

    def turn(self) -> int:
        self.rounds += 1
        if self.rounds == 1:
            raise RuntimeError("deadlock detected")
        ended.set()
        return 0


ended = threading.Event()


def test_a_round_that_fails_is_said_and_the_next_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    said: list[str] = []
    floor = StumblingFloor(by=None, say=said.append)  # type: ignore[arg-type]
    ended.clear()

    shift = Shift(floor, ended)
    shift.start()
    shift.join(20)

    assert (floor.rounds, len(said), "deadlock detected" in said[0]) == (2, 1, True)
