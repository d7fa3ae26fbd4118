"""What goes wrong on purpose: which fault, on which requests, how often. Seeded, so that a bad day can be lived twice."""

import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS: dict[str, tuple[str, ...]] = {
    "rate_limited": ("retry_after",),
    "server_error": ("status",),
    "html_answer": ("status",),
    "timeout_before": ("seconds",),
    "timeout_after": ("seconds",),
    "late_write": ("seconds", "delay"),
    "latency": ("ms",),
    "page_shift": (),
    "partial_batch": ("share",),
    "slow_delta": ("seconds",),
    "clock_skew": ("seconds",),
    "webhook_duplicate": ("times",),
    "webhook_late": ("seconds",),
    "webhook_reorder": (),
    "webhook_bad_signature": (),
    "webhook_lost": (),
}
UNLOGGED = {"latency"}


@dataclass
class Rule:
    """`count` limits how often it strikes (None: without end), `path` is a regular expression searched in the path or topic."""

    kind: str
    count: int | None = None
    probability: float = 1.0
    methods: tuple[str, ...] = ()
    path: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def fits(self, method: str, path: str) -> bool:
        return (not self.methods or method in self.methods) and (not self.path or re.search(self.path, path) is not None)

    def described(self) -> dict[str, Any]:
        own = {"kind": self.kind, "count": self.count, "probability": self.probability, "methods": list(self.methods), "path": self.path}
        return own | self.options


class Faults:
    """Rules are used up in the order in which they were added; each strike is told to `log(kind, subject, detail)`."""

    def __init__(self, log: Callable[[str, str, dict[str, Any]], None]) -> None:
        self._log = log
        self._rules: list[Rule] = []
        self._random = random.Random(0)
        self._lock = threading.Lock()
        self._cleared = threading.Event()

    def add(
        self,
        kind: str,
        *,
        count: int | None = None,
        probability: float = 1.0,
        methods: Sequence[str] = (),
        path: str = "",
        **options: Any,
    ) -> Rule:
        """Raises ValueError for a kind or an option that no fault has."""
        unknown = set(options) - set(KINDS.get(kind, ()))
        if kind not in KINDS or unknown:
            raise ValueError(f"No fault {kind!r} with {sorted(unknown)}; known are {KINDS}.")
        if not 0 <= probability <= 1 or (count is not None and count < 1):
            raise ValueError("A probability lies between 0 and 1, a count is at least 1.")
        rule = Rule(kind, count, probability, tuple(methods), path, options)
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self, kind: str | None = None) -> None:
        """Without a kind: all of them; who waits because of one goes on."""
        with self._lock:
            self._rules = [rule for rule in self._rules if kind is not None and rule.kind != kind]
            if kind is None:
                self._cleared.set()
                self._cleared = threading.Event()

    def wait(self, seconds: float) -> None:
        """Real time passes, at most until the faults are cleared."""
        self._cleared.wait(seconds)

    def seed(self, number: int) -> None:
        with self._lock:
            self._random = random.Random(number)

    def draw(self, kind: str, method: str = "", path: str = "") -> dict[str, Any] | None:
        """The options of the rule that strikes now, or None."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.kind == kind and rule.fits(method, path)), None)
            if rule is None or self._random.random() >= rule.probability:
                return None
            if rule.count is not None:
                rule.count -= 1
                if not rule.count:
                    self._rules.remove(rule)
        if kind not in UNLOGGED:
            self._log(kind, f"{method} {path}".strip(), rule.options)
        return rule.options

    def note(self, kind: str, options: dict[str, Any]) -> None:
        """Write down a fault that is a state, not a strike."""
        self._log(kind, "", options)

    def chance(self, share: float) -> bool:
        with self._lock:
            return self._random.random() < share

    def described(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.described() for rule in self._rules]
