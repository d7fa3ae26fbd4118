"""Coupons, split over the lines to the cent as the platform does it: dearest line first, remaining cents one per piece."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, Decimal
from typing import Any

from erp.practice.woocommerce.money import HUNDRED, ZERO, Rate, floor, micro, plain, tax_cents, tax_inside, tax_on
from erp.practice.woocommerce.taxes import TaxBook, tax_location
from erp.practice.woocommerce.totals import line_tax


@dataclass(frozen=True)
class Coupon:
    """`amount` is percent for `percent`, money (gross where prices include tax) for `fixed_cart`."""

    id: int
    code: str
    discount_type: str
    amount: Decimal
    free_shipping: bool

    @property
    def info(self) -> str:
        """What the platform remembers of the coupon on the order's row."""
        kind = "null" if self.discount_type == "fixed_cart" else f'"{self.discount_type}"'
        amount = f"{self.amount:f}".rstrip("0").rstrip(".") if "." in f"{self.amount:f}" else f"{self.amount:f}"
        return f'[{self.id},"{self.code}",{kind},{amount}]'


@dataclass
class _Item:
    """A line while coupons are applied; amounts in cents, as buyers see them."""

    line: dict[str, Any]
    price: Decimal
    quantity: int
    discount: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.price - self.discount

    def take(self, amount: Decimal) -> Decimal:
        taken = min(self.left, amount)
        self.discount += taken
        return taken


def _shown_cents(line: dict[str, Any], prices_include_tax: bool) -> Decimal:
    shown = Decimal(line["subtotal"])
    if prices_include_tax:
        shown += line_tax(line, True, "subtotal")
    return (shown * HUNDRED).quantize(Decimal(1))


def _apply_percent(coupon: Coupon, items: list[_Item]) -> None:
    wanted = floor_half_down(sum((item.price for item in items), ZERO) * coupon.amount / HUNDRED)
    given = sum((item.take(floor(item.price * coupon.amount / HUNDRED)) for item in items), ZERO)
    if given < wanted:
        _apply_remainder(items, wanted - given)


def _apply_fixed_cart(items: list[_Item], amount: Decimal) -> None:
    """The same sum off every piece, again and again, until less than a cent per piece is left."""
    while amount > 0:
        pieces = sum(item.quantity for item in items if item.left > 0)
        each = floor(amount / pieces) if pieces else ZERO
        if not each:
            break
        given = sum((item.take(each * item.quantity) for item in items), ZERO)
        amount -= given
        if not given:
            break
    if amount > 0:
        _apply_remainder(items, amount)


def _apply_remainder(items: list[_Item], amount: Decimal) -> None:
    for item in items:
        for _piece in range(item.quantity):
            if amount <= 0:
                return
            amount -= item.take(min(Decimal(1), amount))


def floor_half_down(value: Decimal) -> Decimal:
    """Half a cent of discount goes to the shop."""
    return value.quantize(Decimal(1), ROUND_HALF_DOWN)


def apply_coupons(order: dict[str, Any], coupons: list[Coupon], book: TaxBook, new_id: Callable[[], int]) -> None:
    """Set every line's total from its subtotal less the coupons. The lines' taxes must stand; they are stale afterwards."""
    gross = order["prices_include_tax"]
    items = [_Item(line, _shown_cents(line, gross), line["quantity"]) for line in order["line_items"] if line["quantity"] > 0]
    items.sort(key=lambda item: item.price * item.quantity, reverse=True)
    location = tax_location(order, book.base)
    rates = {item.line["id"]: _rates(item.line, book, location) for item in items}
    known = {line["code"]: line for line in order["coupon_lines"]}
    order["coupon_lines"] = []
    for coupon in coupons:
        before = {item.line["id"]: item.discount for item in items}
        if coupon.discount_type == "percent":
            _apply_percent(coupon, items)
        else:
            _apply_fixed_cart(items, coupon.amount * HUNDRED)
        given = {item.line["id"]: (item.discount - before[item.line["id"]]) / HUNDRED for item in items}
        tax_of = tax_inside if gross else tax_on
        taxes = {line: sum(tax_of(amount, rates[line]).values(), ZERO) for line, amount in given.items()}
        order["coupon_lines"].append(_coupon_line(coupon, given, taxes, known, new_id, gross))
    for item in items:
        discount = item.discount / HUNDRED
        if gross:
            discount -= sum(tax_inside(discount, rates[item.line["id"]]).values(), ZERO)
        item.line["total"] = plain(max(ZERO, Decimal(item.line["subtotal"]) - micro(discount)))


def _rates(line: dict[str, Any], book: TaxBook, location: tuple[str, str]) -> list[Rate]:
    return book.rates_for(location, line["tax_class"]) if line["tax_status"] == "taxable" else []


def _coupon_line(
    coupon: Coupon,
    given: dict[int, Decimal],
    taxes: dict[int, Decimal],
    known: dict[str, dict[str, Any]],
    new_id: Callable[[], int],
    gross: bool,
) -> dict[str, Any]:
    tax = sum(taxes.values(), ZERO)
    line = known.get(coupon.code) or {"id": new_id(), "code": coupon.code, "meta_data": []}
    return line | {
        "discount": plain(sum(given.values(), ZERO) - (tax if gross else ZERO)),
        "discount_tax": plain(tax_cents(tax, gross)),
        "discount_type": coupon.discount_type,
        "nominal_amount": plain(coupon.amount),
        "free_shipping": coupon.free_shipping,
        "info": coupon.info,
    }
