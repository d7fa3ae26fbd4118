from dataclasses import replace

import pytest

from crm.contacts import is_relay_domain, normalise_email, normalise_phone
from crm.people import Person, PostalAddress, folded
from tests.factories.crm import HOME, person


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        (" Anna.Verdi+casa@Example.COM ", "anna.verdi+casa@example.com"),
        ("anna@bücher.example", "anna@bücher.example"),
        ("anna@shop.test", "anna@shop.test"),
        ("", ""),
        ("anna", ""),
        ("anna@", ""),
        ("anna verdi@example.com", ""),
    ],
)
def test_email_has_one_form_or_none(raw: str, normal: str) -> None:
    assert normalise_email(raw) == normal


@pytest.mark.parametrize(
    ("email", "is_relay"),
    [
        ("x1@marketplace.amazon.it", True),
        ("x1@marketplace.amazon.com.br", True),
        ("42a@members.ebay.com", True),
        ("x@a.allegromail.pl", True),
        ("x@relay.walmart.com", True),
        ("anna@amazon.it", False),
        ("anna@ebay.com", False),
        ("anna@notmembers.ebay.com.example.com", False),
        ("", False),
    ],
)
def test_masked_addresses_of_marketplaces_are_known(email: str, is_relay: bool) -> None:
    assert is_relay_domain(email) is is_relay


@pytest.mark.parametrize(
    ("raw", "country", "normal"),
    [
        ("333 1234567", "IT", "+393331234567"),
        ("0039 333-1234567", "IT", "+393331234567"),
        ("(+39) 02 1234567", "DE", "+39021234567"),
        ("030 901820", "DE", "+4930901820"),
        ("333 1234567", "", "+393331234567"),
        ("12", "IT", ""),
        ("call me", "IT", ""),
        ("", "IT", ""),
        ("333 1234567", "ZZ", ""),
    ],
)
def test_phone_has_one_form_or_none(raw: str, country: str, normal: str) -> None:
    assert normalise_phone(raw, country) == normal


def test_two_spellings_of_an_address_are_one_and_two_people_at_a_door_are_two() -> None:
    other = replace(HOME, name="ANNA  VERDI", street="via Garibàldi, 12")

    assert (other.digest, other.place) == (HOME.digest, HOME.place)
    assert (replace(HOME, name="Bruno Verdi").digest == HOME.digest, replace(HOME, name="Bruno Verdi").place) == (False, HOME.place)


@pytest.mark.parametrize("thin", [PostalAddress(), PostalAddress(city="Catania", country="IT"), PostalAddress(street="Via Garibaldi 12")])
def test_a_thin_address_is_no_place(thin: PostalAddress) -> None:
    assert thin.place == ""


def test_an_address_without_street_and_town_is_empty() -> None:
    assert [PostalAddress(name="Anna", country="IT").is_empty, HOME.is_empty] == [True, False]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (person(company=" Etna  S.r.l. ", first_name="Anna"), "Etna S.r.l."),
        (person(first_name="Anna", last_name=" Verdi"), "Anna Verdi"),
        (person(address=HOME), "Anna Verdi"),
        (person(email="a@example.com"), "a@example.com"),
        (person(), ""),
    ],
)
def test_a_person_is_called_by_the_best_name_told(told: Person, name: str) -> None:
    assert told.name == name


def test_folding_takes_accents_case_and_signs() -> None:
    assert folded("Sant'Àgata — Lì Battiati, 12/B") == "sant agata li battiati 12 b"
