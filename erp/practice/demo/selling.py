"""The demo sells: once and to the end with a verdict, for some minutes under every fault, or at a gentle pace until somebody ends it."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from erp.practice.carrier import CarrierControl
from erp.practice.demo.auditing.auditor import audit
from erp.practice.demo.auditing.leaving import read_van
from erp.practice.demo.auditing.rows import read_house
from erp.practice.demo.auditing.sentences import broken_promises
from erp.practice.demo.chronicle import Chronicle
from erp.practice.demo.concluding import conclude, read_all
from erp.practice.demo.floor import GENTLE_AGE, Floor, Shift, clear_the_floor
from erp.practice.demo.market.selling import Market
from erp.practice.demo.market.troubles import begin_troubles, end_troubles, trouble_the_carrier
from erp.practice.demo.merchant.staff import owner
from erp.practice.demo.merchant.supplying import buy_in
from erp.practice.demo.patience import Patience
from erp.practice.demo.quiet import what_is_under_way
from erp.practice.demo.running import Demo
from erp.practice.woocommerce import Control

ONCE_PAUSE_SECONDS, GENTLE_PAUSE_SECONDS = 1.0, 8.0
CLEAN_SHARE = 0.6
SPARE_ORDERS = 1.12
REST_SECONDS, PAUSE_SECONDS, FLOOR_SECONDS = 180.0, 40.0, 90.0
LOOK_SECONDS = 0.5
MINUTE_SECONDS = 60.0
REST_LOOK_SECONDS = 1.0
READY_SECONDS = 60.0
SEED = 20260404
SOAK_AGE = timedelta(minutes=1)
"""What the shops change they change within seconds; a change of what has left waits for a person, which no auditor can settle."""


def sell_once(demo: Demo, *, orders: int, json_file: Path) -> int:
    """At least `orders` orders, the first ones on a good day and the rest on a bad one, then rest and verdict. Returns the exit code."""
    _wait_until_stock_is_published(demo)
    placed = round(orders * SPARE_ORDERS)  # some are declined, never paid or not sold
    good = round(placed * CLEAN_SHARE)
    floor, van = Floor(owner(), demo.terminal.say), CarrierControl(demo.outside.carrier_url)
    _sell(demo, good, seed=SEED, what=_("A good day"))
    _wait_for_rest(demo, seconds=PAUSE_SECONDS)
    _send_all(demo, floor)
    _trouble(demo, begin_troubles)
    _sell(demo, placed - good, seed=SEED + 1, what=_("A day with faults"))
    _trouble(demo, lambda control, seed: end_troubles(control))
    _wait_for_rest(demo, seconds=REST_SECONDS)
    trouble_the_carrier(van)
    left = _send_all(demo, floor)
    van.clear_faults()
    under_way = [*left, *_wait_for_rest(demo, seconds=REST_SECONDS)]
    demo.terminal.clear()
    return conclude(demo.stores, json_file=json_file, terminal=demo.terminal, under_way=under_way, parcels=demo.outside.parcels)


def soak(demo: Demo, *, minutes: float, json_file: Path) -> int:
    """Buyers and warehouse at work for `minutes` while every fault strikes anew each minute, then rest and verdict: the exit code."""
    _wait_until_stock_is_published(demo)
    floor, van, evening = Floor(owner(), demo.terminal.say, age=SOAK_AGE), CarrierControl(demo.outside.carrier_url), threading.Event()
    shift = Shift(floor, evening)
    shift.start()
    closing = threading.Timer(minutes * 60, evening.set)
    closing.daemon = True
    closing.start()
    try:
        markets = _open_markets(demo, None, pause=ONCE_PAUSE_SECONDS, seed=SEED, ended=evening)
        _follow(demo, markets, what=_("A day with faults"), each_minute=lambda: _trouble_again(demo, van))
    finally:
        closing.cancel()
        evening.set()
    shift.join()
    _trouble(demo, lambda control, seed: end_troubles(control))
    van.clear_faults()
    _wait_for_rest(demo, seconds=REST_SECONDS)
    under_way = [*_send_all(demo, Floor(owner(), demo.terminal.say)), *_wait_for_rest(demo, seconds=REST_SECONDS)]
    demo.terminal.clear()
    return conclude(demo.stores, json_file=json_file, terminal=demo.terminal, under_way=under_way, parcels=demo.outside.parcels)


def _trouble_again(demo: Demo, van: CarrierControl) -> None:
    _supply(demo)
    _trouble(demo, begin_troubles)
    trouble_the_carrier(van)


def sell_on(demo: Demo) -> None:
    """Until the process is told to end; what runs low is bought in."""
    Shift(Floor(owner(), demo.terminal.say, age=GENTLE_AGE), demo.ended).start()
    markets = _open_markets(demo, None, pause=GENTLE_PAUSE_SECONDS, seed=SEED + int(time.time()), ended=demo.ended)
    _follow(demo, markets, what=_("Selling"), each_minute=lambda: _supply(demo))


def _send_all(demo: Demo, floor: Floor) -> list[str]:
    """The evening: everything that may leave is printed, packed and handed over; in words, what could not."""
    demo.terminal.show(_("The warehouse sends what may leave"))
    left = clear_the_floor(floor, seconds=FLOOR_SECONDS, check=demo.supervisor.check)
    return [_("%(number)d shipments did not leave") % {"number": left}] if left else []


def _supply(demo: Demo) -> None:
    arrived = buy_in(owner())
    if arrived:
        names = {"number": len(arrived), "names": ", ".join(arrived)}
        demo.terminal.say(_("Goods arrived for %(number)d variants: %(names)s") % names)


def _sell(demo: Demo, orders: int, *, seed: int, what: str) -> None:
    shares = [orders - orders // 2, orders // 2]
    _follow(demo, _open_markets(demo, shares, pause=ONCE_PAUSE_SECONDS, seed=seed, ended=demo.ended), what=what)


def _open_markets(demo: Demo, shares: Sequence[int] | None, *, pause: float, seed: int, ended: threading.Event) -> list[Market]:
    markets = []
    for place, shop in enumerate(demo.shops):
        wanted = shares[place] if shares is not None else None
        name = shop.stall.name
        markets.append(Market(name, shop.url, orders=wanted, pause=pause, seed=seed, ended=ended, say=demo.terminal.say))
    for market in markets:
        market.start()
    return markets


def _follow(demo: Demo, markets: list[Market], *, what: str, each_minute: Callable[[], None] = lambda: None) -> None:
    """Show what happens until the markets close. Raises ChildEnded when a process of the house ends."""
    chronicle, next_minute = Chronicle(), time.monotonic()
    while any(market.is_alive() for market in markets):
        demo.supervisor.check()
        for line in chronicle.news():
            demo.terminal.say(line)
        if time.monotonic() >= next_minute:
            each_minute()
            next_minute = time.monotonic() + MINUTE_SECONDS
        demo.terminal.show(_progress(what, markets))
        time.sleep(LOOK_SECONDS)
    for failure in [failure for market in markets for failure in market.tally.failures]:
        raise RuntimeError(failure)


def _progress(what: str, markets: Sequence[Market]) -> str:
    shops = "  ".join(
        _("%(shop)s %(placed)d sold, %(changed)d changed")
        % {"shop": market.shop_name, "placed": market.tally.placed, "changed": market.tally.changed}
        for market in markets
    )
    return f"{what}: {shops}"


def _trouble(demo: Demo, act: Callable[..., None]) -> None:
    for place, shop in enumerate(demo.shops):
        with Control(shop.url) as control:
            act(control, seed=SEED + place)


def _wait_for_rest(demo: Demo, *, seconds: float) -> list[str]:
    """Until nothing is under way and nothing is missing; what still is, when nothing has moved for `seconds`."""
    patience = Patience(seconds)
    chronicle = Chronicle()
    while True:
        demo.supervisor.check()
        books = read_all(demo.stores)
        under_way = what_is_under_way(books)
        broken = broken_promises(audit(books, read_house(set(demo.stores)), read_van(demo.outside.parcels)))
        if not under_way and not broken:
            return []
        if patience.is_over(*under_way, *broken):
            return under_way
        for line in chronicle.news():
            demo.terminal.say(line)
        demo.terminal.show(_("Coming to rest: %(what)s") % {"what": ", ".join(under_way or broken)})
        time.sleep(REST_LOOK_SECONDS)


def _wait_until_stock_is_published(demo: Demo) -> None:
    """The first numbers must stand in the shops before the first buyer comes."""
    _wait_for_rest(demo, seconds=READY_SECONDS)
