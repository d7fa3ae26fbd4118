"""One invoice as it was frozen: what it says, where its paper is, to whom it was sent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from erp.pages import wording
from erp.pages.invoices.rows import calendar_day, mail_verdict, rate_said
from erp.pages.links import document_url
from orders.invoices.models import Invoice, InvoiceMail


def invoice_context(invoice: Invoice, user: User, now: datetime, zone: str) -> dict[str, Any]:
    """All amounts as they stand in the frozen copy, said in the reader's language. One statement, for the mails."""
    told, currency = invoice.copy, invoice.currency
    mails = list(InvoiceMail.objects.filter(invoice=invoice).select_related("requested_by").order_by("-pk"))
    return {
        "invoice": invoice,
        "day": calendar_day(invoice.issued_on),
        "total": wording.money(invoice.gross, currency),
        "order_url": reverse("order", args=[invoice.order_id]) if user.has_perm("orders.view_order") else "",
        "paper": document_url(invoice.document_id) if invoice.document_id else "",
        "buyer": _buyer(told["buyer"]),
        "lines": [_line(line, currency) for line in told["lines"]],
        "rates": [_rate(rate, currency) for rate in told["rates"]],
        "totals": {name: wording.money(Decimal(told["totals"][name]), currency) for name in ("lines", "rounding", "net", "vat", "gross")},
        "has_rounding": bool(Decimal(told["totals"]["rounding"])),
        "credit": wording.money(invoice.credit_due, currency) if invoice.credit_due else "",
        "mails": [_mail(mail, now, zone) for mail in mails],
        "to": mails[0].to if mails else str(told["buyer"].get("email") or ""),
    }


def _buyer(told: Mapping[str, Any]) -> list[str]:
    """The lines that the paper prints about the buyer, empty ones left out."""
    town = " ".join(str(told.get(part) or "") for part in ("postcode", "city", "province", "country"))
    lines = [told.get("name"), told.get("street"), " ".join(town.split())]
    codes = [("P.IVA", "partita_iva"), ("CF", "codice_fiscale"), ("SDI", "recipient_code"), ("PEC", "pec"), ("", "email")]
    lines += [f"{label} {told[name]}".strip() for label, name in codes if told.get(name)]
    return [str(line) for line in lines if line]


def _line(line: Mapping[str, Any], currency: str) -> dict[str, str]:
    return {
        "title": line["title"],
        "sku": line["sku"],
        "quantity": wording.quantity(Decimal(line["quantity"])),
        "price": wording.money(Decimal(line["unit_net"]).quantize(Decimal("0.01")), currency),
        "rate": rate_said(Decimal(line["rate"]), line["nature"]),
        "amount": wording.money(Decimal(line["amount"]).quantize(Decimal("0.01")), currency),
    }


def _rate(rate: Mapping[str, Any], currency: str) -> dict[str, str]:
    said = {name: wording.money(Decimal(rate[name]), currency) for name in ("net", "vat", "gross")}
    return {"rate": rate_said(Decimal(rate["rate"]), rate["nature"]), **said}


def _mail(mail: InvoiceMail, now: datetime, zone: str) -> dict[str, Any]:
    return {
        "to": mail.to,
        "verdict": mail_verdict(mail),
        "when": wording.moment(mail.sent_at or mail.requested_at, now, zone),
        "error": mail.error,
    }
