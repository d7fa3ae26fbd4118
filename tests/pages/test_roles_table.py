"""Who may open which page and do which deed: the table of DESIGN section 1, kept by the views themselves."""

import pytest
from django.test import Client
from django.urls import reverse

from erp.core import clock
from erp.core.documents import store_document
from erp.pages.roles import ROLES, ensure_roles
from inventory.shipping.models import PrintBatch, Shipment
from orders.models import Hold
from tests.factories.crm import make_party
from tests.pages.seeding import make_order, make_staff
from tests.pages.shipping import make_label, make_service, make_shipment

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]

ALL = frozenset(ROLES)
FLOOR = {"owner", "order_desk", "warehouse"}
PAGES = {
    "today": ALL,
    "attention": ALL,
    "search": ALL,
    "orders": ALL,
    "new_order": {"owner", "order_desk"},
    "stock": ALL,
    "shipments": ALL,
    "shipments_manifest": ALL,
    "activity": ALL,
    "menu": ALL,
    "shell_live": ALL,
    "today_live": ALL,
    "orders_rows": ALL,
    "orders_live": ALL,
    "orders_chosen": ALL,
    "orders_filter": ALL,
    "orders_export": ALL,
    "shipments_live": ALL,
    "new_order_customers": {"owner", "order_desk"},
    "new_order_articles": {"owner", "order_desk"},
    "shipments_numbers": FLOOR,
    "invoices": {"owner", "order_desk", "customer_service", "accountant"},
}
DEEDS = {
    ("shipments_act", "print"): FLOOR,
    ("shipments_act", "pack"): FLOOR,
    ("shipments_act", "ship"): FLOOR,
    ("shipments_act", "label"): FLOOR,
    ("shipments_act", "reprint"): FLOOR,
    ("shipments_act", "carrier"): FLOOR,
    ("invoices_act", "issue"): {"owner", "order_desk", "accountant"},
    ("invoices_act", "send"): {"owner", "order_desk", "customer_service", "accountant"},
}
DESK = {"owner", "order_desk"}
CALLERS = {*DESK, "customer_service"}
ON_ORDERS = {"hold": CALLERS, "release": CALLERS, "tag": CALLERS, "cancel": CALLERS, "print": FLOOR}
ON_AN_ORDER = {
    **ON_ORDERS,
    "untag": CALLERS,
    "accept_change": DESK,
    "dismiss_change": DESK,
    "ship_there": CALLERS,
    "pay": {*DESK, "accountant"},
    "issue_invoice": {*DESK, "accountant"},
    "open_shipment": FLOOR,
    "pack": FLOOR,
    "ship": FLOOR,
}
ON_ONE = dict.fromkeys(("print", "pack", "ship", "label", "void", "number", "unpick", "carrier"), FLOOR)
ENTRIES = {
    "activity": ALL,
    "orders": ALL,
    "new_order": {"owner", "order_desk"},
    "customers": ALL,
    "shipments": ALL,
    "stock": ALL,
    "products": ALL,
    "channels": ALL,
    "invoices": PAGES["invoices"],
}


@pytest.fixture
def shipment() -> Shipment:
    made = make_shipment(make_order(1, make_party("Giulia Ferrante")), service=make_service())
    make_label(made, "GL1")
    return made


@pytest.fixture(params=sorted(ROLES))
def role(request: pytest.FixtureRequest, client: Client) -> str:
    """Signed in as somebody of this role."""
    ensure_roles()
    client.force_login(make_staff("qualcuno", role=request.param))
    return str(request.param)


def test_a_role_opens_its_pages_and_no_other(client: Client, role: str, shipment: Shipment) -> None:
    answers = {name: client.get(reverse(name)).status_code for name in PAGES}

    assert answers == {name: 200 if role in roles else 403 for name, roles in PAGES.items()}
    assert client.get(reverse("shipment", args=[shipment.pk])).status_code == 200


def test_a_role_does_its_own_deeds_and_no_other(client: Client, role: str) -> None:
    """With nothing chosen an allowed deed goes back to the list; a forbidden one is refused before anything is read."""
    answers = {key: client.post(reverse(key[0]), {"deed": key[1]}).status_code for key in DEEDS}

    assert answers == {key: 302 if role in roles else 403 for key, roles in DEEDS.items()}


def test_a_role_is_offered_what_it_may_do(client: Client, role: str, shipment: Shipment) -> None:
    offered = {each["deed"].code for each in client.get("/shipments/?queue=ready").context["deeds"]}
    page = client.get(f"/shipments/{shipment.pk}/")

    assert offered == ({"print", "label", "carrier", "pack"} if role in FLOOR else set())
    assert bool(page.context["step"].action) is (role in FLOOR)


def test_a_role_without_the_permission_changes_no_shipment(client: Client, role: str, shipment: Shipment) -> None:
    forbidden = {name for name, roles in ON_ONE.items() if role not in roles}

    answers = {name: client.post(f"/shipments/{shipment.pk}/act/{name}/").status_code for name in forbidden}

    assert answers == dict.fromkeys(forbidden, 403)
    shipment.refresh_from_db()
    assert shipment.status == "ready"


def test_the_navigation_shows_what_a_role_may_open(client: Client, role: str) -> None:
    shell = client.get("/").context["shell"]

    shown = {entry.name for group in shell.groups for entry in group.entries}
    assert shown - {"today", "attention", "admin"} == {name for name, roles in ENTRIES.items() if role in roles}


def test_a_role_acts_on_orders_as_its_table_says(client: Client, role: str) -> None:
    """With nothing chosen, and on an order that is not there: who may is told so, who may not is refused before anything is read."""
    on_many = {code: client.post(f"/orders/act/{code}/", {"orders": "", "query": ""}).status_code for code in ON_ORDERS}
    on_one = {name: client.post(f"/orders/999999/do/{name}/").status_code for name in ON_AN_ORDER}

    assert {code: status != 403 for code, status in on_many.items()} == {code: role in roles for code, roles in ON_ORDERS.items()}
    assert {name: status != 403 for name, status in on_one.items()} == {name: role in roles for name, roles in ON_AN_ORDER.items()}


def test_a_role_opens_what_hangs_on_an_order_and_a_paper(client: Client, role: str, shipment: Shipment) -> None:
    order = shipment.order_reference.partition("_")[2]
    paper = store_document(
        "shipping.slip", f"shipping.shipment:{shipment.pk}", content=b"^XA^XZ", media_type="application/zpl", file_name="x"
    )
    batch = PrintBatch.objects.create(made_at=clock.now())
    asked = {
        f"/orders/{order}/": ALL,
        f"/orders/{order}/side/": ALL,
        f"/orders/{order}/body/": ALL,
        f"/orders/{order}/edit/": DESK,
        f"/orders/{order}/cancel/": CALLERS,
        "/orders/?queue=address": ALL,
        f"/documents/{paper.pk}/": FLOOR,
        f"/batches/{batch.pk}/": FLOOR,
        f"/batches/{batch.pk}/live/": FLOOR,
    }

    answers = {address: client.get(address).status_code for address in asked}

    assert answers == {address: 200 if role in roles else 403 for address, roles in asked.items()}
    posts = {f"/shipments/{shipment.pk}/slip/": FLOOR, f"/batches/{batch.pk}/finish/": FLOOR, "/today/stop-stock/": {"owner", "integrator"}}
    answers = {address: client.post(address).status_code for address in posts}
    assert {address: status != 403 for address, status in answers.items()} == {a: role in roles for a, roles in posts.items()}


def test_a_role_corrects_an_address_beside_its_queue_or_only_reads_why_it_waits(client: Client, role: str) -> None:
    order = make_order(1, make_party("Giulia Ferrante"), status="held")
    fault = {"field": "street", "code": "street_missing", "told": "", "suggested": {}}
    Hold.objects.create(order=order, kind="address", params={"faults": [fault]}, placed_at=clock.now())

    side = client.get(f"/orders/{order.pk}/side/").context["side"]

    assert (side.form is not None, side.next.why) == (role in DESK, "Manca la via.")
    assert bool(side.next.action) is (role in CALLERS)
