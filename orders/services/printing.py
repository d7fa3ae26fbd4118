"""From chosen orders to their papers: the shipments that wait for a walk go on one, and every order left out has a sentence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from erp.core.models import Receipt
from erp.core.receipts import Outcome, UndoKind, register_undo
from inventory.shipping.models import Shipment
from inventory.shipping.services.picking import undo_pick_list
from inventory.shipping.services.printing import print_batch
from inventory.shipping.states import OPEN_SHIPMENTS
from orders.models import Order
from orders.models.order import reference_of
from orders.states import OrderStatus


def print_orders(order_ids: Sequence[int], *, by: AbstractBaseUser | None) -> Outcome:
    """Prepare and print what is open of the orders; `about` names the batch and the pick lists that the undo takes back.

    An order counts as done when at least one of its shipments is in the batch. Where nothing at all can go there is no batch.
    """
    orders = {order.pk: order for order in Order.objects.filter(pk__in=order_ids).order_by("pk")}
    waiting = _open_shipments(order_ids)
    refused = {pk: _no_shipment(orders.get(pk), pk) for pk in order_ids if not waiting[pk]}
    shipments = {shipment.pk: pk for pk in order_ids for shipment in waiting[pk]}
    if not shipments:
        return _outcome(order_ids, {}, refused, {})
    batch = print_batch(list(shipments), by=by)
    taken = dict(batch.rows.order_by("position").values_list("shipment_id", "shipment__pick_list_id"))
    done = {shipments[key]: {"shipment": key} for key in taken}
    for row in batch.refused:
        refused.setdefault(shipments[row["shipment"]], row["reason"])
    lists = sorted({pick_list for pick_list in taken.values() if pick_list})
    return _outcome(order_ids, done, refused, {"batch": batch.pk, "pick_lists": lists})


def _outcome(order_ids: Sequence[int], done: Mapping[int, object], refused: Mapping[int, str], about: dict[str, object]) -> Outcome:
    """An order of which a part could go is done; what is left of it shows on its batch."""
    return Outcome(
        done=[(pk, str(pk), done[pk]) for pk in order_ids if pk in done],
        refused=[(pk, str(pk), refused[pk]) for pk in order_ids if pk in refused and pk not in done],
        about=about,
    )


def _open_shipments(order_ids: Sequence[int]) -> dict[int, list[Shipment]]:
    references = {reference_of(pk): pk for pk in order_ids}
    by_order: dict[int, list[Shipment]] = defaultdict(list)
    for shipment in Shipment.objects.filter(order_reference__in=references, status__in=OPEN_SHIPMENTS).order_by("pk"):
        by_order[references[shipment.order_reference]].append(shipment)
    return by_order


def _no_shipment(order: Order | None, pk: int) -> str:
    number = {"number": pk}
    if order is None:
        return _("There is no order %(number)s.") % number
    if order.status == OrderStatus.HELD:
        return _("Order %(number)s is on hold. Release it first, then print it.") % number
    if order.status == OrderStatus.CANCELLED:
        return _("Order %(number)s is cancelled.") % number
    if order.status == OrderStatus.CLOSED or not order.is_shippable:
        return _("Order %(number)s has nothing left to ship.") % number
    return _("The shipment of order %(number)s is being opened. Print it again in a moment.") % number


def _pick_lists_of(receipt: Receipt) -> list[dict[str, Any]]:
    return [{"id": pk, "label": str(pk)} for pk in receipt.about.get("pick_lists", [])]


def _take_back_list(pick_list_id: int, _told: object, by: AbstractBaseUser) -> None:
    undo_pick_list(pick_list_id, by=by)


UNDO_PRINT = register_undo(UndoKind("shipping.pick_list", "shipping.print_shipment", _take_back_list, _pick_lists_of))
