"""Asking for a shop to be told: one row for each parcel that left, however often its news arrives."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.models import Account, FulfilmentPush
from channels.registry import connectors
from channels.services.notifying.lanes import ask_lanes
from channels.states import AccountState, PushState
from erp.core.clock import now
from erp.core.transactions import atomic
from inventory.shipping.models import Label, Parcel, Shipment
from inventory.shipping.states import LabelStatus, ShipmentStatus
from orders.models import Order
from orders.models.order import order_of

AWAITED_NUMBER = timedelta(hours=4)
"""How long a parcel whose label has no number yet is kept back; then the shop hears without it."""
AWAITED_LABELS = (LabelStatus.WANTED, LabelStatus.CLAIMED)
NO_PARCEL: Sequence[Parcel | None] = (None,)
CONNECTED = (AccountState.LIVE, AccountState.PAUSED)


@dataclass(frozen=True, slots=True)
class _Sold:
    """A shipment that left, with the account and the order that it belongs to."""

    shipment: Shipment
    account: Account
    order: Order


@atomic
def request_fulfilments(shipment_ids: Collection[int]) -> None:
    """Shipments that left for an order of a shop. Orders of our own have no shop to tell. Safe to repeat."""
    gone = Shipment.objects.filter(pk__in=shipment_ids, status=ShipmentStatus.SHIPPED, is_elsewhere=False).order_by("pk")
    sold = list(_sold(gone))
    if not sold:
        return
    parcels = _parcels([each.shipment.pk for each in sold])
    awaited = _awaited(parcels)
    moment = now()
    pushes = [_push(each, parcel, awaited, moment) for each in sold for parcel in parcels.get(each.shipment.pk, NO_PARCEL)]
    FulfilmentPush.objects.bulk_create(sorted(pushes, key=lambda push: push.key), ignore_conflicts=True)
    ask_lanes((each.account.pk, each.order.external_id) for each in sold)


@atomic
def follow_labels(label_ids: Collection[int]) -> None:
    """The label of a parcel that left has its number, or will get none: its shop need not wait any longer.

    A shop that was told without the number is told again.
    """
    labels = {label.parcel_id: label for label in Label.objects.filter(pk__in=label_ids).order_by("pk")}
    pushes = FulfilmentPush.objects.select_for_update(of=("self",)).filter(parcel__in=labels).order_by("pk")
    lanes = []
    for push in pushes.select_related("order"):
        label = labels[push.parcel_id or 0]
        if push.state == PushState.DONE and not push.tracking_number and label.tracking_number:
            push.key, push.state = f"{push.key}-{label.pk}"[:60], PushState.WAITING
        elif push.state != PushState.WAITING:
            continue
        push.due_at = min(push.due_at, now())
        push.save(update_fields=["key", "state", "due_at"])
        lanes.append((push.account_id, push.order.external_id))
    ask_lanes(lanes)


@atomic
def request_completion(order_ids: Collection[int]) -> None:
    """Nothing of these orders is left to send.

    Where the last parcel was told as one of several, the shop now hears that it was the last.
    """
    lanes = []
    pushes = FulfilmentPush.objects.select_for_update(of=("self",)).filter(order__in=order_ids).select_related("order")
    by_order: dict[int, list[FulfilmentPush]] = {}
    for push in pushes.order_by("pk"):
        by_order.setdefault(push.order_id, []).append(push)
    for rows in by_order.values():
        if any(push.completes or push.state != PushState.DONE for push in rows):
            continue
        rows[-1].state, rows[-1].due_at = PushState.WAITING, now()
        rows[-1].save(update_fields=["state", "due_at"])
        lanes.append((rows[-1].account_id, rows[-1].order.external_id))
    ask_lanes(lanes)


def _sold(shipments: Iterable[Shipment]) -> Iterator[_Sold]:
    rows = list(shipments)
    accounts = {account.code: account for account in accounts_of({row.source for row in rows}) if _takes_fulfilments(account)}
    ids = {row.pk: order_of(row.order_reference) for row in rows if row.source in accounts}
    orders = Order.objects.filter(is_test=False).in_bulk([order_id for order_id in ids.values() if order_id is not None])
    for row in rows:
        order = orders.get(ids.get(row.pk) or 0)
        if order is not None:
            yield _Sold(row, accounts[row.source], order)


def accounts_of(sources: Collection[str]) -> list[Account]:
    """Accounts that sell, or will again; a source that is none of them (counter, phone) has no shop to tell."""
    return list(Account.objects.filter(code__in=sources, state__in=CONNECTED).order_by("pk"))


def _takes_fulfilments(account: Account) -> bool:
    return connectors.get(account.connector).capabilities().fulfilment


def _parcels(shipment_ids: Collection[int]) -> dict[int, list[Parcel]]:
    found: dict[int, list[Parcel]] = {}
    for parcel in Parcel.objects.filter(shipment__in=shipment_ids).order_by("shipment_id", "position"):
        found.setdefault(parcel.shipment_id, []).append(parcel)
    return found


def _awaited(parcels: Mapping[int, Sequence[Parcel]]) -> set[int]:
    """Parcels whose label is asked for and has no number yet."""
    keys = [parcel.pk for rows in parcels.values() for parcel in rows]
    return set(Label.objects.filter(parcel__in=keys, status__in=AWAITED_LABELS).values_list("parcel_id", flat=True))


def _push(sold: _Sold, parcel: Parcel | None, awaited: Collection[int], moment: datetime) -> FulfilmentPush:
    is_awaited = parcel is not None and parcel.pk in awaited
    return FulfilmentPush(
        account=sold.account,
        order=sold.order,
        shipment=sold.shipment,
        parcel=parcel,
        key=f"{sold.shipment.reference}-{parcel.position if parcel else 0}",
        requested_at=moment,
        due_at=moment + AWAITED_NUMBER if is_awaited else moment,
    )
