"""Which tax rates of the shop meet a buyer and a class of goods."""

import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from erp.practice.woocommerce.money import Rate

Location = tuple[str, str]


@dataclass(frozen=True)
class TaxBook:
    """All rates, and what the shop's settings say about them; read once per calculation."""

    rates: tuple[Rate, ...]
    base: Location
    shipping_tax_class: str
    prices_include_tax: bool

    def rates_for(self, location: Location, tax_class: str) -> list[Rate]:
        """The most specific rate of each priority."""
        country, state = location
        fitting = [
            rate for rate in self.rates if rate.tax_class == tax_class and rate.country in ("", country) and rate.state in ("", state)
        ]
        chosen: dict[int, Rate] = {}
        for rate in sorted(fitting, key=lambda rate: (rate.priority, not rate.country, not rate.state)):
            chosen.setdefault(rate.priority, rate)
        return list(chosen.values())

    def shipping_rates(self, location: Location, goods_classes: list[str]) -> list[Rate]:
        """`inherit` follows the goods: the standard class where any of them has it, else the first class found."""
        tax_class = self.shipping_tax_class
        if tax_class == "inherit":
            tax_class = "" if "" in goods_classes or not goods_classes else goods_classes[0]
        return [rate for rate in self.rates_for(location, tax_class) if rate.shipping]


def read_tax_book(db: sqlite3.Connection, settings: dict[str, Any]) -> TaxBook:
    rates = tuple(
        Rate(
            id=row["id"],
            country=row["country"],
            state=row["state"],
            percent=Decimal(row["rate"]),
            name=row["name"],
            priority=row["priority"],
            shipping=bool(row["shipping"]),
            tax_class=row["class"],
        )
        for row in db.execute("SELECT * FROM tax_rates ORDER BY position, id")
    )
    return TaxBook(rates, (settings["country"], settings["state"]), settings["shipping_tax_class"], settings["prices_include_tax"])


def tax_location(order: dict[str, Any], base: Location) -> Location:
    """Where the goods go; goods fetched at the counter are taxed where the shop is."""
    if any(line["method_id"] == "local_pickup" for line in order["shipping_lines"]):
        return base
    for address in (order["shipping"], order["billing"]):
        if address.get("country"):
            return address["country"], address.get("state", "")
    return base
