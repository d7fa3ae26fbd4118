"""Reading orders by their modified time, so that nothing is missed while the list moves under the reader."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from channels.connectors.woocommerce.bodies import LONGEST_ID, moment
from channels.connectors.woocommerce.client import Client
from channels.connectors.woocommerce.vocabulary import DETAILS_KEY
from channels.contract import Budget, ContractBroken, Cursor, NotFound, OrderPage, RawOrder
from channels.contract.reading import hash_of
from erp.core.http.answers import Answer

OVERLAP = timedelta(minutes=10)
LARGEST_PAGE = 100
LONGEST_EXCLUDE = 300
SECOND = timedelta(seconds=1)
CLOCK_JUMP = timedelta(minutes=2)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a pull stands: everything modified before `since` is read, and of that very second the orders in `seen`.

    `page` counts on only where more orders share one second than an address can exclude. `is_running` False: the next call begins a pull.
    """

    since: str
    seen: tuple[str, ...] = ()
    page: int = 1
    is_running: bool = False

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.since)

    def cursor(self) -> Cursor:
        return Cursor(json.dumps(asdict(self), separators=(",", ":")))


def position_of(cursor: Cursor | None) -> Position:
    """Without a cursor the pull begins with the first order ever."""
    if cursor is None:
        return Position(since=BEGINNING.isoformat())
    try:
        stored = json.loads(cursor)
        position = Position(**{**stored, "seen": tuple(stored.get("seen", ()))})
        _ = position.at
    except (ValueError, TypeError) as problem:
        raise ContractBroken("cursor", str(problem)) from problem
    return position


def pull(client: Client, cursor: Cursor | None, budget: Budget) -> OrderPage:
    """One page, oldest change first. `modified_after` excludes its own second, so the question goes one second further back."""
    start = position_of(cursor)
    if not start.is_running:
        start = Position(since=(start.at - OVERLAP).isoformat(), is_running=True)
    size = max(1, min(budget.items, LARGEST_PAGE))
    answer = client.get("/orders", _question(start, size))
    if back := _clock_went_back(start, cursor, answer):
        start = back
        answer = client.get("/orders", _question(start, size))
    texts = array_texts(answer.text)
    raws = [listed(text) for text in texts]
    more = len(texts) >= size
    return OrderPage(tuple(raws), _advance(start, cursor, raws, more, answer.date).cursor(), more)


def _question(position: Position, size: int) -> list[tuple[str, str]]:
    question = [
        ("modified_after", (position.at - SECOND).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")),
        ("dates_are_gmt", "true"),
        ("orderby", "modified"),
        ("order", "asc"),
        ("status", "any"),
        ("per_page", str(size)),
    ]
    if position.page > 1:
        question.append(("page", str(position.page)))
    if position.seen:
        question.append(("exclude", ",".join(position.seen)))
    return question


def _advance(start: Position, cursor: Cursor | None, raws: Sequence[RawOrder], more: bool, shops_now: datetime | None) -> Position:
    """After the page: the second of its last order, with what was seen of that second.

    Between pulls it never stands after the shop's own clock: an order from the year 9999 would hide all that is sold today.
    """
    times = [raw.updated_at for raw in raws if raw.updated_at is not None]
    newest = max([start.at, *times])
    if not more:
        before, end = position_of(cursor), min(newest, shops_now or newest)
        return Position(since=max(end, before.at).isoformat() if not before.is_running else end.isoformat())
    second = newest.replace(microsecond=0)
    same = [raw.external_id for raw in raws if raw.external_id and raw.updated_at is not None and raw.updated_at >= second]
    stands_still = second == start.at.replace(microsecond=0)
    seen = (*start.seen, *same) if stands_still else tuple(same)
    if stands_still and (not same or len(seen) > LONGEST_EXCLUDE):
        return replace(start, page=start.page + 1)
    return Position(since=second.isoformat(), seen=tuple(dict.fromkeys(seen)), is_running=True)


def _clock_went_back(start: Position, cursor: Cursor | None, answer: Answer) -> Position | None:
    """The shop's clock ran ahead and was put right: what is sold since then is older than the cursor. Go back by the whole jump."""
    if cursor is None or position_of(cursor).is_running or answer.date is None:
        return None
    jump = position_of(cursor).at - answer.date
    if jump <= CLOCK_JUMP:
        return None
    back = min(jump + OVERLAP, max(answer.date - BEGINNING, OVERLAP))
    return Position(since=(answer.date - back).isoformat(), is_running=True)


def listed(text: str) -> RawOrder:
    """A member of a page that names no order holds up none of the others."""
    try:
        return raw_of(text)
    except ContractBroken:
        body = json.loads(text)
        return RawOrder("", moment(body.get("date_modified_gmt")) if isinstance(body, dict) else None, text)


def raw_of(text: str) -> RawOrder:
    body = json.loads(text)
    if not isinstance(body, dict) or body.get("id") is None:
        raise ContractBroken("order.id", "is missing")
    number = str(body["id"])
    if not number.isdecimal() or not number.isascii() or len(number) > LONGEST_ID:
        raise ContractBroken("order.id", f"{number[:LONGEST_ID]!r} is no number")
    return RawOrder(number, moment(body.get("date_modified_gmt")), text)


def array_texts(text: str) -> list[str]:
    """The members of a JSON array, each character for character as it was sent."""
    decoder, position, found = json.JSONDecoder(), _skip(text, 0), list[str]()
    if text[position : position + 1] != "[":
        raise ContractBroken("(body)", "is no array")
    position = _skip(text, position + 1)
    while text[position : position + 1] not in {"]", ""}:
        _, end = decoder.raw_decode(text, position)
        found.append(text[position:end])
        position = _skip(text, end)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
    return found


def _skip(text: str, position: int) -> int:
    while text[position : position + 1] in {" ", "\t", "\n", "\r", "\ufeff"}:
        position += 1
    return position


def with_refunds(client: Client, raws: Sequence[RawOrder]) -> list[RawOrder]:
    """The same orders, with the details of their refunds added: an order's own body has only their sums."""
    wanted = [raw.external_id for raw in raws if raw.external_id and _refunds_named(raw.body)]
    if not wanted:
        return list(raws)
    details = _details_of(client, wanted)
    return [_spliced(raw, details.get(raw.external_id, [])) if raw.external_id in wanted else raw for raw in raws]


def _refunds_named(text: str) -> set[str]:
    rows = json.loads(text).get("refunds")
    return {str(row.get("id")) if isinstance(row, dict) else "" for row in rows} if isinstance(rows, list) else set()


def _details_of(client: Client, order_ids: Sequence[str]) -> dict[str, list[str]]:
    """One question for one order; for a page the list of all refunds, which shops before 9.0 do not have."""
    if len(order_ids) == 1:
        return {order_ids[0]: _of_order(client, order_ids[0])}
    try:
        found = _of_parents(client, order_ids)
    except NotFound:
        return {order_id: _of_order(client, order_id) for order_id in order_ids}
    return found


def _of_parents(client: Client, order_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    page = 1
    while True:
        question = [("parent", ",".join(order_ids)), ("orderby", "id"), ("order", "asc"), ("per_page", str(LARGEST_PAGE))]
        texts = array_texts(client.get("/refunds", [*question, ("page", str(page))]).text)
        for text in texts:
            found.setdefault(str(json.loads(text).get("parent_id")), []).append(text)
        if len(texts) < LARGEST_PAGE:
            return found
        page += 1


def _of_order(client: Client, order_id: str) -> list[str]:
    try:
        return array_texts(client.get(f"/orders/{order_id}/refunds", [("per_page", str(LARGEST_PAGE))]).text)
    except NotFound:
        return []


def _spliced(raw: RawOrder, details: Sequence[str]) -> RawOrder:
    """The order's own text stays as it came; the details follow as one more member.

    A refund never changes once it is made, and its order names it: with all of them there, the own text tells one state from another.
    """
    is_whole = _refunds_named(raw.body) <= {str(json.loads(text).get("id")) for text in details}
    known_by = hash_of(raw.body) if is_whole else hash_of(f"{raw.body} {len(details)}")
    if not details:
        return replace(raw, listed_hash=known_by)
    body = f'{raw.body.rstrip()[:-1]},"{DETAILS_KEY}":[{",".join(details)}]}}'
    return replace(raw, body=body, listed_hash=known_by)
