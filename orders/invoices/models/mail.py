"""An invoice on its way to the buyer by e-mail."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.invoices.models.invoice import Invoice
from orders.invoices.states import OPEN_MAIL, MailState


class InvoiceMail(models.Model):
    """One sending: claimed under a lease, handed to the mail server, recorded. `message_id` is ours and stays the same in each attempt.

    `is_handed_over` is written just before the text goes out: a claim that ended without it was surely not sent.
    """

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="mails", verbose_name=_("invoice"))
    to = models.EmailField(_("to"), max_length=254)
    message_id = models.CharField("Message-ID", max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=MailState.choices, default=MailState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    leased_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    is_handed_over = models.BooleanField(_("handed to the mail server"), default=False)
    error = models.TextField(_("what went wrong"), blank=True)
    requested_at = models.DateTimeField(_("asked for"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked for by")
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("invoice by e-mail")
        verbose_name_plural = _("invoices by e-mail")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice"], condition=Q(state__in=OPEN_MAIL), name="invoices_one_open_mail"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="invoices_sent_mail_has_moment"),
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], condition=Q(state__in=OPEN_MAIL), name="invoices_mail_due")]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.to}"
