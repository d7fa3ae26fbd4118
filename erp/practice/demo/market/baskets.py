"""What one buyer wants: lines, address, fiscal data, way to pay. Values only; chance comes from the caller."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from erp.practice.demo.merchant.people import Customer, customers, make_customer

SCARCE = 8
NEW_BUYERS_FROM = 10_000
LINES = (1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5)
PIECES = (1, 1, 1, 1, 1, 1, 2, 2, 3, 4)
METHODS = ("stripe",) * 10 + ("ppcp-gateway",) * 3 + ("bacs",) * 2 + ("cheque", "cod", "cod", "cod")
CODES = ("BENVENUTO10", "TERRA5", "CONSEGNAZERO")
NOTES = (
    "Suonare al citofono Bottega.",
    "Consegna dopo le 17, grazie!",
    "È un regalo: niente prezzi nel pacco, per favore.",
    "Lasciare in portineria se non ci siamo.",
)
DECLINED, WITH_COUPON, WITH_NOTE, TO_ANOTHER_ADDRESS, WITH_ACCOUNT, NEW, SCARCE_WANTED = 0.02, 0.15, 0.10, 0.12, 0.30, 0.40, 0.25


@dataclass(frozen=True)
class Shelf:
    """One thing that can be put into a basket, as the shop's window shows it."""

    product_id: int
    sku: str
    shown: int


@dataclass(frozen=True)
class Basket:
    """Arguments of `Buyer.check_out`."""

    items: list[tuple[int, int]]
    method: str
    more: dict[str, Any]


def fill_basket(shelves: Sequence[Shelf], chance: random.Random, number: int) -> Basket | None:
    """A realistic basket of what the window shows; None when everything is sold out. `number` makes new buyers new."""
    chosen = _choose(shelves, chance)
    if not chosen:
        return None
    buyer = make_customer(chance, NEW_BUYERS_FROM + number) if chance.random() < NEW else chance.choice(customers())
    more: dict[str, Any] = {"billing": _billing(buyer), "meta": _fiscal(buyer)}
    if chance.random() < TO_ANOTHER_ADDRESS:
        other = chance.choice(customers())
        more["shipping"] = {**_billing(other), "email": "", "phone": buyer.phone}
    if chance.random() < WITH_COUPON:
        more["coupons"] = [chance.choice(CODES)]
    if chance.random() < WITH_NOTE:
        more["customer_note"] = chance.choice(NOTES)
    if chance.random() < DECLINED:
        more["card"] = "declined"
    more["create_account"] = chance.random() < WITH_ACCOUNT
    return Basket(chosen, "stripe" if "card" in more else chance.choice(METHODS), more)


def _choose(shelves: Sequence[Shelf], chance: random.Random) -> list[tuple[int, int]]:
    """Last pieces are looked for more often than their share: that is where shops oversell."""
    there = [shelf for shelf in shelves if shelf.shown > 0]
    scarce = [shelf for shelf in there if shelf.shown <= SCARCE]
    chosen: dict[int, int] = {}
    for _line in range(chance.choice(LINES) if there else 0):
        shelf = chance.choice(scarce if scarce and chance.random() < SCARCE_WANTED else there)
        chosen[shelf.product_id] = min(chance.choice(PIECES), shelf.shown)
    return list(chosen.items())


def _billing(buyer: Customer) -> dict[str, str]:
    return {
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "company": buyer.company,
        "address_1": buyer.street,
        "address_2": "",
        "city": buyer.place.city,
        "state": buyer.place.province,
        "postcode": buyer.place.postcode,
        "country": "IT",
        "email": buyer.email,
        "phone": buyer.phone,
    }


def _fiscal(buyer: Customer) -> dict[str, str]:
    """Under the keys that the shop's own form uses."""
    fields = {
        "_billing_cf": buyer.codice_fiscale,
        "_billing_piva": buyer.partita_iva,
        "_billing_codice_destinatario": buyer.recipient_code,
        "_billing_pec": buyer.pec,
    }
    return {key: value for key, value in fields.items() if value}
