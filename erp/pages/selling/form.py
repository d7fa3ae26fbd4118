"""The sale that a person typed: read field by field, with a sentence beside each field that is wrong. Reads, writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _

from crm.contacts import normalise_email, normalise_phone
from crm.fiscal import REFUSAL
from crm.models import Address, ContactPoint, Party
from crm.people import Person, PostalAddress
from crm.services.parties import fiscal_findings
from erp.core.money import MAX_AMOUNT, round_cents
from erp.pages.selling.queries import free_units, read_customer
from erp.pages.typed import typed_number
from orders.sales import PAYMENT_STATES, Article, Sale, SaleKind, SaleLine, SalePayment
from orders.services.selling import articles_of

WALK_IN = "walk-in"
MOST_LINES = 200
MOST_PIECES = Decimal(1_000_000)
BIGGEST_ID = 2**63 - 1
PLACE = ("company", "name", "street", "street2", "postcode", "city", "province", "country", "phone")
PERSON = ("first_name", "last_name", "company", "email", "phone", "codice_fiscale", "partita_iva", "recipient_code", "pec")
Told = Mapping[str, Any]


@dataclass(slots=True)
class Typed:
    """What a form says: lines that can be read, with their place in the form, what is wrong by field, and what is free by line."""

    kind: SaleKind
    lines: list[tuple[str, SaleLine]] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)
    shipping_gross: Decimal = Decimal("0.00")
    errors: dict[str, str] = field(default_factory=dict)
    shortages: dict[str, str] = field(default_factory=dict)
    free: dict[str, int | None] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[SaleLine, Article]]:
        return [(line, article) for (_place, line), article in zip(self.lines, self.articles, strict=True)]


def read_lines(told: Told, *, may_price: bool) -> Typed:
    """Lines, prices and shipping; `shortages` say by line what is missing, whether or not the customer waits for it."""
    typed = Typed("counter" if told.get("kind") == "counter" else "phone")
    for row in _rows(told):
        place = str(row.get("place", ""))[:10]
        quantity = _quantity(typed, f"quantity-{place}", str(row.get("quantity", "")))
        price = _price(typed, f"price-{place}", str(row.get("price", ""))) if may_price else None
        variant_id = row.get("id")
        if quantity is not None and type(variant_id) is int and 0 < variant_id <= BIGGEST_ID:
            typed.lines.append((place, SaleLine(variant_id, quantity, price)))
    if typed.kind == "phone":
        typed.shipping_gross = _price(typed, "shipping", str(told.get("shipping", ""))) or Decimal("0.00")
    typed.articles = articles_of([line for _place, line in typed.lines])
    _look_for_parts(typed)
    _look_for_shortages(typed)
    return typed


def read_sale(told: Told, typed: Typed) -> Sale | None:
    """The whole sale; None when something is wrong, which stands in `typed.errors` then."""
    may_wait = bool(told.get("may_wait")) and typed.kind == "phone"
    if not typed.lines:
        typed.errors["lines"] = _("This order has no lines yet. Add an article.")
    if not may_wait:
        typed.errors |= typed.shortages
    payment = str(told.get("payment", ""))
    if payment not in PAYMENT_STATES:
        typed.errors["payment"] = _("Choose how it is paid.")
    party, person, shipping = _who(told, typed)
    key = _key(told)
    if typed.errors or person is None or not key:
        return None
    return Sale(
        kind=typed.kind,
        key=key,
        lines=tuple(line for _place, line in typed.lines),
        payment=cast(SalePayment, payment),
        customer=person,
        party_id=party.pk if party else None,
        shipping=shipping,
        shipping_method=_text(told, "method")[:120],
        shipping_gross=typed.shipping_gross,
        note=_text(told, "note")[:2000],
        gift_message=_text(told, "gift_message")[:1000],
        may_wait=may_wait,
        payment_title=payment_title(payment),
    )


def payment_title(payment: str) -> str:
    return {
        "cash": _("Cash"),
        "card": _("Card"),
        "bank_transfer": _("Bank transfer"),
        "cash_on_delivery": _("Cash on delivery"),
    }[payment]


def _who(told: Told, typed: Typed) -> tuple[Party | None, Person | None, PostalAddress | None]:
    """The customer as a party that we know or as a person to find or make, and where to ship to."""
    party_id = told.get("party")
    if type(party_id) is int:
        party = Party.objects.filter(pk=party_id, merged_into=None).order_by("pk").first()
        if party is None:
            typed.errors["customer"] = _("This customer is not there any more. Search again.")
            return None, None, None
        shipping = _address(told, typed, party)
        return party, _known(typed.kind, party, shipping), shipping
    if told.get("is_new"):
        shipping = _address(told, typed, None)
        return None, _new(told, typed, shipping), shipping
    if typed.kind == "counter":
        return None, Person(typed.kind, WALK_IN, first_name=_("Counter customer")), None
    typed.errors["customer"] = _("Who is calling? Search the customer, or choose “New customer”.")
    return None, None, None


def _known(kind: str, party: Party, shipping: PostalAddress | None) -> Person:
    contacts = {point.kind: point.value for point in reversed(read_customer(party).contacts)}
    is_company = party.kind == Party.Kind.COMPANY
    return Person(
        source=kind,
        email=contacts.get(ContactPoint.Kind.EMAIL, ""),
        phone=contacts.get(ContactPoint.Kind.PHONE, ""),
        first_name=party.first_name or ("" if is_company else party.name),
        last_name=party.last_name if party.first_name else "",
        company=party.name if is_company else "",
        codice_fiscale=party.codice_fiscale,
        partita_iva=party.partita_iva,
        recipient_code=party.recipient_code,
        pec=party.pec,
        language=party.language,
        address=shipping or PostalAddress(),
    )


def _new(told: Told, typed: Typed, shipping: PostalAddress | None) -> Person | None:
    """Known by the sale's key besides, so that a form that is sent twice makes one customer."""
    values = {name: _text(told, f"new-{name}") for name in PERSON}
    if not (values["company"] or values["first_name"] or values["last_name"]):
        typed.errors["new-first_name"] = _("A customer needs a name or a company. Type one.")
    if values["email"] and not normalise_email(values["email"]):
        typed.errors["new-email"] = _("“%(value)s” is not an e-mail address. Correct it.") % {"value": values["email"]}
    if values["phone"] and not normalise_phone(values["phone"]):
        typed.errors["new-phone"] = _("“%(value)s” is not a phone number. Write it with the country's prefix, as +39 333 1234567.") % {
            "value": values["phone"]
        }
    for name, finding in fiscal_findings(values).items():
        if finding.level == REFUSAL:
            typed.errors[f"new-{name}"] = finding.message
    return Person(typed.kind, f"sale:{_text(told, 'key')}"[:190], address=shipping or PostalAddress(), **values)


def _address(told: Told, typed: Typed, party: Party | None) -> PostalAddress | None:
    """One of the customer's addresses, or the one that was typed."""
    if typed.kind == "counter":
        return None
    address_id = told.get("address")
    if party is not None and type(address_id) is int:
        kept = Address.objects.filter(pk=address_id, party=party).order_by("pk").first()
        if kept is not None:
            return PostalAddress(**{name: str(getattr(kept, name) or "") for name in PLACE})
    typed_address = PostalAddress(**{name: _text(told, f"to-{name}")[:100] for name in PLACE})
    for name, sentence in (
        ("street", _("The parcel needs a street. Type it.")),
        ("city", _("The parcel needs a town. Type it.")),
        ("postcode", _("The parcel needs a postcode. Type it.")),
    ):
        if not getattr(typed_address, name):
            typed.errors[f"to-{name}"] = sentence
    country = typed_address.country.upper() or "IT"
    if country == "IT" and typed_address.postcode and not (typed_address.postcode.isdigit() and len(typed_address.postcode) == 5):
        typed.errors["to-postcode"] = _("An Italian postcode has five digits. Correct it.")
    name = typed_address.name or (party.name if party else _new_name(told))
    return PostalAddress(**{**{each: getattr(typed_address, each) for each in PLACE}, "name": name, "country": country})


def _new_name(told: Told) -> str:
    return f"{_text(told, 'new-first_name')} {_text(told, 'new-last_name')}".strip() or _text(told, "new-company")


def _rows(told: Told) -> list[Told]:
    rows = told.get("lines")
    return [row for row in rows[:MOST_LINES] if isinstance(row, dict)] if isinstance(rows, list) else []


def _quantity(typed: Typed, place: str, text: str) -> Decimal | None:
    try:
        quantity = typed_number(text)
    except ValueError:
        quantity = None
    if quantity is None or not 0 < quantity <= MOST_PIECES:
        typed.errors[place] = _("“%(text)s” is not a quantity. Type a number above zero.") % {"text": text}
        return None
    return quantity


def _price(typed: Typed, place: str, text: str) -> Decimal | None:
    try:
        price = typed_number(text)
    except ValueError:
        price = Decimal(-1)
    if price is None:
        return None
    if not 0 <= price <= MAX_AMOUNT or price != round_cents(price):
        typed.errors[place] = _("“%(text)s” is not a price. Type it as 12,50.") % {"text": text}
        return None
    return price


def _look_for_parts(typed: Typed) -> None:
    for (place, line), article in zip(typed.lines, typed.articles, strict=True):
        if line.quantity % 1 and not article.variant.allows_decimals:
            typed.errors[f"quantity-{place}"] = _("This article is sold in whole pieces only. Type a whole number.")


def _look_for_shortages(typed: Typed) -> None:
    """What is free is spent line by line, so that two lines of one article cannot both have it."""
    left = free_units({line.variant_id for _place, line in typed.lines})
    for place, line in typed.lines:
        free = typed.free[place] = left[line.variant_id]
        if free is None:
            continue
        left[line.variant_id] = max(free - int(line.quantity), 0)
        if line.quantity > free:
            typed.shortages[f"quantity-{place}"] = _("Only %(count)d can be had now.") % {"count": free}


def _key(told: Told) -> str:
    return _text(told, "key")[:100]


def _text(told: Told, name: str) -> str:
    return str(told.get(name) or "").replace("\x00", "").strip()
