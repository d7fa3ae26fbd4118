"""A write that lands late, long after its answer was lost: one parcel stands at the carrier in the end, or a card tells."""

from datetime import timedelta
from pathlib import Path

import pytest

from erp.core.cards import cause_of, title_of
from erp.core.clock import real_now
from erp.core.history import history_of
from erp.core.models import Card
from inventory.shipping.carriers.practice.backend import PracticeBackend
from inventory.shipping.models import Label, Shipment
from inventory.shipping.services.labelling import clear_strays, void_label, work_due_labels
from inventory.shipping.services.labelling.claiming import LOOKS
from tests.clocks import ClockHand
from tests.factories.carriers import CarrierDesk, asked, bought, let_label_leases_end, make_shipment, open_desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


def lose_a_call(desk: CarrierDesk) -> None:
    """The next parcel is announced, the line falls silent, and the carrier makes it when `land_late()` says so."""
    desk.control.add_fault("late_write", count=1, seconds=0.05, delay=86_400)


def let_looks_come() -> None:
    Label.objects.exclude(look_again_at=None).update(look_again_at=real_now() - timedelta(seconds=1))


def lost_and_bought_again(desk: CarrierDesk, shipment: Shipment | None = None) -> Label:
    """Its first call is still on its way when the second one is answered."""
    lose_a_call(desk)
    label = bought(shipment or make_shipment())
    let_label_leases_end()
    work_due_labels()
    label.refresh_from_db()
    return label


def test_pain_28_a_call_that_lands_after_the_second_one_is_taken_back(desk: CarrierDesk) -> None:
    label = lost_and_bought_again(desk)
    assert (label.status, desk.standing()) == ("ready", [label.reference])

    assert desk.control.land_late() == 1
    assert desk.standing() == [label.reference] * 2
    assert clear_strays() == 0  # not due before its minute is over
    let_looks_come()
    assert clear_strays() == 1

    (stray,) = [row for row in desk.control.parcels() if row["voided_at"]]
    assert [row["tracking"] for row in desk.control.parcels() if not row["voided_at"]] == [label.tracking_number]
    told = history_of(label.parcel.shipment).last()
    assert told is not None
    assert (told.verb, told.details["tracking"]) == ("stray_parcel_voided", stray["tracking"])
    assert (Card.objects.count(), Label.objects.get().status) == (0, "ready")


def test_pain_28_a_carrier_that_keeps_references_has_nothing_to_take_back(tmp_path: Path, transactional_db: None, clock: ClockHand) -> None:
    desk = open_desk(tmp_path, keeps_references=True)
    with desk.site:
        label = lost_and_bought_again(desk)
        assert desk.control.land_late() == 1
        let_looks_come()

        assert (clear_strays(), desk.standing(), label.status) == (0, [label.reference], "ready")


def test_pain_28_a_call_that_lands_before_the_second_is_found_and_no_second_is_made(desk: CarrierDesk) -> None:
    lose_a_call(desk)
    label = bought(make_shipment())
    let_label_leases_end()
    desk.control.land_late()
    work_due_labels()

    label.refresh_from_db()
    assert (label.status, desk.standing(), label.look_again_at) == ("ready", [label.reference], None)


def test_pain_28_an_order_that_was_cancelled_leaves_nothing_however_late(desk: CarrierDesk) -> None:
    """Nothing stood there when the label was given up."""
    lose_a_call(desk)
    label = bought(make_shipment())
    Shipment.objects.update(status="cancelled")
    let_label_leases_end()
    work_due_labels()
    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("voided", [])

    desk.control.land_late()
    let_looks_come()

    assert (clear_strays(), desk.standing()) == (1, [])


def test_pain_28_a_label_that_was_voided_meanwhile_leaves_nothing(desk: CarrierDesk) -> None:
    label = lost_and_bought_again(desk)
    void_label(label.pk, by=None)
    let_looks_come()
    assert clear_strays() == 0  # it is at the carrier: looked at when that is over
    work_due_labels()
    desk.control.land_late()

    assert (clear_strays(), desk.standing()) == (1, [])


def test_pain_28_what_the_van_took_along_is_a_card(desk: CarrierDesk) -> None:
    label = lost_and_bought_again(desk)
    desk.control.land_late()
    desk.control.pick_up()
    let_looks_come()

    assert clear_strays() == 1

    (stray,) = [row for row in desk.control.parcels() if row["tracking"] != label.tracking_number]
    card = Card.objects.get()
    assert (card.kind, card.subject) == ("shipping.stray_parcel", f"shipping.label:{label.pk}")
    assert title_of(card) == f"Express has a second parcel of order {label.parcel.shipment.order_number}"
    assert stray["tracking"] in cause_of(card)


def test_pain_28_a_second_call_that_was_put_off_asks_first_the_next_time(desk: CarrierDesk, clock: ClockHand) -> None:
    """Lost, asked for, not found, called again, refused for haste: the first call lands while the label waits."""
    lose_a_call(desk)
    label = bought(make_shipment())
    let_label_leases_end()
    desk.control.add_fault("rate_limited", count=1, methods=["POST"])
    work_due_labels()
    label.refresh_from_db()
    assert label.status == "wanted"

    desk.control.land_late()
    clock.advance(600)
    work_due_labels()

    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("ready", [label.reference])


def test_pain_28_the_carrier_is_asked_seldom_and_in_the_end_no_more(desk: CarrierDesk) -> None:
    label = lost_and_bought_again(desk)
    looks = []
    while label.look_again_at is not None:
        looks.append(label.look_again_at - label.doubted_at)
        passed = label.look_again_at - real_now() + timedelta(seconds=1)
        Label.objects.update(doubted_at=label.doubted_at - passed, look_again_at=label.look_again_at - passed)
        clear_strays()
        label.refresh_from_db()

    assert looks == list(LOOKS)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_pain_28_a_carrier_that_does_not_answer_is_asked_again(desk: CarrierDesk, method: str) -> None:
    label = lost_and_bought_again(desk)
    desk.control.land_late()
    desk.control.add_fault("server_error", methods=[method])
    let_looks_come()
    assert clear_strays() == 0
    label.refresh_from_db()
    assert label.look_again_at is not None
    assert len(desk.standing()) == 2
    desk.control.clear_faults()
    let_looks_come()

    assert (clear_strays(), desk.standing(), Card.objects.count()) == (1, [label.reference], 0)


def test_pain_28_a_worker_that_stood_still_before_its_call_makes_a_parcel_that_is_taken_back(
    desk: CarrierDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine sleeps between claim and call until the lease is over; another worker has asked, found nothing, and made the parcel."""
    label = asked(make_shipment())
    create = PracticeBackend.create_parcel

    def asleep(backend: PracticeBackend, request: object) -> object:
        monkeypatch.setattr(PracticeBackend, "create_parcel", create)
        let_label_leases_end()
        work_due_labels()
        return create(backend, request)  # type: ignore[arg-type]

    monkeypatch.setattr(PracticeBackend, "create_parcel", asleep)
    work_due_labels()
    label.refresh_from_db()
    assert desk.standing() == [label.reference] * 2

    let_looks_come()
    assert clear_strays() == 1
    assert [row["tracking"] for row in desk.control.parcels() if not row["voided_at"]] == [label.tracking_number]
