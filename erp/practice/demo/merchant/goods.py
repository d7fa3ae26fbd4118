"""The catalogue as values: products, variants with GTIN and price, kits, and how many pieces lie where. The same at every call."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from catalog.gtin import check_digit
from erp.practice.demo.merchant.families import COLLECTIONS, COLOURS, KITS, PANTRY, SIZES, Family, KitIdea, families

SEED = 20260401
GTIN_PREFIX = "8056870"
SCARCE_EVERY, PLENTY = 6, (12, 90)
TEXT_OF_AREA = {
    "Tavola": "Collezione {design}, pensata per stare insieme agli altri pezzi della stessa tavola.",
    "Cucina": "Linea {design}: per la cucina di tutti i giorni.",
    "Camera": "Collezione {design}, tessuta e confezionata in Italia.",
    "Bagno": "Collezione {design}, coordinata con tutto il bagno.",
    "Luce": "Collezione {design}, luce calda per la casa.",
    "Decorazione": "Collezione {design}, ogni pezzo è un poco diverso dall’altro.",
    "Dispensa": "Selezione {design}, da piccoli produttori della Romagna.",
}


@dataclass(frozen=True)
class Goods:
    """One variant. `options` are (option, value) pairs; `pieces` lie in the main and in the second warehouse; `price` is gross."""

    sku: str
    gtin: str
    product_key: str
    options: tuple[tuple[str, str], ...]
    price: Decimal
    weight_grams: int
    pieces: tuple[int, int]
    colour: str


@dataclass(frozen=True)
class Article:
    """One product with its variants; a kit has one variant and `components` as (SKU, quantity)."""

    key: str
    collection: str
    name: str
    description: str
    family: Family
    variants: tuple[Goods, ...]
    components: tuple[tuple[str, int], ...] = ()


@cache
def articles() -> tuple[Article, ...]:
    """About 400 products in a fixed order, kits last."""
    chance = random.Random(SEED)
    numbers = iter(range(1, 100_000))
    single = [_article(family, place, chance, numbers) for family in families() for place in range(family.designs)]
    by_key = {article.key: article for article in single}
    kits = [_kit(idea, place, by_key, numbers) for idea in KITS for place in range(idea.designs)]
    return (*single, *kits)


def _design(family: Family, place: int) -> str:
    names = PANTRY if family.area == "Dispensa" else COLLECTIONS
    return names[place % len(names)]


def _article(family: Family, place: int, chance: random.Random, numbers: Iterator[int]) -> Article:
    design = _design(family, place)
    key = f"{family.code}-{design[:3].upper() if family.area != 'Dispensa' else place + 1}"
    factor = Decimal(chance.choice(("0.90", "1", "1", "1.10", "1.20")))
    colours = chance.sample(sorted(COLOURS), family.colours)
    choices = [(size, colour) for size in SIZES[family.sizes] or (("", "1"),) for colour in colours or [""]]
    variants = tuple(_variant(key, family, factor, size, colour, chance, next(numbers)) for size, colour in choices)
    text = f"{family.text}. {TEXT_OF_AREA[family.area].format(design=design)}"
    return Article(key, design, f"{family.noun} {design}", text, family, variants)


def _variant(key: str, family: Family, factor: Decimal, size: tuple[str, str], colour: str, chance: random.Random, number: int) -> Goods:
    label, scale = size
    options = tuple((option, value) for option, value in (("Misura", label), ("Colore", colour)) if value)
    parts = [key, *(_short(value) for _option, value in options)]
    price = _shelf_price(family.price * factor * Decimal(scale))
    weight = int(family.weight_grams * Decimal(scale))
    tint = COLOURS[colour] if colour else chance.choice(sorted(COLOURS.values()))
    return Goods("-".join(parts), _gtin(number), key, options, price, weight, _pieces(number, chance), tint)


def _short(value: str) -> str:
    """`Blu notte` is BLN in an SKU, `160x300` stays readable."""
    words = value.replace(",", "").upper().split()
    if any(sign.isdigit() for sign in value):
        return "".join(words[-1:] if len(words[-1]) > 2 else words)
    return words[0] if len(words[0]) < 3 else words[0][:3] if len(words) == 1 else words[0][:2] + words[-1][0]


def _shelf_price(price: Decimal) -> Decimal:
    """Prices end as in a shop window: in 90 cents under 50 euro, in whole euro above."""
    if price >= 50:
        return price.quantize(Decimal(1), ROUND_HALF_UP).quantize(Decimal("0.01"))
    return max(Decimal("2.90"), price.quantize(Decimal(1), ROUND_HALF_UP) - Decimal("0.10"))


def _gtin(number: int) -> str:
    body = f"{GTIN_PREFIX}{number:05d}"
    return body + check_digit(body)


def _pieces(number: int, chance: random.Random) -> tuple[int, int]:
    """Every sixth variant is scarce, so that dividing the last pieces is seen; a few have none in the second warehouse."""
    if number % SCARCE_EVERY == 0:
        return chance.randint(2, 6), chance.choice((0, 0, 2))
    return chance.randint(*PLENTY), chance.choice((0, 10, 24, 40))


def _kit(idea: KitIdea, place: int, by_key: dict[str, Article], numbers: Iterator[int]) -> Article:
    design = COLLECTIONS[place]
    parts = [(by_key[f"{code}-{design[:3].upper()}"].variants[0], quantity) for code, quantity in idea.components]
    family = by_key[parts[0][0].product_key].family
    price = _shelf_price(sum((part.price * quantity for part, quantity in parts), Decimal(0)) * idea.price_factor)
    weight = sum(part.weight_grams * quantity for part, quantity in parts)
    key = f"{idea.sku}-{design[:3].upper()}"
    goods = Goods(key, _gtin(next(numbers)), key, (), price, weight, (0, 0), parts[0][0].colour)
    text = f"Composto da {', '.join(f'{quantity} × {_lower_first(by_key[part.product_key].name)}' for part, quantity in parts)}."
    return Article(key, design, idea.name.format(design), text, family, (goods,), tuple((part.sku, quantity) for part, quantity in parts))


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]
