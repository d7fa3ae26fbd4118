"""Quantities that people and channels type in, checked with a sentence before anything is locked."""

from decimal import Decimal

from django.utils.translation import gettext as _

from erp.core.refusals import Refused

MOST_PIECES = Decimal(1_000_000)
SMALLEST_PART = Decimal("0.001")


def check_quantity(quantity: Decimal, *, allows_decimals: bool, may_be_zero: bool = False) -> Decimal:
    """The quantity itself. Raises Refused when it is negative, zero where that means nothing, huge, or in parts of a whole piece."""
    if not quantity.is_finite():
        raise Refused(_("This is not a quantity. Type a number."), code="quantity")
    if quantity < 0 or (quantity == 0 and not may_be_zero):
        raise Refused(
            _("%(quantity)s is not a quantity that can be moved. Type a number above zero.") % {"quantity": quantity}, code="quantity"
        )
    return check_difference(quantity, allows_decimals=allows_decimals)


def check_difference(quantity: Decimal, *, allows_decimals: bool) -> Decimal:
    """The same for a signed difference."""
    if abs(quantity) > MOST_PIECES:
        raise Refused(
            _("%(quantity)s is more than %(most)s pieces at once. Check the number; if it is right, enter it in parts.")
            % {"quantity": quantity, "most": MOST_PIECES},
            code="quantity",
        )
    if not allows_decimals and quantity != quantity.to_integral_value():
        text = _("%(quantity)s pieces: this product is sold in whole pieces only. Type a whole number.")
        raise Refused(text % {"quantity": quantity}, code="quantity")
    if quantity != quantity.quantize(SMALLEST_PART):
        raise Refused(_("%(quantity)s has more than three decimals. Round it.") % {"quantity": quantity}, code="quantity")
    return quantity


def plain(quantity: Decimal) -> str:
    """For sentences: 5, not 5.000."""
    return format(quantity.normalize(), "f")
