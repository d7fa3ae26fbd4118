"""News about products: what the shop shows now is looked at, and an echo of what we know already is dropped."""

from collections.abc import Sequence

from django.db.models import Q

from channels.contract import OutsideError
from channels.models import Account, InboxMessage, Listing
from channels.services.importing.parking import postpone
from channels.services.publishing.comparing import compare_listings
from channels.states import AccountState, MessageState
from erp.core.clock import now
from erp.core.transactions import atomic, forbid_transaction

PRODUCTS_AT_ONCE = 100


def watch_products(account_id: int) -> int:
    """Look at the items which the shop says have changed; returns how many of them were news. Failures leave the messages waiting."""
    forbid_transaction("watch_products()")
    account = Account.objects.get(pk=account_id)
    due = InboxMessage.objects.filter(account=account, kind__startswith="product", state=MessageState.WAITING, due_at__lte=now())
    messages = list(due.order_by("due_at", "pk")[:PRODUCTS_AT_ONCE])
    if not messages or account.state != AccountState.LIVE:
        return 0
    named = {message.external_id for message in messages}
    listings = list(Listing.objects.filter(Q(external_item__in=named) | Q(external_parent__in=named), account=account).order_by("pk"))
    try:
        news = compare_listings(account, listings)
    except OutsideError as failure:
        postpone([message.pk for message in messages], failure.detail, counts=False)
        return 0
    return _finish(messages, [listing for listing in listings if listing.pk in news])


@atomic
def _finish(messages: Sequence[InboxMessage], news: Sequence[Listing]) -> int:
    changed = {item for listing in news for item in (listing.external_item, listing.external_parent)} - {""}
    for message in messages:
        is_news = message.external_id in changed
        message.state = MessageState.DONE if is_news else MessageState.DROPPED
        message.outcome, message.done_at = "seen" if is_news else "echo", now()
    InboxMessage.objects.bulk_update(messages, ["state", "outcome", "done_at"])
    return len(changed)
