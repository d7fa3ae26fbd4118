"""The frozen copy: everything that an invoice prints, as values that stay readable for ten years. Amounts and dates are strings.

`version` 1: number, series, year, issued_on; seller, buyer, order; lines (title, sku, quantity, unit, list_unit_net, discount_percent,
unit_net, net, amount, rate, nature, kind), rates (rate, nature, net, vat, gross, rounding, channel_net, channel_vat),
totals (lines, rounding, net, vat, gross, currency), payments (title, state, amount, gift cards among them).
"""

from dataclasses import asdict
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crm.models import Company
from orders.invoices.buyers import Buyer
from orders.invoices.fiscal_totals import ZERO, FiscalTotals, LineTotal, RateTotal
from orders.models import Order

VERSION = 1
GIFT_CARD = "gift_card"
SELLER = ("name", "street", "postcode", "city", "province", "partita_iva", "codice_fiscale", "fiscal_regime", "pec", "email", "phone")

Copy = dict[str, Any]


def copy_of(order: Order, buyer: Buyer, totals: FiscalTotals, company: Company) -> Copy:
    """All but number and date, which are known last."""
    amounts = sum((line.amount for line in totals.lines), ZERO)
    return {
        "version": VERSION,
        "seller": {**{name: str(getattr(company, name)) for name in SELLER}, "country": str(company.country)},
        "buyer": asdict(buyer),
        "order": {
            "number": order.number,
            "external_number": order.external_number,
            "source": order.source,
            "placed_on": order.placed_at.astimezone(ZoneInfo(company.time_zone)).date().isoformat(),
        },
        "lines": [_line(line) for line in totals.lines],
        "rates": [_rate(rate) for rate in totals.rates],
        "totals": {
            "lines": str(amounts),
            "rounding": str(totals.net - amounts),
            "net": str(totals.net),
            "vat": str(totals.vat),
            "gross": str(totals.gross),
            "currency": order.currency,
        },
        "payments": _payments(order),
    }


def _line(line: LineTotal) -> Copy:
    row = line.charged
    return {
        "kind": row.kind,
        "title": row.title,
        "sku": row.sku,
        "quantity": plain(row.quantity),
        "unit": row.unit,
        "list_unit_net": str(line.list_unit_net),
        "discount_percent": plain(line.discount_percent),
        "unit_net": str(line.unit_net),
        "net": str(line.net),
        "amount": str(line.amount),
        "rate": plain(row.rate),
        "nature": row.nature,
    }


def _rate(rate: RateTotal) -> Copy:
    return {
        "rate": plain(rate.rate),
        "nature": rate.nature,
        **{name: str(getattr(rate, name)) for name in ("net", "vat", "gross", "rounding", "channel_net", "channel_vat")},
    }


def _payments(order: Order) -> list[Copy]:
    rows = [
        {"title": payment.title or payment.method, "state": payment.state, "amount": str(payment.amount)}
        for payment in order.payments.all()
        if payment.state not in ("failed", "voided")
    ]
    if order.gift_cards:
        rows.append({"title": "", "state": GIFT_CARD, "amount": str(order.gift_cards)})
    return rows


def plain(number: Decimal) -> str:
    """Without zeros at the end and without an exponent: 22, 5.5, 1200."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
