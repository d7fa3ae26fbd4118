"""The mail that carries an invoice, in the buyer's language."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.models import Company
from erp.core.clock import now
from erp.core.models import Document
from orders.invoices.models import Invoice


def letter(invoice: Invoice, paper: Document, *, to: str, message_id: str, sender: str, company: Company) -> EmailMessage:
    """With the invoice attached as it was printed."""
    names = {
        "number": invoice.number_text,
        "name": invoice.buyer_name,
        "order": invoice.copy["order"]["external_number"] or invoice.copy["order"]["number"],
        "company": company.name,
    }
    message = EmailMessage()
    with override(invoice.language):
        message["Subject"] = _("Invoice %(number)s from %(company)s") % names
        message.set_content(
            _("Dear %(name)s,\n\nattached you find invoice %(number)s for your order %(order)s.\n\nThank you,\n%(company)s\n") % names
        )
    message["From"] = Address(display_name=company.name, addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = message_id
    message["Content-Language"] = invoice.language
    message["Auto-Submitted"] = "auto-generated"
    message.add_attachment(bytes(paper.content or b""), maintype="application", subtype="pdf", filename=paper.file_name)
    return message
