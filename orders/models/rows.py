"""What the order is made of: lines, adjustments and tax rows, all as the channel stated them and in the order's currency."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import MONEY, Order

PIECES: dict[str, Any] = {"max_digits": 12, "decimal_places": 3}


class OrderLine(models.Model):
    """`net` is before discounts; `unit_net` is derived from it. `external_id` is the line's key inside its order, also for stock.

    `lowered` is what the channel says its number is down for this line. `claimed` and `counted` are what inventory was told: pieces
    claimed for the line (short ones too), and pieces counted as sold by the window. `shipped`: whole units that have left, a kit's when all
    its components have.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", verbose_name=_("order"), db_index=False)
    external_id = models.CharField(_("id in the shop"), max_length=120)
    position = models.PositiveIntegerField(_("position"), default=0)
    variant = models.ForeignKey("catalog.Variant", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product"))
    components = models.JSONField(_("components"), default=list, blank=True)
    external_item = models.CharField(_("listing in the shop"), max_length=160, blank=True)
    window = models.CharField(_("window"), max_length=250, blank=True)
    sku = models.CharField(_("SKU"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    quantity = models.DecimalField(_("quantity"), **PIECES)
    unit_net = models.DecimalField(_("unit price"), max_digits=18, decimal_places=8, default=Decimal(0))
    net = models.DecimalField(_("net"), **MONEY)
    tax = models.DecimalField(_("tax"), **MONEY)
    needs_stock = models.BooleanField(_("takes stock"), default=True)
    needs_shipping = models.BooleanField(_("is shipped"), default=True)
    allows_decimals = models.BooleanField(_("sold in parts"), default=False)
    lowered = models.DecimalField(_("taken off the shop's number"), **PIECES, null=True, blank=True)
    refunded = models.DecimalField(_("refunded"), **PIECES, default=Decimal(0))
    restocked = models.DecimalField(_("put back by refunds"), **PIECES, default=Decimal(0))
    claimed = models.DecimalField(_("claimed"), **PIECES, default=Decimal(0))
    counted = models.DecimalField(_("counted as sold"), **PIECES, default=Decimal(0))
    shipped = models.DecimalField(_("shipped"), **PIECES, default=Decimal(0), db_default=Decimal(0))

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="orders_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="orders_line_quantity_not_negative"),
        ]
        indexes = [
            models.Index(fields=["external_item"], condition=Q(variant=None, needs_stock=True), name="orders_lines_without_product"),
        ]

    def __str__(self) -> str:
        return self.title or self.sku

    @property
    def is_stockable(self) -> bool:
        """Its pieces can be reserved: it has a product, and whole pieces of what is only sold whole."""
        return self.needs_stock and self.variant_id is not None and (self.allows_decimals or self.quantity % 1 == 0)


class Adjustment(models.Model):
    """Discount, shipping, fee, gift card or rounding; signs as in `orders.drafts.NewAdjustment`."""

    class Kind(models.TextChoices):
        DISCOUNT = "discount", _("Discount")
        SHIPPING = "shipping", _("Shipping")
        FEE = "fee", _("Fee")
        GIFT_CARD = "gift_card", _("Gift card")
        ROUNDING = "rounding", _("Rounding")

    order = models.ForeignKey(Order, models.CASCADE, related_name="adjustments", verbose_name=_("order"), db_index=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    position = models.PositiveIntegerField(_("position"), default=0)
    external_id = models.CharField(_("id in the shop"), max_length=120, blank=True)
    line_external_id = models.CharField(_("line"), max_length=120, blank=True)
    code = models.CharField(_("code"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    net = models.DecimalField(_("net"), **MONEY)
    tax = models.DecimalField(_("tax"), **MONEY)

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        constraints = [
            models.UniqueConstraint(fields=["order", "kind", "position"], name="orders_adjustment_once"),
            models.CheckConstraint(
                condition=~Q(kind="rounding") | ~Q(title="", code=""),
                name="orders_rounding_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.net}"


class TaxRow(models.Model):
    """A tax of one target: `line:<external id>`, `shipping:<i>`, `fee:<i>` or `order`. No rate means the channel named none."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="taxes", verbose_name=_("order"))
    target = models.CharField(_("of"), max_length=130)
    code = models.CharField(_("code"), max_length=60, blank=True)
    rate = models.DecimalField(_("rate"), max_digits=7, decimal_places=4, null=True, blank=True)
    base = models.DecimalField(_("base"), **MONEY)
    amount = models.DecimalField(_("amount"), **MONEY)

    class Meta:
        verbose_name = _("tax row")
        verbose_name_plural = _("tax rows")
        constraints = [models.CheckConstraint(condition=Q(rate=None) | Q(rate__gte=0), name="orders_tax_rate_not_negative")]

    def __str__(self) -> str:
        return f"{self.target} {self.amount}"
