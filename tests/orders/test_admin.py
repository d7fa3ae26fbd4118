"""Orders are read and operated, never edited."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from orders.models import Order
from orders.services.placing import place_order
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.factories.orders import draft, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    mug = make_variant("MUG")
    put(mug, make_warehouse(), 10)
    return Order.objects.get(pk=place_order(draft([line(mug, 2)]), actor="shop").order_id)


def url(order: Order, key: str) -> str:
    return reverse("admin:orders_order_operate", args=[order.pk, key])


def test_the_list_and_the_page_show_the_order(admin_client, order):
    assert order.customer_name in admin_client.get(reverse("admin:orders_order_changelist")).content.decode()

    page = admin_client.get(reverse("admin:orders_order_change", args=[order.pk]))

    assert (page.status_code, "Articolo MUG" in page.content.decode()) == (200, True)


def test_an_operation_calls_its_service(admin_client, order):
    admin_client.post(url(order, "hold"))
    order.refresh_from_db()
    assert order.status == "held"

    admin_client.post(url(order, "release"))
    admin_client.post(url(order, "cancel"))
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_an_operation_needs_its_own_permission_and_a_post(client, order):
    staff = User.objects.create_user("anna", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_order"), Permission.objects.get(codename="hold_order"))
    client.force_login(staff)

    assert client.post(url(order, "cancel")).status_code == 403
    assert client.get(url(order, "hold")).status_code == 405
    assert client.post(url(order, "hold")).status_code == 302
    order.refresh_from_db()
    assert order.status == "held"


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_a_message(admin_client, order):
    answer = admin_client.post(url(order, "release"), follow=True, headers={"accept-language": "en"})

    assert [str(message) for message in answer.context["messages"]] == [f"Order {order.number} is not held."]


def test_nobody_edits_an_order(admin_client, order):
    assert admin_client.get(reverse("admin:orders_order_add")).status_code == 403
    assert admin_client.post(reverse("admin:orders_order_change", args=[order.pk]), {"status": "closed"}).status_code == 403
