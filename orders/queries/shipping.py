"""What orders hand down to shipping: all that the papers print, read in a constant number of statements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from catalog.models import Variant
from crm.models import Party
from inventory.shipping.drafts import NewShipment, NewShipmentLine
from inventory.shipping.models import Shipment
from inventory.shipping.states import ShipmentStatus
from orders.models import Adjustment, Order, OrderLine, Payment
from orders.states import PaymentState

HOME_COUNTRY = "IT"
HOME_LANGUAGE = "it"
OTHER_LANGUAGE = "en"
ZERO = Decimal("0.00")


def shipment_drafts(orders: Sequence[Order], *, is_partial: bool = False) -> list[NewShipment]:
    """One draft for each order, in the order given; five statements, seven where cash is under way."""
    keys = [order.pk for order in orders]
    lines = _lines_of(keys)
    variants = _variants_of(line for each in lines.values() for line in each)
    methods = _methods_of(keys)
    on_delivery = set(Payment.objects.filter(order__in=keys, state=PaymentState.ON_DELIVERY).values_list("order_id", flat=True))
    under_way = cash_under_way([order for order in orders if order.pk in on_delivery])
    spoken = dict(Party.objects.filter(pk__in={order.party_id for order in orders}).values_list("pk", "language"))
    return [
        _draft(
            order,
            tuple(_described(lines.get(order.pk, ()), variants)),
            method=methods.get(order.pk, ""),
            cash=order.due - under_way.get(order.pk, ZERO) if order.pk in on_delivery else ZERO,
            language=order.customer.get("language") or spoken.get(order.party_id, ""),
            is_partial=is_partial,
        )
        for order in orders
    ]


def cash_under_way(orders: Sequence[Order]) -> dict[int, Decimal]:
    """What parcels that have left collect for each order, less what has come since the first of them left; nothing where all has come."""
    by_reference = {order.reference: order.pk for order in orders}
    if not by_reference:
        return {}
    rows = Shipment.objects.filter(order_reference__in=by_reference, status=ShipmentStatus.SHIPPED, cash_to_collect__isnull=False)
    collecting: dict[int, Decimal] = {}
    first: dict[int, datetime] = {}
    for shipment in rows.order_by("shipped_at", "pk"):
        order_id = by_reference[shipment.order_reference]
        collecting[order_id] = collecting.get(order_id, ZERO) + (shipment.cash_to_collect or ZERO)
        if shipment.shipped_at is not None:
            first.setdefault(order_id, shipment.shipped_at)
    come = Payment.objects.filter(order__in=collecting, state=PaymentState.CAPTURED).order_by("pk") if collecting else ()
    for payment in come:
        if payment.recorded_at >= first[payment.order_id]:
            collecting[payment.order_id] -= payment.amount
    return {order_id: cash for order_id, cash in collecting.items() if cash > 0}


def _draft(order: Order, lines: tuple[NewShipmentLine, ...], *, method: str, cash: Decimal, language: str, is_partial: bool) -> NewShipment:
    address = order.shipping or order.billing
    name = address.get("name") or address.get("company") or order.customer_name
    return NewShipment(
        order_reference=order.reference,
        order_number=order.number,
        source=order.source,
        shop_number=order.external_number,
        placed_at=order.placed_at,
        recipient_name=name,
        recipient={"phone": order.customer.get("phone", ""), **{key: value for key, value in address.items() if value}},
        language=_language(language, address.get("country", "")),
        customer_note=order.customer_note,
        gift_message=order.gift_message,
        cash_to_collect=cash if cash > 0 else None,
        currency=order.currency,
        method=method,
        lines=lines,
        is_partial=is_partial,
    )


def _language(told: str, country: str) -> str:
    """The papers speak Italian or English: the buyer's own language first, else that of the country."""
    if told:
        return HOME_LANGUAGE if told.lower().startswith(HOME_LANGUAGE) else OTHER_LANGUAGE
    return HOME_LANGUAGE if country.upper() in ("", HOME_COUNTRY) else OTHER_LANGUAGE


def _lines_of(order_ids: Iterable[int]) -> dict[int, list[OrderLine]]:
    lines: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in=list(order_ids), needs_shipping=True).order_by("order_id", "position", "pk"):
        lines.setdefault(line.order_id, []).append(line)
    return lines


def _variants_of(lines: Iterable[OrderLine]) -> Mapping[int, Variant]:
    wanted: set[int] = set()
    for line in lines:
        wanted.update(variant_id for variant_id, _quantity in line.components)
        wanted.update([line.variant_id] if line.variant_id else [])
    return Variant.objects.only("sku", "gtin", "title").in_bulk(wanted)


def _methods_of(order_ids: Iterable[int]) -> dict[int, str]:
    """The shop's words for how the order is sent: the first charge for shipping."""
    methods: dict[int, str] = {}
    rows = Adjustment.objects.filter(order__in=list(order_ids), kind=Adjustment.Kind.SHIPPING).order_by("order_id", "position")
    for row in rows:
        methods.setdefault(row.order_id, row.title or row.code)
    return methods


def _described(lines: Iterable[OrderLine], variants: Mapping[int, Variant]) -> Iterator[NewShipmentLine]:
    for line in lines:
        left = line.quantity - line.refunded
        if line.variant_id is None or left <= 0:
            continue
        if not line.components:
            yield _line(line, variants[line.variant_id], left, title=line.title)
        for variant_id, each in line.components:
            variant = variants[variant_id]
            yield _line(line, variant, left * Decimal(each), title=variant.title, kit_title=line.title)


def _line(line: OrderLine, variant: Variant, quantity: Decimal, *, title: str, kit_title: str = "") -> NewShipmentLine:
    return NewShipmentLine(
        line=line.external_id,
        title=title or variant.title,
        variant_id=variant.pk,
        quantity=quantity,
        sku=variant.sku,
        gtin=variant.gtin or "",
        kit_title=kit_title,
        takes_stock=line.needs_stock,
    )
