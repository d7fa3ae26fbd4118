"""Rules choose a service; shops have names of their own for a carrier."""

from datetime import UTC, datetime, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.shipping.models import Carrier, CarrierService, Label, ShippingRule, ShopCarrierName
from inventory.shipping.services.choosing import (
    ShopTracking,
    Wish,
    choose_services,
    due_moment,
    shop_carrier_name,
    shop_trackings,
    tracking_url,
)
from tests.factories.carriers import make_carrier

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier() -> Carrier:
    return make_carrier("express", "practice", tracking_url="https://corriere.example/track/{tracking}")


def service(carrier: Carrier, code: str, *, collects_cash: bool = False) -> CarrierService:
    return CarrierService.objects.create(carrier=carrier, code=code, name=code, collects_cash=collects_cash)


def chosen(source: str, method: str, country: str, *, cash: bool) -> CarrierService | None:
    return choose_services([Wish(source, method, country, cash)])[0]


def test_the_lowest_priority_that_fits_wins_then_the_more_exact_rule(carrier: Carrier) -> None:
    usual, quick, abroad, first = (service(carrier, code) for code in ("usual", "quick", "abroad", "first"))
    ShippingRule.objects.create(service=usual)
    ShippingRule.objects.create(service=abroad, country="DE")
    ShippingRule.objects.create(service=quick, source="terramare", method="Corriere espresso")
    ShippingRule.objects.create(service=first, source="outlet", priority=1)

    assert chosen("terramare", "Ritiro", "IT", cash=False) == usual
    assert chosen("terramare", " corriere ESPRESSO ", "IT", cash=False) == quick
    assert chosen("terramare", "Corriere espresso", "DE", cash=False) == quick
    assert chosen("terramare", "", "DE", cash=False) == abroad
    assert chosen("outlet", "Corriere espresso", "DE", cash=False) == first


def test_cash_is_collected_only_by_who_collects_it(carrier: Carrier) -> None:
    usual, cash = service(carrier, "usual"), service(carrier, "cash", collects_cash=True)
    ShippingRule.objects.create(service=usual)

    assert chosen("terramare", "", "IT", cash=True) is None

    ShippingRule.objects.create(service=cash, payment="cash")
    assert chosen("terramare", "", "IT", cash=True) == cash
    assert chosen("terramare", "", "IT", cash=False) == usual


def test_a_carrier_that_is_switched_off_is_not_chosen(carrier: Carrier) -> None:
    ShippingRule.objects.create(service=service(carrier, "usual"))
    Carrier.objects.update(is_active=False)

    assert chosen("terramare", "", "IT", cash=False) is None


@pytest.mark.parametrize("number", [1, 30])
def test_many_are_chosen_in_one_statement(carrier: Carrier, number: int) -> None:
    usual = service(carrier, "usual")
    ShippingRule.objects.create(service=usual)
    with CaptureQueriesContext(connection) as seen:
        services = choose_services([Wish("terramare", "", "IT", cash=False)] * number)

    assert (services, len(seen)) == ([usual] * number, 1)


def test_due_with_the_next_pickup(carrier: Carrier) -> None:
    usual, moment = service(carrier, "usual"), datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert due_moment(usual, moment, "Europe/Rome") is None
    assert due_moment(None, moment, "Europe/Rome") is None

    carrier.pickup_at = time(17, 0)
    assert due_moment(usual, moment, "Europe/Rome") == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def test_a_shop_has_its_own_name_and_address_for_a_carrier(carrier: Carrier) -> None:
    label = Label(service=service(carrier, "usual"), tracking_number="RX 1/2")
    ShopCarrierName.objects.create(source="outlet", carrier=carrier, name="BRT")
    ShopCarrierName.objects.create(source="terramare", carrier=carrier, name="Bartolini", tracking_url="https://shop.example/?n={tracking}")

    assert tracking_url(label) == "https://corriere.example/track/RX%201%2F2"
    assert (shop_carrier_name("ebay", carrier), shop_carrier_name("outlet", carrier)) == ("Express", "BRT")
    assert shop_trackings("ebay", [label]) == [ShopTracking("Express", "RX 1/2", "https://corriere.example/track/RX%201%2F2")]
    assert shop_trackings("outlet", [label]) == [ShopTracking("BRT", "RX 1/2", "https://corriere.example/track/RX%201%2F2")]
    with CaptureQueriesContext(connection) as seen:
        told = shop_trackings("terramare", [label, label])
    assert (told, len(seen)) == ([ShopTracking("Bartolini", "RX 1/2", "https://shop.example/?n=RX%201%2F2")] * 2, 1)


def test_without_a_number_there_is_no_address(carrier: Carrier) -> None:
    label = Label(service=service(carrier, "usual"))

    assert (tracking_url(label), shop_trackings("ebay", [label])) == ("", [ShopTracking("Express", "", "")])
