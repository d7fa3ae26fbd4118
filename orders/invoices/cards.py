"""What invoicing must look at, in words."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from erp.core import cards
from erp.core.cards import CardKind, key_of, register
from erp.core.models import Card


def subject_of(invoice_id: int) -> str:
    return cards.subject_of("invoices.invoice", invoice_id)


def mail_subject(mail_id: int) -> str:
    return cards.subject_of("invoices.invoicemail", mail_id)


MAIL_SERVER = "invoices.mail:server"


def _order_link(card: Card) -> str:
    return reverse("admin:orders_order_change", args=[key_of(card.subject)])


def _invoice_link(card: Card) -> str:
    return reverse("admin:invoices_invoice_change", args=[key_of(card.subject)])


def _mail_link(card: Card) -> str:
    return reverse("admin:invoices_invoicemail_change", args=[key_of(card.subject)])


NOT_ISSUED = register(
    CardKind(
        code="invoices.not_issued",
        title=_("Order %(number)s needs an invoice that cannot be issued yet"),
        cause=_("It waits until this is put right: %(told)s"),
        action=_("Issue invoice"),
        retry="orders.invoices.services.issuing.issue_for_card",
        link=_order_link,
        severity="bad",
        permission="invoices.issue_invoice",
    )
).code
NOT_DOCUMENTED = register(
    CardKind(
        code="invoices.not_documented",
        title=_("Order %(number)s was sold, and its amounts cannot be documented"),
        cause=_("Nothing was written for it: %(told)s"),
        link=_order_link,
        severity="bad",
    )
).code
CREDIT_NOTE_DUE = register(
    CardKind(
        code="invoices.credit_note_due",
        title=_("Invoice %(number)s needs a credit note"),
        cause=_("Order %(order)s was refunded, cancelled or lowered after its invoice was issued. An issued invoice is never changed."),
        link=_invoice_link,
        severity="wait",
    )
).code
MORE_DUE = register(
    CardKind(
        code="invoices.more_due",
        title=_("Invoice %(number)s says less than its order was sold for"),
        cause=_(
            "Order %(order)s grew after its invoice was issued. Invoice the difference in your accounting; an issued one is never changed."
        ),
        link=_invoice_link,
        severity="wait",
    )
).code
MAIL_PARKED = register(
    CardKind(
        code="invoices.mail_parked",
        title=_("Invoice %(number)s could not be sent to %(to)s"),
        cause=_("The mail server refused it: %(told)s Send the invoice to another address from its page, or send this mail again."),
        action=_("Send again"),
        retry="orders.invoices.services.mailing.send_again",
        link=_mail_link,
        severity="bad",
        permission="invoices.send_invoice",
    )
).code
MAIL_UNKNOWN = register(
    CardKind(
        code="invoices.mail_unknown",
        title=_("Nobody knows whether invoice %(number)s reached %(to)s"),
        cause=_("The mail server took the text and did not answer. Ask the buyer, or send it again: it carries the same message number."),
        action=_("Send again"),
        retry="orders.invoices.services.mailing.send_again",
        link=_mail_link,
        severity="wait",
        permission="invoices.send_invoice",
    )
).code
MAIL_AWAY = register(
    CardKind(
        code="invoices.mail_away",
        title=_("Invoices wait to be sent: the mail server does not answer"),
        cause=_("They go out by themselves as soon as it does, for a day at least. Its last word: “%(told)s”."),
        severity="bad",
    )
).code
NO_MAIL_SERVER = register(
    CardKind(
        code="invoices.no_mail_server",
        title=_("Invoices wait to be sent: there is no mail server"),
        cause=_(
            "Set EMAIL_URL to your mail server, for instance smtp+tls://user:password@mail.example.com:587. The mails go out by themselves."
        ),
        severity="bad",
    )
).code
