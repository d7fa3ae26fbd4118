"""What a kit is made of."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.composition import component_fault, composition_fault
from catalog.events import KitChanged, VariantChanged
from catalog.locks import lock_variants
from catalog.models import KitComponent, Variant
from erp.core.events import publish
from erp.core.history import By
from erp.core.masterdata import delete_master, save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic


@atomic
def set_components(kit_id: int, components: Sequence[tuple[int, Decimal]], *, by: By) -> None:
    """Make a variant a kit of exactly these (variant id, quantity); none makes it an ordinary variant again.

    Raises Refused for a kit in a kit, itself in itself, a component twice, or a quantity that its unit does not allow.
    """
    variants = lock_variants([kit_id, *(variant_id for variant_id, _quantity in components)])
    kit = variants[kit_id]
    _refuse_circles(kit, components, variants)
    for variant_id, quantity in components:
        variant = variants[variant_id]
        sentence = component_fault(variant.sku, quantity, allows_decimals=variant.allows_decimals)
        if sentence:
            raise Refused(sentence, code="quantity")
    _write(kit, dict(components), by)
    if kit.is_kit != bool(components):
        kit.is_kit = bool(components)
        save_master(kit, by=by)
        publish(VariantChanged(kit_id))
    publish(KitChanged(kit_id))


def _refuse_circles(kit: Variant, components: Sequence[tuple[int, Decimal]], variants: dict[int, Variant]) -> None:
    parts = [variants[variant_id] for variant_id, _quantity in components]
    sentence = composition_fault(kit.sku, [part.sku for part in parts], {part.sku for part in parts if part.is_kit})
    if sentence:
        raise Refused(sentence, code="composition")
    outer = KitComponent.objects.filter(component=kit).select_related("kit").order_by("pk").first() if parts else None
    if outer:
        text = _("%(sku)s is part of kit %(outer)s, so it cannot become a kit itself. Take it out there first.")
        raise Refused(text % {"sku": kit.sku, "outer": outer.kit.sku}, code="kit_in_kit")


def _write(kit: Variant, wanted: dict[int, Decimal], by: By) -> None:
    present = {row.component_id: row for row in KitComponent.objects.filter(kit=kit)}
    for component_id, row in present.items():
        if component_id not in wanted:
            delete_master(row, by=by)
    for component_id, quantity in wanted.items():
        row = present.get(component_id) or KitComponent(kit=kit, component_id=component_id)
        if row.quantity != quantity:
            row.quantity = quantity
            save_master(row, by=by)
