"""First stock: when an account's orders have been read through once, one side's numbers are taken as true; only then are numbers sent."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _

from channels.events import AccountWentLive
from channels.models import Account, FirstStock, Listing, LocationMap
from channels.queries import pieces_of_open_orders
from channels.services.matching import match_listings
from channels.states import AccountState
from erp.core.clock import now
from erp.core.events import publish, wake
from erp.core.history import record
from erp.core.queues import BACKLOG
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.models import StockLevel
from inventory.services.moving import adjust

logger = logging.getLogger(__name__)


def settle_read_accounts(account_ids: Iterable[int]) -> None:
    """Settle what can be settled without a call; where the shop must be asked, a task is woken. A pull later does the same again."""
    for account in _unsettled().filter(pk__in=list(account_ids)):
        if account.first_stock == FirstStock.SHOP:
            wake("channels.tasks.settle_first_stock", BACKLOG, account_id=account.pk)
        else:
            _open_stock(account)


def settle_first_stock(account_id: int) -> bool:
    """Take the shop's count over where that was chosen, then let stock flow. False while its orders were not yet read through once.

    The shop shows only what it can still sell. The pieces of its open orders, which are reserved here, are on our shelf too and are
    added. Raises Refused when the shop does not answer; no number is sent then, and the next pull tries again.
    """
    account = _unsettled().filter(pk=account_id).first()
    if account is None:
        return False
    if account.first_stock == FirstStock.SHOP:
        match_listings(account.pk)
        _take_over(account)
    _open_stock(account)
    return True


def _unsettled() -> models.QuerySet[Account]:
    live = Account.objects.filter(state=AccountState.LIVE, stock_ready_at=None).exclude(first_stock="")
    return live.filter(cursors__flow="orders", cursors__read_through__gte=F("live_since")).order_by("pk")


def _take_over(account: Account) -> None:
    """A variant whose number cannot be a count (part of a whole piece, or negative) is left as it is, and the log says so."""
    open_pieces = pieces_of_open_orders(account.code)
    for (variant_id, warehouse_id), shown in _shown(account).items():
        level = StockLevel.objects.filter(variant_id=variant_id, warehouse_id=warehouse_id).order_by("pk").first()
        difference = shown + open_pieces.get(variant_id, Decimal(0)) - (level.on_hand if level else Decimal(0))
        if difference:
            _adjust(account, variant_id, warehouse_id, difference)


def _adjust(account: Account, variant_id: int, warehouse_id: int, difference: Decimal) -> None:
    reason = _("First stock, taken over from %(account)s") % {"account": account.name}
    try:
        adjust(
            variant_id, warehouse_id=warehouse_id, difference=difference, reason=reason, by=None, key=f"first:{account.code}:{variant_id}"
        )
    except Refused as refusal:
        logger.warning("first stock of %s, variant %s: %s", account.code, variant_id, refusal)


def _shown(account: Account) -> dict[tuple[int, int], Decimal]:
    """What the shop shows per variant and warehouse; two listings of one variant are added up."""
    warehouses = dict(
        LocationMap.objects.filter(account=account, is_ours=True).exclude(warehouse=None).values_list("location", "warehouse_id")
    )
    bound = Listing.objects.filter(account=account, is_present=True, variant__is_stocked=True, seen_quantity__isnull=False)
    shown: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for listing in bound.filter(variant__is_kit=False, stock_item="").select_related("variant").order_by("pk"):
        warehouse_id = warehouses.get(listing.location)
        if warehouse_id is not None and listing.variant is not None and listing.seen_quantity is not None:
            pieces = max(listing.seen_quantity, Decimal(0))
            if not listing.variant.allows_decimals:
                pieces = pieces.to_integral_value(ROUND_FLOOR)
            shown[listing.variant.pk, warehouse_id] += pieces
    return dict(shown)


@atomic
def _open_stock(account: Account) -> None:
    ready = Account.objects.filter(pk=account.pk, stock_ready_at=None)
    if ready.update(stock_ready_at=now(), stock_paused=False):
        record(account, "first_stock_settled", first_stock=account.first_stock)
        publish(AccountWentLive(account.pk))
