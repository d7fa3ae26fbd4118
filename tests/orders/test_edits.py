"""Any sequence of edits, cancels, refunds, holds and mappings: the parts make the total, and what is reserved is what is ordered."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Variant
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.models import Allotment, Reservation, StockLevel
from orders.drafts import NewAdjustment, NewOrder, NewPayment
from orders.models import Order
from orders.services.changing import change_order
from orders.services.holding import hold_order, release_hold
from orders.services.placing import place_order
from tests.factories.inventory import make_variant, make_warehouse, make_window, put
from tests.factories.orders import draft, later, line, refund

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ON_HAND, CEILING = 12, 8
CENTS = st.integers(0, 5000).map(lambda cents: Decimal(cents) / 100)

EDITED = st.fixed_dictionaries(
    {
        "lines": st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), CENTS), min_size=1, max_size=3, unique_by=lambda row: row[0]),
        "shipping": CENTS,
        "discount": CENTS,
        "off": st.integers(-2, 2),
        "state": st.sampled_from(["live", "live", "live", "wait_for_money", "cancelled", "ignore"]),
        "refunds": st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=2, unique_by=lambda row: row[0]),
    }
)
MOVES = st.lists(st.one_of(EDITED, st.sampled_from(["hold", "hold and free", "release", "again"])), min_size=1, max_size=6)


def edited(told: NewOrder, variants: list[Variant], edit: dict[str, Any], minutes: int) -> NewOrder:
    lines = tuple(line(variants[place], quantity, net=str(net), external_id=str(place)) for place, quantity, net in edit["lines"])
    adjustments = (
        NewAdjustment("shipping", "Corriere", edit["shipping"]),
        NewAdjustment("discount", "SALE", edit["discount"]),
    )
    new = later(told, minutes=minutes, lines=lines, adjustments=adjustments)
    total = new.total + Decimal(edit["off"]) / 100
    ordered = {place: quantity for place, quantity, _net in edit["lines"]}
    return replace(
        new,
        total=total,
        residual_reason="rounded by the shop",
        treatment="live" if edit["state"] == "cancelled" else edit["state"],
        first_seen_cancelled=edit["state"] == "cancelled",
        payments=(NewPayment("stripe", "Carta", "captured", max(total, Decimal(0))),) if edit["state"] != "wait_for_money" else (),
        refunds=tuple(
            refund(f"r{place}", "1.00", [(str(place), min(quantity, ordered[place]))], restock=restock)
            for place, quantity, restock in edit["refunds"]
            if place in ordered
        ),
    )


def check(order: Order, told: NewOrder) -> None:
    """What must hold after every move."""
    sums = {row.kind: row.net for row in order.adjustments.all()}
    tax = sum((row.amount for row in order.taxes.all()), Decimal(0))
    goods = sum((row.net for row in order.lines.all()), Decimal(0))
    parts = goods - sums.get("discount", 0) + sums.get("shipping", 0) + tax + sums.get("rounding", 0)
    assert parts == order.total == told.total
    frees = order.status == "cancelled" or order.treatment == "ignore" or order.holds.filter(released_at=None, keeps_stock=False).exists()
    rows = Reservation.objects.filter(reference=order.reference, state__in=["reserved", "short"])
    for each in order.lines.all():
        held = sum(rows.filter(line=each.external_id).values_list("quantity", flat=True), Decimal(0))
        assert held == (Decimal(0) if frees else max(each.quantity - each.refunded, Decimal(0)))
    assert {row.line for row in rows} <= {row.external_id for row in order.lines.all()}
    for level in StockLevel.objects.all():
        promised = rows.filter(variant=level.variant_id, state="reserved").values_list("quantity", flat=True)
        window = Allotment.objects.get(variant=level.variant_id)
        assert level.reserved == sum(promised, Decimal(0))
        assert max(window.ceiling, Decimal(0)) + level.reserved <= level.on_hand
    assert order.holds.filter(kind="short", released_at=None).exists() == (order.status == "held" and rows.filter(state="short").exists())
    assert Card.objects.filter(closed_at=None, kind="orders.unexplained_cents").count() == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=MOVES)
def test_pain_15_after_any_sequence_of_edits_money_and_pieces_are_exact(moves):
    with pytest.raises(_Done), attempt():
        _run(moves)
        raise _Done


def _run(moves: list[Any]) -> None:
    shelf, staff = make_warehouse(), User.objects.create_user("anna")
    variants = [make_variant() for _ in range(3)]
    for variant in variants:
        put(variant, shelf, ON_HAND, is_split=True)
        make_window(variant, ceiling=CEILING)
    told = draft([line(variants[0], 2, external_id="0")])
    order = Order.objects.get(pk=place_order(told, actor="shop").order_id)
    for minutes, move in enumerate(moves, start=1):
        if isinstance(move, dict):
            told = edited(told, variants, move, minutes)
        _do(order, told, move, staff)
        order.refresh_from_db()
        check(order, told)


def _do(order: Order, told: NewOrder, move: Any, staff: User) -> None:
    if isinstance(move, dict) or move == "again":
        change_order(order.pk, told, actor="shop")
        return
    try:
        with attempt():
            if move == "release":
                release_hold(order.pk, by=staff, kind="by_staff")
            else:
                hold_order(order.pk, by=staff, keeps_stock=move == "hold")
    except Refused:
        pass


class _Done(Exception):
    """Ends one example; everything that it wrote goes."""
