"""The invoice as it is printed: everything it says comes from the frozen copy; only colour and logo are the company's of the day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.utils import formats, translation
from django.utils.translation import gettext as _

from crm.letterhead import Letterhead, letterhead
from erp.core.cards import key_of
from erp.core.documents import Paper, PaperKind, register_paper
from erp.core.money import format_money
from inventory.shipping.papers.wording import address_lines
from orders.invoices.copying import GIFT_CARD, Copy
from orders.invoices.models import Invoice
from orders.states import PaymentState

INVOICE_PAPER = "invoices.invoice"
TEMPLATE = "papers/invoice.html"
MINUS = "\N{MINUS SIGN}"
HOME_COUNTRY = "IT"
PAID = (PaymentState.CAPTURED, PaymentState.REFUNDED)


def build_invoice(subject: str) -> Paper:
    invoice = Invoice.objects.only("copy", "language", "number_text").get(pk=key_of(subject))
    return invoice_paper(invoice.copy, language=invoice.language)


def invoice_paper(copy: Copy, *, language: str) -> Paper:
    """The paper of a frozen copy, in the buyer's language."""
    with translation.override(language):
        head = _head(copy["seller"])
        context = {
            "letterhead": head,
            "number": copy["number"],
            "issued": _day(copy["issued_on"]),
            "order": {**copy["order"], "placed": _day(copy["order"]["placed_on"])},
            "buyer": _buyer(copy),
            "delivery": _delivery(copy),
            "payment": _payment(copy),
            "has_discounts": any(line["discount_percent"] != "0" for line in copy["lines"]),
            "lines": [_line(line) for line in copy["lines"] if line["kind"] != "rounding"],
            "rates": [_rate(rate) for rate in copy["rates"]],
            **_totals(copy),
        }
        name = _("invoice %(number)s") % {"number": copy["number"].replace("/", "-")} + ".pdf"
    return Paper(TEMPLATE, context, language, name)


def _head(seller: Copy) -> Letterhead:
    place = " ".join(part for part in (seller["postcode"], seller["city"], seller["province"]) if part)
    number, code = seller["partita_iva"], seller["codice_fiscale"]
    if number == code or not code:
        tax = _("VAT no. and tax code %(number)s") % {"number": number} if code else _("VAT no. %(number)s") % {"number": number}
    else:
        tax = " · ".join((_("VAT no. %(number)s") % {"number": number}, _("Tax code %(number)s") % {"number": code}))
    contacts = " · ".join(part for part in (seller["phone"], seller["email"]) if part)
    return replace(
        letterhead(),
        name=seller["name"],
        address_lines=(", ".join(part for part in (seller["street"], place) if part),),
        tax_lines=(tax,),
        contact_lines=(contacts,) if contacts else (),
    )


def _buyer(copy: Copy) -> dict[str, Any]:
    buyer = copy["buyer"]
    codes = [
        _("VAT no. %(number)s") % {"number": buyer["partita_iva"]} if buyer["partita_iva"] else "",
        _("Tax code %(number)s") % {"number": buyer["codice_fiscale"]} if buyer["codice_fiscale"] else "",
        _("recipient code %(code)s") % {"code": buyer["recipient_code"]} if buyer["recipient_code"] else "",
        _("PEC %(address)s") % {"address": buyer["pec"]} if buyer["pec"] else "",
    ]
    address = {**buyer["address"], "company": ""}
    return {"name": buyer["name"], "lines": address_lines(address, copy["seller"]["country"]), "codes": [code for code in codes if code]}


def _delivery(copy: Copy) -> dict[str, Any] | None:
    place = copy["buyer"]["delivery"]
    if place is None:
        return None
    name = place["company"] or place["name"]
    rest = {**place, "company": place["name"] if place["company"] and place["name"] else ""}
    return {"name": name, "lines": address_lines(rest, copy["seller"]["country"])}


def _payment(copy: Copy) -> dict[str, str]:
    rows = [row for row in copy["payments"] if row["state"] != GIFT_CARD]
    titles = list(dict.fromkeys(row["title"] for row in rows if row["title"]))
    states = list(dict.fromkeys(str(PaymentState(row["state"]).label) for row in rows))
    return {"titles": ", ".join(titles), "states": ", ".join(states)}


def _line(line: Copy) -> dict[str, str]:
    return {
        "title": line["title"] or str(_KINDS[line["kind"]]()),
        "sku": line["sku"],
        "quantity": _number(line["quantity"], "#,##0.###"),
        "unit": str(_UNITS[line["unit"]]()) if line["unit"] in _UNITS else "",
        "price": _number(line["list_unit_net"], "#,##0.00######"),
        "discount": f"{_number(line['discount_percent'], '#,##0.#')} %" if line["discount_percent"] != "0" else "",
        "rate": _rate_text(line),
        "amount": _number(line["amount"]),
    }


def _rate(rate: Copy) -> dict[str, str]:
    return {"text": _rate_text(rate), "nature": _nature(rate), "net": _number(rate["net"]), "vat": _number(rate["vat"])}


def _totals(copy: Copy) -> dict[str, Any]:
    totals, currency = copy["totals"], copy["totals"]["currency"]
    gift = sum((Decimal(row["amount"]) for row in copy["payments"] if row["state"] == GIFT_CARD), Decimal(0))
    paid = gift + sum((Decimal(row["amount"]) for row in copy["payments"] if row["state"] in PAID), Decimal(0))
    gross = Decimal(totals["gross"])
    return {
        "sum": _number(totals["lines"]),
        "rounding": _number(totals["rounding"]) if Decimal(totals["rounding"]) else "",
        "net": _number(totals["net"]),
        "gross": _money(gross, currency),
        "gift": _number(str(-gift)) if gift else "",
        "due": _money(gross - paid, currency) if paid < gross else "",
        "is_paid": paid >= gross,
    }


def _rate_text(row: Copy) -> str:
    return f"{_number(row['rate'], '#,##0.##')} %"


def _nature(rate: Copy) -> str:
    """Why a rate of 0 taxes nothing, by the codes of FatturaPA."""
    reasons = {
        "N2.2": _("outside of VAT, flat-rate regime (N2.2)"),
        "N3.1": _("not taxable, export, art. 8 DPR 633/72 (N3.1)"),
        "N3.2": _("not taxable, intra-EU supply, art. 41 DL 331/93 (N3.2)"),
    }
    return reasons.get(rate["nature"]) or str(rate["nature"])


_UNITS = {
    "piece": lambda: _("pcs"),
    "metre": lambda: _("m"),
    "kilo": lambda: _("kg"),
}
_KINDS = {
    "line": lambda: _("Goods"),
    "shipping": lambda: _("Shipping"),
    "fee": lambda: _("Fee"),
}


def _number(text: str, pattern: str = "#,##0.00") -> str:
    said: str = format_decimal(Decimal(text), format=pattern, locale=translation.get_language() or HOME_COUNTRY.lower())
    return said.replace("-", MINUS)


def _money(amount: Decimal, currency: str) -> str:
    return format_money(amount, currency, translation.get_language() or "it").replace("-", MINUS)


def _day(text: str) -> str:
    return str(formats.date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT"))


register_paper(PaperKind(INVOICE_PAPER, build_invoice, "invoices.view_invoice"))
