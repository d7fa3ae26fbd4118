"""A sale of our own, by phone or over the counter, and the order that it makes. Pure: values in, a draft out.

Prices are gross per piece, as the list says them; each line is rounded once, and its net and tax are taken out of it. Shipping follows
the rates of the goods in proportion to what they cost (art. 12 DPR 633/72: what is accessory follows the main supply).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from catalog.queries import SoldVariant
from crm.people import Person, PostalAddress
from erp.core.money import round_cents, split_pro_rata
from orders.drafts import NewAdjustment, NewLine, NewOrder, NewPayment, NewTax, PaymentName, Treatment
from orders.totals import ZERO, line_target

SaleKind = Literal["phone", "counter"]
SalePayment = Literal["cash", "card", "bank_transfer", "cash_on_delivery"]
PAYMENT_STATES: Mapping[SalePayment, PaymentName] = {
    "cash": "captured",
    "card": "captured",
    "bank_transfer": "pending",
    "cash_on_delivery": "on_delivery",
}
AT_THE_COUNTER: tuple[SalePayment, ...] = ("cash", "card")
HUNDRED = Decimal(100)
SHIPPING_TARGET = "shipping:0"


@dataclass(frozen=True, slots=True)
class SaleLine:
    """`price` is gross for one unit; None is the list price."""

    variant_id: int
    quantity: Decimal
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """What a line sells: the variant, its gross list price, and the rate of its VAT in per cent."""

    variant: SoldVariant
    list_price: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Sale:
    """`key` makes it one sale however often it is sent. `party_id` is a customer that we know; otherwise `customer` is looked for or made.

    `may_wait`: the customer waits for what is missing. `shipping_gross` is what the customer pays for it, by `shipping_method`.
    """

    kind: SaleKind
    key: str
    lines: tuple[SaleLine, ...]
    payment: SalePayment
    customer: Person
    party_id: int | None = None
    shipping: PostalAddress | None = None
    shipping_method: str = ""
    shipping_gross: Decimal = ZERO
    note: str = ""
    gift_message: str = ""
    may_wait: bool = False
    payment_title: str = ""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its money: gross = net + tax, to the cent."""

    article: Article
    quantity: Decimal
    price: Decimal
    gross: Decimal
    net: Decimal

    @property
    def tax(self) -> Decimal:
        return self.gross - self.net


@dataclass(frozen=True, slots=True)
class Priced:
    """A sale's lines and shipping with their money; `taxes` are (rate, net, tax), the highest rate first."""

    lines: tuple[PricedLine, ...]
    shipping: tuple[tuple[Decimal, Decimal, Decimal], ...] = field(default=())

    @property
    def goods(self) -> Decimal:
        return sum((line.gross for line in self.lines), ZERO)

    @property
    def shipping_gross(self) -> Decimal:
        return sum((net + tax for _rate, net, tax in self.shipping), ZERO)

    @property
    def total(self) -> Decimal:
        return self.goods + self.shipping_gross

    @property
    def taxes(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
        for rate, net, tax in [*((line.article.rate, line.net, line.tax) for line in self.lines), *self.shipping]:
            before = sums.get(rate, (ZERO, ZERO))
            sums[rate] = (before[0] + net, before[1] + tax)
        return [(rate, *sums[rate]) for rate in sorted(sums, reverse=True)]


def price_sale(lines: Sequence[tuple[SaleLine, Article]], shipping_gross: Decimal) -> Priced:
    priced = tuple(_priced(line, article) for line, article in lines)
    return Priced(priced, tuple(_shipping(priced, shipping_gross)) if shipping_gross else ())


def draft_of(sale: Sale, priced: Priced, *, now: datetime) -> NewOrder:
    """The order of a sale. Over the counter the goods are handed over, so nothing of it is shipped."""
    is_shipped = sale.kind == "phone"
    lines = tuple(_line(place, line, is_shipped=is_shipped) for place, line in enumerate(priced.lines, start=1))
    taxes = [
        NewTax(line_target(line.external_id), "", sold.article.rate, line.net, line.tax)
        for line, sold in zip(lines, priced.lines, strict=True)
    ]
    taxes += [NewTax(SHIPPING_TARGET, "", rate, net, tax) for rate, net, tax in priced.shipping]
    treatment: Treatment = "wait_for_money" if PAYMENT_STATES[sale.payment] == "pending" else "live"
    return NewOrder(
        source=sale.kind,
        external_id=sale.key,
        external_number="",
        placed_at=now,
        updated_at=now,
        currency="EUR",
        customer=sale.customer,
        party_id=sale.party_id,
        billing=sale.customer.address if not sale.customer.address.is_empty else (sale.shipping or PostalAddress()),
        shipping=sale.shipping if is_shipped else None,
        total=priced.total,
        lines=lines,
        adjustments=tuple(_adjustments(sale, priced)) if is_shipped else (),
        taxes=tuple(taxes),
        payments=(NewPayment(sale.payment, sale.payment_title, PAYMENT_STATES[sale.payment], priced.total),),
        treatment=treatment,
        prices_include_tax=True,
        customer_note=sale.note,
        gift_message=sale.gift_message,
    )


def _priced(line: SaleLine, article: Article) -> PricedLine:
    price = article.list_price if line.price is None else line.price
    gross = round_cents(price * line.quantity)
    return PricedLine(article, line.quantity, price, gross, _net(gross, article.rate))


def _shipping(lines: Sequence[PricedLine], gross: Decimal) -> list[tuple[Decimal, Decimal, Decimal]]:
    weights: dict[Decimal, Decimal] = {}
    for line in lines:
        weights[line.article.rate] = weights.get(line.article.rate, ZERO) + line.gross
    rates = sorted(weights, reverse=True)
    parts = zip(rates, split_pro_rata(gross, [weights[rate] for rate in rates]), strict=True)
    return [(rate, _net(part, rate), part - _net(part, rate)) for rate, part in parts if part]


def _adjustments(sale: Sale, priced: Priced) -> list[NewAdjustment]:
    net = sum((net for _rate, net, _tax in priced.shipping), ZERO)
    tax = sum((tax for _rate, _net, tax in priced.shipping), ZERO)
    return [NewAdjustment("shipping", sale.shipping_method, net, tax)] if sale.shipping_method or net else []


def _line(place: int, line: PricedLine, *, is_shipped: bool) -> NewLine:
    variant = line.article.variant
    return NewLine(
        external_id=str(place),
        variant_id=variant.variant_id,
        sku=variant.sku,
        title=variant.title,
        quantity=line.quantity,
        net=line.net,
        tax=line.tax,
        components=variant.components,
        needs_stock=variant.takes_stock,
        needs_shipping=variant.takes_stock and is_shipped,
        allows_decimals=variant.allows_decimals,
    )


def _net(gross: Decimal, rate: Decimal) -> Decimal:
    return round_cents(gross * HUNDRED / (HUNDRED + rate))
