"""What can be done with many invoices: issue those that wait, send those again that did not arrive."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from erp.core.models import Receipt
from erp.core.receipts import Outcome, Row, run_bulk, run_together
from erp.pages.invoices.queries import FAILED
from orders.invoices.models import InvoiceMail
from orders.invoices.services.issuing import issue_invoices
from orders.invoices.services.mailing import send_again, send_invoice
from orders.models import Order


@dataclass(frozen=True)
class Deed:
    code: str
    label: str | Promise
    icon: str
    permission: str
    run: Callable[[list[Row], User, str], Receipt]
    key: str = ""


def _issue(rows: list[Row], by: User, key: str) -> Receipt:
    names = dict(rows)

    def together(keys: list[int]) -> Outcome:
        issued = issue_invoices(keys, by=by)
        why = dict(issued.refused)
        return Outcome(
            done=[(pk, names[pk], None) for pk in keys if pk not in why],
            refused=[(pk, names[pk], why[pk]) for pk in keys if pk in why],
            about={"invoices": issued.issued},
        )

    return run_together("invoices.issue", rows, together, by=by, key=key)


def _send(rows: list[Row], by: User, key: str) -> Receipt:
    return run_bulk("invoices.send", rows, lambda pk: send(pk, by=by), by=by, key=key)


def send(invoice_id: int, *, by: User, to: str = "") -> None:
    """A mail that was refused or not answered for goes again as it was; otherwise, or to another address, a new one."""
    last = InvoiceMail.objects.filter(invoice=invoice_id).order_by("-pk").first()
    if last is not None and last.state in FAILED and to in {"", last.to}:
        send_again(last.pk, by=by)
    else:
        send_invoice(invoice_id, by=by, to=to)


DEEDS = {
    deed.code: deed
    for deed in (
        Deed("issue", _("Issue invoices"), "document", "invoices.issue_invoice", _issue),
        Deed("send", _("Send by e-mail"), "mail", "invoices.send_invoice", _send),
    )
}
OFFERED = {"to_issue": "issue", "issued": "send", "mail": "send", "credit": "send"}
WORDS: dict[str, Callable[[int], str]] = {
    "invoices.issue": lambda n: ngettext("%(count)d invoice issued", "%(count)d invoices issued", n) % {"count": n},
    "invoices.send": lambda n: ngettext("%(count)d invoice on its way", "%(count)d invoices on their way", n) % {"count": n},
}


def named(deed: Deed, keys: list[int], invoices: dict[int, str]) -> list[Row]:
    """The chosen rows that are there: orders to issue, invoices to send."""
    names = {pk: str(pk) for pk in Order.objects.filter(pk__in=keys).values_list("pk", flat=True)} if deed.code == "issue" else invoices
    return [(pk, names[pk]) for pk in keys if pk in names]
