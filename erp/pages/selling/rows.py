"""What the form of a new order shows: options, a customer's facts, money. Pure: facts in, words out."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from crm.models import Address, ContactPoint, Party
from erp.pages import wording
from erp.pages.channels import Verdict
from erp.pages.order.lines import percent
from erp.pages.selling.form import Typed
from erp.pages.selling.queries import Customer, Found
from orders.models import OrderLine
from orders.sales import Priced


@dataclass(frozen=True)
class ArticleOption:
    pk: int
    sku: str
    title: str
    price: str
    verdict: Verdict
    is_code: bool


@dataclass(frozen=True)
class CustomerOption:
    pk: int
    name: str
    detail: str
    icon: str


@dataclass(frozen=True)
class LastOrder:
    pk: int
    number: str
    day: str
    total: str
    repeat_url: str


@dataclass(frozen=True)
class Totals:
    """`taxes` are (label, amount)."""

    pieces: str
    goods: str
    shipping: str
    taxes: list[tuple[str, str]]
    total: str


def article_option(found: Found, text: str) -> ArticleOption:
    """`is_code`: the text is exactly this article's code, as a scanner sends it."""
    variant = found.variant
    codes = {variant.sku.upper(), variant.gtin or ""}
    return ArticleOption(
        variant.pk, variant.sku, variant.title, wording.amount(variant.list_price), free_verdict(found.free), text.upper() in codes
    )


def free_verdict(free: int | None) -> Verdict:
    if free is None:
        return Verdict("quiet", "done", gettext("Always available"))
    if not free:
        return Verdict("wait", "short", gettext("None left"))
    return Verdict("quiet", "done", gettext("%(count)s left to sell") % {"count": wording.quantity(free)})


def customer_option(party: Party) -> CustomerOption:
    known = [f"P.IVA {party.partita_iva}" if party.partita_iva else "", party.codice_fiscale]
    return CustomerOption(party.pk, party.name, " · ".join(part for part in known if part), _icon(party))


def customer_facts(found: Customer, zone: str) -> dict[str, Any]:
    party = found.party
    facts = [
        f"P.IVA {party.partita_iva}" if party.partita_iva else "",
        gettext("recipient code %(code)s") % {"code": party.recipient_code} if party.recipient_code else "",
        *(point.value for point in found.contacts if point.kind in ContactPoint.Kind.values),
    ]
    return {
        "id": party.pk,
        "name": party.name,
        "hint": " · ".join(fact for fact in facts if fact),
        "addresses": [{"id": address.pk, "label": address_label(address)} for address in found.addresses],
        "orders": [
            LastOrder(
                order.pk,
                order.number,
                wording.day(order.placed_at, zone),
                wording.money(order.total, order.currency),
                reverse("new_order_repeat", args=[order.pk]),
            )
            for order in found.orders
        ],
    }


def address_label(address: Address) -> str:
    town = " ".join(part for part in (address.postcode, address.city, address.province) if part)
    parts = (address.company or address.name, address.street, town, str(address.country or ""))
    return ", ".join(part for part in parts if part)


def repeated(line: OrderLine) -> dict[str, Any]:
    variant = line.variant
    if variant is None:
        return {}
    return {
        "id": variant.pk,
        "sku": variant.sku,
        "title": variant.title,
        "quantity": wording.quantity(line.quantity),
        "price": wording.amount(variant.list_price),
    }


def priced_lines(typed: Typed, priced: Priced) -> list[dict[str, Any]]:
    """Per line of the form its amount, what is free for it, and what is missing."""
    return [_priced(typed, place, line.gross) for (place, _line), line in zip(typed.lines, priced.lines, strict=True)]


def _priced(typed: Typed, place: str, gross: Decimal) -> dict[str, Any]:
    shortage = typed.shortages.get(f"quantity-{place}", "")
    verdict = free_verdict(typed.free[place])
    return {"place": place, "amount": wording.amount(gross), "shortage": shortage, "free": verdict.word, "is_short": bool(shortage)}


def totals(priced: Priced) -> Totals:
    pieces = sum((line.quantity for line in priced.lines), Decimal(0))
    taxes = [
        (gettext("VAT %(rate)s on %(base)s") % {"rate": percent(rate), "base": wording.amount(net)}, wording.amount(tax))
        for rate, net, tax in priced.taxes
    ]
    return Totals(
        wording.quantity(pieces),
        wording.amount(priced.goods),
        wording.amount(priced.shipping_gross) if priced.shipping else "",
        taxes,
        wording.money(priced.total, "EUR"),
    )


def _icon(party: Party) -> str:
    return "suppliers" if party.kind == Party.Kind.COMPANY else "user"
