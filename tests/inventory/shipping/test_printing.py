"""Many orders in one go: one list, slips and labels in its order, what was left out with its reason, and the same bytes again."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from erp.core.documents import render_pending
from erp.core.history import history_of
from erp.core.models import Document
from erp.core.refusals import Refused
from inventory.models import Bin, Movement, Warehouse
from inventory.shipping.models import Label, PickList, Shipment, ShippingRule
from inventory.shipping.services.labelling import work_due_labels
from inventory.shipping.services.printing import (
    BatchProgress,
    batch_progress,
    finish_batch,
    paper_of_label,
    paper_of_list,
    paper_of_shipment,
    print_batch,
    settle_batches,
    settle_due_batches,
)
from tests.factories.carriers import CarrierDesk, make_carrier
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.papers import codes_of, pages_of, sizes_of
from tests.factories.shipping import make_shipment, stocked
from tests.factories.users import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture(autouse=True)
def company(transactional_db: None) -> None:
    make_company(language="en")


@pytest.fixture
def warehouse(desk: CarrierDesk) -> Warehouse:
    return make_warehouse("FA")


def in_bins(warehouse: Warehouse, *bins: str) -> list[Shipment]:
    """Shipments of one piece each, that lie in these bins."""
    shipments = []
    for code in bins:
        variant = stocked(warehouse, 0, f"ART-{code}")
        place, _new = Bin.objects.get_or_create(warehouse=warehouse, code=code, defaults={"sort_key": code})
        put_into(place, variant.pk)
        shipments.append(make_shipment((variant, 1)))
    return shipments


def put_into(place: Bin, variant_id: int) -> None:
    key = f"test:{place.pk}:{variant_id}"
    Movement.objects.create(
        key=key, variant_id=variant_id, warehouse=place.warehouse, bin=place, quantity=5, cause="receipt", at="2026-11-01T08:00Z"
    )
    connection.cursor().execute("UPDATE inventory_stocklevel SET on_hand = on_hand + 5 WHERE variant_id = %s", [variant_id])


def roles(progress: BatchProgress) -> dict[str, bool]:
    return {paper.role: paper.is_made for paper in progress.papers}


def content(document_id: int | None) -> bytes:
    return bytes(Document.objects.get(pk=document_id).content)


def turn(deliver: Callable[[], int]) -> None:
    """Workers at work: the carrier answers, news is heard, papers are made."""
    work_due_labels()
    deliver()
    render_pending()


def test_one_press_gives_a_list_slips_and_labels_in_the_same_order(warehouse: Warehouse, deliver: Callable[[], int]) -> None:
    far, near, middle = in_bins(warehouse, "C-01", "A-01", "B-01")

    batch = print_batch([far.pk, near.pk, middle.pk], by=make_user())
    turn(deliver)

    progress = batch_progress(batch.pk)
    assert (progress.shipments, progress.done, progress.left, progress.is_complete) == (3, 3, (), True)
    assert roles(progress) == {"list": True, "slips": True, "labels": True, "zpl": True}
    walk = [near.order_number, middle.order_number, far.order_number]
    batch.refresh_from_db()
    listed = pages_of(content(batch.list_paper_id))[0]
    assert sorted(walk, key=lambda number: listed.index(f" {number} Anna")) == walk
    slips = content(batch.slips_paper_id)
    assert [codes_of(slips, page) for page in range(3)] == [[number] for number in walk]
    labels = [Label.objects.get(parcel__shipment__order_number=number) for number in walk]
    pdf = content(batch.labels_paper_id)
    assert sizes_of(pdf) == [(100.0, 150.0)] * 3
    assert [codes_of(pdf, page) for page in range(3)] == [[label.barcode] for label in labels]
    assert content(batch.zpl_paper_id).decode() == "".join(label.zpl for label in labels)
    assert [entry.verb for entry in history_of(batch)] == ["printed"]


def test_what_cannot_go_is_told_and_holds_up_nothing(warehouse: Warehouse, deliver: Callable[[], int]) -> None:
    good, held = in_bins(warehouse, "A-01", "A-02")
    Shipment.objects.filter(pk=held.pk).update(is_held=True)

    batch = print_batch([good.pk, held.pk], by=None)
    turn(deliver)

    progress = batch_progress(batch.pk)
    assert (progress.shipments, progress.done, [(row.shipment_id, row.number, row.is_picked) for row in progress.left]) == (
        1,
        1,
        [(held.pk, held.order_number, False)],
    )
    assert "held" in progress.left[0].reason
    assert progress.is_complete


def test_nothing_but_refusals_prints_nothing(warehouse: Warehouse) -> None:
    (held,) = in_bins(warehouse, "A-01")
    Shipment.objects.filter(pk=held.pk).update(is_held=True)

    progress = batch_progress(print_batch([held.pk], by=None).pk)

    assert (progress.shipments, progress.done, len(progress.left), progress.is_complete) == (0, 0, 1, True)
    assert Document.objects.count() == 0
    with pytest.raises(Refused, match="No shipment is chosen"):
        print_batch([], by=None)


def test_a_second_press_prints_nothing_twice(warehouse: Warehouse, deliver: Callable[[], int]) -> None:
    (shipment,) = in_bins(warehouse, "A-01")
    first = print_batch([shipment.pk], by=None)
    second = print_batch([shipment.pk], by=None)
    turn(deliver)

    assert (batch_progress(first.pk).done, batch_progress(second.pk).done) == (1, 0)
    assert "on pick list" in batch_progress(second.pk).left[0].reason
    assert (PickList.objects.count(), Label.objects.count()) == (1, 1)


def test_a_batch_waits_for_the_last_carrier_and_list_and_slips_do_not(warehouse: Warehouse, deliver: Callable[[], int]) -> None:
    batch = print_batch([each.pk for each in in_bins(warehouse, "A-01", "A-02")], by=None)
    render_pending()

    progress = batch_progress(batch.pk)
    assert (progress.at_carrier, progress.is_complete) == (2, False)
    assert roles(progress) == {"list": True, "slips": True, "labels": False, "zpl": False}
    assert settle_due_batches() == 1
    assert batch_progress(batch.pk).at_carrier == 2

    work_due_labels()
    assert settle_due_batches() == 1  # the news is lost: the sweep looks itself
    render_pending()

    assert batch_progress(batch.pk).is_complete
    before = list(Document.objects.order_by("pk").values_list("pk", "sha256"))
    deliver()
    settle_batches(list(Label.objects.values_list("pk", flat=True)))
    assert list(Document.objects.order_by("pk").values_list("pk", "sha256")) == before


def test_a_label_that_the_carrier_refused_is_told_and_the_others_are_printed(
    warehouse: Warehouse, desk: CarrierDesk, deliver: Callable[[], int]
) -> None:
    good, bad = in_bins(warehouse, "A-01", "A-02")
    Shipment.objects.filter(pk=bad.pk).update(recipient={**bad.recipient, "postcode": "", "city": ""})

    batch = print_batch([good.pk, bad.pk], by=None)
    turn(deliver)

    progress = batch_progress(batch.pk)
    assert [(row.number, row.is_picked) for row in progress.left] == [(bad.order_number, True)]
    assert progress.left[0].reason.startswith("Express refused the label: “")
    assert (progress.done, progress.is_complete) == (1, True)
    batch.refresh_from_db()
    assert len(sizes_of(content(batch.labels_paper_id))) == 1


def test_an_order_that_no_rule_sends_is_picked_but_has_no_label(warehouse: Warehouse, deliver: Callable[[], int]) -> None:
    ShippingRule.objects.all().delete()
    (shipment,) = in_bins(warehouse, "A-01")

    batch = print_batch([shipment.pk], by=None)
    turn(deliver)

    progress = batch_progress(batch.pk)
    assert "No shipping rule" in progress.left[0].reason
    assert roles(progress) == {"list": True, "slips": True, "labels": False, "zpl": False}
    assert progress.is_complete


def test_a_carrier_by_hand_is_not_waited_for(warehouse: Warehouse, deliver: Callable[[], int]) -> None:
    carrier = make_carrier("corriere", "manual")
    ShippingRule.objects.update(service=carrier.services.create(code="STD", name="Standard"))
    (shipment,) = in_bins(warehouse, "A-01")

    batch = print_batch([shipment.pk], by=None)
    render_pending()

    progress = batch_progress(batch.pk)
    assert progress.is_complete
    assert progress.left[0].reason == "Corriere gives its numbers by hand: enter the tracking number, then print the label."


def test_a_person_need_not_wait_for_a_carrier_that_does_not_answer(warehouse: Warehouse, deliver: Callable[[], int]) -> None:
    first, second = in_bins(warehouse, "A-01", "A-02")
    batch = print_batch([first.pk, second.pk], by=None)
    Label.objects.filter(parcel__shipment=second).update(due_at="2027-01-01T00:00Z")
    turn(deliver)
    assert batch_progress(batch.pk).at_carrier == 1

    finish_batch(batch.pk, by=make_user())
    render_pending()

    progress = batch_progress(batch.pk)
    assert (progress.done, progress.is_complete) == (1, True)
    assert "has not answered yet" in progress.left[0].reason
    with pytest.raises(Refused, match="printed already"):
        finish_batch(batch.pk, by=None)


def test_the_same_paper_comes_out_to_the_byte_for_ever(warehouse: Warehouse, deliver: Callable[[], int]) -> None:
    (shipment,) = in_bins(warehouse, "A-01")
    print_batch([shipment.pk], by=None)
    turn(deliver)
    label, pick_list = Label.objects.get(), PickList.objects.get()

    first, listed = paper_of_label(label.pk, by=None), paper_of_list(pick_list.pk, by=None)
    render_pending()
    kept = content(first.pk), content(listed.pk)
    Shipment.objects.update(recipient_name="Another Name", recipient={})

    assert (paper_of_label(label.pk, by=None).pk, paper_of_list(pick_list.pk, by=None).pk) == (first.pk, listed.pk)
    assert render_pending() == 0
    assert (content(first.pk), content(listed.pk)) == kept
    assert Label.objects.get().pdf_id == first.pk


def test_a_slip_is_made_anew_because_the_parcel_may_be_another(warehouse: Warehouse) -> None:
    (shipment,) = in_bins(warehouse, "A-01")
    first = paper_of_shipment(shipment.pk, by=None)
    render_pending()

    second = paper_of_shipment(shipment.pk, by=None)

    assert second.pk != first.pk
    assert (second.language, first.language) == (shipment.language, shipment.language)


def test_a_label_that_is_not_ready_is_not_printed(warehouse: Warehouse) -> None:
    (shipment,) = in_bins(warehouse, "A-01")
    print_batch([shipment.pk], by=None)

    with pytest.raises(Refused, match="still at the carrier"):
        paper_of_label(Label.objects.get().pk, by=None)


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_the_same_statements_for_any_number(warehouse: Warehouse, count: int) -> None:
    keys = [each.pk for each in in_bins(warehouse, *(f"A-{number:02}" for number in range(count)))]
    with transaction.atomic():
        connection.cursor().execute("SELECT 1")

    with CaptureQueriesContext(connection) as queries:
        batch = print_batch(keys, by=None)
    with CaptureQueriesContext(connection) as reading:
        batch_progress(batch.pk)

    assert len([each for each in queries if not each["sql"].startswith(("BEGIN", "COMMIT"))]) == 29
    assert len(reading) == 4
