"""Products, where they stand in the category tree, and how they are taxed."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from tree_queries.fields import TreeNodeForeignKey
from tree_queries.query import TreeQuerySet


class State(models.TextChoices):
    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")


class TaxCategory(models.Model):
    """What a product is to the tax office; the rate is today's in the company's country, an order keeps its own."""

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    rate = models.DecimalField(
        _("rate (%)"), max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tax category")
        verbose_name_plural = _("tax categories")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"],
                name="catalog_tax_category_code_unique",
                violation_error_message=_("There is already a tax category with this code. Use it, or choose another code."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=100),
                name="catalog_tax_category_rate_in_percent",
                violation_error_message=_("A tax rate is a percentage from 0 to 100. Correct the rate."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Category(models.Model):  # type: ignore[django-manager-missing]  # tree_queries has no types
    name = models.CharField(_("name"), max_length=100)
    sort_name = models.CharField(max_length=100, editable=False)
    parent = TreeNodeForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("inside the category")
    )

    objects = TreeQuerySet.as_manager()  # type: ignore[django-manager-missing]
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parent", "sort_name"],
                nulls_distinct=False,
                name="catalog_category_name_unique",
                violation_error_message=_("There is already a category with this name in the same place. Use it, or choose another name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(max_length=200, editable=False, db_index=True)
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("category")
    )
    tax_category = models.ForeignKey(TaxCategory, on_delete=models.PROTECT, related_name="products", verbose_name=_("tax category"))
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name
