"""The rows of an order: lines, shipping, fees, coupons and their taxes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from channels.connectors.woocommerce import vocabulary
from channels.connectors.woocommerce.bodies import LONGEST_ID, Body, identity, meta_of, need, rows, strangers, text
from channels.contract import ChannelCharge, ChannelCoupon, ChannelLine, ChannelTax, ChannelTaxTotal
from channels.contract.amounts import amount, cents, spread

IMPOSSIBLE_RATE = Decimal(1000)
_PER_CENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,3})?)\s*%")


@dataclass(frozen=True, slots=True)
class Rate:
    code: str
    label: str
    percent: Decimal | None


Rates = Mapping[str, Rate]


def tax_totals(order: Body) -> tuple[ChannelTaxTotal, ...]:
    totals = []
    for index, row in enumerate(rows(order, "tax_lines", "order")):
        path = f"order.tax_lines[{index}]"
        totals.append(
            ChannelTaxTotal(
                code=text(row.get("rate_code")),
                label=text(row.get("label")),
                rate=_percent(row, path),
                tax=cents(amount(row.get("tax_total"), f"{path}.tax_total", "0")),
                shipping_tax=cents(amount(row.get("shipping_tax_total"), f"{path}.shipping_tax_total", "0")),
                is_compound=row.get("compound") is True,
            )
        )
    return tuple(totals)


def rates_of(order: Body) -> Rates:
    """The rates that the order's tax lines name, by the id that its rows use."""
    found = {}
    for index, row in enumerate(rows(order, "tax_lines", "order")):
        rate = Rate(text(row.get("rate_code")), text(row.get("label")), _percent(row, f"order.tax_lines[{index}]"))
        found[identity(row.get("rate_id"))] = rate
    return found


def _percent(row: Body, path: str) -> Decimal | None:
    """`rate_percent`; older shops leave it out, then the per cent in the label ("IVA 22%") is the shop's own word too.

    A rate that cannot be true is one that the shop does not name.
    """
    said = row.get("rate_percent")
    if said is not None and said != "":
        rate = amount(said, f"{path}.rate_percent")
        return rate if abs(rate) < IMPOSSIBLE_RATE else None
    found = _PER_CENT.search(text(row.get("label")))
    return Decimal(found.group(1).replace(",", ".")) if found else None


def taxes_of(row: Body, rates: Rates, path: str, sign: int = 1) -> tuple[Decimal, tuple[ChannelTax, ...]]:
    """The row's tax to the cent and its parts, which add up to it. Tax without parts becomes one part of no named rate."""
    total = sign * cents(amount(row.get("total_tax"), f"{path}.total_tax", "0"))
    parts = rows(row, "taxes", path)
    said = [sign * amount(part.get("total"), f"{path}.taxes[{index}].total", "0") for index, part in enumerate(parts)]
    if not parts:
        return total, (ChannelTax("", "", None, total, total),) if total else ()
    found = []
    for part, share, word in zip(parts, spread(total, said), said, strict=True):
        code = identity(part.get("id"))
        rate = rates.get(code, Rate(code, "", None))
        found.append(ChannelTax(rate.code or code, rate.label, rate.percent, share, word))
    return total, tuple(found)


def lines_of(order: Body, rates: Rates, refunded: Mapping[str, Decimal]) -> tuple[ChannelLine, ...]:
    need(order, "line_items", "order")
    found, seen = [], dict[str, list[Body]]()
    for index, row in enumerate(rows(order, "line_items", "order")):
        path = f"order.line_items[{index}]"
        plain = str(need(row, "id", path))[:LONGEST_ID]
        earlier = seen.setdefault(plain, [])
        if row in earlier:
            continue
        earlier.append(row)
        # A broken shop gives one id to two different lines: the second is a line of its own, and money is never dropped.
        own = plain if len(earlier) == 1 else f"{plain}#{len(earlier)}"
        found.append(_line(row, own, rates, refunded.get(own, Decimal(0)), path))
    return tuple(found)


def _line(row: Body, external_id: str, rates: Rates, refunded: Decimal, path: str) -> ChannelLine:
    quantity = amount(need(row, "quantity", path), f"{path}.quantity")
    net = _net(row, quantity, path)
    # A line whose price staff have raised has a total above its subtotal: that is no negative discount.
    before = max(net, cents(amount(row.get("subtotal"), f"{path}.subtotal", str(net))))
    tax, taxes = taxes_of(row, rates, path)
    tax_before = max(tax, cents(amount(row.get("subtotal_tax"), f"{path}.subtotal_tax", str(tax))))
    variation, product = identity(row.get("variation_id")), identity(row.get("product_id"))
    meta = meta_of(row)
    return ChannelLine(
        external_id=external_id,
        external_item=variation or product,
        external_parent=product if variation else "",
        sku=text(row.get("sku")),
        title=text(row.get("name")),
        quantity=quantity,
        net_before_discount=before,
        discount_net=before - net,
        net=net,
        tax=tax,
        discount_tax=tax_before - tax,
        taxes=taxes,
        unit_price_said=amount(row.get("price"), f"{path}.price", "0"),
        lowered=_pieces(meta, "_reduced_stock"),
        restocked=_pieces(meta, "_restock_refunded_items"),
        refunded=refunded,
        options=_options(row),
        part_of=identity(row.get("bundled_by")) or identity(row.get("composite_parent")),
    )


def _net(row: Body, quantity: Decimal, path: str) -> Decimal:
    """The line's net total; a draft may have only a price, or nothing yet, and what is missing then shows in the order's residual."""
    for key in ("total", "subtotal"):
        if row.get(key) not in (None, ""):
            return cents(amount(row[key], f"{path}.{key}"))
    return cents(amount(row.get("price"), f"{path}.price", "0") * quantity)


def _pieces(meta: Mapping[str, object], key: str) -> Decimal | None:
    """Pieces that the shop notes on a line; fewer than none are none."""
    return max(amount(meta[key], f"meta_data[{key}]", "0"), Decimal(0)) if key in meta else None


def _options(row: Body) -> tuple[tuple[str, str], ...]:
    """What the buyer chose: members that the shop shows, the ones without a leading underscore."""
    shown = []
    for member in rows(row, "meta_data", "line"):
        key = str(member.get("key", ""))
        value = text(member.get("display_value", member.get("value")))
        if key and not key.startswith("_") and value:
            shown.append((text(member.get("display_key") or key), value))
    return tuple(shown)


def charges_of(order: Body, key: str, rates: Rates, sign: int = 1, where: str = "order") -> tuple[ChannelCharge, ...]:
    """`shipping_lines` or `fee_lines`; `sign` -1 in a refund, whose amounts are negative."""
    found = []
    for index, row in enumerate(rows(order, key, where)):
        path = f"{where}.{key}[{index}]"
        tax, taxes = taxes_of(row, rates, path, sign)
        found.append(
            ChannelCharge(
                external_id=identity(row.get("id")),
                code=text(row.get("method_id") or row.get("tax_class")),
                title=text(row.get("method_title") or row.get("name")),
                net=sign * cents(amount(row.get("total"), f"{path}.total", "0")),
                tax=tax,
                taxes=taxes,
            )
        )
    return tuple(found)


def coupons_of(order: Body) -> tuple[ChannelCoupon, ...]:
    return tuple(
        ChannelCoupon(
            code=text(row.get("code")),
            net=cents(amount(row.get("discount"), f"order.coupon_lines[{index}].discount", "0")),
            tax=cents(amount(row.get("discount_tax"), f"order.coupon_lines[{index}].discount_tax", "0")),
            kind=text(row.get("discount_type")),
        )
        for index, row in enumerate(rows(order, "coupon_lines", "order"))
    )


def strange_rows(order: Body) -> list[str]:
    """Members of rows that the mapper does not know."""
    known: Iterable[tuple[str, frozenset[str]]] = (
        ("line_items", vocabulary.LINE),
        ("shipping_lines", vocabulary.CHARGE),
        ("fee_lines", vocabulary.CHARGE),
        ("coupon_lines", vocabulary.COUPON),
        ("tax_lines", vocabulary.TAX_LINE),
    )
    found = []
    for key, names in known:
        for index, row in enumerate(rows(order, key, "order")):
            found += strangers(row, names, f"{key}[{index}]")
    return found
