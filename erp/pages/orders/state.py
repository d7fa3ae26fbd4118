"""Which orders the list shows, as the address says it. Values only; what the address says wrongly is as if it said nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.utils.http import urlencode

QUEUES = ("ship", "late", "short", "unpaid", "address", "held", "decide", "shipped", "all")
SORTS = ("placed", "-placed", "total", "-total")
PARAMETERS = {"text": "q", "is_one_line": "one", "is_gift": "gift", "is_cash": "cash"}
"""Fields that the address calls by another word."""
MAX_TEXT = 100


@dataclass(frozen=True)
class ListState:
    queue: str = "ship"
    channel: str = ""
    warehouse: str = ""
    country: str = ""
    tag: str = ""
    text: str = ""
    is_one_line: bool = False
    is_gift: bool = False
    is_cash: bool = False
    sort: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Something narrows the queue."""
        return self != ListState(queue=self.queue, sort=self.sort)

    def query(self, **changes: Any) -> str:
        """The address of this list, or of one that differs from it: `?queue=late&channel=terramare`."""
        other = replace(self, **changes)
        told = {
            PARAMETERS.get(each.name, each.name): "1" if value is True else value
            for each in fields(other)
            if (value := getattr(other, each.name)) and (each.name == "queue" or value != each.default)
        }
        return "?" + urlencode(told)


def state_of(query: Mapping[str, Any]) -> ListState:
    """The list that a query string asks for."""
    told = {each.name: _said(query, PARAMETERS.get(each.name, each.name), each.type) for each in fields(ListState)}
    state = ListState(**told)
    return replace(
        state,
        queue=state.queue if state.queue in QUEUES else "ship",
        sort=state.sort if state.sort in SORTS else "",
        warehouse=state.warehouse if state.warehouse.isdecimal() and state.warehouse.isascii() else "",
        country=state.country.upper() if len(state.country) == 2 else "",
    )


def _said(query: Mapping[str, Any], name: str, kind: Any) -> Any:
    text = " ".join(str(query.get(name, "")).replace("\x00", "").split())[:MAX_TEXT]
    return text == "1" if kind in (bool, "bool") else text
