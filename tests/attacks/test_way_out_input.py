"""What people and strangers send wrong to the pages of the way out meets a sentence and changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from crm.models import Party
from erp.core.models import Event, HistoryEntry, Receipt
from erp.pages.roles import ensure_roles
from inventory.models import Movement, Reservation
from inventory.shipping.models import Carrier, CarrierService, Label, Parcel, PickList, PrintBatch, Shipment, ShippingRule
from inventory.shipping.services.labelling import request_labels
from orders.invoices.models import Invoice, InvoiceMail
from orders.models import Hold, Order, OrderTag, Payment
from tests.attacks.way_out import WayOut, is_sound, shipment_of
from tests.factories.carriers import make_carrier
from tests.pages.seeding import make_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]

WRITTEN: tuple[type[Model], ...] = (
    Event, HistoryEntry, Hold, Invoice, InvoiceMail, Label, Movement, Order, OrderTag, Parcel, Party, Payment, PickList, PrintBatch,
    Reservation,
)  # fmt: skip
HTMX = {"HX-Request": "true"}
HUGE = 10**30
TEXTS = [
    "%",
    "_",
    "%%%",
    "'",
    '"',
    "\\",
    "'; DROP TABLE orders_order; --",
    "🎁🎁🎁",
    "\x00",
    "abc\x00def",
    "à" * 10_000,
    "9" * 10_000,
    "٣٤٥",
    "\u202e" * 5,
]


@pytest.fixture
def inside(client: Client, house: WayOut) -> Client:
    client.force_login(User.objects.create_superuser("owner"))
    client.get("/")  # whatever a first page writes is written
    return client


def written() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in WRITTEN}


def told(answer: Any) -> list[str]:
    """What the answer says; sentences of earlier answers that no page has shown yet come before it."""
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    answer.client.cookies.pop("messages", None)
    return said


def is_told_and_unchanged(before: dict[str, int], answers: dict[Any, list[str]]) -> None:
    """One sentence for each, and nothing written."""
    assert {key: len(sentences) for key, sentences in answers.items()} == dict.fromkeys(answers, 1), answers
    assert all(text.endswith((".", "!", "?", "”.")) for sentences in answers.values() for text in sentences), answers
    assert (written(), is_sound()) == (before, True)


WEIGHTS = ["-5", "0", "1.5", "1,5", "1e5", "NaN", "9" * 30, "9" * 5000, "tre", "'; DROP", "１２", "²", "1000001", "12.00"]


def test_a_weight_that_cannot_be_is_refused_in_words(inside: Client, house: WayOut) -> None:
    """1.5 is one and a half of something, never fifteen grams."""
    shipment, before = house.shipment(), written()

    answers = {text: told(inside.post(f"/shipments/{shipment.pk}/act/pack/", {"weight": text})) for text in WEIGHTS}

    shipment.refresh_from_db()
    assert shipment.status == "ready"
    before = {**before, "Order": 1}
    assert {text: len(said) for text, said in answers.items()} == dict.fromkeys(WEIGHTS, 1)
    assert all("is not a weight" in said[0] or "più" in said[0] or "peso" in said[0] for said in answers.values()), answers
    assert Parcel.objects.count() == 0
    assert is_sound()


def test_a_weight_with_its_thousands_is_a_weight(inside: Client, house: WayOut) -> None:
    shipment = house.shipment()

    inside.post(f"/shipments/{shipment.pk}/act/pack/", {"weight": ["1.200", "1 500", "350"]})

    assert list(Parcel.objects.order_by("position").values_list("weight_grams", flat=True)) == [1200, 1500, 350]


def on_order(client: Client, order: Order, name: str, **typed: Any) -> list[str]:
    answer = client.post(f"/orders/{order.pk}/do/{name}/", typed)
    assert answer.status_code == 302
    return told(answer)


def test_an_amount_that_cannot_be_is_refused_in_words(inside: Client, house: WayOut) -> None:
    order = house.order(payments=(), treatment="wait_for_money")
    before = written()
    wrong = ["-5", "0", "0,001", "1e400", "NaN", "Infinity", "9" * 30, "9" * 5000, "tre"]

    is_told_and_unchanged(before, {text: on_order(inside, order, "pay", amount=text, method="cash") for text in wrong})


@pytest.mark.parametrize("until", ["ieri", "9999-99-99", "2020-01-01", "0001-01-01", "9999-12-31", "9" * 5000])
def test_a_term_that_cannot_be_breaks_nothing(inside: Client, house: WayOut, until: str) -> None:
    order = house.order()

    assert len(on_order(inside, order, "hold", reason="x", keeps_stock="1", until=until)) == 1
    assert inside.get(f"/orders/{order.pk}/").status_code == 200
    assert is_sound()


def test_tags_that_cannot_be_are_refused_in_words(inside: Client, house: WayOut) -> None:
    order = house.order()
    before = written()
    wrong = ["", "   ", "x" * 41, "x" * 10_000, "🎁" * 10_000]

    is_told_and_unchanged(before, {text: on_order(inside, order, "tag", tag=text) for text in wrong})


def deed(client: Client, code: str, orders: str, **typed: str) -> Any:
    return client.post(f"/orders/act/{code}/", {"orders": orders, "query": "?queue=ship", **typed}, headers=HTMX)


@pytest.mark.parametrize("code", ["hold", "tag", "cancel", "print", "release"])
@pytest.mark.parametrize("chosen", ["", ",,,", "0", "-1", "99999999", "9" * 18, "9" * 40, "1.5", "٣", "\x00", "a,b"])
def test_a_deed_on_nothing_changes_nothing_and_says_so(inside: Client, house: WayOut, code: str, chosen: str) -> None:
    house.order()
    before = written()

    answer = deed(inside, code, chosen, other="x")

    wanted = 400 if "\x00" in chosen else 200
    assert (answer.status_code, written(), Receipt.objects.count()) == (wanted, before, 0)
    assert wanted == 400 or 'id="receipt"' in answer.content.decode()


@pytest.mark.parametrize("code", ["hold", "tag", "cancel", "print", "release"])
def test_more_rows_than_a_deed_takes_are_refused_as_a_whole(inside: Client, house: WayOut, code: str) -> None:
    order = house.order()
    Order.objects.bulk_create(_copies(order, 500))
    keys = ",".join(str(key) for key in Order.objects.order_by("pk").values_list("pk", flat=True))
    before = written()

    answer = deed(inside, code, keys, other="x")

    assert "501" in answer.content.decode()
    assert (answer.status_code, written(), Receipt.objects.count()) == (200, before, 0)


def _copies(order: Order, count: int) -> list[Order]:
    fields = {field.attname: getattr(order, field.attname) for field in Order._meta.concrete_fields if field.attname != "id"}
    return [Order(**{**fields, "external_id": f"copy-{place}"}) for place in range(count)]


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("other", "hold"),
        ("reason", "hold"),
        ("until", "hold"),
        ("other", "tag"),
        ("other", "cancel"),
        ("token", "print"),
        ("query", "release"),
    ],
)
@pytest.mark.parametrize("text", ["\x00", "a\x00b", "x" * 10_000, "🎁" * 500, "'; DROP TABLE orders_order; --"])
def test_strange_texts_in_a_deed_break_nothing(inside: Client, house: WayOut, field: str, code: str, text: str) -> None:
    order = house.order()

    answer = deed(inside, code, str(order.pk), **{field: text})

    assert answer.status_code in (200, 400)
    assert inside.get("/orders/?queue=all").status_code == 200
    assert inside.get(f"/orders/{order.pk}/").status_code == 200
    assert is_sound()


@pytest.mark.parametrize("name", ["hold", "tag", "untag", "cancel", "pay", "release", "print"])
@pytest.mark.parametrize("text", ["\x00", "x" * 10_000, "🎁" * 500])
def test_strange_texts_in_the_forms_of_an_order_break_nothing(inside: Client, house: WayOut, name: str, text: str) -> None:
    order = house.order()

    for field in ("reason", "tag", "kind", "method", "amount", "token"):
        answer = inside.post(f"/orders/{order.pk}/do/{name}/", {"reason": "x", "tag": "x", field: text})
        assert answer.status_code in (302, 400)

    assert inside.get(f"/orders/{order.pk}/").status_code == 200
    assert is_sound()


@pytest.mark.parametrize("text", TEXTS)
def test_every_search_takes_every_text(inside: Client, house: WayOut, text: str) -> None:
    """A % or a _ is a sign to be looked for, not a wish for everything."""
    house.order()

    for address in ("/search/", "/orders/", "/orders/rows/", "/orders/chosen/", "/orders/export/", "/shipments/", "/invoices/"):
        for query in ({"q": text, "queue": "all"}, {"q": text, "go": "1"}, {"queue": text}, {"after": text}, {"page": text}):
            assert inside.get(address, query).status_code in (200, 302), (address, query)
    for address in ("/orders/new/articles/", "/orders/new/customers/"):
        assert inside.get(address, {"q": text}).status_code == 200


@pytest.mark.parametrize("sign", ["%", "_", "%%%", "___"])
def test_a_wild_card_finds_nothing(inside: Client, house: WayOut, sign: str) -> None:
    house.order()

    assert inside.get("/orders/chosen/", {"queue": "all", "q": sign}).json()["orders"] == []
    assert inside.get("/search/", {"q": sign}).context["count"] == 0


IDS = [0, 99_999_999, 2**31, 2**63 - 1, 2**63, HUGE]
ADDRESSES: list[Callable[[int], tuple[str, str]]] = [
    lambda key: ("get", f"/orders/{key}/"),
    lambda key: ("get", f"/orders/{key}/body/"),
    lambda key: ("get", f"/orders/{key}/edit/"),
    lambda key: ("get", f"/orders/{key}/cancel/"),
    lambda key: ("get", f"/orders/{key}/side/"),
    lambda key: ("post", f"/orders/{key}/do/ship/"),
    lambda key: ("post", f"/orders/{key}/do/cancel/"),
    lambda key: ("post", f"/orders/{key}/edit/"),
    lambda key: ("get", f"/orders/new/customers/{key}/"),
    lambda key: ("get", f"/orders/new/repeat/{key}/"),
    lambda key: ("get", f"/shipments/{key}/"),
    lambda key: ("post", f"/shipments/{key}/act/ship/"),
    lambda key: ("get", f"/shipments/labels/{key}/"),
    lambda key: ("get", f"/shipments/labels/{key}/labels.pdf"),
    lambda key: ("get", f"/shipments/labels/{key}/labels.zpl"),
    lambda key: ("get", f"/invoices/{key}/"),
    lambda key: ("get", f"/documents/{key}/"),
    lambda key: ("get", f"/documents/{key}/live/"),
    lambda key: ("get", f"/batches/{key}/"),
    lambda key: ("get", f"/batches/{key}/live/"),
    lambda key: ("post", f"/batches/{key}/print/"),
]


@pytest.mark.parametrize("key", IDS)
def test_what_is_not_there_is_not_found(inside: Client, house: WayOut, key: int) -> None:
    before = written()

    answers = {f"{method} {address}": getattr(inside, method)(address).status_code for method, address in (each(key) for each in ADDRESSES)}

    assert answers == dict.fromkeys(answers, 404)
    assert written() == before


@pytest.mark.parametrize("key", IDS)
def test_a_button_on_what_is_not_there_says_so(inside: Client, house: WayOut, key: int) -> None:
    before = written()
    addresses = [
        f"/labels/{key}/paper/",
        f"/shipments/{key}/slip/",
        f"/pick-lists/{key}/paper/",
        f"/batches/{key}/finish/",
        f"/receipts/{key}/undo/",
        f"/orders/undo/{key}/",
    ]

    answers = {address: inside.post(address) for address in addresses}

    assert {address: answer.status_code for address, answer in answers.items()} == {
        address: 200 if address.startswith("/orders") else 302 for address in addresses
    }
    assert written() == before


def test_a_label_of_another_shipment_is_not_taken(inside: Client, house: WayOut) -> None:
    """The address names one shipment, the form a label of another."""
    mine, theirs = house.shipment(), house.shipment()
    label = _by_hand(theirs)
    before = written()
    wrong = {"label": str(label.pk), "number": "X1"}

    answers = {
        name: told(inside.post(f"/shipments/{mine.pk}/act/{name}/", {**wrong, "label": key}))
        for name in ("void", "number")
        for key in (str(label.pk), "", "-1", "9" * 40, "٣", "a")
    }

    assert all("is not here any more" in said[0] or "non c'è più" in said[0] for said in answers.values()), answers
    label.refresh_from_db()
    assert (label.status, written()) == ("wanted", before)


@pytest.mark.parametrize("number", ["", "   ", "x" * 81, "x" * 10_000])
def test_a_tracking_number_that_cannot_be_is_refused(inside: Client, house: WayOut, number: str) -> None:
    label = _by_hand(house.shipment())
    before = written()

    said = told(inside.post(f"/shipments/{label.parcel.shipment_id}/act/number/", {"label": label.pk, "number": number}))

    is_told_and_unchanged(before, {number: said})


@pytest.mark.parametrize("number", ["\x00", "a\x00b", "^XA^FDevil^XZ", "🎁", "<script>", "àèì"])
def test_a_strange_tracking_number_breaks_no_page(inside: Client, house: WayOut, number: str) -> None:
    label = _by_hand(house.shipment())
    address = f"/shipments/{label.parcel.shipment_id}/"

    answer = inside.post(f"{address}act/number/", {"label": label.pk, "number": number})

    wanted = 400 if "\x00" in number else 302  # no text of ours holds a NUL
    assert (answer.status_code, inside.get(address).status_code, is_sound()) == (wanted, 200, True)


def _by_hand(shipment: Shipment) -> Label:
    carrier = Carrier.objects.filter(code="bus").first() or make_carrier("bus", "manual")
    service, _new = CarrierService.objects.get_or_create(carrier=carrier, code="std", defaults={"name": "Standard"})
    ShippingRule.objects.get_or_create(service=service)
    assert request_labels([shipment.pk], by=None) == []
    return Label.objects.get(parcel__shipment=shipment)


def test_a_role_that_may_only_look_changes_nothing_by_hand(client: Client, house: WayOut) -> None:
    """The forms are not shown to it; who writes them by hand is refused, and nothing has changed."""
    ensure_roles()
    order, shipment = house.business(), None
    shipment = shipment_of(order)
    label = _by_hand(shipment)
    client.force_login(make_staff("acquisti", role="purchasing"))
    client.get("/")
    before, receipts = written(), Receipt.objects.count()
    key = str(order.pk)
    forms: list[tuple[str, dict[str, Any]]] = [
        *((f"/orders/act/{code}/", {"orders": key, "other": "x"}) for code in ("hold", "release", "tag", "cancel", "print")),
        *((f"/orders/ask/{code}/", {"orders": key}) for code in ("hold", "tag", "cancel")),
        *((f"/orders/{key}/do/{name}/", {"reason": "x", "tag": "x"}) for name in ON_ORDER),
        (f"/orders/{key}/edit/", {"city": "x"}),
        *((f"/shipments/{shipment.pk}/act/{name}/", {"label": label.pk, "number": "1"}) for name in ON_SHIPMENT),
        *(("/shipments/act/", {"deed": code, "chosen": shipment.pk}) for code in ("print", "label", "carrier", "pack", "reprint", "ship")),
        ("/shipments/numbers/enter/", {"label": label.pk, "number": "1"}),
        (f"/shipments/numbers/{label.service.carrier_id}/file/", {}),
        ("/invoices/act/", {"deed": "issue", "chosen": key}),
        ("/orders/new/confirm/", {}),
        ("/orders/new/preview/", {}),
        (f"/labels/{label.pk}/paper/", {}),
        (f"/shipments/{shipment.pk}/slip/", {}),
        ("/batches/1/finish/", {}),
        ("/batches/1/print/", {}),
    ]

    answers = {f"{address} {form.get('deed', '')}": client.post(address, form).status_code for address, form in forms}

    assert answers == dict.fromkeys(answers, 403)
    assert (written(), Receipt.objects.count(), is_sound()) == (before, receipts, True)


ON_ORDER = (
    "hold", "release", "accept_change", "dismiss_change", "pay", "cancel", "ship_there", "open_shipment", "print", "pack", "ship",
    "issue_invoice", "tag", "untag",
)  # fmt: skip
ON_SHIPMENT = ("print", "pack", "ship", "label", "void", "number", "unpick", "carrier")


def test_the_undo_of_a_colleague_is_for_those_who_may(client: Client, house: WayOut) -> None:
    ensure_roles()
    order = house.order()
    client.force_login(make_staff("banco", role="order_desk"))
    deed(client, "hold", str(order.pk), other="x")
    receipt = Receipt.objects.get()
    client.force_login(make_staff("acquisti", role="purchasing"))

    for address in (f"/orders/undo/{receipt.pk}/", reverse("receipt_undo", args=[receipt.pk])):
        client.post(address)

    assert (Hold.objects.filter(released_at=None).count(), Receipt.objects.count()) == (1, 1)


def test_a_stranger_gets_no_paper_and_no_page(client: Client, house: WayOut) -> None:
    order = house.order()
    before = written()

    answers = {
        client.post(f"/orders/{order.pk}/do/cancel/").status_code,
        client.post("/orders/act/cancel/", {"orders": str(order.pk)}).status_code,
        client.post("/orders/new/confirm/", {}, content_type="application/json").status_code,
        client.get("/documents/1/").status_code,
    }

    assert (answers, written()) == ({302}, before)
