"""What describes a product: its attributes and its images."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from catalog.models.products import Product
from catalog.models.variants import Variant


class Attribute(models.Model):
    """A property that products state but do not vary by: material, washing instructions."""

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"],
                name="catalog_attribute_code_unique",
                violation_error_message=_("There is already an attribute with this code. Use it, or choose another code."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class AttributeValue(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="attribute_values", verbose_name=_("product"))
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="values", verbose_name=_("attribute"))
    value = models.CharField(_("value"), max_length=500)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("attribute value")
        verbose_name_plural = _("attribute values")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "attribute"],
                name="catalog_attribute_value_once",
                violation_error_message=_("This product has a value for this attribute already. Change that one."),
            )
        ]

    def __str__(self) -> str:
        return self.value


class Media(models.Model):
    """An image of a product, or of one of its variants. `alt` says what it shows to those who cannot see it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="media", verbose_name=_("product"))
    variant = models.ForeignKey(
        Variant, on_delete=models.SET_NULL, null=True, blank=True, related_name="media", verbose_name=_("only this variant")
    )
    file = models.FileField(_("file"), upload_to="catalog/%Y/%m", max_length=200)
    alt = models.CharField(_("description for those who cannot see it"), max_length=250)
    position = models.PositiveIntegerField(_("position"), default=0)
    width = models.PositiveIntegerField(_("width (px)"), editable=False)
    height = models.PositiveIntegerField(_("height (px)"), editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        indexes: ClassVar = [models.Index(fields=["product", "position"], name="catalog_media_in_order")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(alt=""),
                name="catalog_media_has_alt",
                violation_error_message=_("An image needs a few words that say what it shows. Type them."),
            )
        ]

    def __str__(self) -> str:
        return self.alt
