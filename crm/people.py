"""A person and an address as a shop tells them, before we know whether we know them. Values only."""

import hashlib
import re
from dataclasses import dataclass, field

from erp.core.sorting import unaccented

_BREAKS = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Lower case, without accents, punctuation and double blanks: `Via  Garibàldi, 12/B` is `via garibaldi 12 b`."""
    return _BREAKS.sub(" ", unaccented(text)).strip()


@dataclass(frozen=True)
class PostalAddress:
    """`country` is the two-letter code; everything else as it is printed on a label."""

    name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    province: str = ""
    country: str = ""
    phone: str = ""

    @property
    def is_empty(self) -> bool:
        return not folded(self.street + self.street2 + self.postcode + self.city)

    @property
    def digest(self) -> str:
        """The same for two spellings of one address and recipient; 32 signs."""
        names = (self.name, self.company, self.street, self.street2, self.postcode, self.city, self.province, self.country)
        return _digest(*(folded(name) for name in names), "".join(sign for sign in self.phone if sign.isdigit()))

    @property
    def place(self) -> str:
        """The same for one door, whoever lives there; "" when the address is too thin to tell one door from another."""
        street, postcode = folded(f"{self.street} {self.street2}"), folded(self.postcode)
        if not street or not (postcode or folded(self.city)):
            return ""
        return _digest(street, postcode, folded(self.city), self.country.upper())


@dataclass(frozen=True)
class Person:
    """A buyer as one shop knows them. `source` is the account's code, `external_id` the shop's customer number, None for a guest."""

    source: str
    external_id: str | None = None
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    codice_fiscale: str = ""
    partita_iva: str = ""
    recipient_code: str = ""
    pec: str = ""
    language: str = ""
    address: PostalAddress = field(default_factory=PostalAddress)

    @property
    def name(self) -> str:
        """What to call them: company, else first and last name, else whom the parcel goes to, else their e-mail; may be empty."""
        person = f"{self.first_name} {self.last_name}"
        names = (self.company, person, self.address.company, self.address.name, self.email, self.phone)
        return next((" ".join(name.split()) for name in names if name.strip()), "")


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
