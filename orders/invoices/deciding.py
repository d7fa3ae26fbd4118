"""Which document a sale needs, and why. Pure: the amounts and rates come from the order, the law's rule from ITALY and DESIGN 5.

An invoice where the buyer gave fiscal data or asked for one (art. 22 DPR 633/72 asks for no other); any other sale to a consumer in our
country goes to the day's takings (corrispettivi), one to a consumer elsewhere in the EU to the One Stop Shop, what leaves the VAT
territory is an export. Test orders and what was finished before we began are documented by nobody here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders.invoices.states import Document

EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MC",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
"""Monaco counts as France for VAT."""
OUTSIDE_VAT_TERRITORY: Mapping[str, tuple[str, ...]] = {
    "IT": ("23041", "22061"),  # Livigno, Campione d'Italia
    "ES": ("35", "38", "51", "52"),  # Canaries, Ceuta, Melilla
    "DE": ("78266", "27498"),  # Buesingen, Helgoland
    "FR": ("97",),
    "FI": ("22",),  # Aland
    "GR": ("63086",),  # Mount Athos
}
"""Postcodes, or their beginnings, of EU countries that are outside of the VAT territory."""
NO_RECIPIENT = ("", "0000000", "XXXXXXX")
"""Recipient codes that say nothing about the buyer: consumers, PEC, buyers abroad."""

REASONS: dict[str, Promise] = {
    "test": _("It is a test order: nothing was sold."),
    "history": _("It was finished before this shop was connected: its document was made where it was shipped."),
    "not_an_order": _("It is not an order yet."),
    "cancelled": _("The order is cancelled."),
    "given_back": _("Nothing of it left, and all of its money was given back."),
    "free": _("Nothing is to be paid for it."),
    "asked": _("An invoice was asked for."),
    "partita_iva": _("The buyer gave a partita IVA."),
    "recipient": _("The buyer gave a recipient code or a PEC for an invoice."),
    "company": _("The buyer is a company."),
    "consumer": _("A sale to a consumer at a distance, with no invoice asked for: it goes to the day's takings."),
    "eu_consumer": _("A sale to a consumer in another country of the EU: it goes to the One Stop Shop."),
    "outside_eu": _("The goods leave the EU: not taxable under art. 8 DPR 633/72, with a proof of exit."),
    "outside_vat_territory": _("The goods go to a place of the EU outside of its VAT territory: treated as an export."),
}


@dataclass(frozen=True, slots=True)
class Sale:
    """What the decision reads of an order. `destination` and `seller_country` are two-letter codes; `asked`: an invoice was asked for."""

    destination: str
    postcode: str = ""
    seller_country: str = "IT"
    gross: Decimal = Decimal(1)
    partita_iva: str = ""
    recipient_code: str = ""
    pec: str = ""
    company: str = ""
    asked: bool = False
    is_test: bool = False
    is_history: bool = False
    is_cancelled: bool = False
    is_watched: bool = False
    is_given_back: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a key of REASONS."""

    document: Document
    reason: str

    @property
    def sentence(self) -> str:
        return str(REASONS[self.reason])


def decide_document(sale: Sale) -> Decision:
    """The one document of a sale."""
    for reason, is_so in (
        ("test", sale.is_test),
        ("not_an_order", sale.is_watched),
        ("history", sale.is_history),
        ("cancelled", sale.is_cancelled),
        ("given_back", sale.is_given_back),
        ("free", not sale.gross),
    ):
        if is_so:
            return Decision(Document.NONE, reason)
    for reason, is_so in (
        ("asked", sale.asked),
        ("partita_iva", bool(sale.partita_iva.strip())),
        ("recipient", sale.recipient_code.strip().upper() not in NO_RECIPIENT or bool(sale.pec.strip())),
        ("company", bool(sale.company.strip())),
    ):
        if is_so:
            return Decision(Document.INVOICE, reason)
    return _of_a_consumer(sale)


def zero_rate_nature(sale: Sale, *, fiscal_regime: str = "RF01") -> str:
    """The FatturaPA nature of what this sale does not tax; "" where only a person can say."""
    if fiscal_regime == "RF19":
        return "N2.2"
    if leaves_vat_territory(sale.destination, sale.postcode):
        return "N3.1"
    if sale.destination != sale.seller_country and sale.partita_iva.strip():
        return "N3.2"
    return ""


def leaves_vat_territory(country: str, postcode: str = "") -> bool:
    if country not in EU:
        return not _is_northern_ireland(country, postcode)
    return postcode.strip().startswith(OUTSIDE_VAT_TERRITORY.get(country, ("\0",)))


def _of_a_consumer(sale: Sale) -> Decision:
    if leaves_vat_territory(sale.destination, sale.postcode):
        return Decision(Document.EXPORT, "outside_vat_territory" if sale.destination in EU else "outside_eu")
    if sale.destination == sale.seller_country:
        return Decision(Document.CORRISPETTIVI, "consumer")
    return Decision(Document.OSS, "eu_consumer")


def _is_northern_ireland(country: str, postcode: str) -> bool:
    """Its goods are in the EU's VAT territory."""
    return country == "XI" or (country == "GB" and postcode.strip().upper().startswith("BT"))
