"""Set-up of the catalog. Forms write through the services; what is sold is archived, never deleted."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from catalog.forms import VariantForm
from catalog.models import Attribute, AttributeValue, Category, KitComponent, Media, Product, TaxCategory, Variant, VariantOption
from catalog.services.categories import change_category, create_category, set_attribute
from catalog.services.kits import set_components
from catalog.services.media import add_image, change_image, order_images, remove_image
from catalog.services.products import change_product, change_variant, create_product, create_variant
from erp.core.admin import MasterAdmin
from erp.core.service_admin import ServiceAdmin, kept_forms, user_of
from erp.core.sorting import sort_name


class _Found(ServiceAdmin):
    """Search in the form in which names are kept: unaccented, lower case."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, sort_name(search_term))
        return found


@admin.register(TaxCategory)
class TaxCategoryAdmin(MasterAdmin):
    list_display = ("code", "name", "rate")


@admin.register(Attribute)
class AttributeAdmin(MasterAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(Category)
class CategoryAdmin(_Found):
    list_display = ("name", "parent")
    list_select_related = ("parent",)
    fields = ("name", "parent")
    search_fields = ("sort_name",)
    autocomplete_fields = ("parent",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return Category.objects.order_by("sort_name", "pk")

    def create_row(self, request: HttpRequest, fields: dict[str, Any]) -> int:
        return create_category(by=user_of(request), name=fields["name"], parent_id=_key(fields["parent"]))

    def change_row(self, request: HttpRequest, pk: int, fields: dict[str, Any]) -> None:
        change_category(pk, by=user_of(request), name=fields["name"], parent_id=_key(fields["parent"]))


class VariantInline(TabularInline):  # type: ignore[misc]
    model = Variant
    fields = ("sku", "title", "gtin", "list_price", "state")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True
    verbose_name_plural = _("variants")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class MediaInline(TabularInline):  # type: ignore[misc]
    model = Media
    fields = ("file", "alt", "variant", "position")
    extra = 0
    raw_id_fields = ("variant",)


class AttributeValueInline(TabularInline):  # type: ignore[misc]
    model = AttributeValue
    fields = ("attribute", "value")
    extra = 0
    autocomplete_fields = ("attribute",)


@admin.register(Product)
class ProductAdmin(_Found):
    list_display = ("name", "brand", "category", "tax_category", "state")
    list_select_related = ("category", "tax_category")
    list_filter = ("state", "tax_category")
    fields = ("name", "brand", "category", "tax_category", "description", "state")
    search_fields = ("sort_name", "variants__sku", "=variants__gtin")
    autocomplete_fields = ("category",)
    inlines: ClassVar = [VariantInline, MediaInline, AttributeValueInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return Product.objects.order_by("sort_name", "pk")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def create_row(self, request: HttpRequest, fields: dict[str, Any]) -> int:
        return create_product(by=user_of(request), tax_category_id=fields.pop("tax_category").pk, **fields)

    def change_row(self, request: HttpRequest, pk: int, fields: dict[str, Any]) -> None:
        change_product(pk, by=user_of(request), **fields)

    def save_rows(self, request: HttpRequest, parent: Model, formset: "BaseModelFormSet[Any, Any]") -> None:
        if formset.model is AttributeValue:
            for row in formset.deleted_objects:
                set_attribute(parent.pk, by=user_of(request), attribute_id=row.attribute_id, value="")
            for form in kept_forms(formset):
                attribute = form.cleaned_data["attribute"]
                set_attribute(parent.pk, by=user_of(request), attribute_id=attribute.pk, value=form.cleaned_data["value"])
        elif formset.model is Media:
            self._save_images(request, parent, formset)

    def _save_images(self, request: HttpRequest, product: Model, formset: "BaseModelFormSet[Any, Any]") -> None:
        for row in formset.deleted_objects:
            remove_image(row.pk, by=user_of(request))
        places: list[tuple[int, int]] = []
        for form in kept_forms(formset):
            fields = form.cleaned_data
            told = {"alt": fields["alt"], "variant_id": _key(fields["variant"]), "by": user_of(request)}
            key = form.instance.pk
            if key and "file" in form.changed_data:
                remove_image(key, by=user_of(request))
            if not key or "file" in form.changed_data:
                key = add_image(product.pk, file=fields["file"], **told)
            else:
                change_image(key, **told)
            places.append((fields["position"] or 0, key))
        order_images(product.pk, [key for _place, key in sorted(places)], by=user_of(request))


class ChoiceInline(TabularInline):  # type: ignore[misc]
    model = VariantOption
    fields = ("option", "value")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class KitComponentInline(TabularInline):  # type: ignore[misc]
    model = KitComponent
    fk_name = "kit"
    fields = ("component", "quantity")
    extra = 0
    autocomplete_fields = ("component",)
    verbose_name_plural = _("kit components: what is taken from stock when this is sold")


@admin.register(Variant)
class VariantAdmin(_Found):
    form = VariantForm
    list_display = ("sku", "title", "gtin", "list_price", "unit", "is_kit", "state")
    list_filter = ("state", "is_kit", "is_stocked", "unit")
    search_fields = ("sku", "=gtin", "sort_title")
    autocomplete_fields = ("product",)
    inlines: ClassVar = [ChoiceInline, KitComponentInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return Variant.objects.order_by("sort_title", "pk")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("product",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fields = list(VariantForm.Meta.fields)
        return fields if obj else [*fields[:3], "options", *fields[3:]]

    def create_row(self, request: HttpRequest, fields: dict[str, Any]) -> int:
        return create_variant(by=user_of(request), product_id=fields.pop("product").pk, **fields)

    def change_row(self, request: HttpRequest, pk: int, fields: dict[str, Any]) -> None:
        change_variant(pk, by=user_of(request), **fields)

    def save_rows(self, request: HttpRequest, parent: Model, formset: "BaseModelFormSet[Any, Any]") -> None:
        if formset.model is KitComponent:
            parts = [form.cleaned_data for form in kept_forms(formset)]
            set_components(parent.pk, [(part["component"].pk, part["quantity"]) for part in parts], by=user_of(request))


def _key(row: Model | None) -> int | None:
    return row.pk if row else None
