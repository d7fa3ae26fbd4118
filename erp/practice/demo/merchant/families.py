"""What Terramare Casa sells: families of goods (`families.csv`), and the collections that give products their names. Facts only."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Family:
    """`designs` products, one per collection. `price` is the gross of the smallest size, `sizes` the name of a row of `SIZES` or ""."""

    code: str
    noun: str
    area: str
    category: str
    shape: str
    price: Decimal
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    hs_code: str
    tax_category: str
    origin: str
    designs: int
    colours: int
    sizes: str
    unit: str
    text: str


@dataclass(frozen=True)
class KitIdea:
    """A set of components of one collection; `price_factor`: what is left of the single prices; `designs`: how many there are."""

    name: str
    sku: str
    components: tuple[tuple[str, int], ...]
    designs: int
    price_factor: Decimal


@cache
def families() -> tuple[Family, ...]:
    with Path(__file__).with_name("families.csv").open(newline="") as file:
        return tuple(_family(row) for row in csv.DictReader(file))


def _family(row: dict[str, str]) -> Family:
    whole = ("weight_grams", "length_mm", "width_mm", "height_mm", "designs", "colours")
    numbers: dict[str, int] = {name: int(row.pop(name)) for name in whole}
    return Family(price=Decimal(row.pop("price")), **numbers, **row)  # type: ignore[arg-type]


COLLECTIONS = (
    "Brisighella",
    "Lamone",
    "Senio",
    "Garofano",
    "Melograno",
    "Ulivo",
    "Adriatico",
    "Marecchia",
    "Palio",
    "Ginestra",
)
PANTRY = ("dei Colli", "della Nonna", "Valle del Lamone", "Riserva", "Antica Ricetta", "di Brisighella", "Primo Raccolto", "del Podere")
COLOURS = {
    "Bianco": "#f4f1ea",
    "Sabbia": "#d9c7a5",
    "Terracotta": "#b8613f",
    "Salvia": "#9aae8c",
    "Blu notte": "#27375a",
    "Ocra": "#cf9a34",
    "Grigio perla": "#b9bcc0",
    "Rosso carminio": "#9d2b33",
    "Verde bosco": "#35543f",
    "Azzurro": "#86aecb",
}
SIZES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (),
    "bed": (("Singolo", "1"), ("Piazza e mezza", "1.25"), ("Matrimoniale", "1.5")),
    "towel": (("Ospite 40x60", "1"), ("Viso 60x100", "1.9"), ("Doccia 100x150", "3.6")),
    "table": (("140x180", "1"), ("150x250", "1.4"), ("160x300", "1.7")),
    "pot": (("20 cm", "1"), ("24 cm", "1.25"), ("28 cm", "1.5")),
    "frame": (("13x18", "1"), ("20x30", "1.6")),
    "robe": (("S", "1"), ("M", "1"), ("L", "1"), ("XL", "1.1")),
    "candle": (("180 g", "1"), ("400 g", "1.7")),
    "vase": (("Piccolo", "1"), ("Grande", "1.8")),
}
"""Sizes as the label shows them, and what each does to price and weight."""

KITS = (
    KitIdea("Servizio da tavola {} da 18 pezzi", "KIT-TAV", (("PIA", 6), ("FON", 6), ("DES", 6)), 8, Decimal("0.88")),
    KitIdea("Colazione {} per due", "KIT-COL", (("MUG", 2), ("DES", 2), ("CIO", 2)), 5, Decimal("0.90")),
    KitIdea("Aperitivo {}", "KIT-APE", (("CAL", 4), ("TAG", 1)), 4, Decimal("0.90")),
    KitIdea("Condimenti {}", "KIT-CON", (("OLI", 1), ("BAR", 1)), 3, Decimal("0.92")),
)
