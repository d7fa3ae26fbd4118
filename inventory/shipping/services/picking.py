"""Picking: many shipments in one walk, each on one list, whoever presses first."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.history import By, record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.covering import Pieces
from inventory.services.reserving import mark_picked_pieces
from inventory.shipping.bins import Wanted, choose_bins
from inventory.shipping.drafts import Picking, Refusal
from inventory.shipping.locks import lock_shipments
from inventory.shipping.models import PickList, Shipment, ShipmentLine
from inventory.shipping.queries import bin_sorted, free_bins, lines_of
from inventory.shipping.services.converging import unpick_locked
from inventory.shipping.standing import not_workable
from inventory.shipping.states import ShipmentStatus

Lines = Mapping[int, Sequence[ShipmentLine]]


@atomic
def make_pick_list(shipment_ids: Sequence[int], *, by: By) -> Picking:
    """Put the shipments that can be picked now on a list per warehouse; the others come back with a sentence that says why not.

    Their pieces are promised for good from here on: a loss found later does not take them away. Each line is sent to a bin where its
    pieces lie. A constant number of statements for each warehouse.
    """
    shipments = {each.pk: each for each in lock_shipments(shipment_ids)}
    lines = lines_of(shipments)
    refused = {key: sentence for key in dict.fromkeys(shipment_ids) if (sentence := _why_not(key, shipments.get(key)))}
    wanted = {key: pieces_of(each, lines.get(key, ())) for key, each in shipments.items() if key not in refused}
    for key in mark_picked_pieces(wanted):
        refused[key] = changed_meanwhile(shipments[key])
    taken = [each for key, each in shipments.items() if key not in refused]
    lists = _put_on_lists(taken, by)
    _send_to_bins(taken, lines)
    for each in taken:
        record(each, "put_on_pick_list", by=by, pick_list=str(each.pick_list_id))
    return Picking(
        tuple(each.pk for each in lists),
        tuple(bin_sorted([each.pk for each in taken]) if taken else ()),
        tuple(Refusal(key, refused[key]) for key in dict.fromkeys(shipment_ids) if key in refused),
    )


def pick_shipment(shipment_id: int, *, by: By) -> None:
    """A list of its own for one shipment; see `make_pick_list`. Raises Refused where that refuses."""
    for refusal in make_pick_list([shipment_id], by=by).refused:
        raise Refused(refusal.sentence, code="not_picked")


@atomic
def undo_pick_list(pick_list_id: int, *, by: By) -> None:
    """Take what nobody packed yet off the list again: its pieces are on the shelf, and it can be picked anew.

    Raises Refused when there is nothing of the kind.
    """
    keys = Shipment.objects.filter(pick_list=pick_list_id, status=ShipmentStatus.PICKING).values_list("pk", flat=True)
    shipments = [each for each in lock_shipments(keys) if each.pick_list_id == pick_list_id and each.status == ShipmentStatus.PICKING]
    if not shipments:
        raise Refused(
            _("Nothing on pick list %(number)s waits to be packed any more, so it cannot be undone.") % {"number": pick_list_id},
            code="nothing_to_undo",
        )
    unpick_locked(shipments)
    for each in shipments:
        record(each, "taken_off_pick_list", by=by, pick_list=str(pick_list_id))
    if not Shipment.objects.filter(pick_list=pick_list_id).exists():
        PickList.objects.filter(pk=pick_list_id, cancelled_at=None).update(cancelled_at=clock.now())


def pieces_of(shipment: Shipment, lines: Iterable[ShipmentLine]) -> list[Pieces]:
    """The pieces of a shipment as the stock knows them; what goes along without a promise is not among them."""
    return [
        Pieces(
            shipment.order_reference,
            line.line,
            line.variant_id,
            shipment.warehouse_id,
            line.quantity,
            line.bin_id,
            movement_key(line.pk),
        )
        for line in lines
        if line.takes_stock
    ]


def movement_key(line_id: int) -> str:
    """The one movement that takes a line's pieces out."""
    return f"shipment-line:{line_id}"


def changed_meanwhile(shipment: Shipment) -> str:
    return _("The pieces of shipment %(number)s are not promised to it any more: its order was changed. Look at it in a moment.") % {
        "number": shipment.number
    }


def _why_not(shipment_id: int, shipment: Shipment | None) -> str:
    reason = not_workable(shipment_id, shipment)
    if reason or shipment is None or shipment.status == ShipmentStatus.READY:
        return reason
    if shipment.pick_list_id is None:
        return _("Shipment %(number)s is packed already.") % {"number": shipment.number}
    return _("Shipment %(number)s is on pick list %(list)s already.") % {"number": shipment.number, "list": shipment.pick_list_id}


def _put_on_lists(shipments: Sequence[Shipment], by: By) -> list[PickList]:
    warehouses = sorted({each.warehouse_id for each in shipments})
    moment = clock.now()
    lists = [PickList(warehouse_id=warehouse_id, made_at=moment, made_by_id=by.pk if by else None) for warehouse_id in warehouses]
    PickList.objects.bulk_create(lists)
    for each in lists:
        here = [shipment for shipment in shipments if shipment.warehouse_id == each.warehouse_id]
        Shipment.objects.filter(pk__in=[shipment.pk for shipment in here]).update(status=ShipmentStatus.PICKING, pick_list=each)
        for shipment in here:
            shipment.status, shipment.pick_list_id = ShipmentStatus.PICKING, each.pk
    return lists


def _send_to_bins(shipments: Sequence[Shipment], lines: Lines) -> None:
    wanted = [
        Wanted(line.pk, (each.warehouse_id, line.variant_id), line.quantity)
        for each in shipments
        for line in lines.get(each.pk, ())
        if line.takes_stock
    ]
    chosen = choose_bins(wanted, free_bins({each.place for each in wanted})) if wanted else {}
    sent = [line for each in shipments for line in lines.get(each.pk, ()) if line.pk in chosen]
    for line in sent:
        line.bin_id = chosen[line.pk]
    ShipmentLine.objects.bulk_update(sent, ["bin"])
