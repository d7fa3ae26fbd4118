"""What the tests of the order services share."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from catalog.models import Variant
from erp.core.models import Event
from inventory.models import Allotment, Reservation, StockLevel
from orders.drafts import NewOrder
from orders.models import Hold, Order
from orders.services.changing import change_order
from orders.services.placing import place_order
from tests.factories.inventory import make_variant, make_warehouse, make_window, put


@pytest.fixture
def mug() -> Variant:
    """Ten mugs, none promised."""
    variant = make_variant("MUG")
    put(variant, make_warehouse(), 10)
    return variant


@pytest.fixture
def jar() -> Variant:
    """Ten jars, divided: the shop may sell six, four are free."""
    variant = make_variant("JAR")
    put(variant, make_warehouse("VE"), 10, is_split=True)
    make_window(variant, ceiling=6)
    return variant


@pytest.fixture
def events() -> Callable[[], list[str]]:
    """Names of the orders' events published since the last call."""
    seen = 0

    def read() -> list[str]:
        nonlocal seen
        rows = Event.objects.filter(name__startswith="orders.", pk__gt=seen).order_by("pk").values_list("pk", "name")
        names = [name.removeprefix("orders.") for _pk, name in rows]
        seen = max([seen, *(pk for pk, _name in rows)])
        return names

    return read


def place(told: NewOrder) -> Order:
    return Order.objects.get(pk=place_order(told, actor="shop").order_id)


def change(order: Order, told: NewOrder) -> bool:
    """The order follows what its shop says now; whether that changed anything."""
    changed = change_order(order.pk, told, actor="shop")
    order.refresh_from_db()
    return changed


def reserved(variant: Variant) -> Decimal:
    return StockLevel.objects.get(variant=variant).reserved


def books(variant: Variant) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Reserved pieces; and the window's ceiling, sales read and restocks read."""
    window = Allotment.objects.get(variant=variant)
    return reserved(variant), window.ceiling, window.sold_read, window.restocked_read


def open_holds(order_id: int) -> list[str]:
    return list(Hold.objects.filter(order=order_id, released_at=None).order_by("kind").values_list("kind", flat=True))


def claimed(order_id: int, line: str = "1") -> Decimal:
    """Pieces that the line holds or waits for."""
    reference = Order.objects.get(pk=order_id).reference
    rows = Reservation.objects.filter(reference=reference, line=line, state__in=["reserved", "short"])
    return sum(rows.values_list("quantity", flat=True), Decimal(0))
