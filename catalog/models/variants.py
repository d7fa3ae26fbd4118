"""The thing on the shelf: one variant, one SKU; and kits, which are variants made of others."""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import LPad, Upper
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from simple_history.models import HistoricalRecords

from catalog.gtin import canonical
from catalog.models.products import Product, State


class Unit(models.TextChoices):
    PIECE = "piece", _("piece")
    METRE = "metre", _("metre")
    KILO = "kilo", _("kilo")

    @property
    def allows_decimals(self) -> bool:
        return self is not Unit.PIECE


class Option(models.Model):
    """What distinguishes the variants of a product: size, colour. Shared by all products."""

    name = models.CharField(_("name"), max_length=60)
    sort_name = models.CharField(max_length=60, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sort_name"],
                name="catalog_option_name_unique",
                violation_error_message=_("There is already an option with this name. Use it, or choose another name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class OptionValue(models.Model):
    option = models.ForeignKey(Option, on_delete=models.CASCADE, related_name="values", verbose_name=_("option"))
    value = models.CharField(_("value"), max_length=60)
    sort_value = models.CharField(max_length=60, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("option value")
        verbose_name_plural = _("option values")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["option", "sort_value"],
                name="catalog_option_value_unique",
                violation_error_message=_("This option already has this value. Use it, or choose another one."),
            )
        ]

    def __str__(self) -> str:
        return self.value


class VariantQuerySet(models.QuerySet["Variant"]):
    def with_codes(self, skus: Iterable[str], gtins: Iterable[str] = ()) -> "VariantQuerySet":
        """Those that have one of the SKUs, in any case, or one of the GTINs, in any of its lengths."""
        numbers = {canonical(gtin) for gtin in gtins} - {""}
        rows = self.annotate(sku_upper=Upper("sku"), gtin_14=LPad(F("gtin"), 14, Value("0")))
        return rows.filter(Q(sku_upper__in={sku.upper() for sku in skus}) | Q(gtin_14__in=numbers))


class Variant(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants", verbose_name=_("product"))
    sku = models.CharField("SKU", max_length=64)
    gtin = models.CharField(  # noqa: DJ001  unknown is NULL, or two unknown ones would be equal
        "GTIN", max_length=14, null=True, blank=True, help_text=_("The 8, 12, 13 or 14 digits under the bar code.")
    )
    title = models.CharField(_("title"), max_length=330, editable=False)
    sort_title = models.CharField(max_length=330, editable=False, db_index=True)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit.choices, default=Unit.PIECE)
    weight_grams = models.PositiveIntegerField(_("weight (g)"), null=True, blank=True)
    length_mm = models.PositiveIntegerField(_("length (mm)"), null=True, blank=True)
    width_mm = models.PositiveIntegerField(_("width (mm)"), null=True, blank=True)
    height_mm = models.PositiveIntegerField(_("height (mm)"), null=True, blank=True)
    hs_code = models.CharField(_("HS code"), max_length=10, blank=True, help_text=_("The customs number of the goods: 6, 8 or 10 digits."))
    origin_country = CountryField(_("country of origin"), blank=True)
    list_price = models.DecimalField(
        _("list price"), max_digits=12, decimal_places=2, default=Decimal("0.00"), validators=[MinValueValidator(Decimal(0))]
    )
    is_kit = models.BooleanField(_("kit"), default=False, editable=False)
    is_stocked = models.BooleanField(_("kept in stock"), default=True, help_text=_("Switch off for services and virtual goods."))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)

    objects = VariantQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sku"],
                name="catalog_variant_sku_unique",
                violation_error_message=_("There is already a variant with this SKU. Choose another SKU, or change that variant."),
            ),
            models.UniqueConstraint(
                Upper("sku"),
                name="catalog_variant_sku_unique_in_any_case",
                violation_error_message=_("There is already a variant with this SKU. Choose another SKU, or change that variant."),
            ),
            models.UniqueConstraint(
                LPad(F("gtin"), 14, Value("0")),
                name="catalog_variant_gtin_unique",
                violation_error_message=_("There is already a variant with this GTIN. Check the number, or change that variant."),
            ),
            models.CheckConstraint(
                condition=~Q(sku=""), name="catalog_variant_sku_not_empty", violation_error_message=_("A variant needs an SKU. Type one.")
            ),
            models.CheckConstraint(
                condition=Q(gtin__isnull=True) | Q(gtin__regex=r"^([0-9]{8}|[0-9]{12,14})$"),
                name="catalog_variant_gtin_shape",
                violation_error_message=_("A GTIN has 8, 12, 13 or 14 digits. Correct it, or leave it empty."),
            ),
            models.CheckConstraint(
                condition=Q(list_price__gte=0),
                name="catalog_variant_list_price_not_negative",
                violation_error_message=_("A list price cannot be negative. Type zero or more."),
            ),
        ]
        indexes: ClassVar = [
            GinIndex(
                OpClass(F("sort_title"), name="gin_trgm_ops"),
                OpClass(Upper("sku"), name="gin_trgm_ops"),
                OpClass(F("gtin"), name="gin_trgm_ops"),
                name="catalog_variant_similar",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.title}"

    @property
    def allows_decimals(self) -> bool:
        return Unit(self.unit).allows_decimals


class VariantOption(models.Model):
    """One choice of a variant: its size is M. At most one value per option."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="choices", verbose_name=_("variant"))
    option = models.ForeignKey(Option, on_delete=models.PROTECT, related_name="+", verbose_name=_("option"))
    value = models.ForeignKey(OptionValue, on_delete=models.PROTECT, related_name="choices", verbose_name=_("value"))

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        constraints: ClassVar = [models.UniqueConstraint(fields=["variant", "option"], name="catalog_variant_option_once")]

    def __str__(self) -> str:
        return f"{self.option_id}: {self.value_id}"


class KitComponent(models.Model):
    kit = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="components", verbose_name=_("kit"))
    component = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="part_of", verbose_name=_("component"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kit component")
        verbose_name_plural = _("kit components")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kit", "component"],
                name="catalog_kit_component_once",
                violation_error_message=_("This component is in the kit already. Change its quantity instead."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0),
                name="catalog_kit_component_quantity_positive",
                violation_error_message=_("A kit needs more than zero of each component. Correct the quantity."),
            ),
            models.CheckConstraint(
                condition=~Q(kit=F("component")),
                name="catalog_kit_component_not_itself",
                violation_error_message=_("A kit cannot contain itself. Choose another component."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.component_id}"
