"""What find-or-create may cost: the part of the statement budget that belongs to customers."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import Address, ChannelIdentity, ContactPoint, Evidence, MergeSuggestion, Party
from crm.people import Person
from crm.services.parties import resolve_parties
from tests.factories.crm import anna

pytestmark = pytest.mark.django_db(transaction=True)

TRANSACTION_WORDS = ("BEGIN", "COMMIT")
ENDING = ("INSERT INTO core_historyentry", "WITH written AS", "INSERT INTO core_card")


def statements(people: list[Person]) -> tuple[list[int], int]:
    """The parties, and the number of statements without BEGIN, COMMIT and what any transaction writes once at its end (history, events)."""
    with CaptureQueriesContext(connection) as capture:
        parties = resolve_parties(people)
    words = [query["sql"].strip() for query in capture.captured_queries]
    return parties, len([sql for sql in words if sql not in TRANSACTION_WORDS and not sql.startswith(ENDING)])


def counts() -> dict[str, int]:
    return {
        model.__name__: model._base_manager.count() for model in (Party, Evidence, Address, ContactPoint, ChannelIdentity, MergeSuggestion)
    }


@pytest.mark.parametrize("number", [1, 3, 50])
def test_known_customers_cost_one_statement_whatever_their_number(number: int) -> None:
    people = [anna(each) for each in range(1, number + 1)]
    made = resolve_parties(people)
    before = counts()

    assert statements(people) == (made, 1)
    assert counts() == before


@pytest.mark.parametrize("number", [1, 3, 50])
def test_new_customers_cost_three_statements_whatever_their_number(number: int) -> None:
    parties, spent = statements([anna(each) for each in range(1, number + 1)])

    assert spent == 3
    assert len(set(parties)) == number
    assert counts() == {
        "Party": number,
        "Evidence": 2 * number,
        "Address": number,
        "ContactPoint": 2 * number,
        "ChannelIdentity": number,
        "MergeSuggestion": 0,
    }


@pytest.mark.parametrize("number", [1, 50])
def test_a_new_address_costs_one_statement_more(number: int) -> None:
    people = [anna(each) for each in range(1, number + 1)]
    made = resolve_parties(people)
    moved = [replace(person, address=replace(person.address, street=f"Corso Italia {person.external_id}")) for person in people]

    assert statements(moved) == (made, 2)
    assert Address.objects.count() == 2 * number
    assert statements(moved) == (made, 1)


@pytest.mark.parametrize("number", [1, 50])
def test_a_new_identity_costs_one_statement_more(number: int) -> None:
    people = [anna(each) for each in range(1, number + 1)]
    made = resolve_parties(people)
    elsewhere = [replace(person, source="outlet", external_id=f"9{person.external_id}") for person in people]

    assert statements(elsewhere) == (made, 2)
    assert ChannelIdentity.objects.count() == 2 * number
    assert statements(elsewhere) == (made, 1)


def test_known_and_new_customers_in_one_page_cost_as_much_as_new_ones() -> None:
    known = resolve_parties([anna(1), anna(2)])

    parties, spent = statements([anna(2), anna(3), anna(1)])

    assert spent == 3
    assert (parties[0], parties[2]) == (known[1], known[0])
    assert Party.objects.count() == 3


def test_fiscal_data_that_was_missing_costs_one_statement_more_once() -> None:
    made = resolve_parties([anna(1)])
    told = anna(1, codice_fiscale="rssmra85t10a562s", pec="Anna@PEC.it")

    assert statements([told]) == (made, 3)
    assert Party.objects.values_list("codice_fiscale", "pec").get() == ("RSSMRA85T10A562S", "anna@pec.it")
    assert statements([told]) == (made, 1)


def test_nobody_costs_nothing() -> None:
    assert statements([]) == ([], 0)
