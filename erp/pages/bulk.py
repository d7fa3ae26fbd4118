"""Deeds on the rows of a plain list: one form around the table, one receipt above it afterwards, filter and refused rows kept."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from erp.core.models import Receipt
from erp.core.receipts import MAX_ROWS, undo_kinds, undo_receipt
from erp.core.refusals import Refused
from erp.pages.access import member_of_staff, staff_page
from erp.pages.links import where_from

FORM_SECONDS = 3600
WORK_SECONDS = 120
"""Longer than a deed takes: whoever died in the middle of one keeps its form no longer."""
REASONS_SHOWN = 6
Words = Mapping[str, Callable[[int], str]]
"""What an action did to so many rows, by its code."""


@dataclass(frozen=True)
class Strip:
    """A receipt as it is shown. `links` are (words, address)."""

    pk: int
    title: str
    refused: list[str]
    more: int
    can_undo: bool
    links: list[tuple[str, str]] = field(default_factory=list)
    refused_ids: frozenset[int] = frozenset()


def chosen_keys(request: HttpRequest) -> list[int]:
    told = request.POST.getlist("chosen")[: MAX_ROWS + 1]
    return list(dict.fromkeys(int(key) for key in told if key.isdecimal() and key.isascii() and len(key) < 19))


def form_key(request: HttpRequest) -> str:
    """The same form of the same person twice is one action."""
    return f"{request.user.pk}:{request.POST.get('token') or uuid4().hex}"[:100]


@contextmanager
def first_press(request: HttpRequest) -> Iterator[bool]:
    """False for a form that was pressed already. Services hold without this too; it spares the second press a refusal.

    Around the deed: what is refused, or breaks, gives the form back, so that the same one may be sent again.
    """
    token = request.POST.get("token", "")
    key = f"form:{request.user.pk}:{token[:64]}"
    is_first = not token or cache.add(key, 1, WORK_SECONDS)
    try:
        yield is_first
    except BaseException:
        if token and is_first:
            cache.delete(key)
        raise
    if token and is_first:
        cache.set(key, 1, FORM_SECONDS)


def fresh_token() -> str:
    return uuid4().hex


def back_to(request: HttpRequest, otherwise: str, receipt: Receipt | None = None) -> HttpResponse:
    """To the list where the form stood, with its receipt above it."""
    address = where_from(request, otherwise)
    if receipt is not None:
        address += f"{'&' if '?' in address else '?'}receipt={receipt.pk}"
    return redirect(address)


def receipt_shown(request: HttpRequest) -> Receipt | None:
    """The receipt that the address names, if it is this person's."""
    key = request.GET.get("receipt", "")
    return Receipt.objects.filter(pk=int(key), by=member_of_staff(request)).first() if key.isdecimal() and len(key) < 19 else None


def strip_of(receipt: Receipt, user: User, words: Words) -> Strip:
    done, refused = len(receipt.done), receipt.refused
    if receipt.finished_at is None:
        title = gettext("This is still under way: %(count)d done so far") % {"count": done}
    else:
        title = words.get(receipt.action, _taken_back)(done)
    if refused:
        said = ngettext("%(count)d refused", "%(count)d refused", len(refused)) % {"count": len(refused)}
        title = gettext("%(done)s, %(refused)s") % {"done": title, "refused": said}
    can_undo = bool(done and receipt.undo and not receipt.undone_at and user.has_perm(undo_kinds.get(receipt.undo).permission))
    return Strip(
        receipt.pk,
        title,
        [row["why"] for row in refused[:REASONS_SHOWN]],
        max(len(refused) - REASONS_SHOWN, 0),
        can_undo,
        refused_ids=frozenset(row["id"] for row in refused),
    )


def _taken_back(count: int) -> str:
    return ngettext("%(count)d taken back", "%(count)d taken back", count) % {"count": count}


@require_POST
@staff_page()
def undo(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Take an action back, as far as each row still can be; the undo has a receipt of its own."""
    try:
        receipt = undo_receipt(receipt_id, by=member_of_staff(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return back_to(request, "today")
    return back_to(request, "today", receipt)
