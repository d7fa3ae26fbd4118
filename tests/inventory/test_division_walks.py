"""The services keep the books of the pure protocol: walks through the searched states are replayed on the database, step by step.

A walk that oversells without one of the guards oversells here too when that guard is switched off, and cannot be walked when it is on.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory import protocol
from inventory.books import ALL_GUARDS, Guard, StockClass, Write, WriteKind
from inventory.models import Allotment, Reservation, StockLevel, WindowPolicy
from inventory.services import allotting
from inventory.services.reading import read_seen_cancelled, read_unpaid
from inventory.services.reserving import release, reserve
from inventory.services.window_books import book_of
from tests.factories.inventory import claim, make_variant, make_warehouse, make_window, put
from tests.inventory.simulated_shop import Shop, Spent, new_book, normal
from tests.inventory.test_protocol_search import NEEDED, ONE_OF_EACH, State, following, search

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOURCES = ("left", "right")
CLASSES = st.sampled_from([StockClass.EXACT, StockClass.RELATIVE, StockClass.ZERO])


class House:
    """Our side of a walk: the services on the database."""

    def __init__(self, pair: tuple[StockClass, StockClass], on_hand: int) -> None:
        self.vase = make_variant("VASE")
        put(self.vase, make_warehouse(), on_hand, is_split=True)
        WindowPolicy.objects.create(variant=self.vase, mode="split")
        units = (on_hand - on_hand // 2, on_hand // 2)
        self.windows = [
            make_window(self.vase, source, each, stock_class=kind.value, is_clean=each == 0).window
            for source, kind, each in zip(SOURCES, pair, units, strict=True)
        ]
        self.orders: list[list[str]] = [[], []]
        self.count = 0
        self.now = NOW

    def follow(self, label: str) -> None:
        """Do what a step of the walk means on our side; what happens in the shop alone means nothing here."""
        who, _, what = label.partition(": ")
        if label == "the counter sells 1":
            self._order(None)
        elif who in ("0", "1"):
            self.now += timedelta(seconds=1)
            self._step(int(who), what)

    def _step(self, who: int, what: str) -> None:
        window, source = self.windows[who], SOURCES[who]
        if what.endswith("is sent"):
            kind, value = what.split()[:2]
            self._begin(window, WriteKind(kind), Decimal(value))
        elif what in ("a sale is read", "the paid order is read"):
            self.orders[who].append(self._order(window))
            if what == "the paid order is read":
                self._hold(window, -1)
        elif what.startswith("a cancelled order is read"):
            release(self.orders[who].pop(0), to_window=True)
        elif what == "an order is first seen cancelled":
            read_seen_cancelled({window: Decimal(1)})
        elif what in ("an unpaid order is read", "the expired order is read"):
            self._hold(window, 1 if "unpaid" in what else -1)
        elif what in ("the fence closes", "unpaid orders are counted again"):
            allotting.close_fences(source, pull_started_at=self.now, read_lag=timedelta(0))
        else:
            self._answer(window, source, what)

    def _answer(self, window: str, source: str, what: str) -> None:
        if what == "the answer is yes":
            allotting.record_answers([window], at=self.now)
        elif what == "the answer is no":
            allotting.record_refused([window])
        elif what == "the answer is lost":
            allotting.record_lost([window], settles_at=self.now)
        elif what in ("the lost write never lands", "the lost write cannot land any more"):
            allotting.settle(now=self.now, source=source)

    def _begin(self, window: str, kind: WriteKind, value: Decimal) -> None:
        expected = Allotment.objects.get(window=window).known if kind is WriteKind.CAS else None
        assert allotting.begin_write(window, Write(kind, value, expected)) is not None, f"{kind} {value} is not allowed"

    def _order(self, window: str | None) -> str:
        self.count += 1
        reserve([claim(self.vase, 1, reference=f"ord_{self.count}", window=window)])
        return f"ord_{self.count}"

    def _hold(self, window: str, units: int) -> None:
        read_unpaid({window: Allotment.objects.get(window=window).held + units})

    def standing(self) -> tuple[list[object], int, int]:
        """Books, reserved pieces and pieces waited for."""
        books = [normal(book_of(Allotment.objects.get(window=window))) for window in self.windows]
        short = Reservation.objects.filter(state="short").count()
        return books, int(StockLevel.objects.get().reserved), short


def expected(state: State) -> tuple[list[object], int, int]:
    windows, reserved, _ = state
    return [book for _, book in windows], reserved, sum(shop.short for shop, _ in windows)


def served(state: State, on_hand: int, guards: frozenset[Guard]) -> State:
    """The short order that a free piece serves is served in the same transaction."""
    while True:
        after = list(following(state, on_hand, ONE_OF_EACH, guards))
        if not after or not after[0][0].endswith("the short order is served"):
            return state
        state = after[0][1]


def start(pair: tuple[StockClass, StockClass], on_hand: int) -> State:
    first, second = on_hand - on_hand // 2, on_hand // 2
    return ((Shop(first), new_book(pair[0], first)), (Shop(second), new_book(pair[1], second))), 0, Spent()


@contextmanager
def undone() -> Iterator[None]:
    """Each walk begins with an empty house."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(first=CLASSES, second=CLASSES, on_hand=st.integers(1, 3), turns=st.lists(st.integers(0, 10_000), min_size=15, max_size=60))
def test_services_keep_the_books_of_the_protocol(db, first, second, on_hand, turns):
    with undone():
        house, state = House((first, second), on_hand), start((first, second), on_hand)
        walked = []
        for turn in turns:
            choices = list(following(state, on_hand, Spent(2, 3, 2, 2), ALL_GUARDS))
            if not choices:
                break
            label, state = choices[turn % len(choices)]
            state = served(state, on_hand, ALL_GUARDS)
            walked.append(label)
            house.follow(label)
            assert house.standing() == expected(state), walked


@contextmanager
def switched_off(guard: Guard) -> Iterator[None]:
    """The rules without one guard, as every caller of them gets it."""
    rules = [rule for _, rule in inspect.getmembers(protocol, inspect.isfunction) if "guards" in inspect.signature(rule).parameters]
    kept = [(rule, rule.__defaults__, rule.__kwdefaults__) for rule in rules]
    without = ALL_GUARDS - {guard}
    try:
        for rule, defaults, by_name in kept:
            rule.__defaults__ = defaults and tuple(without if each is ALL_GUARDS else each for each in defaults)
            rule.__kwdefaults__ = by_name and {name: without if each is ALL_GUARDS else each for name, each in by_name.items()}
        yield
    finally:
        for rule, defaults, by_name in kept:
            rule.__defaults__, rule.__kwdefaults__ = defaults, by_name


@pytest.mark.parametrize(("guard", "pair", "on_hand", "limits", "shortest"), NEEDED, ids=[row[0].name for row in NEEDED])
def test_the_shortest_oversell_without_a_guard_happens_here_too(db, guard, pair, on_hand, limits, shortest):
    without = ALL_GUARDS - {guard}
    _states, _found, trace = search(pair, on_hand, limits=limits, guards=without, wanted=("oversold",))
    house, state = House(pair, on_hand), start(pair, on_hand)

    with switched_off(guard):
        for label in trace:
            state = dict(following(state, on_hand, limits, without))[label]
            house.follow(label)

    windows, _reserved, _spent = state
    reserved = int(StockLevel.objects.get().reserved)
    waited_for = Reservation.objects.filter(state="short").count()
    assert reserved + waited_for + sum(shop.unread + shop.seen_paid - shop.gone for shop, _ in windows) == on_hand + 1


@pytest.mark.parametrize(("guard", "pair", "on_hand", "limits", "shortest"), NEEDED, ids=[row[0].name for row in NEEDED])
def test_and_cannot_be_walked_with_all_guards(db, guard, pair, on_hand, limits, shortest):
    _states, _found, trace = search(pair, on_hand, limits=limits, guards=ALL_GUARDS - {guard}, wanted=("oversold",))
    state, walked = start(pair, on_hand), 0
    for label in trace:
        choices = dict(following(state, on_hand, limits, ALL_GUARDS))
        if label not in choices:
            break
        state, walked = choices[label], walked + 1

    assert walked < shortest
