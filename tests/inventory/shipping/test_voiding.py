"""Labels are taken back, or the parcel is stopped by a person; the day's closing; where a parcel is."""

from collections.abc import Callable

import pytest
from django.utils import translation

from erp.core import clock as the_clock
from erp.core.cards import cause_of, title_of
from erp.core.history import history_of
from erp.core.models import Card
from erp.core.refusals import Refused
from inventory.shipping.carriers.contract import ParcelAnswer, ParcelRequest
from inventory.shipping.carriers.practice.backend import PracticeBackend
from inventory.shipping.models import Carrier, Label, Shipment
from inventory.shipping.services.cancelling import cancel_shipments
from inventory.shipping.services.labelling import (
    close_days,
    request_labels,
    stop_parcels,
    track_parcel,
    void_label,
    void_labels_of,
    work_due_labels,
)
from tests.clocks import ClockHand
from tests.factories.carriers import CarrierDesk, asked, bought, let_label_leases_end, make_shipment
from tests.fixtures.local_server import local_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


def ship(shipment: Shipment) -> None:
    Shipment.objects.filter(pk=shipment.pk).update(status="shipped", shipped_at=the_clock.now())


def test_a_voided_label_is_gone_at_the_carrier_and_the_parcel_may_have_another(desk: CarrierDesk) -> None:
    shipment = make_shipment()
    label = bought(shipment)

    void_label(label.pk, by=None)
    assert (Label.objects.get().status, desk.standing()) == ("voiding", [label.reference])
    assert request_labels([shipment.pk], by=None) == []
    assert Label.objects.count() == 1  # the old one still stands at the carrier
    work_due_labels()

    label.refresh_from_db()
    assert (label.status, label.voided_at is not None, desk.standing()) == ("voided", True, [])
    request_labels([shipment.pk], by=None)
    work_due_labels()
    other = Label.objects.exclude(pk=label.pk).get()
    assert (other.status, desk.standing(), other.reference != label.reference) == ("ready", [other.reference], True)
    verbs = [entry.verb for entry in history_of(shipment)]
    assert verbs == ["label_requested", "label_ready", "label_void_requested", "label_voided", "label_requested", "label_ready"]


def test_a_label_that_was_never_sent_is_void_without_a_call(desk: CarrierDesk) -> None:
    label = asked(make_shipment())

    void_label(label.pk, by=None)

    assert (Label.objects.get().status, work_due_labels(), desk.control.parcels()) == ("voided", 0, [])


@pytest.mark.parametrize("status", ["claimed", "refused", "voiding", "voided"])
def test_what_cannot_be_voided_says_so_and_stays(desk: CarrierDesk, status: str) -> None:
    label = asked(make_shipment())
    Label.objects.update(status=status)

    with pytest.raises(Refused):
        void_label(label.pk, by=None)

    assert Label.objects.get().status == status


def test_a_parcel_that_has_left_is_not_voided(desk: CarrierDesk) -> None:
    shipment = make_shipment(order_number="1042")
    label = bought(shipment)
    ship(shipment)

    with translation.override("en"), pytest.raises(Refused) as refusal:
        void_label(label.pk, by=None)

    assert str(refusal.value) == f"Parcel {label.tracking_number} of order 1042 has left: call the carrier to stop it."
    assert Label.objects.get().status == "ready"


def test_a_carrier_that_has_the_parcel_already_leaves_a_card(desk: CarrierDesk) -> None:
    label = bought(make_shipment(order_number="1042"))
    assert desk.control.pick_up() == 1

    void_label(label.pk, by=None)
    work_due_labels()

    label.refresh_from_db()
    card = Card.objects.get(closed_at=None)
    assert (label.status, card.kind, card.subject) == ("ready", "shipping.stop_parcel", f"shipping.label:{label.pk}")
    with translation.override("en"):
        assert title_of(card) == f"Stop parcel {label.tracking_number} of order 1042"
        assert "Spedizione già ritirata: non si può più annullare." in cause_of(card)


def test_a_lost_reply_to_a_void_is_asked_again(desk: CarrierDesk, clock: ClockHand) -> None:
    label = bought(make_shipment())
    desk.control.add_fault("timeout_after", count=1, seconds=0.1, methods=["PUT"])
    void_label(label.pk, by=None)

    work_due_labels()
    assert (Label.objects.get().status, desk.standing()) == ("voiding", [])
    clock.advance(4)
    work_due_labels()

    assert Label.objects.get().status == "voided"


def test_a_cancelled_shipment_takes_its_labels_along(desk: CarrierDesk, deliver: Callable[[], int]) -> None:
    ready, waiting = make_shipment(), make_shipment()
    bought(ready)
    asked(waiting)

    cancel_shipments([ready.order_reference, waiting.order_reference])
    deliver()
    work_due_labels()

    assert list(Label.objects.values_list("status", flat=True)) == ["voided", "voided"]
    assert desk.standing() == []
    void_labels_of([ready.pk, waiting.pk])
    assert work_due_labels() == 0


def test_cancelled_while_the_carrier_is_called_is_voided_when_the_answer_comes(
    desk: CarrierDesk, deliver: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment, create = make_shipment(), PracticeBackend.create_parcel

    def meanwhile(backend: PracticeBackend, request: ParcelRequest) -> ParcelAnswer:
        answer = create(backend, request)
        cancel_shipments([shipment.order_reference])
        deliver()
        return answer

    monkeypatch.setattr(PracticeBackend, "create_parcel", meanwhile)
    bought(shipment)
    work_due_labels()

    assert (Label.objects.get().status, desk.standing()) == ("voided", [])


def test_cancelled_while_the_answer_is_lost_is_voided_when_the_parcel_is_found(desk: CarrierDesk, deliver: Callable[[], int]) -> None:
    shipment = make_shipment()
    desk.control.add_fault("timeout_after", count=1, seconds=0.1)
    bought(shipment)
    cancel_shipments([shipment.order_reference])
    deliver()

    let_label_leases_end()
    work_due_labels()
    work_due_labels()

    assert (Label.objects.get().status, desk.standing()) == ("voided", [])


def test_a_label_of_an_order_that_was_held_meanwhile_is_not_bought(desk: CarrierDesk) -> None:
    label = asked(make_shipment())
    Shipment.objects.update(is_held=True)

    work_due_labels()

    label.refresh_from_db()
    assert (label.status, desk.control.parcels()) == ("voided", [])


def test_an_order_cancelled_after_it_left_is_a_card_for_each_parcel(desk: CarrierDesk) -> None:
    shipment = make_shipment()
    label = bought(shipment)
    ship(shipment)

    stop_parcels([shipment.pk])
    stop_parcels([shipment.pk])

    assert [card.subject for card in Card.objects.all()] == [f"shipping.label:{label.pk}"]


def test_the_closing_tells_exactly_what_was_shipped_and_not_closed(desk: CarrierDesk) -> None:
    shipped, packed = make_shipment(), make_shipment()
    left = bought(shipped)
    bought(packed)
    ship(shipped)

    assert (close_days(), close_days()) == (1, 0)

    assert [parcel["tracking"] for parcel in desk.control.parcels() if parcel["picked_up_at"]] == [left.tracking_number]
    assert list(Label.objects.exclude(closed_at=None).values_list("pk", flat=True)) == [left.pk]


def test_a_closing_without_an_answer_is_made_again(desk: CarrierDesk) -> None:
    shipment = make_shipment()
    bought(shipment)
    ship(shipment)
    desk.control.add_fault("timeout_after", count=1, seconds=0.1, path="bordero")

    assert (close_days(), Card.objects.filter(closed_at=None).count()) == (0, 1)
    assert close_days() == 1

    assert Label.objects.get().closed_at is not None
    assert Card.objects.filter(closed_at=None).count() == 0


def test_where_a_parcel_is(desk: CarrierDesk, clock: ClockHand) -> None:
    label = bought(make_shipment())
    desk.control.pick_up()
    clock.advance(5 * 3600)

    assert [step.stage for step in track_parcel(label.pk)] == ["registered", "accepted", "in_transit"]

    desk.site.stop()
    with pytest.raises(Refused):
        track_parcel(label.pk)


def test_an_answer_to_a_void_that_cannot_be_read_is_asked_for_again(desk: CarrierDesk, clock: ClockHand) -> None:
    """It may stand for a parcel that was taken back: the label is no good one again."""
    label = bought(make_shipment())
    void_label(label.pk, by=None)
    settings = desk.carrier.settings
    with local_server() as strange:  # answers {} to everything
        Carrier.objects.update(settings={**settings, "base_url": strange.url})
        work_due_labels()
    Carrier.objects.update(settings=settings)

    label.refresh_from_db()
    assert (label.status, Card.objects.count()) == ("voiding", 0)
    clock.advance(600)
    work_due_labels()
    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("voided", [])
