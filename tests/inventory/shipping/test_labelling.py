"""Labels are asked for and bought: one open label for a parcel, and one parcel at the carrier, whatever happens on the way."""

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from erp.core import clock as the_clock
from erp.core.cards import cause_of, retry_card, title_of
from erp.core.history import history_of
from erp.core.models import Card, Event, HttpExchange
from erp.core.transactions import atomic
from inventory.shipping.models import Carrier, CarrierService, Label, Parcel, Shipment
from inventory.shipping.services.labelling import buy_label, buying, labels_of, request_labels, work_due_labels, zpl_of
from tests.clocks import ClockHand
from tests.factories.carriers import ADDRESS, CarrierDesk, asked, bought, let_label_leases_end, make_carrier, make_shipment

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_label_is_bought_and_says_what_the_carrier_answered(desk: CarrierDesk) -> None:
    shipment = make_shipment()

    label = bought(shipment)

    assert (label.status, label.tracking_number, label.carrier_reference) == ("ready", "RX7600000001IT", "7600000001")
    assert (label.routing, label.barcode, label.attempts, label.error) == ("FC 47-121", "471217600000001", 1, "")
    assert desk.standing() == [label.reference]
    assert Parcel.objects.get().weight_grams == 750
    assert Shipment.objects.get().service == desk.standard
    assert [entry.verb for entry in history_of(shipment)] == ["label_requested", "label_ready"]
    assert list(Event.objects.filter(name="inventory.shipping.LabelReady").values_list("payload", flat=True)) == [{"label_id": label.pk}]


def test_pain_28_our_reference_stands_before_the_call(desk: CarrierDesk) -> None:
    label = asked(make_shipment())

    assert (label.status, label.reference[:1], len(label.reference) <= 15) == ("wanted", "R", True)
    assert HttpExchange.objects.count() == 0
    assert desk.standing() == []


def test_secrets_do_not_reach_the_log(desk: CarrierDesk) -> None:
    bought(make_shipment())

    exchange = HttpExchange.objects.get()
    password = desk.store.rows("SELECT password FROM accounts")[0]["password"]
    assert (exchange.source, exchange.status) == ("carrier:express", 200)
    assert password not in exchange.request_body


def test_asking_twice_is_once(desk: CarrierDesk) -> None:
    shipment = make_shipment()
    label = bought(shipment)

    assert request_labels([shipment.pk], by=None) == []
    buy_label(label.pk)

    assert Label.objects.get().pk == label.pk
    assert desk.standing() == [label.reference]


def test_pain_28_the_database_itself_allows_one_open_label_per_parcel(desk: CarrierDesk) -> None:
    label = asked(make_shipment())

    with pytest.raises(IntegrityError, match="shipping_one_open_label"):
        Label.objects.create(
            parcel=label.parcel, service=label.service, reference="R-second", due_at=the_clock.now(), created_at=the_clock.now()
        )


def test_every_parcel_has_its_own_label_and_the_first_collects_the_cash(desk: CarrierDesk) -> None:
    shipment = make_shipment(cash_to_collect=Decimal("25.90"))
    for position in (1, 2):
        Parcel.objects.create(shipment=shipment, position=position, weight_grams=500)

    request_labels([shipment.pk], by=None)
    work_due_labels()

    labels = labels_of([shipment.pk])
    assert [(label.parcel.position, label.service.code) for label in labels] == [(1, "CONTRASSEGNO"), (2, "STANDARD")]
    assert [row["cash"] for row in desk.store.rows("SELECT cash FROM parcels ORDER BY id")] == ["25,90", ""]


def test_refusals_are_sentences_and_leave_the_others_alone(desk: CarrierDesk) -> None:
    good, held = make_shipment(), make_shipment(is_held=True, order_number="77")
    gone = make_shipment(status="cancelled", order_number="78")
    owed = make_shipment(service=desk.standard, is_carrier_chosen=True, cash_to_collect=Decimal(5), order_number="79")

    with translation.override("en"):
        refused = request_labels([good.pk, held.pk, gone.pk, owed.pk, 999_999], by=None)

    assert refused == [
        (held.pk, "Order 77 is held: release it first, then ask for its label."),
        (gone.pk, "The parcel of order 78 has left or was cancelled: it needs no label."),
        (owed.pk, "Express Standard collects no cash, but order 79 is paid on delivery: choose another service."),
        (999_999, "This shipment is not here any more. Look at the list."),
    ]
    assert [label.parcel.shipment_id for label in Label.objects.select_related("parcel")] == [good.pk]


def test_statements_do_not_grow_with_the_shipments(desk: CarrierDesk) -> None:
    counts = []
    for number in (1, 3):
        shipments = [make_shipment().pk for _each in range(number)]
        with CaptureQueriesContext(connection) as seen:
            request_labels(shipments, by=None)
        counts.append(len(seen))

    assert counts == [13, 13]


def test_what_does_not_fit_is_cut_and_shown(desk: CarrierDesk) -> None:
    street = "Via del Collegio Capranica numero 14 scala B interno 3"
    label = bought(make_shipment(recipient={**ADDRESS, "street": street}))

    assert label.status == "ready"
    assert label.cut == [["street", "Via del Collegio Capranica numero", "14 scala B interno 3"]]
    assert label.sent["recipient"]["street"] == "Via del Collegio Capranica numero"


def test_a_refusal_is_a_card_in_the_carriers_words_and_the_parcel_may_ask_anew(desk: CarrierDesk, admin_user: User) -> None:
    shipment = make_shipment(recipient={**ADDRESS, "postcode": "4712"}, order_number="1042")

    label = bought(shipment)

    card = Card.objects.get(closed_at=None)
    assert (label.status, label.error) == ("refused", "CAP non valido: “4712”. Servono 5 cifre.")
    assert (card.kind, card.subject) == ("shipping.label_refused", f"shipping.shipment:{shipment.pk}")
    assert "1042" in title_of(card)
    assert "CAP non valido: “4712”. Servono 5 cifre." in cause_of(card)
    Shipment.objects.update(recipient=ADDRESS)
    retry_card(card.pk, by=admin_user)
    work_due_labels()
    assert sorted(Label.objects.values_list("status", flat=True)) == ["ready", "refused"]
    assert Card.objects.filter(closed_at=None).count() == 0
    assert len(desk.standing()) == 1


def test_pain_28_a_lost_reply_is_looked_up_and_not_bought_again(desk: CarrierDesk) -> None:
    desk.control.add_fault("timeout_after", count=1, seconds=0.1)
    label = bought(make_shipment())
    assert (label.status, desk.standing()) == ("claimed", [label.reference])

    work_due_labels()  # nobody touches it while the lost call may still be under way
    label.refresh_from_db()
    assert label.status == "claimed"

    let_label_leases_end()
    work_due_labels()
    label.refresh_from_db()
    assert (label.status, label.tracking_number) == ("ready", "RX7600000001IT")
    assert desk.standing() == [label.reference]


def test_pain_28_a_call_that_never_arrived_is_made_again_once(desk: CarrierDesk) -> None:
    desk.control.add_fault("server_error", count=1, status=502)
    label = bought(make_shipment())
    assert (label.status, desk.standing()) == ("claimed", [])

    let_label_leases_end()
    work_due_labels()

    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("ready", [label.reference])


def test_pain_28_while_the_question_has_no_answer_nothing_is_bought(desk: CarrierDesk) -> None:
    desk.control.add_fault("timeout_after", count=1, seconds=0.1)
    label = bought(make_shipment())
    for _again in range(3):
        desk.control.add_fault("server_error", count=3, status=503, methods=["GET"])
        let_label_leases_end()
        work_due_labels()
    label.refresh_from_db()
    assert (label.status, label.attempts, desk.standing()) == ("claimed", 4, [label.reference])
    assert Card.objects.get(closed_at=None).kind == "shipping.carrier_trouble"

    let_label_leases_end()
    work_due_labels()

    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("ready", [label.reference])
    assert Card.objects.filter(closed_at=None).count() == 0


def test_pain_28_an_address_that_changed_meanwhile_does_not_change_what_is_asked_for_and_that_label_is_void(desk: CarrierDesk) -> None:
    desk.control.add_fault("timeout_after", count=1, seconds=0.1)
    label = bought(make_shipment())
    Shipment.objects.update(recipient={**ADDRESS, "street": "Via Nuova 9"})

    let_label_leases_end()
    work_due_labels()

    label.refresh_from_db()
    assert (label.status, label.sent["recipient"]["street"]) == ("voiding", "Via Roma 1")
    assert Card.objects.get(closed_at=None).kind == "shipping.label_outdated"
    work_due_labels()
    assert desk.standing() == []


def test_too_many_calls_wait_as_long_as_the_carrier_says(desk: CarrierDesk, clock: ClockHand) -> None:
    desk.control.add_fault("rate_limited", count=1, retry_after=40)
    label = bought(make_shipment())
    assert (label.status, desk.standing()) == ("wanted", [])

    clock.advance(30)
    assert work_due_labels() == 0
    clock.advance(11)
    assert work_due_labels() == 1

    label.refresh_from_db()
    assert label.status == "ready"


def test_pauses_grow_and_people_are_told_once_for_the_carrier(desk: CarrierDesk, clock: ClockHand, admin_user: User) -> None:
    desk.site.stop()
    first, second = asked(make_shipment()), asked(make_shipment())
    pauses = []
    for _attempt in range(4):
        work_due_labels()
        first.refresh_from_db()
        pauses.append(round((first.due_at - the_clock.now()).total_seconds()))
        clock.advance(pauses[-1] + 2)

    assert (first.status, pauses) == ("wanted", [3, 10, 30, 60])
    card = Card.objects.get(closed_at=None)
    assert (card.kind, card.subject) == ("shipping.carrier_trouble", f"shipping.carrier:{desk.carrier.pk}")
    assert Label.objects.get(pk=second.pk).status == "wanted"


def test_a_carrier_that_is_down_does_not_keep_the_others_waiting(desk: CarrierDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buying, "PAGE", 4)
    shipments = [make_shipment() for _each in range(5)]
    counter = CarrierService.objects.create(
        carrier=make_carrier("ritiro", "manual", settings={"own_numbers": ["ritiro"]}), code="ritiro", name="Ritiro"
    )
    pickup = make_shipment(service=counter, is_carrier_chosen=True)
    request_labels([each.pk for each in [*shipments, pickup]], by=None)
    desk.site.stop()

    assert work_due_labels() == 4

    assert Label.objects.get(status="ready").parcel.shipment_id == pickup.pk
    assert Label.objects.filter(status="wanted", attempts=1).count() == 3


def test_a_label_that_nobody_can_work_on_does_not_keep_the_others_waiting(desk: CarrierDesk, clock: ClockHand) -> None:
    """Its carrier's connection is of a version that is gone; the others' labels are bought in the same round."""
    other = CarrierService.objects.create(carrier=make_carrier("altri", "manual", settings={"own_numbers": ["std"]}), code="std", name="S")
    bad, good = asked(make_shipment(service=other, is_carrier_chosen=True)), asked(make_shipment())
    Carrier.objects.filter(code="altri").update(backend="gone")

    work_due_labels()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == ("wanted", "ready")
    assert Card.objects.get().subject == f"shipping.carrier:{other.carrier_id}"
    assert cause_of(Card.objects.get()).count(bad.error) == 1
    Carrier.objects.filter(code="altri").update(backend="manual")
    clock.advance(700)
    work_due_labels()
    bad.refresh_from_db()
    assert bad.status == "ready"


def test_missing_keys_trouble_the_carrier_and_not_the_parcel(desk: CarrierDesk) -> None:
    Carrier.objects.update(code="other")  # nobody entered keys for it

    label = bought(make_shipment())

    assert (label.status, label.attempts, desk.standing()) == ("wanted", 1, [])


def test_the_network_is_never_inside_a_transaction(desk: CarrierDesk) -> None:
    label = asked(make_shipment())

    with pytest.raises(RuntimeError), atomic():
        buy_label(label.pk)

    label.refresh_from_db()
    assert (label.status, desk.standing()) == ("wanted", [])


def test_the_printed_label_says_what_the_carrier_answered_and_a_reprint_is_the_same_to_the_byte(desk: CarrierDesk) -> None:
    shipment = make_shipment(cash_to_collect=Decimal("25.90"), order_number="1042")
    label = bought(shipment)

    printed = re.findall(r"\^FD(.*?)\^FS", label.zpl)

    assert printed[0:2] == ["Express", "Contrassegno"]
    assert [text for text in printed if text in ("Anna Bianchi", "Via Roma 1", "47121 FORL_C3_8C FC", "FC 47-121", "0,8 kg")] == [
        "Anna Bianchi", "Via Roma 1", "47121 FORL_C3_8C FC", "FC 47-121", "0,8 kg",
    ]  # fmt: skip
    assert "25,90 _E2_82_AC" in printed
    assert printed.count(label.barcode) == 1
    assert printed[-1] == label.reference
    assert zpl_of(labels_of([shipment.pk])) == label.zpl
