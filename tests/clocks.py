"""The hand on the clock that every process of a test reads."""

from datetime import UTC, datetime
from pathlib import Path

from erp.core import clock as the_clock

TUESDAY = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)  # after every date that tests and fixtures name as past


class ClockHand:
    """Moves the clock that every process of the test reads."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def advance(self, seconds: float) -> None:
        the_clock.set_clock(self._path, ahead=seconds, faster=the_clock.speed())

    def stand_at(self, moment: datetime) -> None:
        """Show this moment and no other until it is moved again, however slow the machine is."""
        the_clock.set_clock(self._path, faster=0)
        the_clock.set_clock(self._path, ahead=(moment - the_clock.now()).total_seconds(), faster=0)

    def run(self, faster: float) -> None:
        the_clock.set_clock(self._path, faster=faster)
