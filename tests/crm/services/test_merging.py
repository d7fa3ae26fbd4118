"""Two parties that are one, and back (PAINS row 24: reversible, identities kept)."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from crm.models import Address, ChannelIdentity, ContactPoint, Evidence, Merge, MergeSuggestion, Party
from crm.services.merging import accept_suggestion, dismiss_suggestion, merge_parties, merge_suggested, undo_merge
from crm.services.parties import resolve_parties
from erp.core.history import history_of
from erp.core.models import Card, Event
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from tests.factories.crm import anna, make_party, person

pytestmark = pytest.mark.django_db
VAT, OTHER_VAT, CF = "00743110157", "06363391001", "RSSMRA85T10A562S"


@pytest.fixture
def clerk() -> User:
    return User.objects.create_user("clerk")


def holdings() -> dict[str, list[tuple[Any, ...]]]:
    return {
        "evidence": sorted(Evidence.objects.values_list("kind", "value", "party_id")),
        "identities": sorted(ChannelIdentity.objects.values_list("source", "external_id", "party_id")),
        "addresses": sorted(Address.objects.values_list("digest", "party_id")),
        "contacts": sorted(ContactPoint.objects.values_list("kind", "value", "party_id")),
        "parties": sorted(Party.objects.values_list("pk", "codice_fiscale", "partita_iva", "first_name", "merged_into_id")),
    }


def test_pain_24_a_merge_moves_everything_and_is_undone_to_the_letter(clerk: User) -> None:
    kept, gone = resolve_parties([person(email="a@example.com"), anna(1, codice_fiscale=CF, source="outlet")])
    before = holdings()

    merge = merge_parties(kept, gone, by=clerk)

    assert {row[-1] for kind in ("evidence", "identities", "addresses", "contacts") for row in holdings()[kind]} == {kept}
    assert resolve_parties([anna(1, source="outlet"), person(email="a@example.com"), person(codice_fiscale=CF)]) == [kept] * 3
    assert Party.objects.filter(pk=kept).values_list("codice_fiscale", "first_name").get() == (CF, "Anna")
    assert [(entry.verb, entry.by, entry.details) for entry in history_of(f"crm.party:{kept}")][1:] == [("merged", clerk, {"gone": gone})]

    undo_merge(merge, by=clerk)

    assert holdings() == before
    assert list(Event.objects.order_by("pk").values_list("name", flat=True))[2:] == ["crm.PartiesMerged", "crm.MergeUndone"]


def test_what_both_have_stays_and_comes_back_with_the_party(clerk: User) -> None:
    kept, gone = make_party("Anna"), make_party("Anna V.")
    for party in (kept, gone):
        ContactPoint.objects.create(party=party, kind="email", value="a@example.com")
        Address.objects.create(party=party, digest="same")

    merge_parties(kept.pk, gone.pk, by=clerk)

    assert sorted(ContactPoint.objects.values_list("party_id", flat=True)) == [kept.pk, gone.pk]
    assert Merge.objects.get().moved == {"evidence": [], "identities": [], "addresses": [], "contact_points": [], "filled": {}}


@pytest.mark.parametrize(
    ("mine", "theirs", "sentence"),
    [
        (
            {"partita_iva": VAT},
            {"partita_iva": OTHER_VAT},
            "“Etna” and “Verdi” have different tax ids, so they are two parties. Correct the tax ids first if one is wrong.",
        ),
        ({}, None, "Two parties are needed for a merge. Choose another one."),
    ],
)
def test_two_that_cannot_be_one_are_refused(mine: dict[str, str], theirs: dict[str, str] | None, sentence: str, clerk: User) -> None:
    kept = make_party("Etna", **mine)
    gone = kept if theirs is None else make_party("Verdi", **theirs)
    before = holdings()

    with pytest.raises(Refused) as refusal, attempt():
        merge_parties(kept.pk, gone.pk, by=clerk)

    assert (str(refusal.value), holdings(), Merge.objects.count()) == (sentence, before, 0)


def test_a_merged_party_is_merged_once_and_undone_once(clerk: User) -> None:
    kept, gone, third = make_party("A"), make_party("B"), make_party("C")
    merge = merge_parties(kept.pk, gone.pk, by=clerk)

    with pytest.raises(Refused) as refusal, attempt():
        merge_parties(third.pk, gone.pk, by=clerk)
    assert str(refusal.value) == "“B” was merged already. Choose the party that it was merged into."

    undo_merge(merge, by=clerk)
    with pytest.raises(Refused) as refusal, attempt():
        undo_merge(merge, by=clerk)
    assert str(refusal.value) == "This merge was undone already. Nothing was changed."


def suggested() -> MergeSuggestion:
    resolve_parties([person(company="Etna", partita_iva=VAT), person(email="a@example.com")])
    resolve_parties([person(partita_iva=VAT, email="a@example.com")])
    return MergeSuggestion.objects.get()


def test_the_cards_button_merges_into_the_older_one_and_closes_the_card(clerk: User) -> None:
    pair = suggested()

    accept_suggestion(Card.objects.get().subject, by=clerk)

    assert Merge.objects.values_list("kept_id", "gone_id").get() == (pair.first_id, pair.second_id)
    assert MergeSuggestion.objects.get().state == "merged"
    assert Card.objects.filter(closed_at=None).count() == 0


def test_a_suggestion_is_merged_from_its_page(clerk: User) -> None:
    merge_suggested(suggested().pk, by=clerk)

    assert Merge.objects.count() == 1


def test_a_dismissed_suggestion_does_not_come_back(clerk: User) -> None:
    dismiss_suggestion(suggested().pk, by=clerk)

    resolve_parties([person(partita_iva=VAT, email="a@example.com")])

    assert MergeSuggestion.objects.get().state == "dismissed"
    assert Card.objects.filter(closed_at=None).count() == 0


def test_a_merged_pair_is_not_two_before_the_merge_is_undone(clerk: User) -> None:
    suggestion = suggested()
    merge_suggested(suggestion.pk, by=clerk)

    with pytest.raises(Refused) as refusal, attempt():
        dismiss_suggestion(suggestion.pk, by=clerk)

    assert str(refusal.value) == "These two were merged already. Undo the merge first, if they are two."
    assert MergeSuggestion.objects.get().state == "merged"

    undo_merge(Merge.objects.get().pk, by=clerk)
    assert MergeSuggestion.objects.get().state == "open"
    dismiss_suggestion(suggestion.pk, by=clerk)
    assert MergeSuggestion.objects.get().state == "dismissed"
