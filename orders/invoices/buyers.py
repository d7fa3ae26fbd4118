"""Whom a sale was made to, as the order says it; what it leaves out comes from the customer's own record."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.models import ContactPoint, Party
from erp.core.refusals import Refused
from orders.invoices.deciding import Sale
from orders.models import Order
from orders.states import OrderStatus, Treatment
from orders.treatment import is_given_back

FISCAL = ("partita_iva", "codice_fiscale", "recipient_code", "pec")
PLACE = ("street", "street2", "postcode", "city", "province", "country")


@dataclass(frozen=True, slots=True)
class Buyer:
    """As it is printed. `address` has the fields of `crm.people.PostalAddress`; `delivery` is None where it is the same place."""

    name: str
    address: dict[str, str]
    delivery: dict[str, str] | None
    email: str
    language: str
    partita_iva: str = ""
    codice_fiscale: str = ""
    recipient_code: str = ""
    pec: str = ""


def buyer_of(order: Order, *, home: str = "IT") -> Buyer:
    """Reads what `queries.load_sold` brought along, nothing else."""
    told, party = order.customer, order.party
    address = _address(order)
    delivery = _place(order.shipping or {}) if order.shipping else None
    fiscal = {name: str(told.get(name) or getattr(party, name) or "").strip() for name in FISCAL}
    return Buyer(
        name=_name(order, address),
        address=address,
        delivery=delivery if delivery and _door(delivery) != _door(address) and delivery["street"] else None,
        email=str(told.get("email") or "") or _email_of(party),
        language=_language(str(told.get("language") or party.language), address["country"] or home),
        **fiscal,
    )


def sale_of(order: Order, *, home: str, asked: bool) -> Sale:
    """What the decision reads. What was shipped elsewhere while it was open here is ours to document, history or not."""
    told, party = order.customer, order.party
    place = order.shipping or {}
    if not place.get("country"):
        place = order.billing if order.billing.get("country") else _address(order)
    # a shop's buyer says with each order whether it is bought for a firm; a customer of our own counter is who we know
    knows = party if not order.external_number else None
    is_known_company = knows is not None and knows.kind == Party.Kind.COMPANY
    return Sale(
        destination=str(place.get("country") or home).upper(),
        postcode=str(place.get("postcode") or ""),
        seller_country=home,
        gross=gross_of(order),
        company=str(told.get("company") or order.billing.get("company") or (party.name if is_known_company else "")),
        asked=asked,
        is_test=order.is_test,
        is_history=order.treatment == Treatment.HISTORY and not order.shipped_elsewhere,
        is_cancelled=order.status == OrderStatus.CANCELLED,
        is_watched=order.treatment == Treatment.IGNORE,
        is_given_back=is_given_back(order, order.lines.all()),
        **{name: str(told.get(name) or (getattr(knows, name) if knows else "")) for name in ("partita_iva", "recipient_code", "pec")},
    )


def gross_of(order: Order) -> Decimal:
    """What the document is about: a gift card pays, it takes nothing off the price."""
    return order.total + order.gift_cards


def check_complete(buyer: Buyer, *, home: str) -> None:
    """Raises Refused where an invoice would lack what art. 21 DPR 633/72 asks for, naming what to add."""
    missing = [
        str(label)
        for label, value in (
            (_("name"), buyer.name),
            (_("street"), buyer.address["street"]),
            (_("city"), buyer.address["city"]),
            (_("country"), buyer.address["country"]),
        )
        if not value
    ]
    country = buyer.address["country"] or home
    if country == home and not (buyer.partita_iva or buyer.codice_fiscale):
        missing.append(_("partita IVA or codice fiscale"))
    if missing:
        raise Refused(
            _("An invoice to %(name)s lacks: %(missing)s. Add it to the customer, then issue the invoice.")
            % {"name": buyer.name or _("this buyer"), "missing": ", ".join(missing)},
            code="buyer_incomplete",
        )


def _name(order: Order, address: dict[str, str]) -> str:
    told = order.customer
    person = f"{told.get('first_name') or ''} {told.get('last_name') or ''}"
    names = (told.get("company"), order.billing.get("company"), person, address["name"], order.party.name)
    return next((" ".join(str(name).split()) for name in names if name and str(name).strip()), "")[:250]


def has_address(order: Order) -> bool:
    """It says itself whom to bill where."""
    return bool(order.billing.get("street") or order.billing.get("city"))


def _address(order: Order) -> dict[str, str]:
    """The billing address; the customer's first one where the order has none."""
    if has_address(order):
        return _place(order.billing)
    known = next(iter(order.party.addresses.all()), None)
    if known is None:
        return _place(order.shipping or {})
    return _place({name: str(getattr(known, name) or "") for name in ("name", "company", *PLACE)})


def _place(told: dict[str, Any]) -> dict[str, str]:
    place = {name: str(told.get(name) or "").strip() for name in ("name", "company", *PLACE)}
    return {**place, "country": place["country"].upper()}


def _door(place: dict[str, str]) -> tuple[str, ...]:
    return tuple(" ".join(place[name].lower().split()) for name in ("name", "company", *PLACE))


def _email_of(party: Party) -> str:
    points = [point for point in party.contact_points.all() if point.kind == ContactPoint.Kind.EMAIL and not point.is_relay]
    return points[0].value if points else ""


def _language(told: str, country: str) -> str:
    """Italian for who reads it, English for everybody else; where nobody says, by the country."""
    if told:
        return "it" if told.lower().startswith("it") else "en"
    return "it" if country in ("IT", "SM", "VA") else "en"
