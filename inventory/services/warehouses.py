"""A warehouse is switched on or off: its pieces are for sale again, or no more, and every number follows."""

from erp.core.events import publish
from erp.core.history import By
from erp.core.masterdata import save_master
from erp.core.transactions import atomic
from inventory.events import WarehouseSwitched
from inventory.models import ExceptionCause, StockException, StockLevel, Warehouse
from inventory.services.allotting import mark_split_if_books_hold
from inventory.services.booking import report_exception
from inventory.services.window_books import open_books_of_variants

CHUNK = 200


@atomic
def save_warehouse(warehouse: Warehouse, *, by: By) -> None:
    """Insert or change a warehouse. Switched on or off, its products' numbers follow by event."""
    before = Warehouse.objects.filter(pk=warehouse.pk).values_list("is_active", flat=True).first()
    save_master(warehouse, by=by)
    if before is not None and before != warehouse.is_active:
        publish(WarehouseSwitched(warehouse.pk))


def follow_warehouse(warehouse_id: int) -> None:
    """Look at everything that lies in a warehouse anew, some hundred products at a time: who waits, divisions, windows. Safe to repeat."""
    variants = list(StockLevel.objects.filter(warehouse=warehouse_id).order_by("variant_id").values_list("variant_id", flat=True))
    for start in range(0, len(variants), CHUNK):
        _look_again(variants[start : start + CHUNK])


@atomic
def _look_again(variant_ids: list[int]) -> None:
    """Freed pieces serve short orders first. Where a division does not hold without the warehouse, that is an exception, told at once."""
    books = open_books_of_variants(variant_ids)
    divided = {level.variant_id for level in books.stock.levels.values() if level.is_split}
    known = set(StockException.objects.filter(variant_id__in=variant_ids, closed_at=None).values_list("variant_id", flat=True))
    for variant_id in sorted(books.stock.shelf.levels):
        missing = -books.spare(variant_id)
        if missing > 0 and variant_id not in known and variant_id in divided:
            report_exception(variant_id, ExceptionCause.WAREHOUSE_OFF, missing)
        books.stock.touched.add(variant_id)
    books.save()
    mark_split_if_books_hold(variant_ids)
