"""Customers found or made by evidence, never by a guess (PAINS row 24)."""

from dataclasses import replace

import pytest

from crm.models import Address, ChannelIdentity, ContactPoint, Evidence, MergeSuggestion, Party
from crm.people import Person, PostalAddress
from crm.services.parties import change_party, create_party, resolve_parties
from erp.core.cards import cause_of, title_of
from erp.core.history import history_of
from erp.core.models import Card, Event
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from tests.factories.crm import HOME, anna, make_evidence, make_party, person

pytestmark = pytest.mark.django_db

VAT, OTHER_VAT = "00743110157", "06363391001"
CF, OTHER_CF = "RSSMRA85T10A562S", "BNCGLI90B68H501Y"


def one(told: Person) -> int:
    return resolve_parties([told])[0]


def evidence() -> list[tuple[str, str, int]]:
    return list(Evidence.objects.order_by("kind", "value").values_list("kind", "value", "party_id"))


def test_a_new_customer_lands_with_everything_that_was_told() -> None:
    party_id = one(
        anna(
            1,
            company="Etna S.r.l.",
            partita_iva=f"IT {VAT}",
            recipient_code="abcd123",
            pec="Etna@Pec.it",
            language="it",
            phone="333 1234567",
        )
    )

    party = Party.objects.get()
    assert (party.pk, party.kind, party.name, party.sort_name) == (party_id, "company", "Etna S.r.l.", "etna s.r.l.")
    assert (party.partita_iva, party.vat_country.code, party.recipient_code, party.pec) == (VAT, "IT", "ABCD123", "etna@pec.it")
    assert (party.first_name, party.last_name, party.language, party.is_customer) == ("Anna", "Verdi 1", "it", True)
    assert [(kind, value) for kind, value, _party in evidence()] == [
        ("email", "anna1@example.com"),
        ("phone_address", f"+393331234567 {anna(1).address.place}"),
        ("vat", f"IT{VAT}"),
    ]
    assert list(ChannelIdentity.objects.values_list("source", "external_id")) == [("terramare", "1")]
    assert sorted(ContactPoint.objects.values_list("kind", "value")) == [("email", "anna1@example.com"), ("phone", "+393331234567")]
    assert Address.objects.get().digest == anna(1).address.digest
    assert [(entry.verb, entry.actor) for entry in history_of(party)] == [("created", "shop:terramare")]
    assert list(Event.objects.values_list("name", "payload")) == [("crm.PartyCreated", {"party_id": party_id})]


@pytest.mark.parametrize(
    "again",
    [
        person(email=" ANNA1@Example.COM "),
        person(source="outlet", email="anna1@example.com", external_id="77"),
        person(external_id="1"),
        person(phone="0039 333 1000001", address=replace(anna(1).address, street="VIA  GARIBÀLDI, 1", name="A. Verdi")),
        person(address=replace(anna(1).address, phone="3331000001")),
    ],
    ids=["e-mail", "e-mail in another shop", "account", "phone and address", "phone of the address"],
)
def test_pain_24_the_same_customer_is_found_by_each_kind_of_evidence(again: Person) -> None:
    first = one(anna(1))

    assert one(again) == first
    assert Party.objects.count() == 1


@pytest.mark.parametrize(
    "guest",
    [
        person(),
        person(first_name="Anna", last_name="Verdi 1"),
        person(phone="+39 333 1000001"),
        person(phone="+39 333 1000001", address=PostalAddress(city="Catania", country="IT")),
        person(address=anna(1).address),
        person(email="not an address", phone="12", external_id=" 0 ", codice_fiscale="RSSMRA85T10A562A", partita_iva="123"),
    ],
    ids=["nothing", "name", "phone alone", "phone and town", "address alone", "nothing usable"],
)
def test_pain_24_too_little_evidence_is_a_new_customer_each_time(guest: Person) -> None:
    known = one(anna(1))
    before = evidence()

    assert len({known, one(guest), one(guest)}) == 3
    assert evidence() == before


def test_pain_24_a_masked_marketplace_address_is_written_to_but_never_proves_who_it_is() -> None:
    masked = "8x2k1qz@marketplace.amazon.it"
    first, second = resolve_parties([person(email=masked, external_id="A1"), person(email=masked, external_id="A2")])

    assert first != second
    assert evidence() == []
    assert sorted(ContactPoint.objects.values_list("party_id", "value", "is_relay")) == [(first, masked, True), (second, masked, True)]
    assert one(person(email=masked, external_id="A2")) == second


def test_the_strongest_evidence_wins_and_the_others_become_a_suggestion() -> None:
    firm = one(person(company="Etna", partita_iva=VAT))
    private = one(person(email="anna@example.com"))

    both = person(company="Etna", partita_iva=VAT, email="anna@example.com")

    assert [one(both), one(both)] == [firm, firm]
    assert Party.objects.count() == 2
    assert list(MergeSuggestion.objects.values_list("first_id", "second_id", "reason")) == [(firm, private, "email anna@example.com")]
    card = Card.objects.get()
    assert (card.kind, card.subject) == ("crm.merge_suggestion", f"{firm}:{private}")
    assert (title_of(card), "email anna@example.com" in cause_of(card)) == (f"Two customers may be one: {firm} and {private}", True)


@pytest.mark.parametrize(
    ("mine", "theirs"), [({"partita_iva": VAT}, {"partita_iva": OTHER_VAT}), ({"codice_fiscale": CF}, {"codice_fiscale": OTHER_CF})]
)
def test_one_mailbox_with_two_tax_ids_is_two_customers_and_no_suggestion(mine: dict[str, str], theirs: dict[str, str]) -> None:
    bookkeeper = "studio@example.com"

    first, second = one(person(email=bookkeeper, **mine)), one(person(email=bookkeeper, **theirs))

    assert first != second
    assert [one(person(email=bookkeeper, **mine)), one(person(email=bookkeeper, **theirs)), one(person(email=bookkeeper))] == [
        first,
        second,
        first,
    ]
    assert MergeSuggestion.objects.count() == 0


def test_a_person_who_buys_for_a_company_is_another_party_with_a_suggestion() -> None:
    private = one(person(email="anna@example.com", codice_fiscale=CF))

    firm = one(person(email="anna@example.com", company="Etna", partita_iva=VAT))

    assert firm != private
    assert list(MergeSuggestion.objects.values_list("first_id", "second_id")) == [(private, firm)]


def test_a_customer_without_tax_ids_keeps_those_told_later_and_none_is_overwritten() -> None:
    party_id = one(person(email="anna@example.com"))

    assert one(person(email="anna@example.com", codice_fiscale=CF, recipient_code="ABCD123")) == party_id
    assert one(person(codice_fiscale=CF, recipient_code="ZZZZ999")) == party_id
    party = Party.objects.get()
    assert (party.codice_fiscale, party.recipient_code) == (CF, "ABCD123")
    assert [(entry.verb, entry.details) for entry in history_of(party)][1:] == [
        ("filled", {"fields": ["codice_fiscale", "recipient_code"]})
    ]


def test_the_numeric_codice_fiscale_of_a_company_is_its_partita_iva() -> None:
    assert one(person(company="Etna", partita_iva=f"IT{VAT}")) == one(person(company="Etna", codice_fiscale=VAT))


def test_a_vat_number_from_abroad_is_not_an_italian_one() -> None:
    told = resolve_parties([person(partita_iva="DE136695976"), person(partita_iva="136695976", address=replace(HOME, country="DE"))])

    assert told[0] == told[1]
    assert [(kind, value) for kind, value, _party in evidence()] == [("vat", "DE136695976")]
    assert Party.objects.values_list("vat_country", "partita_iva").get() == ("DE", "136695976")


def test_people_of_one_page_who_share_evidence_are_one_customer() -> None:
    page = [anna(1), anna(2), replace(anna(1), external_id=None, source="outlet", address=HOME), person(external_id="2")]

    parties = resolve_parties(page)

    assert parties == [parties[0], parties[1], parties[0], parties[1]]
    assert (Party.objects.count(), Address.objects.filter(party_id=parties[0]).count()) == (2, 2)


def test_a_mapper_that_calls_every_guest_number_0_does_not_join_them() -> None:
    assert len(set(resolve_parties([person(external_id="0", email=f"g{each}@example.com") for each in range(3)]))) == 3
    assert ChannelIdentity.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"codice_fiscale": "RSSMRA85T10A562A"},
            "The last letter of codice fiscale RSSMRA85T10A562A does not fit the rest: a sign was mistyped. Ask the buyer.",
        ),
        ({"partita_iva": "00743110158"}, "The check digit of partita IVA 00743110158 is wrong: a digit was mistyped. Ask the buyer."),
        ({"partita_iva": OTHER_VAT}, f"IT{OTHER_VAT} belongs to “Verdi S.p.A.” already. Open that party, or merge the two."),
        (
            {"recipient_code": "12"},
            "A recipient code has 7 letters and digits (6 for a public administration); “12” has not. Ask the buyer for it again.",
        ),
        ({"pec": "no"}, "“no” is not an e-mail address, so it cannot be a PEC. Ask the buyer again."),
        ({"name": "  "}, "A party needs a name. Type one."),
    ],
)
def test_what_cannot_be_right_is_refused_in_words_and_nothing_is_written(fields: dict[str, str], sentence: str) -> None:
    make_evidence(make_party("Verdi S.p.A.", partita_iva=OTHER_VAT, vat_country="IT"), "vat", f"IT{OTHER_VAT}")
    before = (list(Party.objects.values_list("name", flat=True)), evidence())

    with pytest.raises(Refused) as refusal, attempt():
        create_party(by=None, **{"name": "Etna", **fields})

    assert str(refusal.value) == sentence
    assert (list(Party.objects.values_list("name", flat=True)), evidence()) == before


def test_a_changed_tax_id_is_the_evidence_and_the_old_one_is_not() -> None:
    party_id = create_party(by=None, name="Etna", partita_iva=VAT, is_customer=True)

    change_party(party_id, by=None, partita_iva=OTHER_VAT, name="Étna Due")

    assert evidence() == [("vat", f"IT{OTHER_VAT}", party_id)]
    party = Party.objects.get()
    assert (party.name, party.sort_name) == ("Étna Due", "etna due")
    assert [entry.partita_iva for entry in party.history.order_by("history_id")] == [VAT, OTHER_VAT]
    assert [entry.verb for entry in history_of(party)] == ["created", "changed"]


def test_fiscal_data_that_cannot_be_right_is_left_out_and_becomes_a_card_until_somebody_writes_it_down() -> None:
    party_id = one(person(first_name="Anna", email="anna@example.com", codice_fiscale="RSSMRA85T10A562A", partita_iva="-", pec="pec"))

    card = Card.objects.get()
    assert title_of(card) == "The fiscal data of Anna cannot be right: RSSMRA85T10A562A, pec"
    assert (card.subject, Party.objects.get().codice_fiscale) == (f"crm.party:{party_id}", "")

    change_party(party_id, by=None, codice_fiscale=CF)

    assert Card.objects.filter(closed_at=None).count() == 0
    assert evidence()[0] == ("cf", CF, party_id)
