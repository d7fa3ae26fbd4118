"""Mailing: an invoice goes to its buyer by e-mail. Claim, send outside of any transaction, record.

Sending once is the aim: what may have gone out is never sent again by itself. Sent again by a colleague it carries the same Message-ID,
so that the buyer's mailbox can tell a copy; a new sending to another address is a mail of its own.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from email.errors import HeaderParseError

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.contacts import normalise_email
from crm.models import Company
from erp.core.cards import close_card, key_of, open_card
from erp.core.clock import now, real_now
from erp.core.history import By, record
from erp.core.http.errors import Permanent, Temporary, Unknown
from erp.core.mail import PERMANENT_CODE, MailServer, is_mail_configured
from erp.core.refusals import Refused
from erp.core.transactions import atomic, forbid_transaction
from orders.invoices.cards import MAIL_AWAY, MAIL_PARKED, MAIL_SERVER, MAIL_UNKNOWN, NO_MAIL_SERVER, mail_subject
from orders.invoices.letters import letter
from orders.invoices.models import Invoice, InvoiceMail
from orders.invoices.queries import house
from orders.invoices.states import OPEN_MAIL, MailState

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 36  # with the pauses between them more than a day
LONGEST_PAUSE_SECONDS = 3600
ATTEMPTS_BEFORE_A_CARD = 6  # a few minutes
LEASE_SECONDS = 120
BATCH_MAILS = 200

_CLAIM = """
    UPDATE invoices_invoicemail SET state = 'sending', attempts = attempts + 1, leased_until = %(until)s, is_handed_over = false
    WHERE id = (
        SELECT mail.id FROM invoices_invoicemail AS mail
        JOIN invoices_invoice AS invoice ON invoice.id = mail.invoice_id
        JOIN core_document AS paper ON paper.id = invoice.document_id
        WHERE mail.state = 'waiting' AND mail.due_at <= %(now)s AND paper.rendered_at IS NOT NULL
        ORDER BY mail.due_at, mail.id LIMIT 1 FOR UPDATE OF mail SKIP LOCKED
    )
    RETURNING id
"""


@atomic
def send_invoice(invoice_id: int, *, by: By, to: str = "") -> int:
    """Ask for an invoice to be sent, to the buyer's address or to `to`; one that waits already is not doubled, but goes to `to` instead.

    Returns the mail's key. Raises Refused without a usable address, and where a mail is going out to another one this moment.
    """
    invoice = Invoice.objects.select_for_update(of=("self",)).get(pk=invoice_id)
    waiting = InvoiceMail.objects.select_for_update(of=("self",)).filter(invoice=invoice, state__in=OPEN_MAIL).order_by("pk").first()
    address = normalise_email(to or (waiting.to if waiting else invoice.copy["buyer"]["email"]))
    if not address:
        raise Refused(
            _("Invoice %(number)s has no usable e-mail address to go to. Give one, then send it.") % {"number": invoice.number_text},
            code="no_address",
        )
    if waiting is not None:
        _readdress(waiting, invoice, address, by=by)
        return waiting.pk
    mail = _new_mail(invoice, address, by=by)
    mail.save()
    record(invoice, "mail_requested", by=by, to=address)
    for stale in InvoiceMail.objects.filter(invoice=invoice).exclude(pk=mail.pk).order_by("pk"):
        close_card(MAIL_PARKED, mail_subject(stale.pk))
        close_card(MAIL_UNKNOWN, mail_subject(stale.pk))
    return mail.pk


def _readdress(mail: InvoiceMail, invoice: Invoice, address: str, *, by: By) -> None:
    """A mail that waits goes to the address that was asked for last; one that is being sent at this moment is refused."""
    if mail.to == address:
        return
    if mail.state != MailState.WAITING:
        raise Refused(
            _("Invoice %(number)s is going out to %(to)s this moment. Send it to another address when that is done.")
            % {"number": invoice.number_text, "to": mail.to},
            code="on_its_way",
        )
    mail.to = address
    mail.save(update_fields=["to"])
    record(invoice, "mail_requested", by=by, to=address)


@atomic
def send_again(subject: int | str, *, by: By) -> None:
    """Send a mail again that was refused or that nobody answered for: with the same Message-ID, so that a copy is seen as one.

    `subject` is the mail's key or its card's subject. Raises Refused where it waits or was sent.
    """
    mail = InvoiceMail.objects.select_for_update(of=("self",)).select_related("invoice").get(pk=key_of(str(subject)))
    if mail.state not in (MailState.PARKED, MailState.UNKNOWN):
        raise Refused(_("This mail needs nothing: it waits to be sent, or was sent."), code="not_stopped")
    if InvoiceMail.objects.filter(invoice=mail.invoice, state__in=OPEN_MAIL).exists():
        raise Refused(
            _("Invoice %(number)s is on its way in another mail already.") % {"number": mail.invoice.number_text}, code="on_its_way"
        )
    InvoiceMail.objects.filter(pk=mail.pk).update(state=MailState.WAITING, attempts=0, due_at=now(), leased_until=None, error="")
    close_card(MAIL_PARKED, mail_subject(mail.pk))
    close_card(MAIL_UNKNOWN, mail_subject(mail.pk))
    record(mail.invoice, "mail_requested", by=by, to=mail.to)


@atomic
def mail_issued(invoice_ids: Sequence[int]) -> None:
    """Ask for the mails of invoices just issued, where the settings send them and the buyer has an address; again adds none."""
    if not house().settings.send_by_mail:
        return
    invoices = Invoice.objects.filter(pk__in=invoice_ids, mails=None).order_by("pk")
    addresses = [(invoice, normalise_email(invoice.copy["buyer"]["email"])) for invoice in invoices]
    mails = [_new_mail(invoice, address, by=None) for invoice, address in addresses if address]
    InvoiceMail.objects.bulk_create(mails, ignore_conflicts=True)
    for mail in mails:
        record(mail.invoice, "mail_requested", to=mail.to)


def send_due_mails(limit: int = BATCH_MAILS) -> int:
    """Send what is due and printed, over one connection; returns how many were tried. A server that is away is not asked for each."""
    forbid_transaction("sending mail")
    end_claims()
    if not _look_for_server():
        return 0
    tried = 0
    with MailServer() as server:
        is_there = True
        while is_there and tried < limit and (mail := _claim()) is not None:
            is_there = _send(mail, server)
            tried += 1
    return tried


@atomic
def end_claims() -> None:
    """Claims whose worker is gone: what was not handed over waits again, the rest is unknown."""
    lapsed = InvoiceMail.objects.filter(state=MailState.SENDING, leased_until__lt=real_now())
    lapsed.filter(is_handed_over=False).update(state=MailState.WAITING, leased_until=None)
    for mail in lapsed.filter(is_handed_over=True).select_related("invoice").order_by("pk"):
        _stop(mail, MailState.UNKNOWN, _("The worker ended while it was sending."))


def _new_mail(invoice: Invoice, to: str, *, by: By) -> InvoiceMail:
    moment = now()
    count = f"{moment:%Y%m%d%H%M%S%f}"
    host = _sender(house().company).partition("@")[2] or "localhost"
    return InvoiceMail(
        invoice=invoice,
        to=to,
        message_id=f"<invoice.{invoice.pk}.{count}@{host}>",
        due_at=moment,
        requested_at=moment,
        requested_by_id=by.pk if by else None,
    )


def _sender(company: Company | None) -> str:
    return settings.REGIA_MAIL_FROM or (company.email if company else "")


@atomic
def _look_for_server() -> bool:
    """False, with a card while mails wait, where nothing can be sent."""
    is_ready = is_mail_configured() and bool(_sender(house().company))
    if is_ready:
        close_card(NO_MAIL_SERVER, MAIL_SERVER)
    elif InvoiceMail.objects.filter(state=MailState.WAITING).exists():
        open_card(NO_MAIL_SERVER, MAIL_SERVER)
    return is_ready


@atomic
def _claim() -> InvoiceMail | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"until": real_now() + timedelta(seconds=LEASE_SECONDS), "now": now()})
        row = cursor.fetchone()
    return InvoiceMail.objects.select_related("invoice__document").get(pk=row[0]) if row else None


def _send(mail: InvoiceMail, server: MailServer) -> bool:
    """False when there was no server to speak to."""
    company = house().company
    paper = mail.invoice.document
    if company is None or paper is None:  # a claim is only made where both are there
        return True
    try:
        message = letter(mail.invoice, paper, to=mail.to, message_id=mail.message_id, sender=_sender(company), company=company)
    except (ValueError, HeaderParseError) as error:
        _stop(mail, MailState.PARKED, str(error))
        return True
    try:
        server.send(message, before_text=lambda: _note_handed_over(mail))
    except Temporary as failure:
        _postpone(mail, failure)
        return not _is_for_all(failure)
    except Permanent as failure:
        _stop(mail, MailState.PARKED, failure.detail)
    except Unknown as failure:
        _stop(mail, MailState.UNKNOWN, failure.detail)
    else:
        _accept(mail)
    return True


def _note_handed_over(mail: InvoiceMail) -> None:
    """From this moment on the mail may reach the buyer, whatever answer we get."""
    InvoiceMail.objects.filter(pk=mail.pk, state=MailState.SENDING).update(is_handed_over=True)


@atomic
def _accept(mail: InvoiceMail) -> None:
    close_card(MAIL_AWAY, MAIL_SERVER)
    if _ours(mail).update(state=MailState.SENT, sent_at=now(), leased_until=None, error=""):
        record(mail.invoice, "mailed", to=mail.to)


@atomic
def _postpone(mail: InvoiceMail, failure: Temporary) -> None:
    """Again after a growing pause; after the last attempt a person must look. A server that is away is one card for all that wait."""
    error = failure.detail
    if _is_for_all(failure) and mail.attempts >= ATTEMPTS_BEFORE_A_CARD:
        open_card(MAIL_AWAY, MAIL_SERVER, told=error)
    if mail.attempts >= MAX_ATTEMPTS:
        _stop(mail, MailState.PARKED, error)
        return
    pause = min(15 * 2 ** (mail.attempts - 1), LONGEST_PAUSE_SECONDS)
    _ours(mail).update(
        state=MailState.WAITING, due_at=now() + timedelta(seconds=pause), leased_until=None, is_handed_over=False, error=error
    )
    logger.warning("mail %s waits: %s", mail.pk, error)


def _is_for_all(failure: Temporary) -> bool:
    """Whether the failure concerns every mail: no server answered, or it does not let us in."""
    return failure.status is None or failure.status >= PERMANENT_CODE


@atomic
def _stop(mail: InvoiceMail, state: MailState, error: str) -> None:
    if _ours(mail).update(state=state, leased_until=None, error=error):
        kind = MAIL_PARKED if state == MailState.PARKED else MAIL_UNKNOWN
        open_card(kind, mail_subject(mail.pk), number=mail.invoice.number_text, to=mail.to, told=error)
        record(mail.invoice, "mail_failed" if state == MailState.PARKED else "mail_unknown", to=mail.to, error=error)


def _ours(mail: InvoiceMail) -> QuerySet[InvoiceMail]:
    """The mail, while this claim holds it; whoever claims it later raises the count of attempts."""
    return InvoiceMail.objects.filter(pk=mail.pk, state=MailState.SENDING, attempts=mail.attempts)
