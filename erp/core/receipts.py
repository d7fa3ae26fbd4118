"""One action on many rows, with a receipt: N done, M refused because of this and that, and a way back.

Every row has a transaction of its own in which it is also noted on the receipt, so a receipt is right wherever the work was cut short.
"""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, OperationalError, connection
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.history import By
from erp.core.models import Receipt
from erp.core.refusals import Refused
from erp.core.registry import Registry
from erp.core.transactions import atomic, attempt, in_transaction, replay

KEPT = timedelta(days=30)
CUT_SHORT_AFTER = timedelta(minutes=10)
MAX_ROWS = 500

log = logging.getLogger(__name__)

Row = tuple[int, str]
"""Key of a document and how people call it."""
Service = Callable[[int], Any]
"""Does one row; what it returns (JSON-able, or None) is kept for the undo. Raises Refused with the reason."""


@dataclass(frozen=True)
class UndoKind:
    """How an action is taken back, row by row: `undo(key, what the action told about the row, by)`. It raises Refused where it is too late.

    `permission` is what somebody needs who undoes. `rows` tells what is undone where that is not the done rows themselves.
    """

    code: str
    permission: str
    undo: Callable[[int, Any, AbstractBaseUser], Any]
    rows: Callable[[Receipt], list[dict[str, Any]]] | None = None


@dataclass(frozen=True)
class Outcome:
    """What a service that takes all rows at once did: (key, label, told) and (key, label, why)."""

    done: Sequence[tuple[int, str, Any]] = ()
    refused: Sequence[tuple[int, str, str]] = ()
    about: dict[str, Any] = field(default_factory=dict)


undo_kinds: Registry[UndoKind] = Registry("undo")


def register_undo(kind: UndoKind) -> UndoKind:
    return undo_kinds.register(kind.code, kind)


def run_bulk(
    action: str,
    rows: Sequence[Row],
    service: Service,
    *,
    by: By,
    undo: UndoKind | None = None,
    key: str,
    about: dict[str, Any] | None = None,
) -> Receipt:
    """Run a service over rows and return the receipt; the same `key` returns the first receipt and does nothing.

    A refused row does not hold up the others, nor does one at which our own code fails: that is logged and told in words. Where the
    database fails, what is done stays noted, and the same form may be sent again.
    """
    _check_size(rows)
    receipt, is_new = _open(action, by=by, undo=undo, key=key, about=about or {})
    if is_new:
        try:
            for row in rows:
                _run_row(receipt.pk, row, service)
        except Exception:
            _give_form_back(receipt)
            raise
        _finish(receipt)
    return receipt


def run_together(
    action: str, rows: Sequence[Row], service: Callable[[list[int]], Outcome], *, by: By, undo: UndoKind | None = None, key: str
) -> Receipt:
    """The same for a service that takes all rows at once, in one transaction with the receipt, and answers for each.

    What it raises leaves no receipt, so that the same form may be sent again; a deadlock is played again.
    """
    _check_size(rows)

    def work() -> Receipt:
        with attempt(), atomic():
            receipt, is_new = _open(action, by=by, undo=undo, key=key, about={})
            if is_new:
                _run_together(receipt, rows, service)
        return receipt

    return work() if in_transaction() else replay(work)


def undo_receipt(receipt_id: int, *, by: AbstractBaseUser) -> Receipt:
    """Take an action back, each row as far as it still can be; returns the undo's own receipt, the first one when it was undone already.

    Raises Refused for an action that has no way back, and for one that is still under way.
    """
    receipt = Receipt.objects.filter(pk=receipt_id).first()
    if receipt is None:
        raise Refused(_("This receipt is older than 30 days and not kept any more."), code="gone")
    if not receipt.undo:
        raise Refused(_("This action cannot be undone."), code="no_undo")
    kind = undo_kinds.get(receipt.undo)
    if not by.has_perm(kind.permission):  # type: ignore[attr-defined]
        raise Refused(_("Your role may not undo this. Ask a colleague who may."), code="forbidden")
    if is_under_way(receipt):
        raise Refused(_("This action is still under way. Undo it when it is done."), code="under_way")
    undone = kind.rows(receipt) if kind.rows else receipt.done
    told = {row["id"]: row.get("told") for row in undone}
    Receipt.objects.filter(pk=receipt_id, undone_at=None).update(undone_at=clock.now())
    return run_bulk(
        f"undo {receipt.action}",
        [(row["id"], row["label"]) for row in undone],
        lambda pk: kind.undo(pk, told[pk], by),
        by=by,
        key=f"undo:{receipt_id}",
        about={"undoes": receipt_id},
    )


def is_under_way(receipt: Receipt) -> bool:
    """Somebody works on it now; after a while without an end it was cut short, and what it notes is all that was done."""
    return receipt.finished_at is None and clock.now() - receipt.at < CUT_SHORT_AFTER


@atomic
def prune_receipts() -> int:
    """Drop receipts that are older than they are kept; returns how many."""
    return Receipt.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def _check_size(rows: Sequence[Row]) -> None:
    if not rows:
        raise Refused(_("Nothing is chosen. Choose at least one row."), code="none")
    if len(rows) > MAX_ROWS:
        raise Refused(
            _("%(count)d rows are chosen; at most %(most)d go at once. Do it in parts.") % {"count": len(rows), "most": MAX_ROWS},
            code="many",
        )


@atomic
def _open(action: str, *, by: By, undo: UndoKind | None, key: str, about: dict[str, Any]) -> tuple[Receipt, bool]:
    """The unique key is the check: of two presses of one button the second finds the receipt of the first."""
    values = {
        "action": action,
        "by_id": by.pk if by else None,
        "at": clock.now(),
        "undo": undo.code if undo else "",
        "about": about,
    }
    return Receipt.objects.get_or_create(key=key, defaults=values)


def _run_row(receipt_id: int, row: Row, service: Service) -> None:
    pk, label = row

    def work() -> None:
        with atomic():
            try:
                with attempt():
                    told = service(pk)
            except Refused as refusal:
                _note(receipt_id, "refused", {"id": pk, "label": label, "why": str(refusal)})
            except OperationalError:
                raise
            except Exception:
                log.exception("receipt %s: row %s failed", receipt_id, pk)
                why = _("Something went wrong on our side and nothing was changed. Tell your administrator: receipt %(number)d.")
                _note(receipt_id, "refused", {"id": pk, "label": label, "why": why % {"number": receipt_id}})
            else:
                _note(receipt_id, "done", {"id": pk, "label": label, "told": told})

    replay(work)


@atomic
def _run_together(receipt: Receipt, rows: Sequence[Row], service: Callable[[list[int]], Outcome]) -> None:
    """The receipt is written with what it tells, or neither is."""
    outcome = service([pk for pk, _label in rows])
    receipt.done = [{"id": pk, "label": label, "told": told} for pk, label, told in outcome.done]
    receipt.refused = [{"id": pk, "label": label, "why": why} for pk, label, why in outcome.refused]
    receipt.about = outcome.about
    receipt.finished_at = clock.now()
    receipt.save(update_fields=["done", "refused", "about", "finished_at"])


def _note(receipt_id: int, column: str, row: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Receipt._meta.db_table} SET {column} = {column} || %s::jsonb WHERE id = %s",
            [json.dumps([row], cls=DjangoJSONEncoder), receipt_id],
        )


def _give_form_back(receipt: Receipt) -> None:
    """As far as the database is there again."""
    connection.close_if_unusable_or_obsolete()
    with suppress(DatabaseError):
        Receipt.objects.filter(pk=receipt.pk).update(key=f"broken:{receipt.pk}", finished_at=clock.now())


def _finish(receipt: Receipt) -> None:
    Receipt.objects.filter(pk=receipt.pk).update(finished_at=clock.now())
    receipt.refresh_from_db()
