"""A change in the shop that came after picking and waits for a decision."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class PendingChange(models.Model):
    """`draft` is the order as the shop tells it (`orders.written`), None where it was deleted; `differences` is what it would change.

    The newest replaces older ones.
    """

    order = models.OneToOneField(Order, models.CASCADE, related_name="pending_change", verbose_name=_("order"))
    draft = models.JSONField(_("order as the shop tells it"), encoder=DjangoJSONEncoder, null=True)
    channel_updated_at = models.DateTimeField(_("changed in the shop"))
    differences = models.JSONField(_("differences"), encoder=DjangoJSONEncoder)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("change to decide")
        verbose_name_plural = _("changes to decide")

    def __str__(self) -> str:
        return str(self.order_id)
