"""One shop's market: buyers come at a pace, some pay later, some orders are changed afterwards by the shop's staff."""

import heapq
import http.client
import itertools
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import translation
from django.utils.translation import gettext as _

from erp.practice.demo.market.afterwards import Act, Placed, change_order, choose_change, money_arrived, placed_order
from erp.practice.demo.market.baskets import Basket, Shelf, fill_basket
from erp.practice.woocommerce import Buyer, Control, SaleRefused

LOOK_AGAIN_SECONDS = 1.0
PAYS_AFTER = (1.0, 6.0)
TRANSFER_AFTER = (4.0, 15.0)
CHANGED_AFTER = (1.5, 12.0)
NEVER_PAYS, TRANSFER_NEVER_SEEN = 0.15, 0.4
Say = Callable[[str], None]
Deed = Callable[["Market"], None]


@dataclass
class Tally:
    """For the display only."""

    placed: int = 0
    refused: int = 0
    paid_later: int = 0
    changed: int = 0
    failures: list[str] = field(default_factory=list)


class Market(threading.Thread):
    """Sells `orders` orders (None: without end), one every `pause` seconds on average, then does what is left to do and ends.

    `ended` stops it at once. The same seed and the same shop give the same buyers.
    """

    def __init__(self, name: str, url: str, *, orders: int | None, pause: float, seed: int, ended: threading.Event, say: Say) -> None:
        super().__init__(name=f"market:{name}", daemon=True)
        self.shop_name, self.tally = name, Tally()
        self._url, self._orders, self._pause, self._ended, self._say = url, orders, pause, ended, say
        self._chance = random.Random(f"{seed}{name}")
        self._number = itertools.count(seed)
        self._later: list[tuple[float, int, Deed]] = []
        self._turn = itertools.count()
        self._shelves: list[Shelf] = []
        self._looked_at = 0.0
        self._language = translation.get_language() or "en"

    def run(self) -> None:
        translation.activate(self._language)  # a thread does not inherit it
        self.buyer, self.control = Buyer(self._url), Control(self._url)
        try:
            while not self._ended.is_set() and not self._is_done():
                self._one_turn()
        except (OSError, http.client.HTTPException) as error:
            if not self._ended.is_set():
                self.tally.failures.append(f"{self.shop_name}: {type(error).__name__}: {error}")
        finally:
            self.buyer.close()
            self.control.close()

    def _is_done(self) -> bool:
        return self._orders is not None and self.tally.placed >= self._orders and not self._later

    def _one_turn(self) -> None:
        """One buyer, and everything else whose time has come."""
        wants_more = self._orders is None or self.tally.placed < self._orders
        until = time.monotonic() + self._pause * self._chance.uniform(0.4, 1.6)
        if wants_more:
            self._sell()
        while self._later and self._later[0][0] <= time.monotonic():
            _due, _turn, deed = heapq.heappop(self._later)
            deed(self)
        self._ended.wait(max(0.0, until - time.monotonic()))

    def _sell(self) -> None:
        basket = fill_basket(self._look(), self._chance, next(self._number))
        if basket is None:
            self._ended.wait(LOOK_AGAIN_SECONDS)
            return
        try:
            answer = self.buyer.check_out(basket.items, payment_method=basket.method, **basket.more)
        except SaleRefused:
            self.tally.refused += 1
            self._looked_at = 0.0
            return
        placed = placed_order(answer, basket.method, tuple(pieces for _product, pieces in basket.items))
        self.tally.placed += 1
        self._tell(_("%(shop)s: order %(number)s, %(pieces)d pieces, %(total)s €"), placed, pieces=sum(placed.pieces))
        self._plan(placed, basket)

    def _look(self) -> list[Shelf]:
        """The window as it was a moment ago, as buyers see it."""
        if time.monotonic() - self._looked_at > LOOK_AGAIN_SECONDS:
            rows = self.control.state()["stock"]
            self._shelves = [
                Shelf(row["id"], row["sku"], (row["stock_quantity"] or 0) - row["held"]) for row in rows if row["type"] != "variable"
            ]
            self._looked_at = time.monotonic()
        return self._shelves

    def _plan(self, placed: Placed, basket: Basket) -> None:
        """What will come of it. Nothing is changed in an order that was declined or never gets paid."""
        if placed.status == "failed":
            return
        if placed.status == "pending":
            if self._chance.random() >= NEVER_PAYS:
                self._do_later(PAYS_AFTER, lambda market: market.pay(placed))
            return
        act = choose_change(placed, self._chance)
        if act is not None:
            self._do_later(CHANGED_AFTER, lambda market: market.change(placed, act))
        elif placed.status == "on-hold" and self._chance.random() >= TRANSFER_NEVER_SEEN:
            self._do_later(TRANSFER_AFTER, lambda market: market.change(placed, money_arrived))

    def _do_later(self, between: tuple[float, float], deed: Deed) -> None:
        heapq.heappush(self._later, (time.monotonic() + self._chance.uniform(*between), next(self._turn), deed))

    def pay(self, placed: Placed) -> None:
        try:
            self.buyer.pay(placed.order_id, placed.order_key)
        except SaleRefused:
            self.tally.refused += 1
            return
        self.tally.paid_later += 1
        self._tell(_("%(shop)s: order %(number)s is paid"), placed)
        act = choose_change(placed, self._chance)
        if act is not None:
            self._do_later(CHANGED_AFTER, lambda market: market.change(placed, act))

    def change(self, placed: Placed, act: Act) -> None:
        if change_order(self.control, placed, act, self._chance):
            self.tally.changed += 1
            self._tell(_("%(shop)s: order %(number)s was changed by the shop (%(how)s)"), placed, how=act.__name__.strip("_"))

    def _tell(self, sentence: str, placed: Placed, **more: object) -> None:
        self._say(sentence % {"shop": self.shop_name, "number": placed.order_id, "total": placed.total, **more})
