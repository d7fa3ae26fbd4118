"""What windows show is a policy; changing it changes numbers."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from erp.core.events import publish
from erp.core.history import By
from erp.core.masterdata import delete_master, save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.events import StockChanged, WindowPolicyChanged
from inventory.models import Allotment, ExceptionCause, Mode, StockException, WindowPolicy
from inventory.services.allotting import mark_split_if_books_hold
from inventory.services.booking import report_exception
from inventory.services.window_books import open_books_of_variants, pieces_of

CHUNK = 200


@atomic
def set_policy(variant_id: int | None, *, mode: str, by: By, auto_threshold: int = 5, margin: int = 2) -> WindowPolicy:
    """The policy of a variant, or with None the company's. Its windows follow by event."""
    if mode not in Mode.values:
        raise Refused(_("“%(mode)s” is not a way to show stock. Choose one of the list.") % {"mode": mode}, code="mode")
    wanted = WindowPolicy.objects.filter(variant=None) if variant_id is None else WindowPolicy.objects.filter(variant_id=variant_id)
    row = wanted.order_by("pk").first() or WindowPolicy(variant_id=variant_id)
    row.mode, row.auto_threshold, row.margin = mode, auto_threshold, margin
    save_master(row, by=by)
    publish(WindowPolicyChanged(variant_id))
    return row


@atomic
def drop_policy(variant_id: int, *, by: By) -> None:
    """The variant follows the company's policy again. A second time is a no-op."""
    for row in WindowPolicy.objects.filter(variant_id=variant_id).order_by("pk"):
        delete_master(row, by=by)
        publish(WindowPolicyChanged(variant_id))


def apply_policy(variant_id: int | None) -> None:
    """Bring the variants with windows that a changed policy concerns under it, some hundred at a time."""
    concerned = Allotment.objects.order_by("variant_id").values_list("variant_id", flat=True).distinct()
    if variant_id is not None:
        concerned = concerned.filter(variant_id=variant_id)
    for chunk in _chunks(list(concerned)):
        _apply(chunk)


@atomic
def recheck_kit(kit_id: int) -> None:
    """What a kit is made of was changed: its windows hold other pieces now. Where a division does not hold any more, it is excepted."""
    books = open_books_of_variants({kit_id})
    for variant_id in sorted(books.stock.shelf.levels):
        missing = -books.spare(variant_id)
        is_known = StockException.objects.filter(variant_id=variant_id, closed_at=None).exists()
        if missing > 0 and books.stock.shelf.is_split(variant_id) and not is_known:
            report_exception(variant_id, ExceptionCause.KIT_CHANGED, missing)
        books.stock.touched.add(variant_id)
    books.save()


@atomic
def _apply(variant_ids: list[int]) -> None:
    mark_split_if_books_hold(variant_ids)
    for variant_id in sorted(pieces_of(variant_ids)):
        publish(StockChanged(variant_id))


def _chunks(variant_ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(variant_ids), CHUNK):
        yield variant_ids[start : start + CHUNK]
