"""Who carries: carriers, their services, and the rules that choose one."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Carrier(models.Model):
    """`backend` is the code in `inventory.shipping.carriers`; keys to its service lie in `erp.core.secrets` under `carrier:<code>`."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    backend = models.CharField(_("connection"), max_length=30)
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    tracking_url = models.CharField(
        _("tracking address"), max_length=300, blank=True, help_text=_("{tracking} stands for the tracking number.")
    )
    pickup_at = models.TimeField(_("daily pickup"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")

    def __str__(self) -> str:
        return self.name


class CarrierService(models.Model):
    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="services", verbose_name=_("carrier"))
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=80)
    collects_cash = models.BooleanField(_("cash on delivery"), default=False)
    needs_phone = models.BooleanField(_("needs a phone number"), default=False, db_default=False)
    takes_boxes = models.BooleanField(_("delivers to P.O. boxes"), default=False, db_default=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("carrier service")
        verbose_name_plural = _("carrier services")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["carrier", "code"],
                name="shipping_service_once_per_carrier",
                violation_error_message=_("This carrier already has a service with this code. Choose another code."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.carrier.name} {self.name}"


class Payment(models.TextChoices):
    CASH = "cash", _("Cash on delivery")
    PAID = "paid", _("Paid already")


class ShippingRule(models.Model):
    """The shop's shipping method -> a carrier's service. Empty fields mean any; the lowest priority number that fits wins.

    Cash is collected by services that collect it only, whatever a rule says.
    """

    priority = models.PositiveSmallIntegerField(_("priority"), default=10)
    source = models.CharField(_("shop"), max_length=60, blank=True)
    method = models.CharField(_("shipping method in the shop"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    payment = models.CharField(_("payment"), max_length=4, choices=Payment, blank=True)
    service = models.ForeignKey(CarrierService, models.PROTECT, related_name="rules", verbose_name=_("carrier service"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("shipping rule")
        verbose_name_plural = _("shipping rules")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "method", "country", "payment"],
                name="shipping_rule_once",
                violation_error_message=_("There is a rule for this shop, method, country and payment already. Change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source or '*'} {self.method or '*'} {self.country or '*'}"


class ShopCarrierName(models.Model):
    """What a shop calls a carrier, and the tracking address that its customers get."""

    source = models.CharField(_("shop"), max_length=60)
    carrier = models.ForeignKey(Carrier, models.CASCADE, related_name="shop_names", verbose_name=_("carrier"))
    name = models.CharField(_("name in the shop"), max_length=80)
    tracking_url = models.CharField(_("tracking address"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("carrier's name in a shop")
        verbose_name_plural = _("carriers' names in the shops")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "carrier"],
                name="shipping_shop_name_once",
                violation_error_message=_("This shop has a name for this carrier already. Change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.name}"
