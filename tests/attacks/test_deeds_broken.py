"""One deed on one page breaks in the middle: a deadlock is played again unseen, and whatever else it was, the same form does it later."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from erp.core.history import history_of
from inventory.models import StockLevel
from inventory.shipping.models import Shipment
from orders.models import Hold, Order, Payment
from tests.attacks.way_out import WayOut, is_sound
from tests.databases import somebody_waits
from tests.factories.orders import bank_transfer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]
PATIENCE_SECONDS = 300  # no measure: only so that nothing waits for ever


@pytest.fixture
def owner(house: WayOut) -> Client:
    client = Client(raise_request_exception=False, headers={"accept-language": "en"})
    client.force_login(User.objects.create_superuser("owner"))
    return client


@contextmanager
def another_who_wants(order: Order, *, holding: type[Model]) -> Iterator[None]:
    """Somebody holds a row and asks for the order as soon as one waits for the row: one of the two is given up, never he."""
    has_row = Event()

    def work() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '300s'")
                holding._base_manager.select_for_update().get()
                has_row.set()
                until = monotonic() + PATIENCE_SECONDS
                while not somebody_waits(cursor) and monotonic() < until:
                    sleep(0.005)
                Order.objects.select_for_update().get(pk=order.pk)
        finally:
            connection.close()

    other = Thread(target=work)
    other.start()
    assert has_row.wait(PATIENCE_SECONDS)
    yield
    other.join(PATIENCE_SECONDS)
    assert not other.is_alive()


@contextmanager
def broken(table: str) -> Iterator[None]:
    """PostgreSQL takes no row of a table."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$")
        cursor.execute(f"CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION broken()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION broken CASCADE")


def do(client: Client, order: Order, name: str, **told: str) -> tuple[int, list[str]]:
    client.cookies.pop("messages", None)
    answer = client.post(f"/orders/{order.pk}/do/{name}/", told)
    return answer.status_code, [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize("page", ["order_act", "admin:orders_order_operate"])
def test_a_deadlock_under_a_single_deed_is_played_again_unseen(house: WayOut, owner: Client, page: str) -> None:
    order = house.order()
    address = reverse(page, args=[order.pk, "cancel"])

    with another_who_wants(order, holding=StockLevel):
        answer = owner.post(address, {"token": "t", "reason": "x", "cancel-reason": "x"})

    order.refresh_from_db()
    assert (answer.status_code, order.status) == (302, "cancelled")
    assert ([entry.verb for entry in history_of(order)].count("cancelled"), is_sound()) == (1, True)


def test_a_deadlock_under_a_form_with_a_transaction_around_it_is_played_again_unseen(house: WayOut, owner: Client) -> None:
    order = house.order()
    address = reverse("order_edit", args=[order.pk])
    page = owner.get(address).context
    form = {"opened": page["opened"], **{field.name: field.value for field in [*page["place"], *page["notes"]]}}

    with another_who_wants(order, holding=Shipment):
        answer = owner.post(address, form | {"street": "Via Nuova 7"})

    order.refresh_from_db()
    assert (answer.status_code, order.shipping["street"], Shipment.objects.get().recipient["street"]) == (302, "Via Nuova 7", "Via Nuova 7")
    assert [entry.verb for entry in history_of(order)].count("edited") == 1


def test_a_form_whose_work_broke_may_be_sent_again(house: WayOut, owner: Client) -> None:
    order = house.order()
    with broken("orders_hold"):
        assert do(owner, order, "hold", token="same", reason="x", keeps_stock="1") == (500, [])
    assert Hold.objects.count() == 0

    for said in ([f"Order {order.pk} is held. Its pieces stay reserved."], []):
        assert do(owner, order, "hold", token="same", reason="x", keeps_stock="1") == (302, said)
    assert (Hold.objects.count(), is_sound()) == (1, True)


def test_a_refused_form_that_is_corrected_and_sent_again_is_heard(house: WayOut, owner: Client) -> None:
    """The browser's way back keeps the form and its token."""
    order = house.order(payments=(bank_transfer("18.30"),), treatment="wait_for_money")

    assert do(owner, order, "pay", token="same", amount="dieci") == (302, ["“dieci” is not an amount. Type it as 12,50."])
    assert do(owner, order, "pay", token="same", amount="10") == (302, [f"The payment for order {order.pk} is recorded."])
    assert do(owner, order, "pay", token="same", amount="10") == (302, [])
    assert list(Payment.objects.filter(is_ours=True).values_list("amount", flat=True)) == [10]


def test_payments_of_forms_without_a_token_are_each_its_own(house: WayOut, owner: Client) -> None:
    order = house.order(payments=(bank_transfer("18.30"),), treatment="wait_for_money")

    for amount in ("10", "5"):
        do(owner, order, "pay", amount=amount, method=f"cash{amount}")

    assert sum(Payment.objects.filter(is_ours=True).values_list("amount", flat=True)) == 15
