"""Which documents a sale may need, and how far an invoice and its mail are."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Document(TextChoices):
    """What a sale is documented by."""

    NONE = "none", _("None")
    INVOICE = "invoice", _("Invoice")
    CORRISPETTIVI = "corrispettivi", _("Corrispettivi")
    OSS = "oss", _("OSS")
    EXPORT = "export", _("Export")


class IssueMoment(TextChoices):
    ON_SHIPMENT = "on_shipment", _("By itself, when all has left")
    ON_REQUEST = "on_request", _("When a colleague asks for it")


class InvoiceStatus(TextChoices):
    ISSUED = "issued", _("Issued")
    CREDIT_DUE = "credit_due", _("Credit note due")


class EndCause(TextChoices):
    """Why a sale left the day's rows again."""

    INVOICED = "invoiced", _("An invoice was issued")
    CANCELLED = "cancelled", _("The order was cancelled")
    REFUNDED = "refunded", _("All was paid back before anything left")


class MailState(TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("The mail server did not answer")
    PARKED = "parked", _("Refused")


OPEN_MAIL = (MailState.WAITING, MailState.SENDING)
