"""Stock numbers: absolute only, at most a hundred per call, each answered on its own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from channels.connectors.woocommerce.bodies import identity
from channels.connectors.woocommerce.client import Client
from channels.contract import (
    ContractBroken,
    ItemError,
    NotFound,
    OutsideError,
    Rejected,
    StockDone,
    StockReading,
    StockRefused,
    StockResult,
    StockTarget,
    Unknown,
)
from channels.contract.amounts import amount

BATCH = 100
LARGEST_QUANTITY = 9_999_999


def publish(client: Client, targets: Sequence[StockTarget]) -> StockResult:
    """Send each target once. After a failure of the whole shop the rest is not tried: it comes back as `unsent`."""
    rejected = [refusal for target in targets if (refusal := _refusal(target))]
    refused = {id(refusal.target) for refusal in rejected}
    done: list[StockDone] = []
    groups = list(_groups([target for target in targets if id(target) not in refused]))
    for index, (parent, group) in enumerate(groups):
        try:
            fine, bad = _send(client, parent, group)
        except (Rejected, NotFound) as failure:
            code = failure.code if isinstance(failure, Rejected) else "not_found"
            rejected += [StockRefused(target, ItemError(code, failure.detail)) for target in group]
        except OutsideError as failure:
            rest = tuple(target for _, later in groups[index + 1 :] for target in later)
            is_unclear = isinstance(failure, Unknown | ContractBroken)
            unknown, unsent = (tuple(group), rest) if is_unclear else ((), (*group, *rest))
            return StockResult(tuple(done), (), tuple(rejected), unknown, unsent, failure)
        else:
            done += fine
            rejected += bad
    return StockResult(done=tuple(done), rejected=tuple(rejected))


def _refusal(target: StockTarget) -> StockRefused | None:
    """WooCommerce would write 0 for "abc" and 2 for 2.7, and lose sales over a difference: nothing but a whole number leaves here."""
    if target.difference is not None or target.expected is not None:
        return StockRefused(target, ItemError("only_absolute", "WooCommerce takes plain absolute numbers only"))
    number: object = target.quantity
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= LARGEST_QUANTITY:
        return StockRefused(target, ItemError("invalid_quantity", f"{number!r} is no whole number from 0 to {LARGEST_QUANTITY}"))
    if not (target.external_item.isdigit() and (target.external_parent or "0").isdigit()):
        return StockRefused(target, ItemError("invalid_item", f"{target.external_item!r} is no item of a WooCommerce shop"))
    return None


def _groups(targets: Iterable[StockTarget]) -> Iterable[tuple[str, list[StockTarget]]]:
    """A hundred of one parent at most: variations are only written through their product."""
    by_parent: dict[str, list[StockTarget]] = {}
    for target in targets:
        by_parent.setdefault(target.external_parent, []).append(target)
    for parent, group in by_parent.items():
        for start in range(0, len(group), BATCH):
            yield parent, group[start : start + BATCH]


def _send(client: Client, parent: str, group: Sequence[StockTarget]) -> tuple[list[StockDone], list[StockRefused]]:
    rows = [{"id": int(target.external_item), "manage_stock": True, "stock_quantity": target.quantity} for target in group]
    said = _update(client, parent, rows)
    done, refused = [], []
    for target, row in zip(group, said, strict=True):
        if identity(row.get("id")) != target.external_item:
            raise ContractBroken("update.id", f"{target.external_item} was expected")
        if isinstance(error := row.get("error"), Mapping):
            refused.append(StockRefused(target, ItemError(str(error.get("code", "")), str(error.get("message", "")))))
        else:
            done.append(StockDone(target, quantity_of(row)))
    return done, refused


def _update(client: Client, parent: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """One batch call; an answer for each row, in their order."""
    path = f"/products/{parent}/variations/batch" if parent else "/products/batch"
    answer = client.write("POST", path, {"update": rows}).json()
    said = answer.get("update") if isinstance(answer, dict) else None
    if not isinstance(said, list) or len(said) != len(rows):
        raise ContractBroken("update", f"{len(rows)} answers were expected")
    return said


def mend(client: Client, item: str, parent: str, now: datetime) -> StockReading:
    """Stock counted, backorders off. A product without a number has 0 then, and is out of stock until it gets one."""
    row = _update(client, parent, [{"id": int(item), "manage_stock": True, "backorders": "no"}])[0]
    if isinstance(error := row.get("error"), Mapping):
        raise Rejected(str(error.get("message", "")), code=str(error.get("code", "")))
    return _reading(item, row, now)


def read(client: Client, items: Sequence[tuple[str, str]], now: datetime) -> list[StockReading]:
    """In the order of `items`; what the shop does not list any more is not found."""
    by_parent: dict[str, list[str]] = {}
    for item, parent in items:
        by_parent.setdefault(parent, []).append(item)
    rows: dict[str, Mapping[str, Any]] = {}
    for parent, wanted in by_parent.items():
        rows.update(_rows(client, parent, wanted))
    return [_reading(item, rows.get(item), now) for item, _ in items]


def _rows(client: Client, parent: str, items: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    path = f"/products/{parent}/variations" if parent else "/products"
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(items), BATCH):
        question = [("include", ",".join(items[start : start + BATCH])), ("per_page", str(BATCH)), ("status", "any")]
        try:
            answer = client.get(path, question)
        except NotFound:
            continue
        found.update({identity(row.get("id")): row for row in answer.json()})
    return found


def _reading(item: str, row: Mapping[str, Any] | None, now: datetime) -> StockReading:
    if row is None:
        return StockReading(item, None, manages_stock=False, allows_backorders=False, seen_at=now, is_found=False)
    return StockReading(item, quantity_of(row), manages_stock(row), allows_backorders(row), now)


def quantity_of(row: Mapping[str, Any]) -> Decimal | None:
    said = row.get("stock_quantity")
    return None if said is None or said == "" else amount(said, "stock_quantity")


def manages_stock(row: Mapping[str, Any]) -> bool:
    """True for an own number; a variation says "parent" where it shares its product's."""
    return row.get("manage_stock") is True


def allows_backorders(row: Mapping[str, Any]) -> bool:
    return row.get("backorders") in {"yes", "notify"} or row.get("backorders_allowed") is True
