"""How long the demo waits: as long as something still moves, however slow the machine is."""

import time
from collections.abc import Callable, Hashable


class Patience:
    """Over when nothing new was seen for `seconds`. What goes round in circles shows what was seen before, and is no news."""

    def __init__(self, seconds: float, *, time_now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._now = seconds, time_now
        self._seen: set[tuple[Hashable, ...]] = set()
        self._until = time_now() + seconds

    def is_over(self, *seen: Hashable) -> bool:
        if seen not in self._seen:
            self._seen.add(seen)
            self._until = self._now() + self._seconds
        return self._now() > self._until
