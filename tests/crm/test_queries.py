"""The raw statements against their plain ORM form."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from crm.matching import ACCOUNT, Facts, Known, Plan, Profile, decide, read_profile
from crm.models import Address, ChannelIdentity, ContactPoint, Evidence, MergeSuggestion, Party
from crm.queries import fill_parties, forget_parties, keep_news, read_known
from crm.services.parties import resolve_parties
from tests.factories.crm import anna, make_party, person

pytestmark = pytest.mark.django_db


def read_plainly(profiles: list[Profile]) -> Known:
    known = Known()
    for clue in {clue for profile in profiles for clue in profile.clues}:
        if clue.kind == ACCOUNT:
            source, number = clue.value.split(" ", 1)
            row = ChannelIdentity.objects.filter(source=source, external_id=number).first()
        else:
            row = Evidence.objects.filter(kind=clue.kind, value=clue.value).first()
        if row:
            known.owners[clue] = row.party_id
    owners = set(known.owners.values())
    for party in Party.objects.filter(pk__in=owners):
        fields = ("codice_fiscale", "partita_iva", "vat_country", "recipient_code", "pec", "is_customer")
        known.facts[party.pk] = Facts(**{field: getattr(party, field) for field in fields})
    digests = [profile.person.address.digest for profile in profiles]
    known.addresses = set(Address.objects.filter(party__in=owners, digest__in=digests).values_list("party_id", "digest"))
    values = [contact.value for profile in profiles for contact in profile.contacts]
    known.contacts = set(ContactPoint.objects.filter(party__in=owners, value__in=values).values_list("party_id", "kind", "value"))
    known.suggested = set(MergeSuggestion.objects.filter(Q(first__in=owners)).values_list("first_id", "second_id"))
    return known


def test_the_read_finds_what_the_orm_finds() -> None:
    firm, private = resolve_parties(
        [person(company="Etna", partita_iva="00743110157", pec="etna@pec.it"), person(email="anna1@example.com")]
    )
    resolve_parties([anna(1), anna(2), person(partita_iva="00743110157", email="anna1@example.com")])
    profiles = [read_profile(told) for told in (anna(1), anna(2), anna(3), person(partita_iva="00743110157"), person())]

    found, plain = read_known(profiles), read_plainly(profiles)

    assert found == plain
    assert len(found.facts) == 3
    assert (min(firm, private), max(firm, private)) in found.suggested


def plan_of(*numbers: int) -> Plan:
    return decide([read_profile(anna(number)) for number in numbers], Known())


def test_the_write_inserts_what_the_orm_would() -> None:
    plan = plan_of(1, 2)

    kept = keep_news(plan.drafts, plan.clues, {key: told.address for key, told in plan.addresses.items()}, plan.contacts)
    for draft, party_id in kept.parties.items():
        make_party(plan.drafts[draft].person.name, pk=party_id)
    written = snapshot()
    Evidence.objects.all().delete()
    ChannelIdentity.objects.all().delete()
    Address.objects.all().delete()
    ContactPoint.objects.all().delete()
    for clue, draft in plan.clues.items():
        if clue.kind == ACCOUNT:
            source, number = clue.value.split(" ", 1)
            ChannelIdentity.objects.create(source=source, external_id=number, party_id=kept.parties[draft])
        else:
            Evidence.objects.create(kind=clue.kind, value=clue.value, party_id=kept.parties[draft])
    for (draft, digest), told in plan.addresses.items():
        Address.objects.create(party_id=kept.parties[draft], digest=digest, **vars(told.address))
    for draft, kind, value in plan.contacts:
        contact = plan.contacts[draft, kind, value]
        ContactPoint.objects.create(party_id=kept.parties[draft], kind=kind, value=value, raw=contact.raw, is_relay=contact.is_relay)

    assert written == snapshot()
    assert kept.clues == set(plan.clues)
    assert [len(rows) for rows in written] == [4, 2, 2, 4]


def snapshot() -> list[list[dict[str, object]]]:
    def rows(model: type, *order: str) -> list[dict[str, object]]:
        return [{name: value for name, value in row.items() if name != "id"} for row in model._base_manager.order_by(*order).values()]

    return [
        rows(Evidence, "kind", "value"),
        rows(ChannelIdentity, "source", "external_id"),
        rows(Address, "party_id", "digest"),
        rows(ContactPoint, "party_id", "kind", "value"),
    ]


def test_taking_back_leaves_nothing_of_the_new_parties() -> None:
    resolve_parties([anna(9)])
    before = snapshot()
    plan = plan_of(1, 2)

    kept = keep_news(plan.drafts, plan.clues, {key: told.address for key, told in plan.addresses.items()}, plan.contacts)
    forget_parties(kept.parties.values())

    assert snapshot() == before


def test_filling_writes_empty_fields_only() -> None:
    empty, full = make_party("Leer"), make_party("Voll", codice_fiscale="RSSMRA85T10A562S", pec="a@pec.it", is_customer=False)
    told = {
        "codice_fiscale": "BNCGLI90B68H501Y",
        "partita_iva": "00743110157",
        "vat_country": "IT",
        "recipient_code": "ABCD123",
        "pec": "b@pec.it",
    }

    fill_parties({empty.pk: told, full.pk: told, 0: told})

    fields = ("codice_fiscale", "partita_iva", "vat_country", "recipient_code", "pec", "is_customer")
    assert Party.objects.order_by("pk").values_list(*fields)[0] == (*told.values(), True)
    assert Party.objects.order_by("pk").values_list(*fields)[1] == ("RSSMRA85T10A562S", "00743110157", "IT", "ABCD123", "a@pec.it", True)


def test_each_lookup_of_the_read_has_an_index() -> None:
    """The planner reads small tables whole; with that switched off it must find an index for each of them."""
    with CaptureQueriesContext(connection) as capture:
        read_known([read_profile(anna(1)), read_profile(person(partita_iva="00743110157"))])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {capture.captured_queries[0]['sql']}")
        plan = [line for (line,) in cursor.fetchall()]

    assert [line for line in plan if "Seq Scan on crm_" in line] == []
    assert sum("Index" in line and " on crm_" in line for line in plan) == 6
