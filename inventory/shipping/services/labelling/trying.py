"""A person says that a carrier is well again: what waits for it is due at once."""

from erp.core import clock
from erp.core.cards import close_card, key_of
from erp.core.history import By, record
from erp.core.transactions import atomic
from inventory.shipping.cards import CARRIER_TROUBLE
from inventory.shipping.models import Label
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from inventory.shipping.services.labelling.waking import wake_buyers
from inventory.shipping.states import LabelStatus


@atomic
def try_now(subject: str, *, by: By) -> None:
    """The button of a carrier's card; the card comes back while the carrier still makes no labels."""
    waiting = Label.objects.filter(service__carrier_id=key_of(subject), status__in=[LabelStatus.WANTED, LabelStatus.VOIDING])
    waiting.exclude(due_at=BY_HAND_DUE).update(due_at=clock.now())
    close_card(CARRIER_TROUBLE, subject)
    record(subject, "labels_tried_now", by=by)
    wake_buyers()
