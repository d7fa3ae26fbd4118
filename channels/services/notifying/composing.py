"""What exactly a shop is told about goods that left, decided when it is told."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from channels.contract import FulfilledParcel, Fulfilment
from channels.models import Account, FulfilmentPush
from channels.shipped_pieces import pieces_by_line
from inventory.models import Reservation, ReservationState
from inventory.shipping.models import Label, Shipment
from inventory.shipping.services.choosing import shop_carrier_name, shop_trackings
from inventory.shipping.states import OPEN_SHIPMENTS, LabelStatus
from orders.models import Order

WAITING_PIECES = (ReservationState.RESERVED, ReservationState.SHORT)


def compose(account: Account, pushes: Sequence[FulfilmentPush]) -> Fulfilment:
    """The parcels of one shipment; notes on each row what is told, without saving."""
    order, shipment = pushes[0].order, pushes[0].shipment
    lines, completes = _lines(order, shipment), is_the_last(order, pushes)
    _name_carriers(account.code, shipment, pushes)
    for push in pushes:
        push.lines, push.completes = {line: format(units.normalize(), "f") for line, units in lines.items()}, completes
    return Fulfilment(
        order_external_id=order.external_id,
        key=shipment.reference,
        shipped_at=shipment.shipped_at or pushes[0].requested_at,
        lines=lines,
        parcels=tuple(FulfilledParcel(push.key, push.tracking_number, push.carrier, push.tracking_url) for push in pushes),
        completes=completes,
        notify_customer=account.notify_customer,
        language=shipment.language,
    )


def is_the_last(order: Order, pushes: Collection[FulfilmentPush]) -> bool:
    """Nothing of the order is left to send: no piece waits, no line lacks its product, and no other parcel is still to be told."""
    if Shipment.objects.filter(order_reference=order.reference, status__in=OPEN_SHIPMENTS).exists():
        return False
    if Reservation.objects.filter(reference=order.reference, state__in=WAITING_PIECES).exists():
        return False
    if order.lines.filter(variant=None, needs_stock=True, needs_shipping=True, quantity__gt=0).exists():
        return False
    told_now = [push.pk for push in pushes]
    return not FulfilmentPush.objects.open().filter(order=order).exclude(pk__in=told_now).exists()


def _lines(order: Order, shipment: Shipment) -> dict[str, Decimal]:
    kits = order.lines.exclude(components=[]).order_by("pk").values_list("external_id", "components")
    components = {line: [(variant_id, Decimal(each)) for variant_id, each in parts] for line, parts in kits}
    return pieces_by_line(shipment.lines.order_by("position", "pk").values_list("line", "variant_id", "quantity"), components)


def _name_carriers(source: str, shipment: Shipment, pushes: Sequence[FulfilmentPush]) -> None:
    """Each parcel by the label under which it travels; without one by the shipment's service, without a number."""
    own = [push.parcel_id for push in pushes if push.parcel_id]
    labels = list(Label.objects.filter(parcel__in=own, status=LabelStatus.READY).select_related("service__carrier").order_by("pk"))
    told = {label.parcel_id: tracking for label, tracking in zip(labels, shop_trackings(source, labels), strict=True)}
    for push in pushes:
        if tracking := told.get(push.parcel_id or 0):
            push.carrier, push.tracking_number, push.tracking_url = tracking.carrier[:80], tracking.number, tracking.url[:400]
        elif shipment.service is not None:
            push.carrier = shop_carrier_name(source, shipment.service.carrier)[:80]
