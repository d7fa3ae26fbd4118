"""Words that the desk puts on orders to find them again."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order


class OrderTag(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="tags", verbose_name=_("order"))
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        verbose_name = _("order tag")
        verbose_name_plural = _("order tags")
        permissions: ClassVar = [("tag_order", _("Can tag an order"))]
        constraints: ClassVar = [models.UniqueConstraint("order", Lower("name"), name="orders_tag_once")]
        indexes: ClassVar = [models.Index(fields=["name", "order"], name="orders_tags_by_name")]

    def __str__(self) -> str:
        return self.name
