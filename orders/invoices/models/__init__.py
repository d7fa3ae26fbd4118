"""Invoices, sales documented otherwise, and the mails that carry invoices to buyers."""

from orders.invoices.models.dues import DocumentDue, DocumentDueRate
from orders.invoices.models.invoice import Invoice, InvoiceRate
from orders.invoices.models.mail import InvoiceMail
from orders.invoices.models.series import InvoiceSettings, Series

__all__ = ["DocumentDue", "DocumentDueRate", "Invoice", "InvoiceMail", "InvoiceRate", "InvoiceSettings", "Series"]
