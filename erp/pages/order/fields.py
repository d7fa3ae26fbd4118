"""The names of an order's fields as people read them, for differences and forms."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: dict[str, str | Promise] = {
    "total": _("total"),
    "currency": _("currency"),
    "treatment": _("treatment"),
    "channel_status": _("status in the shop"),
    "billing": _("billing address"),
    "shipping": _("shipping address"),
    "customer_note": _("customer's note"),
    "gift_message": _("gift message"),
    "discount_net": _("discounts"),
    "shipping_net": _("shipping"),
    "fees_net": _("fees"),
    "tax": _("tax"),
    "line_added": _("new line"),
    "line_removed": _("line removed"),
    "line_quantity": _("quantity"),
    "line_net": _("price"),
    "line_tax": _("tax of a line"),
    "line_sku": _("SKU"),
    "line_title": _("title"),
    "line_variant_id": _("product"),
}


def field_label(name: str) -> str | Promise:
    """The name of a difference (`orders.differences`); one that is not known is shown as it is."""
    return LABELS.get(name, name.replace("_", " "))
