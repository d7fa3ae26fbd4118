"""The stock services as operations on one place: what staff press on the page of a level or of a warehouse.

`key` names one press of a button: the same press again, even at the same moment, moves nothing.
"""

from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from catalog.models import Variant
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.models import StockLevel
from inventory.services.counting import count
from inventory.services.moving import adjust, receive, set_safety_stock, transfer


@atomic
def receive_into(warehouse_id: int, *, sku: str, quantity: Decimal, by: AbstractBaseUser, reference: str = "", key: str = "") -> None:
    """Goods of a product that may have no level in this warehouse yet."""
    variant = Variant.objects.filter(sku__iexact=sku.strip()).order_by("pk").first()
    if variant is None:
        raise Refused(_("There is no product with the SKU “%(sku)s”. Check it, or create the product first.") % {"sku": sku}, code="sku")
    receive(variant.pk, warehouse_id=warehouse_id, quantity=quantity, by=by, reference=reference, key=key)


@atomic
def receive_here(
    level_id: int, *, quantity: Decimal, by: AbstractBaseUser, bin_id: int | None = None, reference: str = "", key: str = ""
) -> None:
    variant_id, warehouse_id = _place(level_id)
    receive(variant_id, warehouse_id=warehouse_id, quantity=quantity, by=by, bin_id=bin_id, reference=reference, key=key)


@atomic
def adjust_here(
    level_id: int, *, difference: Decimal, reason: str, by: AbstractBaseUser, cause: str, bin_id: int | None = None, key: str = ""
) -> None:
    variant_id, warehouse_id = _place(level_id)
    adjust(variant_id, warehouse_id=warehouse_id, difference=difference, reason=reason, by=by, cause=cause, bin_id=bin_id, key=key)


@atomic
def count_here(level_id: int, *, counted: Decimal, by: AbstractBaseUser, bin_id: int | None = None) -> None:
    variant_id, warehouse_id = _place(level_id)
    count(variant_id, warehouse_id=warehouse_id, counted=counted, by=by, bin_id=bin_id)


@atomic
def transfer_from_here(level_id: int, *, to_warehouse_id: int, quantity: Decimal, by: AbstractBaseUser, key: str = "") -> None:
    variant_id, warehouse_id = _place(level_id)
    transfer(variant_id, from_warehouse_id=warehouse_id, to_warehouse_id=to_warehouse_id, quantity=quantity, by=by, key=key)


@atomic
def set_safety_here(level_id: int, *, quantity: Decimal, by: AbstractBaseUser) -> None:
    variant_id, warehouse_id = _place(level_id)
    set_safety_stock(variant_id, warehouse_id=warehouse_id, quantity=quantity, by=by)


def _place(level_id: int) -> tuple[int, int]:
    return StockLevel.objects.values_list("variant_id", "warehouse_id").get(pk=level_id)
