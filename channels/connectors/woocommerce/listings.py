"""What the shop sells: one listing per number that it shows."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from channels.connectors.woocommerce.bodies import identity, text
from channels.connectors.woocommerce.client import Client
from channels.connectors.woocommerce.stock import BATCH, allows_backorders, manages_stock, quantity_of
from channels.contract import Budget, ChannelListing, ContractBroken, Cursor, ListingPage
from channels.contract.amounts import amount

LARGEST_PAGE = 100
NO_STOCK_TYPES = ("grouped", "external")
GTIN_KEYS = ("_global_unique_id", "_alg_ean", "_wpm_gtin_code", "_ean", "_barcode")


def pull_listings(client: Client, cursor: Cursor | None, budget: Budget) -> ListingPage:
    """One page of products in the order of their ids, with the variations of each.

    Each page repeats the last product of the page before: where it is not the same, something was deleted in between, and the reading
    steps back a page.
    """
    offset, last = _stand(cursor)
    size = max(2, min(budget.items, LARGEST_PAGE))
    start = max(0, offset - 1)
    question = [("orderby", "id"), ("order", "asc"), ("per_page", str(size)), ("offset", str(start)), ("status", "any")]
    products = client.get("/products", question).json()
    if last and (not products or identity(products[0].get("id")) != last):
        return ListingPage((), _cursor(max(0, start - size), ""), more=True)
    listings = [listing for product in products for listing in _listings_of(client, product)]
    more = len(products) >= size
    end = identity(products[-1].get("id")) if products else ""
    return ListingPage(tuple(listings), _cursor(start + len(products), end), more)


def _stand(cursor: Cursor | None) -> tuple[int, str]:
    if cursor is None:
        return 0, ""
    try:
        stored = json.loads(cursor)
        return int(stored["offset"]), str(stored["last"])
    except (ValueError, KeyError, TypeError) as problem:
        raise ContractBroken("cursor", str(problem)) from problem


def _cursor(offset: int, last: str) -> Cursor:
    return Cursor(json.dumps({"offset": offset, "last": last}))


def _listings_of(client: Client, product: Mapping[str, Any]) -> list[ChannelListing]:
    """A simple product is one listing; a variable one is its variations, and itself where one of them shares its number."""
    if product.get("type") in NO_STOCK_TYPES:
        return []
    if not product.get("variations"):
        return [_listing(product, None)]
    variations = list(_variations(client, identity(product.get("id"))))
    found = [_listing(variation, product) for variation in variations]
    if any(variation.get("manage_stock") == "parent" for variation in variations):
        found.append(_listing(product, None))
    return found


def _variations(client: Client, parent: str) -> Iterable[Mapping[str, Any]]:
    page = 1
    while True:
        question = [("per_page", str(BATCH)), ("page", str(page)), ("orderby", "id"), ("order", "asc"), ("status", "any")]
        rows = client.get(f"/products/{parent}/variations", question).json()
        yield from rows
        if len(rows) < BATCH:
            return
        page += 1


def _listing(row: Mapping[str, Any], parent: Mapping[str, Any] | None) -> ChannelListing:
    own, above = identity(row.get("id")), identity(parent.get("id")) if parent else ""
    is_shared = row.get("manage_stock") == "parent"
    return ChannelListing(
        external_item=own,
        external_parent=above,
        sku=text(row.get("sku")),
        gtin=_gtin(row),
        title=_title(row, parent),
        quantity=quantity_of(row),
        manages_stock=manages_stock(row),
        allows_backorders=allows_backorders(row),
        is_published=row.get("status", "publish") == "publish" and (parent is None or parent.get("status", "publish") == "publish"),
        stock_item=above if is_shared else own,
        cannot_split=_obstacle(row, is_shared=is_shared),
        price=amount(row.get("price"), "price", "0") if row.get("price") not in (None, "") else None,
    )


def _obstacle(row: Mapping[str, Any], *, is_shared: bool) -> str:
    if is_shared:
        return "stock_on_parent"
    if not manages_stock(row):
        return "stock_not_tracked"
    return "backorders_allowed" if allows_backorders(row) else ""


def _title(row: Mapping[str, Any], parent: Mapping[str, Any] | None) -> str:
    if parent is None:
        return text(row.get("name"))
    options = [text(option.get("option")) for option in row.get("attributes") or () if isinstance(option, Mapping)]
    chosen = ", ".join(option for option in options if option)
    return f"{text(parent.get('name'))} - {chosen}" if chosen else text(row.get("name")) or text(parent.get("name"))


def _gtin(row: Mapping[str, Any]) -> str:
    """The field that WooCommerce has since 9.2, else the keys of the plugins that shops used before."""
    if own := text(row.get("global_unique_id")):
        return own
    members = {str(member.get("key")): member.get("value") for member in row.get("meta_data") or () if isinstance(member, Mapping)}
    return next((text(members[key]) for key in GTIN_KEYS if members.get(key)), "")
