"""Has everything arrived? What the shops still have to tell, and what our own rows still have to do."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from channels.models import Cursor, InboxMessage, Job
from channels.states import JobState, MessageState
from erp.core.models import Delivery, Document
from erp.practice.demo.auditing.books import Books
from inventory.shipping.models import Label
from inventory.shipping.states import LabelStatus
from orders.invoices.models import InvoiceMail
from orders.invoices.states import OPEN_MAIL

ORDERS_FLOW = "orders"
LABELS_UNDER_WAY = (LabelStatus.WANTED, LabelStatus.CLAIMED, LabelStatus.VOIDING)
OPEN_JOBS = (JobState.READY, JobState.RETRY, JobState.CLAIMED)


def what_is_under_way(books: Sequence[Books]) -> list[str]:
    """In words; nothing when the house is quiet. What waits for a person (parked) is not under way."""
    found = [_("%(shop)s still has webhooks to send") % {"shop": shop.source} for shop in books if not shop.is_quiet]
    counts = (
        (_("%(number)d events to deliver"), Delivery.objects.filter(parked_at=None).count()),
        (_("%(number)d messages in the inbox"), InboxMessage.objects.filter(state=MessageState.WAITING).count()),
        (_("%(number)d jobs for the shops"), Job.objects.filter(state__in=OPEN_JOBS).count()),
        (_("%(number)d labels at the carrier"), Label.objects.filter(status__in=LABELS_UNDER_WAY).count()),
        (_("%(number)d papers to print"), Document.objects.filter(content=None, error="").count()),
        (_("%(number)d mails to send"), InvoiceMail.objects.filter(state__in=OPEN_MAIL).count()),
    )
    found += [text % {"number": number} for text, number in counts if number]
    return found + [_("%(shop)s has to be read once more") % {"shop": shop.source} for shop in books if not _is_read(shop)]


def _is_read(shop: Books) -> bool:
    """Whether a reading in turn that began after the shop's last change has come to its end."""
    changes = [event.at for event in shop.ledger] + [order.modified_at for order in shop.orders.values()]
    read = Cursor.objects.filter(account__code=shop.source, flow=ORDERS_FLOW).values_list("read_through", flat=True).first()
    return not changes or (read is not None and _later(read, max(changes)))


def _later(read: datetime, changed: datetime) -> bool:
    return read > changed
