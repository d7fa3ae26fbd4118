"""Numbers of carriers that we do not call: typed one after the other, or brought back in a file with an outcome in words."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from erp.core.models import Receipt
from inventory.shipping.models import CarrierService, Label, Shipment
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from tests.factories.crm import make_company, make_party
from tests.pages.seeding import make_order
from tests.pages.shipping import make_label, make_service, make_shipment

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def bus() -> CarrierService:
    make_company()
    return make_service("bus")


def waiting(service: CarrierService, count: int) -> list[Label]:
    party = make_party("Giulia Ferrante")
    shipments = [make_shipment(make_order(700 + number, party), service=service) for number in range(count)]
    return [make_label(each, due_at=BY_HAND_DUE) for each in shipments]


def upload(client: Client, service: CarrierService, content: bytes, token: str = "t1") -> Any:
    file = SimpleUploadedFile("numeri.csv", content, content_type="text/csv")
    return client.post(f"/shipments/numbers/{service.carrier_id}/file/", {"file": file, "token": token}, follow=True)


def sheet(*rows: tuple[str, str]) -> bytes:
    return "\r\n".join(["riferimento;tracking", *(";".join(row) for row in rows)]).encode()


def said(page: Any) -> list[str]:
    return [str(each) for each in page.context["messages"]]


def numbers() -> list[str]:
    return list(Label.objects.order_by("pk").values_list("tracking_number", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_number_is_typed_in_the_row_of_the_list_and_the_answer_is_its_field(owner: Client, bus: CarrierService) -> None:
    first, second = waiting(bus, 2)
    rows = owner.get("/shipments/?queue=labels").context["rows"]
    assert [row.field.label_id for row in rows] == [first.pk, second.pk]

    taken = owner.post("/shipments/numbers/enter/", {"label": first.pk, "number": "AB 1"}, headers=HTMX)
    twice = owner.post("/shipments/numbers/enter/", {"label": second.pk, "number": "AB1"}, headers=HTMX)

    assert (taken.context["field"].is_done, taken.context["field"].number, twice.context["field"].is_done) == (True, "AB1", False)
    assert twice.context["field"].error == (
        f"AB1 is the number of order {first.parcel.shipment.order_number} already, "
        f"so it is not that of order {second.parcel.shipment.order_number}: check it."
    )
    assert numbers() == ["AB1", ""]
    assert [row.field.label_id for row in owner.get("/shipments/?queue=labels").context["rows"]] == [second.pk]


def test_without_scripts_it_goes_back_to_the_page_whose_first_field_is_the_next_one(owner: Client, bus: CarrierService) -> None:
    first, second = waiting(bus, 2)
    assert owner.get("/shipments/numbers/").context["first_field"] == first.pk

    page = owner.post("/shipments/numbers/enter/", {"label": first.pk, "number": "AB1", "next": "/shipments/numbers/"}, follow=True)

    assert (page.redirect_chain[-1][0], page.context["first_field"]) == ("/shipments/numbers/", second.pk)


def test_a_held_order_takes_no_number_and_is_in_no_file(owner: Client, bus: CarrierService) -> None:
    held, going = waiting(bus, 2)
    Shipment.objects.filter(pk=held.parcel.shipment_id).update(is_held=True)

    (group,) = owner.get("/shipments/numbers/").context["groups"]
    file = owner.get(f"/shipments/numbers/{bus.carrier_id}/parcels.csv").content.decode()

    assert [row["reference"] for row in group["rows"]] == [going.reference]
    assert [row[0] for row in csv.reader(io.StringIO(file), delimiter=";")][1:] == [going.reference]


def test_the_file_goes_out_comes_back_and_twice_adds_nothing(owner: Client, bus: CarrierService) -> None:
    first, second = waiting(bus, 2)
    out = owner.get(f"/shipments/numbers/{bus.carrier_id}/parcels.csv")
    assert out["Content-Disposition"] == 'attachment; filename="bus.csv"'
    rows = list(csv.reader(io.StringIO(out.content.decode()), delimiter=";"))
    rows[1][-1] = "AB1"
    content = "\r\n".join(";".join(cells) for cells in [*rows, ["R-nobody", *[""] * 14, "AB9"]]).encode()

    page, again = upload(owner, bus, content), upload(owner, bus, content, "t2")

    why = "No label of this carrier has the reference “R-nobody”: check the row."
    assert page.context["outcome"]["said"] == "1 number taken, 0 known already, 1 row refused"
    assert page.context["outcome"]["refused"] == [{"id": 4, "label": "R-nobody", "why": why, "number": "AB9"}]
    assert page.context["outcome"]["shipments"] == [first.parcel.shipment_id]
    assert again.context["outcome"]["said"] == "0 numbers taken, 1 known already, 1 row refused"
    assert numbers() == ["AB1", ""]
    refused = owner.get(f"/shipments/numbers/refused/{page.context['outcome']['pk']}.csv").content.decode()
    assert list(csv.reader(io.StringIO(refused), delimiter=";"))[1:] == [["R-nobody", "AB9", why]]
    assert "1 tracking number taken, 1 refused" in owner.get("/activity/").content.decode()
    assert second.status == "wanted"


def test_the_same_form_twice_is_one_receipt(owner: Client, bus: CarrierService) -> None:
    (label,) = waiting(bus, 1)

    pages = [upload(owner, bus, sheet((label.reference, "AB1"))) for _press in range(2)]

    assert [page.context["outcome"]["said"] for page in pages] == ["1 number taken, 0 known already, 0 rows refused"] * 2
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a;b\r\n1;2", "The file has no column “riferimento”: keep the heading of the exported file."),
        (b"riferimento;tracking\r\nR1;", "The file has no number in the column “tracking”. Fill it in, then upload the file again."),
        (b"PK\x03\x04", "This is a workbook and no CSV file. Save it as CSV in the spreadsheet, then upload that file."),
        (b"x" * 20_000_000, "The file is larger than 2 MB, so it is not the list of parcels. Choose the CSV file with the numbers."),
        (sheet(*[(f"R{n}", "1") for n in range(501)]), "The file has 501 numbers; at most 500 go at once. Split it."),
    ],
    ids=["columns", "empty", "workbook", "20 MB", "501"],
)
def test_a_broken_file_meets_a_sentence_and_leaves_nothing(owner: Client, bus: CarrierService, content: bytes, sentence: str) -> None:
    waiting(bus, 1)

    page = upload(owner, bus, content)

    assert (said(page), page.context["outcome"], numbers(), Receipt.objects.count()) == ([sentence], None, [""], 0)


def test_no_file_at_all_is_said_in_words(owner: Client, bus: CarrierService) -> None:
    page = owner.post(f"/shipments/numbers/{bus.carrier_id}/file/", {"token": "t"}, follow=True)

    assert said(page) == ["No file is chosen. Choose the CSV file with the numbers."]


def test_an_outcome_is_shown_to_who_uploaded_it_alone(owner: Client, client: Client, bus: CarrierService, admin_client: Client) -> None:
    pk = upload(owner, bus, sheet(("R-nobody", "A1"))).context["outcome"]["pk"]

    assert admin_client.get(f"/shipments/numbers/?receipt={pk}").context["outcome"] is None
    assert admin_client.get(f"/shipments/numbers/refused/{pk}.csv").status_code == 404


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_and_the_list_cost_the_same_with_one_and_with_three(
    owner: Client, bus: CarrierService, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    waiting(bus, size)

    with django_assert_num_queries(6):
        owner.get("/shipments/numbers/")
    with django_assert_num_queries(10):
        owner.get("/shipments/?queue=labels")
    with django_assert_num_queries(5):
        owner.get(f"/shipments/numbers/{bus.carrier_id}/parcels.csv")
