"""An order's money as a list that adds up to the cent, and says so. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from channels.contract.reasons import sentence
from erp.pages import wording
from erp.pages.order.lines import percent
from erp.pages.order.queries import Money
from orders.models import Adjustment, Order, Payment, TaxRow
from orders.states import PaymentState

ZERO = Decimal("0.00")
UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Entry:
    """`kind`: "" a term, "sub" a part or explanation of the term above, "tot" a sum."""

    label: str
    figure: str
    kind: str = ""


@dataclass(frozen=True)
class Statement:
    entries: list[Entry]
    unexplained: str
    is_explained: bool


def statement(order: Order, money: Money) -> Statement:
    left_over = sum((row.net for row in money.adjustments if row.code == UNEXPLAINED), ZERO)
    entries = [*_terms(order, money), *_paid(order, money)]
    return Statement(entries, wording.amount(left_over), not left_over)


def _terms(order: Order, money: Money) -> Iterator[Entry]:
    yield Entry(gettext("Goods, without VAT") if order.tax else gettext("Goods"), wording.amount(order.goods_net))
    for kind, label, total in (
        ("discount", gettext("Discounts"), -order.discount_net),
        ("shipping", gettext("Shipping, without VAT") if order.tax else gettext("Shipping"), order.shipping_net),
        ("fee", gettext("Fees"), order.fees_net),
    ):
        rows = [row for row in money.adjustments if row.kind == kind]
        if total or rows:
            yield Entry(label, wording.amount(total))
            yield from (Entry(_name(row), "", "sub") for row in rows if _name(row))
    yield from _taxes(money.taxes)
    if order.gift_cards:
        yield Entry(gettext("Gift cards"), wording.amount(-order.gift_cards))
    for row in money.adjustments:
        if row.kind == "rounding":
            yield Entry(gettext("Rounding"), wording.amount(row.net))
            yield Entry(_reason(row), "", "sub")
    yield Entry(gettext("Total as in the shop"), wording.money(order.total, order.currency), "tot")
    if order.buyer_total is not None:
        yield Entry(gettext("Paid by the buyer as"), wording.money(order.buyer_total, order.buyer_currency), "sub")


def _taxes(taxes: Iterable[TaxRow]) -> Iterator[Entry]:
    """One entry per rate, with what it was taken on."""
    sums: dict[Decimal | None, list[Decimal]] = {}
    for row in taxes:
        of_rate = sums.setdefault(row.rate, [ZERO, ZERO])
        of_rate[0] += row.base
        of_rate[1] += row.amount
    for rate, (base, amount) in sums.items():
        label = gettext("VAT without a rate from the shop") if rate is None else gettext("VAT %(rate)s on %(base)s")
        yield Entry(label % {"rate": percent(rate), "base": wording.amount(base)}, wording.amount(amount))


def _paid(order: Order, money: Money) -> Iterator[Entry]:
    for payment in money.payments:
        yield Entry(_payment(payment), wording.amount(-payment.amount if payment.state in TAKEN else payment.amount), "sub")
    for refund in money.refunds:
        label = gettext("Refund %(number)s") % {"number": refund.external_id}
        if refund.deleted_at:
            label = gettext("Refund %(number)s, taken back in the shop") % {"number": refund.external_id}
        yield Entry(f"{label}: {refund.reason}" if refund.reason else label, wording.amount(refund.amount), "sub")
    yield Entry(gettext("Still due"), wording.money(order.due, order.currency), "tot")


TAKEN = (PaymentState.CAPTURED, PaymentState.REFUNDED)


def _payment(payment: Payment) -> str:
    names = {"name": payment.title or payment.method, "state": payment.get_state_display()}
    return gettext("%(name)s: %(state)s") % names


def _name(row: Adjustment) -> str:
    """What the shop calls it; a coupon by its code too, which the buyer typed. The code of a shipping method is the shop's own."""
    words = (row.title, row.code) if row.kind == "discount" else (row.title or row.code,)
    return ", ".join(dict.fromkeys(word for word in words if word))


def _reason(row: Adjustment) -> str:
    if row.code == UNEXPLAINED or not row.title:
        return gettext("The shop gives no reason for it.")
    return str(sentence(row.title))
