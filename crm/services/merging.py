"""Two parties that turn out to be one; and back, because people err."""

from typing import Any

from django.utils.translation import gettext as _

from crm.cards import SUGGESTION
from crm.events import MergeUndone, PartiesMerged
from crm.locks import lock_parties
from crm.matching import contradicts, tax_clues
from crm.models import Address, ChannelIdentity, ContactPoint, Evidence, Merge, MergeSuggestion, Party
from erp.core import clock
from erp.core.cards import close_card
from erp.core.events import publish
from erp.core.history import By, record
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic

MOVED = {"evidence": Evidence, "identities": ChannelIdentity, "addresses": Address, "contact_points": ContactPoint}
FILLED = ("first_name", "last_name", "language", "codice_fiscale", "partita_iva", "vat_country", "recipient_code", "pec")


@atomic
def merge_parties(kept_id: int, gone_id: int, *, by: By) -> int:
    """Everything that identifies or reaches `gone` is `kept`'s from now on; documents stay where they are. Returns the merge's key.

    Fields that `kept` has empty are filled. Two parties with different tax ids of one kind are never one: Refused.
    """
    parties = lock_parties([kept_id, gone_id])
    if len(parties) < 2:
        raise Refused(_("Two parties are needed for a merge. Choose another one."), code="same")
    kept, gone = parties[kept_id], parties[gone_id]
    _refuse_merge(kept, gone)
    moved: dict[str, Any] = {name: _move(model, gone, kept) for name, model in MOVED.items()}
    moved["filled"] = _fill(kept, gone)
    gone.merged_into = kept
    save_master(kept, by=by)
    save_master(gone, by=by)
    merge = Merge(kept=kept, gone=gone, moved=moved, by_id=by.pk if by else None, merged_at=clock.now())
    merge.save()
    _settle(kept_id, gone_id, MergeSuggestion.State.MERGED)
    record(kept, "merged", by=by, gone=gone_id)
    record(gone, "merged_away", by=by, kept=kept_id)
    publish(PartiesMerged(kept_id, gone_id))
    return merge.pk


@atomic
def undo_merge(merge_id: int, *, by: By) -> None:
    """Give back what moved, if it is still there; what the kept party won since then stays with it. A suggestion is to decide again."""
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge_id)
    parties = lock_parties([merge.kept_id, merge.gone_id])
    kept, gone = parties[merge.kept_id], parties[merge.gone_id]
    if merge.undone_at or gone.merged_into_id != kept.pk:
        raise Refused(_("This merge was undone already. Nothing was changed."), code="undone")
    for name, model in MOVED.items():
        model._base_manager.filter(pk__in=merge.moved[name], party=kept).update(party=gone)
    for field, value in merge.moved["filled"].items():
        if str(getattr(kept, field)) == value:
            setattr(kept, field, "")
    gone.merged_into = None
    save_master(kept, by=by)
    save_master(gone, by=by)
    Merge.objects.filter(pk=merge_id).update(undone_at=clock.now())
    _settle(kept.pk, gone.pk, MergeSuggestion.State.OPEN)
    record(kept, "merge_undone", by=by, gone=gone.pk)
    record(gone, "merge_undone", by=by, kept=kept.pk)
    publish(MergeUndone(kept.pk, gone.pk))


@atomic
def accept_suggestion(subject: str, *, by: By) -> None:
    """The card's button: the older party stays."""
    first, _sep, second = subject.partition(":")
    merge_parties(int(first), int(second), by=by)


@atomic
def merge_suggested(suggestion_id: int, *, by: By) -> None:
    """The same, from the suggestion's own page."""
    suggestion = MergeSuggestion.objects.get(pk=suggestion_id)
    merge_parties(suggestion.first_id, suggestion.second_id, by=by)


@atomic
def dismiss_suggestion(suggestion_id: int, *, by: By) -> None:
    """They are two; the pair is not suggested again."""
    suggestion = MergeSuggestion.objects.select_for_update(of=("self",)).get(pk=suggestion_id)
    if suggestion.state == MergeSuggestion.State.MERGED:
        raise Refused(_("These two were merged already. Undo the merge first, if they are two."), code="merged")
    _settle(suggestion.first_id, suggestion.second_id, MergeSuggestion.State.DISMISSED)
    record(f"crm.party:{suggestion.first_id}", "merge_dismissed", by=by, other=suggestion.second_id)


def _refuse_merge(kept: Party, gone: Party) -> None:
    for party in (kept, gone):
        if party.merged_into_id:
            raise Refused(_("“%(name)s” was merged already. Choose the party that it was merged into.") % {"name": party.name}, code="gone")
    if contradicts(_tax(kept), _tax(gone)):
        text = _("“%(kept)s” and “%(gone)s” have different tax ids, so they are two parties. Correct the tax ids first if one is wrong.")
        raise Refused(text % {"kept": kept.name, "gone": gone.name}, code="two")


def _tax(party: Party) -> frozenset[Any]:
    return frozenset(tax_clues(party.codice_fiscale, party.partita_iva, str(party.vat_country)))


def _move(model: Any, gone: Party, kept: Party) -> list[int]:
    """The keys of the rows that changed hands; a contact or address that both have stays where it is."""
    rows = model._base_manager.filter(party=gone)
    if model is Address:
        rows = rows.exclude(digest__in=Address.objects.filter(party=kept).values("digest"))
    if model is ContactPoint:
        rows = rows.exclude(value__in=ContactPoint.objects.filter(party=kept).values("value"))
    keys = sorted(rows.values_list("pk", flat=True))
    model._base_manager.filter(pk__in=keys).update(party=kept)
    return keys


def _fill(kept: Party, gone: Party) -> dict[str, str]:
    filled = {}
    for field in FILLED:
        value = str(getattr(gone, field) or "")
        if value and not str(getattr(kept, field) or ""):
            setattr(kept, field, value)
            filled[field] = value
    kept.is_customer, kept.is_supplier = kept.is_customer or gone.is_customer, kept.is_supplier or gone.is_supplier
    return filled


def _settle(one: int, other: int, state: str) -> None:
    first, second = min(one, other), max(one, other)
    MergeSuggestion.objects.filter(first_id=first, second_id=second).update(state=state)
    close_card(SUGGESTION, f"{first}:{second}")
