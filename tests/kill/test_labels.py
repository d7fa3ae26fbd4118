"""Workers that die and packers that race: a parcel has one label here and one parcel at the carrier, always."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from erp.core.clock import real_now
from inventory.shipping.carriers.practice.backend import PracticeBackend
from inventory.shipping.models import Label, Parcel, Shipment
from inventory.shipping.services.labelling import buy_label, request_labels, void_label, work_due_labels
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.services.labelling.drafting import request_of
from tests.clocks import ClockHand
from tests.concurrency.processes import together
from tests.factories.carriers import CarrierDesk, asked, bought, let_label_leases_end, make_shipment, open_desk
from tests.kill.dying import killed_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]
LABELLING = "inventory.shipping.services.labelling"
BACKEND = "inventory.shipping.carriers.practice.backend.PracticeBackend"
PACKERS = 6


@pytest.fixture
def desk(tmp_path: Path, transactional_db: None, clock: ClockHand) -> Iterator[CarrierDesk]:
    desk = open_desk(tmp_path)
    with desk.site:
        yield desk


def is_settled(desk: CarrierDesk, label: Label) -> None:
    """One label here, ready, one parcel there, both under our reference and the same tracking number."""
    label.refresh_from_db()
    assert (label.status, Label.objects.count(), Parcel.objects.count()) == ("ready", 1, 1)
    assert [(row["reference"], row["tracking"]) for row in desk.control.parcels()] == [(label.reference, label.tracking_number)]


@pytest.mark.parametrize(
    ("place", "after", "at_the_carrier"),
    [
        (f"{LABELLING}.buying.claim_label", False, 0),
        (f"{LABELLING}.buying.claim_label", True, 0),
        (f"{BACKEND}.create_parcel", False, 0),
        (f"{BACKEND}.create_parcel", True, 1),
        (f"{LABELLING}.buying.record_answer", False, 1),
        (f"{LABELLING}.recording.label_zpl", False, 1),
        (f"{LABELLING}.recording.publish", True, 1),
        (f"{LABELLING}.buying.record_answer", True, 1),
    ],
)
def test_pain_28_a_worker_killed_anywhere_leaves_one_parcel_and_one_label(
    desk: CarrierDesk, place: str, after: bool, at_the_carrier: int
) -> None:
    label = asked(make_shipment())

    killed_at(place, partial(buy_label, label.pk), after=after)

    assert len(desk.standing()) == at_the_carrier
    work_due_labels()
    let_label_leases_end()
    work_due_labels()
    is_settled(desk, label)


def test_pain_28_a_worker_killed_while_asking_after_a_lost_reply_is_followed_by_the_next(desk: CarrierDesk) -> None:
    desk.control.add_fault("timeout_after", count=1, seconds=0.1)
    label = bought(make_shipment())
    let_label_leases_end()

    killed_at(f"{BACKEND}.find_parcels", partial(buy_label, label.pk), after=True)

    let_label_leases_end()
    work_due_labels()
    is_settled(desk, label)


def test_pain_28_without_the_claim_two_workers_make_two_parcels(desk: CarrierDesk) -> None:
    """The race without any guard: the carrier takes both."""
    label = asked(make_shipment())

    together([partial(_create_without_claim, label.pk)] * 2)

    assert desk.standing() == [label.reference, label.reference]


def _create_without_claim(label_id: int) -> None:
    label = Label.objects.select_related("parcel__shipment", "service__carrier").get(pk=label_id)
    backend = connect(label.service.carrier)
    backend.create_parcel(request_of(label, backend.limits())[0])


def test_pain_28_workers_in_many_processes_buy_a_label_once(desk: CarrierDesk) -> None:
    desk.control.add_fault("latency", ms=150)
    label = asked(make_shipment())

    answers = together([partial(buy_label, label.pk)] * PACKERS)

    assert answers == [True] * PACKERS
    is_settled(desk, label)


def test_pain_28_double_click_and_two_packers_ask_for_one_label(desk: CarrierDesk) -> None:
    shipment = make_shipment()

    answers = together([partial(_ask_and_buy, shipment.pk)] * PACKERS)

    assert answers == [[]] * PACKERS
    is_settled(desk, Label.objects.get())


def _ask_and_buy(shipment_id: int) -> list[tuple[int, str]]:
    refused = request_labels([shipment_id], by=None)
    work_due_labels()
    return [tuple(refusal) for refusal in refused]


def test_pain_28_lost_replies_while_many_work_are_all_found_again(desk: CarrierDesk) -> None:
    """Twelve labels, four processes, every second reply lost and some calls never received."""
    labels = [asked(make_shipment()) for _each in range(12)]
    desk.control.add_fault("timeout_after", probability=0.5, seconds=0.05, path="spedizioni$")
    desk.control.add_fault("server_error", probability=0.2, status=502, methods=["POST"])

    for _round in range(3):
        together([work_due_labels] * 4)
        let_label_leases_end()
    desk.control.clear_faults()
    work_due_labels()

    ready = Label.objects.filter(status="ready").order_by("pk")
    assert sorted(desk.standing()) == sorted(label.reference for label in labels) == sorted(label.reference for label in ready)


def test_pain_28_a_slow_worker_whose_lease_ended_does_not_record_over_the_other(desk: CarrierDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands still after its call until its lease is over and another worker has found the parcel."""
    label = asked(make_shipment())
    create = PracticeBackend.create_parcel

    def slow(backend: PracticeBackend, request: object) -> object:
        answer = create(backend, request)  # type: ignore[arg-type]
        monkeypatch.setattr(PracticeBackend, "create_parcel", create)
        Label.objects.update(leased_until=real_now() - timedelta(seconds=1))
        buy_label(label.pk)
        return answer

    monkeypatch.setattr(PracticeBackend, "create_parcel", slow)
    buy_label(label.pk)

    is_settled(desk, label)
    assert Label.objects.get().attempts == 2


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (f"{LABELLING}.voiding.claim_void", True),
        (f"{BACKEND}.void_parcel", True),
        (f"{LABELLING}.voiding.record_voided", False),
    ],
)
def test_pain_28_a_worker_killed_while_voiding_is_followed_by_the_next(desk: CarrierDesk, place: str, after: bool) -> None:
    label = bought(make_shipment())
    void_label(label.pk, by=None)

    killed_at(place, work_due_labels, after=after)
    let_label_leases_end()
    work_due_labels()

    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("voided", [])


def test_pain_28_cancelled_while_the_carrier_is_asked_leaves_nothing_there(desk: CarrierDesk) -> None:
    label = asked(make_shipment())
    killed_at(f"{BACKEND}.create_parcel", partial(buy_label, label.pk), after=True)
    Shipment.objects.update(status="cancelled")

    let_label_leases_end()
    work_due_labels()
    work_due_labels()

    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("voided", [])
