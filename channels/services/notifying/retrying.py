"""A person's retry of what a shop refused to hear."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.models import CancelPush, FulfilmentPush
from channels.services.notifying.lanes import ask_lanes
from channels.services.notifying.recording import UNCANCELLED, UNTOLD, card_of
from channels.states import PushState
from erp.core.cards import close_card, key_of
from erp.core.clock import now
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic


def tell_again(push_id: int, *, by: AbstractBaseUser) -> None:
    """All refused parcels of the row's order. Raises Refused when none is."""
    _again(FulfilmentPush, FulfilmentPush.objects.get(pk=push_id).order_id, by)


def cancel_again(push_id: int, *, by: AbstractBaseUser) -> None:
    _again(CancelPush, CancelPush.objects.get(pk=push_id).order_id, by)


def retry_untold(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of the card."""
    _again(FulfilmentPush, key_of(subject), by)


def retry_uncancelled(subject: str, *, by: AbstractBaseUser) -> None:
    _again(CancelPush, key_of(subject), by)


@atomic
def _again(model: type[FulfilmentPush] | type[CancelPush], order_id: int, by: AbstractBaseUser) -> None:
    rows = model.objects.select_for_update(of=("self",)).filter(order=order_id, state=PushState.REFUSED)
    refused = list(rows.select_related("order").order_by("pk"))
    if not refused:
        raise Refused(_("This work is not waiting for you any more."), code="settled")
    model.objects.filter(pk__in=[push.pk for push in refused]).update(state=PushState.WAITING, due_at=now(), attempts=0, error="")
    record(refused[0].order, "told_again", by=by)
    close_card(UNTOLD if model is FulfilmentPush else UNCANCELLED, card_of(refused[0]))
    ask_lanes([(refused[0].account_id, refused[0].order.external_id)])
