import pytest

from crm.models import Address, Company, ContactPoint, Evidence
from crm.services.addressing import add_address, add_contact_point, change_address, remove_address, remove_contact_point
from crm.services.company import set_company
from crm.services.parties import resolve_parties
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from tests.factories.crm import make_party, person

pytestmark = pytest.mark.django_db
DOOR = {"street": "Via Etnea 1", "postcode": "95124", "city": "Catania", "country": "IT"}


def test_an_address_typed_by_staff_is_known_to_imports() -> None:
    party = make_party()

    address_id = add_address(party.pk, by=None, **DOOR)
    change_address(address_id, by=None, street="Via Etnea 2")

    told = Address.objects.get()
    assert (told.street, len(told.digest)) == ("Via Etnea 2", 32)
    assert [row.street for row in told.history.order_by("history_id")] == ["Via Etnea 1", "Via Etnea 2"]
    remove_address(address_id, by=None)
    assert Address.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (DOOR | {"street": "VIA ETNEA, 1"}, "This party has this address already. Change that one."),
        ({"name": "Anna"}, "An address needs a street or a city. Type at least one of them."),
    ],
)
def test_an_address_twice_or_empty_is_refused(fields: dict[str, str], sentence: str) -> None:
    party = make_party()
    add_address(party.pk, by=None, **DOOR)

    with pytest.raises(Refused) as refusal, attempt():
        add_address(party.pk, by=None, **fields)

    assert (str(refusal.value), Address.objects.count()) == (sentence, 1)


def test_an_email_typed_by_staff_finds_the_party_until_it_is_removed() -> None:
    party = make_party()

    point = add_contact_point(party.pk, by=None, kind="email", value=" Anna@Example.com")

    assert resolve_parties([person(email="anna@example.com")]) == [party.pk]
    remove_contact_point(point, by=None)
    assert (ContactPoint.objects.count(), Evidence.objects.count()) == (0, 0)


def test_a_marketplace_address_typed_by_staff_is_no_evidence() -> None:
    add_contact_point(make_party().pk, by=None, kind="email", value="x@members.ebay.com")

    assert (ContactPoint.objects.get().is_relay, Evidence.objects.count()) == (True, 0)


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("email", "anna", "“anna” is not an e-mail address. Correct it."),
        ("phone", "12", "“12” is not a phone number. Write it with the country's prefix, as +39 333 1234567."),
        ("phone", "333 1234567", "This party has the contact +393331234567 already. Nothing needs to be added."),
    ],
)
def test_a_contact_that_cannot_be_is_refused(kind: str, value: str, sentence: str) -> None:
    party = make_party()
    add_contact_point(party.pk, by=None, kind="phone", value="+39 333 1234567")

    with pytest.raises(Refused) as refusal, attempt():
        add_contact_point(party.pk, by=None, kind=kind, value=value)

    assert (str(refusal.value), ContactPoint.objects.count()) == (sentence, 1)


def test_the_company_is_one_row_with_tax_ids_that_can_be_right() -> None:
    set_company(by=None, name="Bottega Etna S.r.l.", street="Via Etnea 1", postcode="95124", city="Catania", partita_iva="IT00743110157")
    set_company(by=None, name="Bottega Etna S.p.A.")

    with pytest.raises(Refused) as refusal, attempt():
        set_company(by=None, partita_iva="00743110158")

    assert str(refusal.value) == "The check digit of partita IVA 00743110158 is wrong: a digit was mistyped. Ask the buyer."
    assert Company.objects.values_list("pk", "name", "partita_iva").get() == (1, "Bottega Etna S.p.A.", "00743110157")
