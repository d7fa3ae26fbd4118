"""A shop edits, refunds and cancels while the house prints, picks, packs, voids, holds and ships the same orders, in eight processes."""

import random
from functools import partial
from pathlib import Path

import pytest

from erp.core.delivering import deliver_pending
from erp.core.refusals import Refused
from inventory.models import Movement, Reservation
from inventory.services.ledger import check_ledger
from inventory.shipping.models import Label, Shipment, ShipmentLine
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.labelling import request_labels, void_label, work_due_labels
from inventory.shipping.services.packing import pack_shipment
from inventory.shipping.services.picking import undo_pick_list
from inventory.shipping.services.printing import print_batch
from inventory.shipping.states import OPEN_SHIPMENTS
from orders.models import Order
from orders.services.cancelling import cancel_order
from orders.services.changing import accept_change, change_order, dismiss_change
from orders.services.holding import hold_order, release_hold
from orders.services.placing import place_order
from orders.services.printing import print_orders
from tests.concurrency.processes import together
from tests.factories.carriers import open_desk
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.orders import draft, later, line, refund, tell_refund
from tests.factories.shipping import stocked
from tests.factories.users import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKERS = 8
ORDERS = 12
DEEDS = 12


class Hands:
    """One process: deeds chosen by lot, on orders and shipments chosen by lot. A refusal is a good answer, an error is none."""

    def __init__(self, seed: int, drafts, variants, user) -> None:
        self._lot, self._drafts, self._variants, self._user = random.Random(seed), drafts, variants, user
        self.shop = (self.edit, self.edit, self.edit, self.refund, self.cancel_there)
        self.house = (
            self.print_many, self.print_orders, self.ship, self.ship, self.hold, self.release, self.pack, self.unpick, self.void,
            self.label, self.accept, self.dismiss, self.cancel_here, deliver_pending, work_due_labels,
        )  # fmt: skip

    def work(self, deeds) -> str:
        for _deed in range(DEEDS):
            try:
                self._lot.choice(deeds)()
            except Refused:
                continue
        return "done"

    def _order(self) -> int:
        return self._lot.choice(list(self._drafts))

    def _some(self, model, **chosen):
        keys = list(model.objects.filter(**chosen).order_by("pk").values_list("pk", flat=True))
        self._lot.shuffle(keys)
        return keys[: self._lot.randint(1, 6)]

    def edit(self) -> None:
        key = self._order()
        chosen = self._lot.sample(self._variants, self._lot.randint(1, len(self._variants)))
        lines = tuple(line(variant, self._lot.randint(1, 3), external_id=str(place)) for place, variant in enumerate(chosen))
        change_order(key, later(self._drafts[key], minutes=self._lot.randint(1, 10_000), lines=lines), actor="shop")

    def refund(self) -> None:
        restock = self._lot.choice([True, False])
        tell_refund(self._order(), refund(str(self._lot.random()), "1.00", [("0", 1)], restock=restock))

    def cancel_there(self) -> None:
        if self._lot.random() < 0.2:
            cancel_order(self._order(), actor="shop", restocked=True)

    def cancel_here(self) -> None:
        if self._lot.random() < 0.2:
            cancel_order(self._order(), by=self._user)

    def print_many(self) -> None:
        print_batch(self._some(Shipment, status="ready"), by=self._user)

    def print_orders(self) -> None:
        print_orders(self._some(Order, status="released"), by=self._user)

    def ship(self) -> None:
        ship_shipments(self._some(Shipment, status__in=OPEN_SHIPMENTS)[:2], by=self._user)

    def hold(self) -> None:
        hold_order(self._order(), by=self._user, reason="x", keeps_stock=self._lot.choice([True, False]))

    def release(self) -> None:
        release_hold(self._order(), by=self._user)

    def pack(self) -> None:
        for key in self._some(Shipment, status="picking")[:1]:
            pack_shipment(key, by=self._user)

    def unpick(self) -> None:
        for key in Shipment.objects.filter(status="picking").order_by("?").values_list("pick_list", flat=True)[:1]:
            undo_pick_list(key, by=self._user)

    def label(self) -> None:
        request_labels(self._some(Shipment, status__in=OPEN_SHIPMENTS), by=self._user)

    def void(self) -> None:
        for key in self._some(Label, status="ready")[:1]:
            void_label(key, by=self._user)

    def accept(self) -> None:
        accept_change(self._order(), by=self._user)

    def dismiss(self) -> None:
        dismiss_change(self._order(), by=self._user)


def test_a_shop_that_changes_its_mind_and_a_house_in_a_hurry_never_meet_in_a_deadlock(tmp_path: Path):
    make_company()
    warehouse, user = make_warehouse("CT"), make_user(is_owner=True)
    variants = [stocked(warehouse, 500, sku) for sku in "ABCDEF"]
    drafts = {}
    for number in range(ORDERS):
        first = draft([line(variants[(number + place) % 6], 2, external_id=str(place)) for place in range(3)])
        drafts[place_order(first, actor="shop").order_id] = first
    deliver_pending()
    desk = open_desk(tmp_path)
    with desk.site:
        hands = [Hands(seed, drafts, variants, user) for seed in range(WORKERS)]
        done = together([partial(each.work, each.shop if place < 3 else each.house) for place, each in enumerate(hands)])
        assert done == ["done"] * WORKERS
        deliver_pending()
        work_due_labels()
        deliver_pending()
        work_due_labels()
        is_whole()
        standing = sorted(desk.standing())
    assert standing == sorted(Label.objects.filter(status="ready").values_list("reference", flat=True))


def is_whole() -> None:
    """No half state: what left has its movements and no promise, what was cancelled has nothing, what is open is promised."""
    assert check_ledger() == []
    gone = Shipment.objects.filter(status="shipped")
    moved = sorted(Movement.objects.filter(cause="shipment").values_list("reference", flat=True))
    assert moved == sorted(ShipmentLine.objects.filter(shipment__in=gone).values_list("shipment__order_reference", flat=True))
    assert not Shipment.objects.filter(status__in=["picking"], pick_list=None).exists()
    for order in Order.objects.all():
        of_order = Shipment.objects.filter(order_reference=order.reference)
        if order.status == "cancelled":
            assert not of_order.filter(status__in=OPEN_SHIPMENTS).exists()
            assert not Reservation.objects.filter(reference=order.reference, state="reserved", is_picked=True).exists()
    assert not Label.objects.filter(status="ready", parcel__shipment__status="cancelled").exists()
