"""Lists: the filters, orders and pages that every collection of the shop shares."""

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

DATE_FILTERS = {
    "after": ("created", ">"),
    "before": ("created", "<"),
    "modified_after": ("modified", ">"),
    "modified_before": ("modified", "<"),
}


def as_gmt(text: str, *, is_gmt: bool, zone: ZoneInfo) -> str:
    """A date argument in whole seconds of UTC, read the platform's way.

    Without `dates_are_gmt` it is the shop's local time. With an offset of its own (`Z`) it is first turned into local time, and with
    `dates_are_gmt` that local time is then taken for UTC: callers who send both look an hour or two into the future. Send no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone).replace(tzinfo=None)
    if not is_gmt:
        moment = moment.replace(tzinfo=zone).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


@dataclass
class Filter:
    """Conditions that grow one by one; all must hold."""

    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        self.conditions.append(condition)
        self.values.extend(values)

    def among(self, column: str, wanted: list[Any], *, negate: bool = False) -> None:
        marks = ",".join("?" * len(wanted))
        self.add(f"{column} {'NOT ' if negate else ''}IN ({marks})", *wanted)

    @property
    def sql(self) -> str:
        return " AND ".join(self.conditions) or "1"


def add_common(chosen: Filter, arguments: dict[str, Any], zone: ZoneInfo) -> None:
    """Dates (exclusive, whole seconds), include, exclude and parents."""
    for name, (column, comparison) in DATE_FILTERS.items():
        if arguments.get(name):
            value = as_gmt(arguments[name], is_gmt=bool(arguments.get("dates_are_gmt")), zone=zone)
            chosen.add(f"{column} {comparison} ?", value)
    for name, column, negate in (
        ("include", "id", False),
        ("exclude", "id", True),
        ("parent", "parent_id", False),
        ("parent_exclude", "parent_id", True),
    ):
        if arguments.get(name):
            chosen.among(column, arguments[name], negate=negate)


def ordering(arguments: dict[str, Any], columns: dict[str, str]) -> str:
    direction = "ASC" if arguments.get("order", "desc") == "asc" else "DESC"
    wanted = arguments.get("orderby", "id")
    if wanted == "include" and arguments.get("include"):
        places = " ".join(f"WHEN {int(number)} THEN {place}" for place, number in enumerate(arguments["include"]))
        return f"CASE id {places} END"
    return f"{columns.get(wanted, 'id')} {direction}, id {direction}"


@dataclass(frozen=True)
class Page:
    rows: list[sqlite3.Row]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return -(-self.total // self.size)

    def headers(self, address: str, query: list[tuple[str, str]]) -> dict[str, str]:
        """Totals, and the addresses of the pages before and after. A page past the end is an empty list, not an error."""
        headers = {"X-WP-Total": str(self.total), "X-WP-TotalPages": str(self.pages)}
        others = [(name, value) for name, value in query if name != "page" and not name.startswith("oauth_")]
        around = {"prev": min(self.number - 1, self.pages), "next": self.number + 1 if self.number < self.pages else 0}
        links = [f'<{address}?{urlencode([*others, ("page", str(page))])}>; rel="{rel}"' for rel, page in around.items() if page > 0]
        return headers | ({"Link": ", ".join(links)} if links else {})


def read_page(db: sqlite3.Connection, table: str, chosen: Filter, order: str, arguments: dict[str, Any]) -> Page:
    number, size = arguments.get("page", 1), arguments.get("per_page", 10)
    total = db.execute(f"SELECT COUNT(*) FROM {table} WHERE {chosen.sql}", chosen.values).fetchone()[0]
    offset = arguments.get("offset") if arguments.get("offset") is not None else (number - 1) * size
    sql = f"SELECT * FROM {table} WHERE {chosen.sql} ORDER BY {order} LIMIT ? OFFSET ?"
    return Page(db.execute(sql, [*chosen.values, size, offset]).fetchall(), total, number, size)
