"""Money that came and money that went back, in the order's currency."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import MONEY, Order
from orders.models.rows import PIECES
from orders.states import PaymentState


class Payment(models.Model):
    """Money promised or taken by one method. `external_id` is the gateway's transaction, empty until there is one."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="payments", verbose_name=_("order"), db_index=False)
    method = models.CharField(_("method"), max_length=60)
    title = models.CharField(_("title"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=PaymentState.choices)
    amount = models.DecimalField(_("amount"), **MONEY)
    external_id = models.CharField(_("transaction"), max_length=160, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    is_ours = models.BooleanField(_("recorded here"), default=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["order", "method", "external_id"], name="orders_payment_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="orders_payment_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.title or self.method} {self.amount}"


class Refund(models.Model):
    """Money given back, keyed by the channel's id; what it did to the stock stands in its lines. Deleted in the shop: `deleted_at`."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds", verbose_name=_("order"))
    external_id = models.CharField(_("id in the shop"), max_length=120)
    amount = models.DecimalField(_("amount"), **MONEY)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    refunded_at = models.DateTimeField(_("refunded"))
    deleted_at = models.DateTimeField(_("deleted in the shop"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="orders_refund_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="orders_refund_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} {self.amount}"


class RefundLine(models.Model):
    refund = models.ForeignKey(Refund, models.CASCADE, related_name="lines", verbose_name=_("refund"))
    line_external_id = models.CharField(_("line"), max_length=120)
    quantity = models.DecimalField(_("quantity"), **PIECES)
    net = models.DecimalField(_("net"), **MONEY)
    tax = models.DecimalField(_("tax"), **MONEY)
    restock = models.BooleanField(_("back in stock"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund line")
        verbose_name_plural = _("refund lines")
        constraints = [
            models.UniqueConstraint(fields=["refund", "line_external_id"], name="orders_refund_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="orders_refund_quantity_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.line_external_id} × {self.quantity}"
