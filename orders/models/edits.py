"""What a colleague corrected in an order that a shop sent."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class OrderEdit(models.Model):
    """`told` is what the shop had said of the field. While it goes on saying so, our correction stays; another word of it wins."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="edits", verbose_name=_("order"))
    field = models.CharField(_("field"), max_length=40)
    told = models.JSONField(_("as the shop told it"), encoder=DjangoJSONEncoder, null=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [models.UniqueConstraint(fields=["order", "field"], name="orders_edit_once_per_field")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.field}"
