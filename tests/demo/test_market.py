"""Buyers fill believable baskets, always the same ones for the same seed."""

import random
from collections import Counter

from erp.practice.demo.market.afterwards import Placed, choose_change
from erp.practice.demo.market.baskets import Shelf, fill_basket

SHELVES = [Shelf(number, f"SKU-{number}", 3 if number % 5 == 0 else 40) for number in range(1, 101)]


def baskets(number=400):
    chance = random.Random(7)
    return [fill_basket(SHELVES, chance, place) for place in range(number)]


def test_the_same_seed_gives_the_same_buyers():
    assert baskets(30) == baskets(30)


def test_nobody_buys_more_than_the_window_shows():
    shown = {shelf.product_id: shelf.shown for shelf in SHELVES}
    assert [item for basket in baskets() for item in basket.items if item[1] > shown[item[0]]] == []


def test_baskets_are_mixed():
    filled = baskets()
    assert Counter(len(basket.items) for basket in filled).keys() == {1, 2, 3, 4, 5}
    assert Counter(basket.method for basket in filled).keys() == {"stripe", "ppcp-gateway", "bacs", "cheque", "cod"}
    assert sum("coupons" in basket.more for basket in filled) > 30
    assert sum("_billing_piva" in basket.more["meta"] for basket in filled) > 30
    assert sum("_billing_cf" in basket.more["meta"] for basket in filled) > 30


def test_an_empty_shop_sells_nothing():
    assert fill_basket([Shelf(1, "A", 0)], random.Random(1), 1) is None


def test_about_forty_per_cent_are_changed_afterwards():
    chance = random.Random(7)
    placed = Placed(1, "key", "processing", "stripe", "10.00", (1, 2))
    changed = sum(choose_change(placed, chance) is not None for _ in range(1000))
    assert 380 < changed < 460
