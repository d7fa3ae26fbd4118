"""One variant divided between two shops and a counter: our allotment and publishing code, taken step by step, and what must hold always."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count

from django.contrib.auth.models import User
from django.db import connection, transaction

from catalog.models import Variant
from channels.contract import StockResult
from channels.models import CancelPush, Job, NumberRequest, StockWrite
from channels.services.connections import connect
from channels.services.importing.fetching import import_order
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import sweep_inbox
from channels.services.jobs import claim_job, finish_job
from channels.services.notifying.lanes import KIND as TELLING
from channels.services.notifying.telling import tell_order
from channels.services.publishing.fencing import sweep_stock
from channels.services.publishing.recording import record_result
from channels.services.publishing.requesting import lane_of, request_numbers_of_listings
from channels.services.publishing.sending import LEASE, Batch, call_shop, claim_batch, publish_lane
from channels.states import PushState
from erp.core.clock import now, real_now
from erp.core.delivering import deliver_pending
from erp.core.models import Delivery
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory import dividing
from inventory.books import Book, Standing, Write, WriteKind
from inventory.models import Allotment, ExceptionCause, Reservation, StockException, StockLevel, Warehouse, WindowPolicy
from inventory.services.allotting import settle
from inventory.services.ledger import check_ledger
from orders.models import Order
from orders.services.cancelling import cancel_order
from orders.services.selling import take_order
from orders.states import OPEN_STATUSES
from tests.clocks import ClockHand
from tests.factories.inventory import make_variant, put
from tests.factories.orders import sale
from tests.factories.users import make_user
from tests.flows.sides import CANCELLED, PAID, UNPAID, Side, of_state
from tests.flows.windows import Fault

LANE = lane_of("")
_numbers = count(1)
Decision = Callable[[Book], Write]


@dataclass
class UnderWay:
    """A lane's round that was claimed; `result` once the shop was called."""

    job: Job
    batch: Batch
    result: StockResult | None = None


@dataclass
class Division:
    """`counter`: pieces sold by hand. Every method is one step; `check` asks what must hold after each."""

    sides: Sequence[Side]
    on_hand: int
    party_id: int
    clock: ClockHand
    variant: Variant
    colleague: User
    counter: int = 0
    under_way: dict[int, UnderWay] = field(default_factory=dict)

    # what we decide

    def favour(self, *weights: int) -> None:
        """The division that is wanted changes."""
        for side, weight in zip(self.sides, weights, strict=True):
            Allotment.objects.filter(source=side.account.code).update(weight=weight)

    def claim(self, side: Side, decision: Decision | None = None) -> bool:
        """The lane takes up a number; the planner decides which, or `decision` does and the guards still judge it."""
        if side.account.pk in self.under_way:
            return False
        request_numbers_of_listings(list(side.account.listings.values_list("pk", flat=True)))
        job = claim_job(side.account.pk, LANE, lease=LEASE)
        if job is None:
            return False
        with decided(decision):
            batch = claim_batch(job.account, "", 100)
        if batch is None or not batch.writes:
            finish_job(job)
            return False
        self.under_way[side.account.pk] = UnderWay(job, batch)
        return True

    def call(self, side: Side, fault: Fault = Fault.NONE) -> None:
        """The shop is called, and carries the number out or not; its answer is not recorded yet."""
        round_ = self.under_way.get(side.account.pk)
        if round_ is not None and round_.result is None:
            side.fail_next(fault)
            round_.result = call_shop(connect(side.account), round_.batch)
            side.fail_next(Fault.NONE)

    def record(self, side: Side) -> None:
        round_ = self.under_way.get(side.account.pk)
        if round_ is not None and round_.result is not None:
            capabilities = connect(side.account).capabilities()
            record_result(side.account, round_.batch.writes, round_.batch.targets, round_.result, capabilities)
            finish_job(round_.job)
            del self.under_way[side.account.pk]

    def send(self, side: Side, decision: Decision | None = None, fault: Fault = Fault.NONE) -> bool:
        """Claim, call, record in one go."""
        is_sent = self.claim(side, decision)
        self.call(side, fault)
        self.record(side)
        return is_sent

    def turn_lane(self, side: Side, fault: Fault = Fault.NONE) -> None:
        """The lane's worker does all that is due, in its own way."""
        if side.account.pk not in self.under_way:
            side.fail_next(fault)
            publish_lane(side.account.pk, LANE)
            side.fail_next(Fault.NONE)

    # what is read, and what that frees

    def pull(self, side: Side) -> None:
        pull_orders(side.account.pk)

    def read(self, side: Side, order: str) -> None:
        """One order alone, before others that are older."""
        import_order(side.account.pk, order, is_asked_for=True)

    def sweep_inbox(self) -> None:
        sweep_inbox(grace=timedelta(0))

    def deliver(self) -> None:
        deliver_pending()

    def sweep(self) -> None:
        sweep_stock()

    def read_all(self, side: Side) -> None:
        """Everything that happened in this shop, the news of it, and the fences that it closes."""
        self.wait()
        self.pull(side)
        self.sweep_inbox()
        self.deliver()
        self.sweep()
        self.deliver()

    def cancel_here(self, side: Side, order: str) -> None:
        """A colleague cancels an order that we have read; its shop has not heard of it yet."""
        row = Order.objects.filter(source=side.account.code, external_id=order, status__in=OPEN_STATUSES).first()
        if row is not None:
            cancel_order(row.pk, by=self.colleague, reason="Chiesto al telefono")

    def tell_cancels(self, side: Side, *, is_answer_lost: bool = False) -> None:
        """The lanes of this shop's orders do what is due: the shop cancels, puts the pieces back, and its answer is read."""
        if is_answer_lost:
            side.lose_next_cancel()
        for lane in side.account.jobs.filter(kind=TELLING).values_list("lane", flat=True):
            tell_order(side.account.pk, lane)
        side.fail_next(Fault.NONE)
        for order in of_state(side, PAID):
            if side.is_cancelled(order):
                side.orders[order] = CANCELLED

    def wait(self, seconds: float = 3) -> None:
        """Longer than any read lag."""
        self.clock.advance(seconds)

    def settle(self, side: Side) -> None:
        """A lost write that has not landed by now never will."""
        side.forget_late()
        settle(now=real_now() + timedelta(days=1), source=side.account.code)
        CancelPush.objects.filter(account=side.account, state=PushState.UNKNOWN).update(settles_at=real_now())
        side.account.jobs.filter(kind=TELLING).update(due_at=now())

    def sell_by_phone(self) -> bool:
        try:
            with attempt():
                take_order(sale((self.variant, 1), kind="phone", party_id=self.party_id), by=None)
        except Refused as refusal:
            if refusal.code != "short":
                raise
            return False
        self.counter += 1
        return True

    # what must hold

    @property
    def sold(self) -> int:
        return self.counter + sum(len(of_state(side, PAID)) for side in self.sides)

    def free(self) -> Decimal:
        """Pieces that are neither reserved nor in a ceiling; negative where the books do not hold."""
        level = StockLevel.objects.get(variant=self.variant)
        ceilings = Allotment.objects.filter(variant=self.variant).values_list("ceiling", flat=True)
        return level.on_hand - level.reserved - sum((max(ceiling, Decimal(0)) for ceiling in ceilings), Decimal(0))

    def check(self) -> None:
        """After each step: nothing oversold, the books hold, the ledger proves, no exception was needed.

        Except for a while: a sale that is read before the cancel that made room for it looks like more than its window could sell.
        """
        assert self.sold <= self.on_hand, f"{self.sold} of {self.on_hand} pieces are sold"
        assert self.free() >= 0, "more may be sold than there is"
        assert check_ledger() == []
        assert StockLevel.objects.get(variant=self.variant).is_split
        assert not StockException.objects.exclude(cause=ExceptionCause.STAFF_ORDER).exists()

    def finish(self) -> None:
        """Everything is answered and read; then no order is lost, each window shows what its books say, and nothing waits."""
        for side in self.sides:
            self.call(side)
            self.record(side)
            self.settle(side)
            for order in of_state(side, UNPAID):
                side.expire(order)  # type: ignore[attr-defined]
        for _turn in range(12):
            for side in self.sides:
                self.read_all(side)
                self.tell_cancels(side)
                self.turn_lane(side)
            self.check()
            if self.is_quiet():
                break
        assert self.is_quiet(), (list(Allotment.objects.values()), list(NumberRequest.objects.values()))
        self._check_orders()
        assert not StockException.objects.exists()
        may_sell, shown = [max(int(self._book(side).ceiling), 0) for side in self.sides], [max(side.shows(), 0) for side in self.sides]
        assert may_sell == shown, f"the books say {may_sell}, the shops show {shown}: {list(Allotment.objects.values())}"

    def is_quiet(self) -> bool:
        books = Allotment.objects.filter(variant=self.variant)
        waits = books.exclude(standing=Standing.CERTAIN, fence_kind="", write_kind="").exists()
        under_way = StockWrite.objects.filter(answer="under_way").exists()
        untold = CancelPush.objects.open().exists()
        return not (waits or under_way or untold or NumberRequest.objects.exists() or Delivery.objects.exists())

    def _book(self, side: Side) -> Allotment:
        return Allotment.objects.get(source=side.account.code)

    def _check_orders(self) -> None:
        for side in self.sides:
            here = dict(Order.objects.filter(source=side.account.code).values_list("external_id", "status"))
            paid = {order: here.get(order) for order in of_state(side, PAID)}
            assert paid == dict.fromkeys(paid, "released")
            assert {here[order] for order in of_state(side, CANCELLED)} <= {"cancelled"}
        promised = Reservation.objects.filter(state__in=["reserved", "short"])
        assert list(promised.values_list("state", "quantity")) == [("reserved", Decimal(1))] * self.sold


@contextmanager
def decided(decision: Decision | None) -> Iterator[None]:
    """Somebody else than the planner decides which write is wanted; whether it may be sent is asked as ever."""
    planned = dividing._toward
    if decision is not None:
        dividing._toward = lambda book, wanted, free, *, is_split: decision(book)
    try:
        yield
    finally:
        dividing._toward = planned


def set_to(number: int) -> Decision:
    return lambda book: Write(WriteKind.SET, Decimal(number))


def compare_to(number: int) -> Decision:
    return lambda book: Write(WriteKind.CAS, Decimal(number), book.known)


def add(difference: int) -> Decision:
    return lambda book: Write(WriteKind.ADD, Decimal(difference))


@contextmanager
def house(
    sides: Sequence[Side], numbers: Sequence[int], *, on_hand: int, shelf: Warehouse, party_id: int, clock: ClockHand
) -> Iterator[Division]:
    """A divided variant of its own; our side is undone at the end, and the shops' clocks are past everything that was read."""
    with undone():
        clock.advance(3600)
        variant = make_variant(f"VASO-{next(_numbers)}")
        put(variant, shelf, on_hand, is_split=True)
        WindowPolicy.objects.create(variant=variant, mode="split")
        for side, number in zip(sides, numbers, strict=True):
            side.open(variant, number)
        yield Division(sides, on_hand, party_id, clock, variant, make_user())


@contextmanager
def undone() -> Iterator[None]:
    """A savepoint that counts as the test's own transaction, so that services may call shops inside."""
    with transaction.atomic():
        connection.atomic_blocks[-1]._from_testcase = True
        yield
        transaction.set_rollback(True)
