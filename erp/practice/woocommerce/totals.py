"""An order's money, computed as the platform computes it: net lines to six places, tax rounded per line, totals from rounded parts.

Pure: an order body in, the same body with its amounts out. Stored amounts keep six places (`money.plain`); showing them is rendering.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from erp.practice.woocommerce.money import ZERO, Rate, cents, micro, plain, tax_cents, tax_inside, tax_on
from erp.practice.woocommerce.taxes import TaxBook, tax_location

Line = dict[str, Any]


def net_of_shop_price(price: Decimal, quantity: int, base_rates: Sequence[Rate], prices_include_tax: bool) -> Decimal:
    """Net amount of a shop price: the shop's own tax is taken out, wherever the buyer lives."""
    together = price * quantity
    if prices_include_tax:
        together -= sum(tax_inside(together, base_rates).values(), ZERO)
    return micro(together)


def recalculate(order: dict[str, Any], book: TaxBook, new_id: Callable[[], int]) -> None:
    """Taxes of every row, tax rows and totals, from the rows' net amounts as they stand."""
    location = tax_location(order, book.base)
    for line in order["line_items"]:
        rates = book.rates_for(location, line["tax_class"]) if line["tax_status"] == "taxable" else []
        _set_taxes(line, rates, with_subtotal=True)
    goods_classes = [line["tax_class"] for line in order["line_items"]]
    for line in order["shipping_lines"]:
        _set_taxes(line, book.shipping_rates(location, goods_classes), with_subtotal=False)
    for line in order["fee_lines"]:
        rates = book.rates_for(location, line["tax_class"]) if line["tax_status"] == "taxable" else []
        _set_taxes(line, rates, with_subtotal=False)
    order["tax_lines"] = _tax_lines(order, book, new_id)
    sum_up(order)


def _set_taxes(line: Line, rates: Sequence[Rate], *, with_subtotal: bool) -> None:
    total = tax_on(Decimal(line["total"]), rates)
    subtotal = tax_on(Decimal(line["subtotal"]), rates) if with_subtotal else {}
    line["taxes"] = [
        {"id": rate, "total": plain(amount), "subtotal": plain(subtotal[rate]) if with_subtotal else ""} for rate, amount in total.items()
    ]


def line_tax(line: Line, prices_include_tax: bool, key: str = "total") -> Decimal:
    """A row's tax is rounded here, per row and rate, and nowhere else."""
    return sum((tax_cents(Decimal(tax[key]), prices_include_tax) for tax in line["taxes"] if tax[key]), ZERO)


def _tax_lines(order: dict[str, Any], book: TaxBook, new_id: Callable[[], int]) -> list[Line]:
    """One row per rate, in the order in which goods, fees and shipping bring them in; known rows keep their id."""
    gross = order["prices_include_tax"]
    rates = {rate.id: rate for rate in book.rates}
    known = {line["rate_id"]: line for line in order.get("tax_lines", [])}
    sums: dict[int, list[Decimal]] = {}
    for place, lines in ((0, order["line_items"]), (0, order["fee_lines"]), (1, order["shipping_lines"])):
        for tax in (tax for line in lines for tax in line["taxes"]):
            sums.setdefault(tax["id"], [ZERO, ZERO])[place] += tax_cents(Decimal(tax["total"]), gross)
    return [
        {
            "id": known[rate_id]["id"] if rate_id in known else new_id(),
            "rate_code": rates[rate_id].code,
            "rate_id": rate_id,
            "label": rates[rate_id].name,
            "compound": False,
            "tax_total": plain(goods),
            "shipping_tax_total": plain(shipping),
            "rate_percent": plain(rates[rate_id].percent),
        }
        for rate_id, (goods, shipping) in sums.items()
    ]


def _added(lines: Iterable[Line], key: str) -> Decimal:
    return sum((cents(Decimal(line[key])) for line in lines), ZERO)


def sum_up(order: dict[str, Any]) -> None:
    """The order's totals from its rows. Discount is what the rounded lines lost, its tax what the unrounded taxes lost."""
    gross = order["prices_include_tax"]
    items, shipping, fees = order["line_items"], order["shipping_lines"], order["fee_lines"]
    goods, before = _added(items, "total"), _added(items, "subtotal")
    lost_tax = sum((Decimal(tax["subtotal"]) - Decimal(tax["total"]) for line in items for tax in line["taxes"]), ZERO)
    cart_tax = sum((line_tax(line, gross) for line in items + fees), ZERO)
    shipping_tax = sum((line_tax(line, gross) for line in shipping), ZERO)
    shipping_total = _added(shipping, "total")
    amounts = {
        "discount_total": before - goods,
        "discount_tax": tax_cents(lost_tax, gross),
        "shipping_total": shipping_total,
        "shipping_tax": shipping_tax,
        "cart_tax": cart_tax,
        "total": goods + _added(fees, "total") + shipping_total + cart_tax + shipping_tax,
        "total_tax": cart_tax + shipping_tax,
    }
    order.update({name: plain(amount) for name, amount in amounts.items()})
