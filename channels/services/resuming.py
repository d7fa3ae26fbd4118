"""A listing has its product: the orders that waited for it go on."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from channels.drafting import Listed
from channels.models import Account, Listing
from channels.queries import listed_items
from inventory.windows import window_key
from orders.models import OrderLine
from orders.services.mapping import MappedItem, resume_mapped


def resume_orders(listing_ids: Iterable[int]) -> list[int]:
    """Give the lines that wait for these listings their products; returns the orders that went on. A second time finds nothing to do."""
    rows = Listing.objects.filter(pk__in=list(listing_ids)).exclude(variant=None).select_related("account").order_by("account_id", "pk")
    resumed: list[int] = []
    for account, listings in groupby(rows, key=lambda listing: listing.account):
        resumed += _resume(account, [listing.external_item for listing in listings])
    return resumed


def resume_left_behind() -> list[int]:
    """Lines whose listing was bound while their order was on its way in: the sweep finds what no event could."""
    waiting = OrderLine.objects.filter(variant=None, needs_stock=True).exclude(external_item="")
    found = waiting.order_by("order__source").values_list("order__source", "external_item").distinct()
    resumed: list[int] = []
    for source, pairs in groupby(found, key=lambda pair: pair[0]):
        account = Account.objects.filter(code=source).order_by("pk").first()
        if account is not None:
            resumed += _resume(account, [item for _source, item in pairs])
    return resumed


def _resume(account: Account, items: Sequence[str]) -> list[int]:
    listed = listed_items(account.pk, items)
    mapping = {item: _mapped(account, each) for item, each in listed.items() if each.variant_id is not None}
    return resume_mapped(account.code, mapping) if mapping else []


def _mapped(account: Account, listed: Listed) -> MappedItem:
    assert listed.variant_id is not None
    return MappedItem(
        variant_id=listed.variant_id,
        components=listed.components,
        allows_decimals=listed.allows_decimals,
        needs_stock=listed.is_stocked,
        window=window_key(account.code, listed.stock_item or listed.external_item, listed.location) if listed.is_stocked else None,
    )
