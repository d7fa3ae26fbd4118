"""Goods come, go and change places; each is a line of the ledger."""

from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from catalog.models import Variant
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.models import Bin, Cause, Movement, StockLevel
from inventory.quantities import check_difference, check_quantity, plain
from inventory.services.posting import Move, is_posted, open_ledger, post, title_of

__all__ = ["adjust", "receive", "reverse_movement", "set_safety_stock", "transfer"]


@atomic
def receive(
    variant_id: int,
    *,
    warehouse_id: int,
    quantity: Decimal,
    by: AbstractBaseUser | None,
    bin_id: int | None = None,
    reference: str = "",
    key: str = "",
) -> None:
    """Goods came in; short orders are served first. The same `key` a second time is a no-op."""
    check_quantity(quantity, allows_decimals=_stocked(variant_id).allows_decimals)
    _check_bin(bin_id, warehouse_id)
    move = Move(variant_id, warehouse_id, quantity, Cause.RECEIPT, key, bin_id, reference, by=by)
    post(open_ledger([move]), [move])


@atomic
def adjust(
    variant_id: int,
    *,
    warehouse_id: int,
    difference: Decimal,
    reason: str,
    by: AbstractBaseUser | None,
    cause: str = Cause.ADJUSTMENT,
    bin_id: int | None = None,
    key: str = "",
) -> None:
    """Correct what is on hand. Where that leaves less than was promised, the newest promises not yet picked become short.

    Raises Refused without a reason, below zero, and below what is picked; damage and findings open a card instead.
    """
    check_difference(difference, allows_decimals=_stocked(variant_id).allows_decimals)
    _check_bin(bin_id, warehouse_id)
    if not difference:
        raise Refused(_("A difference of zero changes nothing. Type how many more or fewer there are."), code="quantity")
    if not reason.strip():
        raise Refused(_("An adjustment needs a reason, so that the number can be explained later. Type one."), code="reason")
    move = Move(variant_id, warehouse_id, difference, cause, key, bin_id, reason=reason.strip(), by=by)
    book = open_ledger([move])
    if is_posted([move]):
        return
    on_hand = book.levels[variant_id, warehouse_id].on_hand
    if on_hand + difference < 0:
        raise Refused(
            _("Only %(there)s × “%(variant)s” are on hand here; %(wanted)s cannot be taken away. Count again.")
            % {"there": plain(on_hand), "variant": title_of(variant_id), "wanted": plain(-difference)},
            code="quantity",
        )
    post(book, [move])


@atomic
def transfer(
    variant_id: int,
    *,
    from_warehouse_id: int,
    to_warehouse_id: int,
    quantity: Decimal,
    by: AbstractBaseUser | None,
    from_bin_id: int | None = None,
    to_bin_id: int | None = None,
    key: str = "",
) -> None:
    """Pieces change warehouse or bin. Raises Refused where fewer are free there: promised pieces stay where they were promised."""
    check_quantity(quantity, allows_decimals=_stocked(variant_id).allows_decimals)
    _check_bin(from_bin_id, from_warehouse_id)
    _check_bin(to_bin_id, to_warehouse_id)
    if (from_warehouse_id, from_bin_id) == (to_warehouse_id, to_bin_id):
        raise Refused(_("From and to are the same place. Choose another one."), code="place")
    names = (f"{key}:out", f"{key}:in") if key else ("", "")
    moves = [
        Move(variant_id, from_warehouse_id, -quantity, Cause.TRANSFER, names[0], from_bin_id, by=by),
        Move(variant_id, to_warehouse_id, quantity, Cause.TRANSFER, names[1], to_bin_id, by=by),
    ]
    book = open_ledger(moves)
    if is_posted(moves):
        return
    if from_warehouse_id != to_warehouse_id and book.levels[variant_id, from_warehouse_id].available < quantity:
        there = book.levels[variant_id, from_warehouse_id].available
        raise Refused(
            _("Only %(there)s × “%(variant)s” are free there: the rest is promised to orders. Move fewer.")
            % {"there": plain(there), "variant": title_of(variant_id)},
            code="quantity",
        )
    post(book, moves)


@atomic
def reverse_movement(movement_id: int, *, by: AbstractBaseUser | None, reason: str) -> None:
    """Undo a movement by its opposite, which names it. A second time is a no-op."""
    original = Movement.objects.get(pk=movement_id)
    if original.cause in (Cause.REVERSAL, Cause.SHIPMENT):
        raise Refused(_("This movement cannot be reversed: enter what happened instead."), code="cause")
    move = Move(
        original.variant_id,
        original.warehouse_id,
        -original.quantity,
        Cause.REVERSAL,
        f"reversal:{original.pk}",
        original.bin_id,
        original.reference,
        reason,
        by,
        original.pk,
    )
    book = open_ledger([move])
    if is_posted([move]):
        return
    if book.levels[move.variant_id, move.warehouse_id].on_hand + move.quantity < 0:
        raise Refused(_("These pieces have left in the meantime, the movement cannot be reversed. Count again."), code="quantity")
    post(book, [move])


@atomic
def set_safety_stock(variant_id: int, *, warehouse_id: int, quantity: Decimal, by: AbstractBaseUser | None) -> None:
    """Pieces of this warehouse that no window shows."""
    check_quantity(quantity, allows_decimals=_stocked(variant_id).allows_decimals, may_be_zero=True)
    move = Move(variant_id, warehouse_id, Decimal(0), Cause.ADJUSTMENT)
    book = open_ledger([move])
    level = StockLevel.objects.get(variant_id=variant_id, warehouse_id=warehouse_id)
    if level.safety_stock == quantity:
        return
    StockLevel.objects.filter(pk=level.pk).update(safety_stock=quantity)
    record(level, "safety_stock_set", by=by, before=str(level.safety_stock), after=str(quantity))
    book.touched.add(variant_id)
    book.write()


def _stocked(variant_id: int) -> Variant:
    variant = Variant.objects.get(pk=variant_id)
    if variant.is_kit:
        raise Refused(
            _("“%(variant)s” is a kit and has no stock of its own. Move its components instead.") % {"variant": variant.title}, code="kit"
        )
    if not variant.is_stocked:
        raise Refused(_("“%(variant)s” is not kept in stock. Switch its stock on first.") % {"variant": variant.title}, code="not_stocked")
    return variant


def _check_bin(bin_id: int | None, warehouse_id: int) -> None:
    if bin_id is not None and not Bin.objects.filter(pk=bin_id, warehouse_id=warehouse_id).exists():
        raise Refused(_("This bin is in another warehouse. Choose one of the same warehouse."), code="bin")
