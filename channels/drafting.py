"""From a channel's facts to a written order: the status table, the listings and the start of the account decide, nothing else.

Pure. Nothing here loses an order: what is unknown becomes a hold or a line without product.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from channels.contract import ChannelAddress, ChannelCharge, ChannelLine, ChannelOrder, ChannelRefund, Treatment
from crm.people import Person, PostalAddress
from inventory.windows import window_key
from orders.drafts import NewAdjustment, NewHold, NewLine, NewOrder, NewPayment, NewRefund, NewRefundLine, NewTax

ZERO = Decimal(0)
GUESTS = ("", "0")
UNNAMED_RESIDUALS = ("", "rows_missing", "total_too_small")
ABSURD_LEAST, ABSURD_SHARE = Decimal(1), Decimal("0.05")
FINISHED = ("finished", "cancelled", "refunded", "failed")


@dataclass(frozen=True, slots=True)
class Listed:
    """What one item of the shop is here: `components` are set for a kit, `variant_id` None while nobody has bound it.

    `stock_item` and `location` name the window whose number a sale of it lowers.
    """

    external_item: str
    variant_id: int | None
    stock_item: str = ""
    location: str = ""
    is_stocked: bool = True
    allows_decimals: bool = False
    components: tuple[tuple[int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class AccountRules:
    """What one account adds to the facts. `statuses`: status of the shop -> treatment, defaults and the account's own merged;
    `own_statuses` are those that the account itself gave a meaning."""

    source: str
    statuses: Mapping[str, Treatment]
    start_at: datetime | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    own_statuses: frozenset[str] = frozenset()


def draft_order(order: ChannelOrder, rules: AccountRules, listings: Mapping[str, Listed], *, received_at: datetime) -> NewOrder:
    """The order as `orders` takes it. `received_at` stands in for a date that the shop left out or broke."""
    billing = _address(order.billing)
    shipping = _address(order.shipping_address) if order.shipping_address else None
    return NewOrder(
        source=rules.source,
        external_id=order.external_id,
        external_number=order.number,
        placed_at=order.placed_at or order.updated_at or received_at,
        updated_at=order.updated_at or received_at,
        currency=order.currency,
        customer=_person(order, rules.source, shipping if billing.is_empty and shipping else billing),
        billing=billing,
        shipping=shipping,
        total=order.total,
        lines=tuple(_lines(order, rules.source, listings)),
        adjustments=tuple(_adjustments(order)),
        taxes=tuple(_taxes(order)),
        payments=tuple(
            NewPayment(method=each.method, title=each.title, state=each.state, amount=each.amount, external_id=each.external_id)
            for each in order.payments
        ),
        refunds=tuple(_refund(each, order, received_at) for each in order.refunds),
        holds=tuple(_holds(order, rules)),
        treatment=treatment_of(order, rules),
        customer_note=order.customer_note,
        gift_message=order.gift_message,
        is_test=order.is_test,
        prices_include_tax=order.prices_include_tax,
        residual=order.residual,
        residual_reason=order.residual_reason,
        first_seen_cancelled=order.is_over and order.state != "trashed",
        restocked=not any(line.lowered for line in order.lines),
        is_finished_there=order.state == "finished" and not order.finished_by_us and order.status not in rules.own_statuses,
        is_told_by_us=order.finished_by_us,
        channel_status=order.status,
        buyer_currency=order.buyer_currency if order.buyer_total is not None else "",
        buyer_total=order.buyer_total,
    )


def treatment_of(order: ChannelOrder, rules: AccountRules) -> Treatment:
    """The account's status table decides, but an order that was finished before the account's start is history whatever its status.

    An order that is over and never lowered the shop's number was no sale: it is history too.
    """
    finished_at = order.completed_at or order.updated_at or order.placed_at
    if order.state in FINISHED and rules.start_at and finished_at and finished_at < rules.start_at:
        return "history"
    if order.is_over:
        return "history" if order.never_lowered else "live"
    return rules.statuses.get(order.status, "live")


def items_of(order: ChannelOrder) -> list[str]:
    """The shop's items that the order names, each once, sorted."""
    return sorted({line.external_item for line in order.lines if line.external_item})


def _holds(order: ChannelOrder, rules: AccountRules) -> Iterator[NewHold]:
    if order.state == "trashed":
        yield NewHold("trashed", params={"status": order.status})
    elif order.status not in rules.statuses and not order.is_over:
        yield NewHold("unknown_status", params={"status": order.status})
    if is_absurd(order):
        yield NewHold("total_unexplained", params={"told": f"{order.residual} {order.currency}"[:400]})
    if others := [each for each in order.fulfilments if not each.key]:
        told = ", ".join(f"{each.carrier} {each.tracking_number}".strip() for each in others)
        yield NewHold("tracked_elsewhere", params={"told": told[:400]})


def is_absurd(order: ChannelOrder) -> bool:
    """The total and its rows speak of different sales, and no known habit of the shop explains it.

    Some money more or less without a row is only shown: a plugin's fee, a discount that the shop keeps to itself.
    """
    if order.residual_reason not in UNNAMED_RESIDUALS:
        return False
    larger = max(abs(order.total), abs(order.total - order.residual))
    return abs(order.residual) > max(ABSURD_LEAST, larger * ABSURD_SHARE)


def _lines(order: ChannelOrder, source: str, listings: Mapping[str, Listed]) -> Iterator[NewLine]:
    wholes = {line.part_of for line in order.lines if line.part_of}
    for line in order.lines:
        listed = listings.get(line.external_item) or Listed(line.external_item, None)
        needs_stock = _needs_stock(line, listed, is_whole=line.external_id in wholes)
        yield NewLine(
            external_id=line.external_id,
            variant_id=listed.variant_id,
            components=listed.components,
            window=window_key(source, listed.stock_item or line.external_item, listed.location)
            if line.external_item and needs_stock
            else None,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            net=line.net_before_discount,
            tax=line.tax,
            needs_stock=needs_stock,
            needs_shipping=line.needs_shipping if line.needs_shipping is not None else needs_stock,
            external_item=line.external_item,
            allows_decimals=listed.allows_decimals,
            lowered=line.lowered,
        )


def _needs_stock(line: ChannelLine, listed: Listed, *, is_whole: bool) -> bool:
    """A known variant knows it; an unknown item needs stock unless the shop says that it is not shipped, or its parts are lines too."""
    if is_whole:
        return False
    if listed.variant_id is not None:
        return listed.is_stocked
    return line.needs_shipping is not False


def _adjustments(order: ChannelOrder) -> Iterator[NewAdjustment]:
    codes = ", ".join(coupon.code for coupon in order.coupons)[:120]
    for line in order.lines:
        if line.discount_net:
            yield NewAdjustment("discount", codes, line.discount_net, line.discount_tax, line_external_id=line.external_id, code=codes)
    for charge in order.shipping:
        yield NewAdjustment("shipping", charge.title, charge.net, charge.tax, code=charge.code, external_id=charge.external_id)
    for charge in order.fees:
        yield NewAdjustment("fee", charge.title, charge.net, charge.tax, code=charge.code, external_id=charge.external_id)


def _taxes(order: ChannelOrder) -> Iterator[NewTax]:
    for line in order.lines:
        for tax in line.taxes:
            yield NewTax(f"line:{line.external_id}", tax.code, tax.rate, line.net, tax.amount)
    yield from _taxes_of_charges("shipping", order.shipping)
    yield from _taxes_of_charges("fee", order.fees)


def _taxes_of_charges(kind: str, charges: tuple[ChannelCharge, ...]) -> Iterator[NewTax]:
    for place, charge in enumerate(charges):
        for tax in charge.taxes:
            yield NewTax(f"{kind}:{place}", tax.code, tax.rate, charge.net, tax.amount)


def _refund(refund: ChannelRefund, order: ChannelOrder, received_at: datetime) -> NewRefund:
    return NewRefund(
        external_id=refund.external_id,
        amount=refund.amount,
        refunded_at=refund.refunded_at or order.updated_at or received_at,
        reason=refund.reason,
        lines=tuple(
            NewRefundLine(
                line_external_id=line.line_external_id,
                quantity=line.quantity,
                net=line.net,
                tax=line.tax,
                restock=None if line.restocked is None else line.restocked > ZERO,
            )
            for line in refund.lines
        ),
    )


def _person(order: ChannelOrder, source: str, address: PostalAddress) -> Person:
    who, fiscal = order.customer, order.customer.fiscal
    return Person(
        source=source,
        external_id=None if who.external_id in GUESTS else who.external_id,
        email=who.email,
        phone=who.phone or address.phone,
        first_name=who.first_name,
        last_name=who.last_name,
        company=who.company,
        codice_fiscale=fiscal.codice_fiscale,
        partita_iva=fiscal.partita_iva,
        recipient_code=fiscal.recipient_code,
        pec=fiscal.pec,
        language=who.language,
        address=address,
    )


def _address(address: ChannelAddress) -> PostalAddress:
    return PostalAddress(
        name=f"{address.first_name} {address.last_name}".strip(),
        company=address.company,
        street=address.street,
        street2=address.street2,
        postcode=address.postcode,
        city=address.city,
        province=address.province,
        country=address.country,
        phone=address.phone,
    )
