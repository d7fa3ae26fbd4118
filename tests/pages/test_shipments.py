"""Shipments: queues that say what they hold, deeds on many with a receipt, one shipment's page, what the carrier got."""

from datetime import time, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from erp.core import clock
from erp.core.models import Receipt
from erp.pages.shipments import handed
from inventory.shipping.models import Label, Shipment
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from orders.models import Order
from tests.factories.crm import make_company, make_party
from tests.factories.inventory import make_variant
from tests.pages.seeding import make_order, make_staff
from tests.pages.shipping import make_label, make_service, make_shipment

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    make_company()
    return make_order(4133, make_party("Giulia Ferrante"))


def tabs(client: Client) -> dict[str, int | None]:
    return {tab["code"]: tab["count"] for tab in client.get("/shipments/").context["tabs"]}


def numbers(client: Client, query: str) -> list[str]:
    return [row.number for row in client.get(f"/shipments/{query}").context["rows"]]


def make_floor(size: int) -> list[Shipment]:
    """`size` shipments in every queue."""
    party, service = make_party("Giulia Ferrante"), make_service()
    make_company()
    made = []
    for number in range(size):
        for place, fields in enumerate(
            [{}, {"status": "picking"}, {"status": "packed"}, {"is_held": True}, {"status": "shipped"}, {"status": "cancelled"}]
        ):
            order = make_order(100 * number + place, party)
            variant = make_variant(f"S-{number}-{place}")
            made.append(make_shipment(order, service=service, variant=variant, **fields))
        make_label(made[-4], "", status="refused", error="CAP sconosciuto")
    return made


def test_each_queue_holds_what_it_says(owner: Client) -> None:
    made = make_floor(2)

    assert tabs(owner) == {"ready": 2, "picking": 2, "packed": 2, "labels": 2, "held": 2, "shipped": 2, "all": None}
    assert numbers(owner, "?queue=picking") == [made[1].order_number, made[7].order_number]
    assert len(numbers(owner, "?queue=all")) == 12


def test_what_is_due_first_stands_first(owner: Client, order: Order) -> None:
    late = make_shipment(make_order(2, order.party), due_at=clock.now() - timedelta(hours=1))
    next_one = make_shipment(order)

    rows = owner.get("/shipments/").context["rows"]

    assert [row.pk for row in rows] == [late.pk, next_one.pk]
    assert [row.badge.word for row in rows] == ["Late", "To pick"]


def test_a_queue_is_narrowed_by_carrier_and_by_what_is_typed(owner: Client, order: Order) -> None:
    gls = make_shipment(order, service=make_service("gls"))
    brt = make_shipment(make_order(2, make_party("Marco Bellandi")), service=make_service("brt"))
    make_label(brt, "BR42")

    assert numbers(owner, f"?carrier={gls.service.carrier_id}") == [gls.order_number]  # type: ignore[union-attr]
    assert numbers(owner, "?carrier=none") == []
    assert numbers(owner, "?q=bellandi") == numbers(owner, "?q=br42") == numbers(owner, f"?q={brt.order_number}") == [brt.order_number]


def test_a_label_that_waits_for_a_persons_number_is_a_label_problem(owner: Client, order: Order) -> None:
    shipment = make_shipment(order)
    label = make_label(shipment, due_at=BY_HAND_DUE)

    assert numbers(owner, "?queue=labels") == [order.number]
    page = owner.post(f"/shipments/{shipment.pk}/act/number/", {"label": label.pk, "number": "77 01", "token": "a"}, follow=True)

    assert [str(each) for each in page.context["messages"]] == ["The tracking number is noted."]
    assert Label.objects.get().tracking_number == "7701"
    assert numbers(owner, "?queue=labels") == []


def test_packing_many_leaves_a_receipt_with_the_reason_of_each_refusal(owner: Client, order: Order) -> None:
    going = make_shipment(order)
    held = make_shipment(make_order(2, order.party), is_held=True)
    form = {"deed": "pack", "chosen": [going.pk, held.pk], "token": "t1", "next": "/shipments/?queue=ready"}

    page = owner.post("/shipments/act/", form, follow=True)

    strip = page.context["strip"]
    assert strip.title == "1 shipment packed, 1 refused"
    assert len(strip.refused) == 1
    assert strip.refused_ids == {held.pk}
    going.refresh_from_db()
    held.refresh_from_db()
    assert (going.status, held.status) == ("packed", "ready")


def test_the_same_form_twice_is_one_deed(owner: Client, order: Order) -> None:
    shipment = make_shipment(order, status="packed")
    form = {"deed": "ship", "chosen": [shipment.pk], "token": "t1"}

    first, second = owner.post("/shipments/act/", form), owner.post("/shipments/act/", form)

    assert first["Location"] == second["Location"]
    assert Receipt.objects.count() == 1
    shipment.refresh_from_db()
    assert shipment.status == "shipped"


def test_nothing_chosen_is_said_in_words(owner: Client, order: Order) -> None:
    make_shipment(order)

    page = owner.post("/shipments/act/", {"deed": "pack", "token": "t1"}, follow=True)

    assert [str(each) for each in page.context["messages"]] == ["Nothing is chosen. Choose at least one row."]


def test_preparing_leads_to_the_papers(owner: Client, order: Order) -> None:
    shipment = make_shipment(order, service=make_service())

    answer = owner.post("/shipments/act/", {"deed": "print", "chosen": [shipment.pk], "token": "t1"})

    receipt = Receipt.objects.get()
    assert answer["Location"] == f"/batches/{receipt.about['batch']}/"
    shipment.refresh_from_db()
    assert shipment.status == "picking"


def test_labels_are_printed_again_as_they_are_kept(owner: Client, order: Order) -> None:
    shipment = make_shipment(order, status="packed")
    make_label(shipment, "GL1", zpl="^XA^XZ")
    without = make_shipment(make_order(2, order.party), status="packed")

    answer = owner.post("/shipments/act/", {"deed": "reprint", "chosen": [shipment.pk, without.pk], "token": "t1"})

    receipt = Receipt.objects.get()
    assert answer["Location"] == f"/shipments/labels/{receipt.pk}/"
    assert [row["id"] for row in receipt.refused] == [without.pk]
    assert owner.get(f"/shipments/labels/{receipt.pk}/labels.zpl").content == b"^XA^XZ"
    assert "0 of 1 labels are drawn" in owner.get(f"/shipments/labels/{receipt.pk}/").content.decode()


def test_one_shipment_is_packed_in_two_parcels_and_leaves(owner: Client, order: Order) -> None:
    shipment = make_shipment(order)
    owner.post(f"/shipments/{shipment.pk}/act/pack/", {"weight": ["1200", "", "800"], "token": "a"})
    assert list(shipment.parcels.order_by("position").values_list("position", "weight_grams")) == [(1, 1200), (2, 800)]

    page = owner.post(f"/shipments/{shipment.pk}/act/ship/", {"token": "b"}, follow=True)

    assert page.context["step"].title == "Shipped"
    shipment.refresh_from_db()
    assert shipment.status == "shipped"


def test_a_weight_that_is_none_is_refused_in_words(owner: Client, order: Order) -> None:
    shipment = make_shipment(order)

    page = owner.post(f"/shipments/{shipment.pk}/act/pack/", {"weight": "due chili", "token": "a"}, follow=True)

    assert [str(each) for each in page.context["messages"]] == ["“due chili” is not a weight. Type whole grams, 1200 for 1.2 kg."]
    assert shipment.parcels.count() == 0


def test_a_label_of_another_shipment_is_not_voided(owner: Client, order: Order) -> None:
    mine, other = make_shipment(order), make_shipment(make_order(2, order.party))
    label = make_label(other, "GL2")

    owner.post(f"/shipments/{mine.pk}/act/void/", {"label": label.pk, "token": "a"})

    label.refresh_from_db()
    assert label.status == "ready"


def test_the_days_list_names_every_parcel_once_by_carrier(owner: Client, order: Order) -> None:
    shipment = make_shipment(order, service=make_service(pickup_at=time(16, 30)), status="shipped", cash_to_collect="61.00")
    make_label(shipment, "GL1")
    make_label(shipment, "GL2")

    (group,) = owner.get("/shipments/handed-over/").context["groups"]

    assert (group["carrier"], group["count"], group["weight"]) == ("GLS", "2 parcels", "2.40 kg")
    assert [(row["tracking"], row["cash"]) for row in group["rows"]] == [("GL1", "€61.00"), ("GL2", "")]
    assert owner.get("/shipments/handed-over/?day=2020-01-01").context["groups"] == []


def test_a_long_list_of_the_day_counts_all_and_shows_them_when_asked(
    owner: Client, order: Order, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(handed, "ON_SCREEN", 2)
    shipment = make_shipment(order, service=make_service(pickup_at=time(16, 30)), status="shipped")
    for number in ("GL1", "GL2", "GL3"):
        make_label(shipment, number)

    with django_assert_num_queries(7):
        cut = owner.get("/shipments/handed-over/").context
    with django_assert_num_queries(7):
        whole = owner.get(f"/shipments/handed-over/?{cut['all_query']}").context

    assert (cut["all_count"], cut["groups"][0]["count"], cut["groups"][0]["weight"]) == (3, "3 parcels", "3.60 kg")
    assert [row["tracking"] for row in cut["groups"][0]["rows"]] == ["GL1", "GL2"]
    assert (whole["all_count"], [row["tracking"] for row in whole["groups"][0]["rows"]]) == (0, ["GL1", "GL2", "GL3"])


@pytest.mark.parametrize("size", [1, 3])
def test_the_floor_costs_the_same_with_one_and_with_three_of_everything(
    owner: Client, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = make_floor(size)

    for queue in ("ready", "labels", "all"):
        with django_assert_num_queries(10):
            owner.get(f"/shipments/?queue={queue}")
    with django_assert_num_queries(11):  # with the services among which a person may choose
        owner.get(f"/shipments/{made[2].pk}/")
    with django_assert_num_queries(10):
        owner.get(f"/shipments/{made[4].pk}/")
    with django_assert_num_queries(5):
        owner.get("/shipments/live/")


def test_who_may_not_act_is_told_so_and_nothing_happens(client: Client, order: Order) -> None:
    shipment = make_shipment(order)
    client.force_login(make_staff("marta", "shipping.view_shipment"))

    assert client.post("/shipments/act/", {"deed": "pack", "chosen": [shipment.pk]}).status_code == 403
    assert client.post(f"/shipments/{shipment.pk}/act/pack/").status_code == 403
    assert client.get(f"/shipments/{shipment.pk}/act/pack/").status_code == 405
    shipment.refresh_from_db()
    assert shipment.status == "ready"
