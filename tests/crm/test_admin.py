"""Parties in forms: fiscal data judged beside its field, rows of the inlines through the services, merges as operations."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Address, Company, ContactPoint, Evidence, Merge, MergeSuggestion, Party
from crm.services.parties import resolve_parties
from tests.factories.crm import anna, make_company, make_evidence, make_party, person

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
PREFIXES = ("addresses", "contact_points", "identities", "evidence")


def rows(**told: list[dict[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for prefix in PREFIXES:
        given = told.get(prefix, [])
        initial = sum("id" in row for row in given)
        fields |= {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
        fields |= {f"{prefix}-{place}-{name}": value for place, row in enumerate(given) for name, value in row.items()}
    return fields


def post(client: Client, url: str, fields: dict[str, Any]) -> tuple[dict[str, list[str]], list[str]]:
    """Errors by field, and the messages shown after it was accepted."""
    response = client.post(url, fields, headers=ENGLISH)
    if response.status_code == 302:
        return {}, [str(each) for each in get_messages(response.wsgi_request) if each.level_tag == "warning"]
    errors: dict[str, list[str]] = dict(response.context["adminform"].form.errors)
    return errors or {"rows": list(response.context["errors"])}, []


def test_a_party_is_added_with_its_address_and_contact_and_a_warning_is_shown(admin_client: Client) -> None:
    fields = {"kind": "company", "name": "Étna S.r.l.", "partita_iva": "IT12345678903", "is_customer": "on"}
    inlines = rows(
        addresses=[{"street": "Via Etnea 1", "city": "Catania", "country": "IT"}],
        contact_points=[{"kind": "email", "value": "Info@Etna.example.com"}],
    )

    errors, warnings = post(admin_client, reverse("admin:crm_party_add"), {**fields, **inlines})

    assert (errors, warnings) == (
        {},
        ["Partita IVA 12345678903 names a tax office that does not exist (890). Check it before you invoice."],
    )
    party = Party.objects.get()
    assert (party.name, party.sort_name, party.partita_iva, party.vat_country.code) == ("Étna S.r.l.", "etna s.r.l.", "12345678903", "IT")
    assert (Address.objects.get().street, ContactPoint.objects.get().value) == ("Via Etnea 1", "info@etna.example.com")
    assert sorted(Evidence.objects.values_list("kind", "value")) == [("email", "info@etna.example.com"), ("vat", "IT12345678903")]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        (
            {"codice_fiscale": "RSSMRA85T10A562A"},
            "codice_fiscale",
            "The last letter of codice fiscale RSSMRA85T10A562A does not fit the rest: a sign was mistyped. Ask the buyer.",
        ),
        (
            {"recipient_code": "12"},
            "recipient_code",
            "A recipient code has 7 letters and digits (6 for a public administration); “12” has not. Ask the buyer for it again.",
        ),
        ({"partita_iva": "00743110157"}, "__all__", "IT00743110157 belongs to “Verdi” already. Open that party, or merge the two."),
    ],
)
def test_what_is_wrong_is_said_in_the_form(fields: dict[str, str], field: str, sentence: str, admin_client: Client) -> None:
    make_evidence(make_party("Verdi"), "vat", "IT00743110157")

    errors, _warnings = post(admin_client, reverse("admin:crm_party_add"), {"kind": "person", "name": "Anna", **fields, **rows()})

    assert errors == {field: [sentence]}
    assert Party.objects.count() == 1


def test_rows_of_a_party_are_changed_added_and_taken_away(admin_client: Client) -> None:
    party_id = resolve_parties([anna(1)])[0]
    address, email = Address.objects.get(), ContactPoint.objects.get(kind="email")
    phone = ContactPoint.objects.get(kind="phone")
    home = {"id": address.pk, "party": party_id, "street": "Via Etnea 2", "city": "Catania", "country": "IT", "name": address.name}
    contacts = [
        {"id": email.pk, "party": party_id, "DELETE": "on"},
        {"id": phone.pk, "party": party_id},
        {"kind": "phone", "value": "02 1234567", "party": party_id},
    ]

    url = reverse("admin:crm_party_change", args=[party_id])
    errors, _warnings = post(admin_client, url, {"kind": "person", "name": "Anna", **rows(addresses=[home], contact_points=contacts)})

    assert errors == {}
    assert Address.objects.values_list("street", flat=True).get() == "Via Etnea 2"
    assert sorted(ContactPoint.objects.values_list("value", flat=True)) == ["+39021234567", "+393331000001"]
    assert resolve_parties([person(email="anna1@example.com")]) != [party_id]


def test_the_company_is_changed_through_its_form_and_added_once(admin_client: Client) -> None:
    make_company(partita_iva="00743110157")
    told = {"name": "Etna", "street": "Via Etnea 2", "postcode": "95124", "city": "Catania", "country": "IT", "fiscal_regime": "RF01"}
    told |= {"time_zone": "Europe/Rome", "currency": "EUR", "language": "it", "colour": "#2343B3"}
    url = reverse("admin:crm_company_change", args=[1])

    wrong, _warnings = post(admin_client, url, {**told, "partita_iva": "00743110158"})
    right, _warnings = post(admin_client, url, {**told, "partita_iva": "IT00743110157"})

    assert wrong == {"partita_iva": ["The check digit of partita IVA 00743110158 is wrong: a digit was mistyped. Ask the buyer."]}
    assert right == {}
    assert Company.objects.values_list("name", "partita_iva").get() == ("Etna", "00743110157")
    assert admin_client.get(reverse("admin:crm_company_add")).status_code == 403


def test_a_suggestion_is_merged_and_undone_by_operations(admin_client: Client) -> None:
    resolve_parties([person(company="Etna", partita_iva="00743110157"), person(email="a@example.com")])
    resolve_parties([person(partita_iva="00743110157", email="a@example.com")])

    admin_client.post(reverse("admin:crm_mergesuggestion_operate", args=[MergeSuggestion.objects.get().pk, "merge"]))
    merge = Merge.objects.get()
    assert Party.objects.filter(merged_into=merge.kept).count() == 1

    admin_client.post(reverse("admin:crm_merge_operate", args=[merge.pk, "undo"]))
    assert Party.objects.exclude(merged_into=None).count() == 0


@pytest.mark.parametrize(("model", "term"), [("party", "ÀNNA"), ("mergesuggestion", ""), ("merge", "")])
def test_lists_cost_the_same_with_1_and_with_3_rows(model: str, term: str, admin_client: Client) -> None:
    def look() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as capture:
            response = admin_client.get(reverse(f"admin:crm_{model}_changelist"), {"q": term} if term else {})
        return response.context["cl"].result_count, len(capture)

    make_party("Anna 1")
    look()
    one = look()
    make_party("Anna 2")
    make_party("Anna 3")

    assert look() == (one[0] * 3, one[1])


def test_a_party_is_found_by_name_tax_id_and_mailbox(admin_client: Client) -> None:
    resolve_parties([anna(1, codice_fiscale="RSSMRA85T10A562S"), anna(2)])

    def found(term: str) -> list[str]:
        response = admin_client.get(reverse("admin:crm_party_changelist"), {"q": term})
        return [party.name for party in response.context["cl"].result_list]

    assert [found("vèrdi 1"), found("rssmra85t10a562s"), found("anna2@example.com"), found("anna")] == [
        ["Anna Verdi 1"],
        ["Anna Verdi 1"],
        ["Anna Verdi 2"],
        ["Anna Verdi 1", "Anna Verdi 2"],
    ]
