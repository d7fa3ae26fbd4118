"""Their JSON -> our facts. Pure: no network, no clock, no rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from channels.connectors.woocommerce import vocabulary
from channels.connectors.woocommerce.bodies import Body, identity, meta_of, moment, need, note, rows, strangers, text
from channels.connectors.woocommerce.fiscal import fiscal_facts, key_map
from channels.connectors.woocommerce.lines import charges_of, coupons_of, lines_of, rates_of, strange_rows, tax_totals
from channels.connectors.woocommerce.payments import gift_cards_of, is_test, payments_of
from channels.connectors.woocommerce.refunds import refunded_pieces, refunds_of, with_restocks
from channels.connectors.woocommerce.residuals import settle_total
from channels.connectors.woocommerce.statuses import state_of
from channels.connectors.woocommerce.tracking import KEYS as TRACKING_KEYS
from channels.connectors.woocommerce.tracking import fulfilments_of, is_ours_to_the_end
from channels.contract import ChannelAddress, ChannelCharge, ChannelCustomer, ChannelLine, ChannelOrder, ContractBroken
from channels.contract.amounts import amount, cents

ZERO = Decimal("0.00")
LANGUAGE_KEYS = ("wpml_language", "_order_language", "pll_language")
GIFT_MESSAGE_KEYS = ("_gift_message", "gift_message")


def order_of(body: Body, settings: Mapping[str, Any]) -> ChannelOrder:
    """One order. Raises `ContractBroken` with the path of what is missing or unreadable; everything else is taken as it is."""
    if not isinstance(body, Mapping):
        raise ContractBroken("order", "is not an object")
    status, meta, rates = str(need(body, "status", "order")), meta_of(body), rates_of(body)
    refunds = refunds_of(body, rates)
    lines = lines_of(body, rates, refunded_pieces(refunds))
    shipping, fees = _shipping(body, rates), charges_of(body, "fee_lines", rates)
    gift_cards = gift_cards_of(body)
    settled = settle_total(body, lines, shipping, fees, sum((card.amount for card in gift_cards), ZERO))
    fiscal = fiscal_facts(meta, _part(body, "billing"), key_map(settings))
    return ChannelOrder(
        external_id=str(need(body, "id", "order")),
        number=text(body.get("number")) or str(body["id"]),
        status=status,
        state=state_of(status),
        currency=_currency(body),
        declared_total=settled.declared,
        total=settled.total,
        prices_include_tax=body.get("prices_include_tax") is True,
        placed_at=moment(body.get("date_created_gmt")),
        updated_at=moment(body.get("date_modified_gmt")),
        paid_at=moment(body.get("date_paid_gmt")),
        completed_at=moment(body.get("date_completed_gmt")),
        customer=_customer(body, meta, fiscal),
        billing=_address(_part(body, "billing")),
        shipping_address=_ship_to(body),
        lines=lines,
        shipping=shipping,
        fees=fees,
        coupons=coupons_of(body),
        tax_totals=tax_totals(body),
        payments=payments_of(body, gift_cards, settled.total, settings),
        refunds=with_restocks(refunds, lines),
        tax=settled.tax,
        discount_net=sum((line.discount_net for line in lines), ZERO),
        residual=settled.residual,
        residual_reason=settled.reason,
        payment_method=text(body.get("payment_method")),
        payment_title=text(body.get("payment_method_title")),
        is_paid=bool(body.get("date_paid_gmt") or body.get("date_paid")),
        is_test=is_test(meta, settings),
        never_lowered=_never_lowered(status, lines),
        customer_note=note(body.get("customer_note")),
        gift_message=next((note(meta[key]) for key in GIFT_MESSAGE_KEYS if meta.get(key)), ""),
        created_via=text(body.get("created_via")),
        fulfilments=fulfilments_of(body),
        finished_by_us=is_ours_to_the_end(body),
        unknown=tuple(strangers(body, vocabulary.ORDER, "order") + strange_rows(body) + _strange_meta(meta, settings)),
        problems=tuple(_problems(body)),
    )


def _part(body: Body, key: str) -> Body:
    found = body.get(key)
    return found if isinstance(found, dict) else {}


def _currency(body: Body) -> str:
    code = str(need(body, "currency", "order")).strip().upper()
    if len(code) != 3 or not code.isalpha():
        raise ContractBroken("order.currency", f"{code!r} is no currency code")
    return code


def _shipping(body: Body, rates: Mapping[str, Any]) -> tuple[ChannelCharge, ...]:
    """The shipping rows; a body that has only their total becomes one row, so that the money has a place."""
    found = charges_of(body, "shipping_lines", rates)
    net = cents(amount(body.get("shipping_total"), "order.shipping_total", "0"))
    tax = cents(amount(body.get("shipping_tax"), "order.shipping_tax", "0"))
    if found or not (net or tax):
        return found
    return charges_of({"shipping_lines": [{"total": str(net), "total_tax": str(tax)}]}, "shipping_lines", rates)


def _address(part: Body) -> ChannelAddress:
    return ChannelAddress(
        first_name=text(part.get("first_name")),
        last_name=text(part.get("last_name")),
        company=text(part.get("company")),
        street=text(part.get("address_1")),
        street2=text(part.get("address_2")),
        postcode=text(part.get("postcode")),
        city=text(part.get("city")),
        province=text(part.get("state")),
        country=text(part.get("country")).upper(),
        phone=text(part.get("phone")),
    )


def _ship_to(body: Body) -> ChannelAddress | None:
    """None where the shop sends to the billing address, which it says by leaving this one empty."""
    address = _address(_part(body, "shipping"))
    return None if address.is_empty else address


def _customer(body: Body, meta: Mapping[str, Any], fiscal: Any) -> ChannelCustomer:
    billing = _part(body, "billing")
    return ChannelCustomer(
        external_id=identity(body.get("customer_id")),
        email=text(billing.get("email")),
        phone=text(billing.get("phone")),
        first_name=text(billing.get("first_name")),
        last_name=text(billing.get("last_name")),
        company=text(billing.get("company")),
        language=next((text(meta[key]) for key in LANGUAGE_KEYS if meta.get(key)), ""),
        fiscal=fiscal,
    )


def _never_lowered(status: str, lines: Sequence[ChannelLine]) -> bool:
    """Sure only while it is still unpaid: a cancelled order loses its marks, whether they were there or not."""
    return state_of(status) in {"unpaid", "draft"} and not any(line.lowered or line.restocked for line in lines)


def _strange_meta(meta: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str]:
    known = {*key_map(settings), *LANGUAGE_KEYS, *GIFT_MESSAGE_KEYS, *TRACKING_KEYS}
    return [f"meta_data[{key}]" for key in sorted(set(meta) - known)]


def _problems(body: Body) -> list[str]:
    """What is in the body but cannot be read as what it should be."""
    times = ("date_created_gmt", "date_modified_gmt", "date_paid_gmt", "date_completed_gmt")
    found = [f"order.{key}: {body[key]!r} is no time" for key in times if body.get(key) and moment(body[key]) is None]
    lines = rows(body, "line_items", "order")
    found += [f"order.line_items[{index}].total: is missing" for index, row in enumerate(lines) if row.get("total") in (None, "")]
    ids = [str(row.get("id")) for row in lines]
    found += [f"order.line_items: the id {own} is there twice" for own in sorted({own for own in ids if ids.count(own) > 1})]
    return found
