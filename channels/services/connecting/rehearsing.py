"""What would happen if the account went live now, shown whole. Nothing is written in the shop, no order and no stock here."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.contract import Budget, Connector, RawOrder
from channels.drafting import AccountRules, treatment_of
from channels.models import Account, Binding, Listing, LocationMap
from channels.queries import numbers_of_listings
from channels.services.connecting.opening import check_keys
from channels.services.connections import connect, rules_of, told_in_words
from channels.services.importing.bodies import read_body
from channels.services.importing.pulling import first_position
from channels.services.matching import match_listings
from channels.states import AccountState
from erp.core.clock import now
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic, forbid_transaction

PAGES = 40


@dataclass
class OrdersToCome:
    """How the shop's orders would come in, by treatment; `more` when the shop has more than were looked at."""

    treatments: Counter[str] = field(default_factory=Counter)
    unknown_statuses: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    more: bool = False


def rehearse(account_id: int, *, by: AbstractBaseUser) -> dict[str, Any]:
    """Test the keys, read the catalogue and the orders, and keep the whole plan with the account. Raises Refused when the keys fail."""
    forbid_transaction("rehearse()")
    account = Account.objects.get(pk=account_id)
    if account.state not in (AccountState.DRAFT, AccountState.REHEARSED):
        raise Refused(_("“%(account)s” is live already; there is nothing to rehearse.") % {"account": account.name}, code="live")
    report = check_keys(account.pk, by=by)
    if not report.is_ok:
        raise Refused(_("The shop refuses to work with these keys. See what it says, fix it, then rehearse again."), code="not_ok")
    match_listings(account.pk, by=by)
    account.refresh_from_db()
    with told_in_words(account):
        orders = _look_at_orders(account, connect(account))
    plan = _plan(account, orders)
    _keep(account, plan, by)
    return plan


def _look_at_orders(account: Account, connector: Connector) -> OrdersToCome:
    found, rules = OrdersToCome(), rules_of(account)
    position = first_position(account, connector)
    for _page in range(PAGES):
        page = connector.pull_orders(position, Budget(settings.REGIA_PAGE_ORDERS))
        _count(connector, rules, page.orders, found)
        if not page.more:
            return found
        position = page.cursor
    found.more = True
    return found


def _count(connector: Connector, rules: AccountRules, orders: Iterable[RawOrder], found: OrdersToCome) -> None:
    for raw in orders:
        order = read_body(connector, raw).order
        if order is None:
            found.unreadable.append(raw.external_id)
            continue
        found.treatments[treatment_of(order, rules)] += 1
        if order.status not in rules.statuses:
            found.unknown_statuses[order.status] += 1


def _plan(account: Account, orders: OrdersToCome) -> dict[str, Any]:
    listings = Listing.objects.filter(account=account, is_present=True)
    bindings = Counter(listings.values_list("binding", flat=True))
    stock = _stock_changes(account)
    return {
        "links": bindings[Binding.EXACT] + bindings[Binding.MANUAL],
        "conflicts": _told(listings.filter(binding=Binding.DOUBLE)),
        "unmatched": _told(listings.filter(binding=Binding.MISSING)),
        "ignored": bindings[Binding.IGNORED],
        "cannot_split": _told(listings.filter(can_split=False).exclude(variant=None)),
        "stock": stock,
        "zeroed": sum(1 for change in stock if change["regia"] == "0" and Decimal(change["shop"] or 0) > 0),
        "unmapped_locations": list(_unmapped(account).values_list("name", flat=True)),
        "orders": {
            "treatments": dict(orders.treatments),
            "unknown_statuses": dict(orders.unknown_statuses),
            "unreadable": orders.unreadable[:100],
            "more": orders.more,
        },
    }


def _unmapped(account: Account) -> Any:
    return LocationMap.objects.filter(account=account, is_ours=True, warehouse=None).order_by("pk")


def _told(listings: Any) -> list[dict[str, Any]]:
    rows = listings.order_by("title", "pk").values("pk", "external_item", "sku", "title", "split_reason")
    return [{**row, "pk": row["pk"]} for row in rows]


def _stock_changes(account: Account) -> list[dict[str, Any]]:
    """Every number that would differ: the shop's, Regia's, and what going live would do with each choice."""
    return [
        {
            "listing": each.listing_id,
            "sku": each.sku,
            "title": each.title,
            "shop": None if each.shop is None else f"{each.shop:f}",
            "regia": f"{each.regia:f}",
        }
        for each in numbers_of_listings(account.pk)
        if each.shop != each.regia
    ]


@atomic
def _keep(account: Account, plan: dict[str, Any], by: AbstractBaseUser) -> None:
    rehearsed = Account.objects.filter(pk=account.pk, state__in=[AccountState.DRAFT, AccountState.REHEARSED])
    rehearsed.update(state=AccountState.REHEARSED, rehearsal=plan, rehearsed_at=now())
    record(account, "rehearsed", by=by, links=plan["links"], conflicts=len(plan["conflicts"]), unmatched=len(plan["unmatched"]))
