"""Why an order waits."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.states import HoldKind


class Hold(models.Model):
    """One reason not to ship. It is open until `released_at`; the order goes when its last open hold goes."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="holds", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=20, choices=HoldKind.choices)
    params = models.JSONField(_("details"), default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    keeps_stock = models.BooleanField(_("keeps its stock"), default=True)
    placed_at = models.DateTimeField(_("since"))
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    release_reason = models.CharField(_("released because"), max_length=500, blank=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("held by")
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("released by")
    )

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], condition=Q(released_at=None), name="orders_hold_open_once"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(released_at=None, expires_at__isnull=False), name="orders_holds_that_expire"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
