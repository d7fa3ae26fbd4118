"""What a kit may be made of. Pure: one set of sentences for the service, which refuses, and for imports, which reject the row."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

MAX_QUANTITY = Decimal("999999999.999")


def composition_fault(kit: str, components: Sequence[str], kits: Collection[str]) -> str:
    """A sentence unless each SKU stands there once and none is the kit itself or one of `kits`."""
    if kit in components:
        return _("Kit %(sku)s cannot contain itself. Choose another component.") % {"sku": kit}
    if len(set(components)) < len(components):
        return _("The same component stands in kit %(sku)s twice. Write it once, with the sum.") % {"sku": kit}
    inner = next((each for each in components if each in kits), "")
    if inner:
        text = _("%(inner)s is a kit itself, and a kit cannot contain kits. Put its components into %(sku)s instead.")
        return text % {"inner": inner, "sku": kit}
    return ""


def component_fault(sku: str, quantity: Decimal, *, allows_decimals: bool) -> str:
    """A sentence unless it is more than zero, at most three decimals, and whole where the unit is."""
    if not quantity.is_finite() or not 0 < quantity <= MAX_QUANTITY or quantity != round(quantity, 3):
        text = _("A kit cannot contain %(quantity)s of %(sku)s. Type a quantity above zero, with at most three decimals.")
        return text % {"quantity": quantity, "sku": sku}
    if not allows_decimals and quantity % 1:
        text = _("%(sku)s is counted in pieces: a kit cannot contain %(quantity)s of it. Type a whole number.")
        return text % {"quantity": quantity, "sku": sku}
    return ""
