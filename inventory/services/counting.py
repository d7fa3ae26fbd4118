"""What was counted becomes what is on hand."""

from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser

from catalog.models import Variant
from erp.core.transactions import atomic
from inventory.models import Cause
from inventory.quantities import check_quantity
from inventory.queries import pieces_in_bin
from inventory.services.posting import Move, is_posted, open_ledger, post


@atomic
def count(
    variant_id: int,
    *,
    warehouse_id: int,
    counted: Decimal,
    by: AbstractBaseUser | None,
    bin_id: int | None = None,
    reason: str = "",
    key: str = "",
) -> Decimal:
    """Enter a count of a warehouse, or of one bin in it; returns the difference that was posted.

    Where fewer are counted than are promised, the newest promises that are not picked become short; where only picked ones are left, a
    card asks for the missing pieces.
    """
    allows_decimals = Variant.objects.get(pk=variant_id).allows_decimals
    check_quantity(counted, allows_decimals=allows_decimals, may_be_zero=True)
    book = open_ledger([Move(variant_id, warehouse_id, Decimal(0), Cause.COUNT)])
    if is_posted([Move(variant_id, warehouse_id, Decimal(0), Cause.COUNT, key)]):
        return Decimal(0)
    there = book.levels[variant_id, warehouse_id].on_hand if bin_id is None else pieces_in_bin(variant_id, bin_id)
    move = Move(variant_id, warehouse_id, counted - there, Cause.COUNT, key, bin_id, reason=reason, by=by)
    if move.quantity:
        post(book, [move])
    return move.quantity
