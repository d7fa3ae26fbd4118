"""Half past midnight, and the two Sundays on which the clock of the house jumps: what is done belongs to the day on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client

from erp.core.delivering import deliver_pending
from inventory.shipping.models import Shipment
from inventory.shipping.services.dispatching import ship_shipment
from orders.invoices.models import DocumentDue, Invoice
from orders.invoices.services.issuing import issue_invoice
from tests.attacks.way_out import WayOut, shipment_of
from tests.clocks import ClockHand
from tests.factories.carriers import CarrierDesk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]
ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
def house(clock: ClockHand, transactional_db: None) -> WayOut:
    return WayOut()


def stand_at(clock: ClockHand, *moment: int, fold: int = 0) -> datetime:
    """The clock on the wall in Rome shows this; `fold`: for the second time that night."""
    wanted = datetime(*moment, tzinfo=ROME, fold=fold)  # type: ignore[arg-type,misc]
    clock.stand_at(wanted)
    return wanted


@pytest.mark.parametrize(
    ("moment", "fold", "pickup", "night"),
    [
        ((2026, 3, 27, 16, 29), 0, (2026, 3, 27, 16, 30), (2026, 3, 27)),
        ((2026, 3, 27, 16, 30), 0, (2026, 3, 30, 16, 30), (2026, 3, 27)),
        ((2026, 3, 29, 0, 30), 0, (2026, 3, 30, 16, 30), (2026, 3, 30)),
        ((2026, 3, 29, 3, 0), 0, (2026, 3, 30, 16, 30), (2026, 3, 30)),
        ((2026, 3, 30, 0, 30), 0, (2026, 3, 30, 16, 30), (2026, 3, 30)),
        ((2026, 10, 24, 0, 30), 0, (2026, 10, 26, 16, 30), (2026, 10, 26)),
        ((2026, 10, 25, 2, 30), 0, (2026, 10, 26, 16, 30), (2026, 10, 26)),
        ((2026, 10, 25, 2, 30), 1, (2026, 10, 26, 16, 30), (2026, 10, 26)),
        ((2026, 10, 26, 0, 30), 0, (2026, 10, 26, 16, 30), (2026, 10, 26)),
        ((2026, 12, 31, 23, 59), 0, (2027, 1, 4, 16, 30), (2026, 12, 31)),
    ],
)
def test_an_order_of_the_night_leaves_with_the_next_van(
    clock: ClockHand, house: WayOut, desk: CarrierDesk, moment: tuple[int, ...], fold: int, pickup: tuple[int, ...], night: tuple[int, ...]
) -> None:
    stand_at(clock, *moment, fold=fold)
    without_van = house.shipment()
    desk.carrier.pickup_at = time(16, 30)
    desk.carrier.save()

    shipment = house.shipment()

    assert shipment.due_at is not None
    assert shipment.due_at.astimezone(ROME).timetuple()[:6] == (*pickup, 0)
    assert without_van.due_at is not None
    assert without_van.due_at.astimezone(ROME).timetuple()[:6] == (*night, 23, 59, 59)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 12, 31), 24)]
)
def test_what_left_on_a_day_is_on_its_list_from_midnight_to_midnight(
    clock: ClockHand, house: WayOut, client: Client, day: date, hours: int
) -> None:
    client.force_login(User.objects.create_superuser("owner"))
    began = stand_at(clock, day.year, day.month, day.day).astimezone(UTC)
    wanted = {-1: "before", 0: "on", 1800: "on", hours * 3600 - 1: "on", hours * 3600: "after"}
    left = {}
    for seconds, when in wanted.items():
        clock.stand_at(began + timedelta(seconds=seconds))
        shipment = house.shipment()
        ship_shipment(shipment.pk, by=None)
        left[shipment.order_number] = when

    answer = client.get("/shipments/handed-over/", {"day": day.isoformat()})

    text = answer.content.decode()
    assert {number for number in left if f">{number}<" in text} == {number for number, when in left.items() if when == "on"}


@pytest.mark.parametrize("moment", [(2026, 3, 29, 0, 30), (2026, 7, 1, 0, 30), (2026, 10, 25, 0, 30), (2027, 1, 1, 0, 30)])
def test_papers_of_half_past_midnight_have_the_date_on_the_wall(clock: ClockHand, house: WayOut, moment: tuple[int, ...]) -> None:
    stand_at(clock, *moment)
    business, consumer = house.business(), house.order()
    for order in (business, consumer):
        ship_shipment(shipment_of(order).pk, by=None)
    deliver_pending()
    issue_invoice(business.pk)

    today = date(*moment[:3])
    assert Invoice.objects.get().issued_on == today
    assert DocumentDue.objects.get(order=consumer).day == today
    assert Invoice.objects.get().copy["issued_on"] == today.isoformat()
    assert Shipment.objects.filter(status="shipped").count() == 2
