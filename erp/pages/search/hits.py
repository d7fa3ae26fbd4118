"""What was found, in words: groups of lines with a way to each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.translation import gettext

from catalog.models import Variant
from crm.models import Party
from erp.core.money import format_money
from erp.pages import wording
from erp.pages.links import admin_row
from erp.pages.search import queries
from erp.pages.search.asked import Asked
from inventory.shipping.models import Label
from orders.models import Order
from orders.states import OrderStatus

Reader = User | AnonymousUser
TONES = {
    OrderStatus.HELD: ("hold", "hold"),
    OrderStatus.RELEASED: ("quiet", "new"),
    OrderStatus.CANCELLED: ("bad", "no"),
    OrderStatus.CLOSED: ("quiet", "done"),
}


@dataclass(frozen=True)
class Hit:
    """One line. `is_exact`: the whole number of an order or of a parcel was typed."""

    key: str
    title: str
    detail: str
    url: str
    figure: str = ""
    tone: str = ""
    icon: str = ""
    word: str = ""
    is_exact: bool = False


@dataclass(frozen=True)
class Group:
    code: str
    label: str
    icon: str
    hits: list[Hit] = field(default_factory=list)


def find(asked: Asked, user: Reader, most: int) -> list[Group]:
    """Groups that hold something, of what this person may see; `most` lines in each."""
    if not asked.is_enough:
        return []
    parties = _parties(asked, most) if user.has_perm("crm.view_party") else ([], False)
    groups = [
        _orders(asked, user, parties, most),
        _parcels(asked, user, most),
        _customers(parties),
        _products(asked, user, most),
    ]
    return [group for group in groups if group.hits]


def exact_address(groups: Sequence[Group]) -> str:
    """Where the one thing lies whose whole number was typed; nothing when none or several bear it."""
    addresses = {hit.url for group in groups for hit in group.hits if hit.is_exact and hit.url}
    return addresses.pop() if len(addresses) == 1 else ""


def _parties(asked: Asked, most: int) -> tuple[list[Party], bool]:
    """Customers, and whether they are only alike."""
    found = _once(queries.parties_by_contact(asked, most) + queries.parties_by_name(asked, most))[:most]
    return (found, False) if found else (queries.parties_alike(asked, most), True)


def _once(rows: Sequence[Any]) -> list[Any]:
    return list({row.pk: row for row in rows}.values())


def _orders(asked: Asked, user: Reader, parties: tuple[list[Party], bool], most: int) -> Group:
    group = Group("orders", gettext("Orders"), "orders")
    if not user.has_perm("orders.view_order"):
        return group
    found = queries.orders_by_number(asked, most)
    exact = {order.pk for order in found if order.is_exact}
    if not exact and len(found) < most:
        found = _once(found + queries.orders_of([party.pk for party in parties[0]], most - len(found)))
    group.hits.extend(_order_hit(order, is_exact=order.pk in exact) for order in found)
    return group


def _order_hit(order: Order, *, is_exact: bool) -> Hit:
    tone, icon = TONES.get(OrderStatus(order.status), ("quiet", "new"))
    shop = order.external_number if order.external_number not in {"", order.number} else ""
    return Hit(
        key=f"order-{order.pk}",
        title=order.number,
        detail=" · ".join(part for part in (order.customer_name, shop and gettext("%(number)s in the shop") % {"number": shop}) if part),
        url=reverse("order", args=[order.pk]),
        figure=format_money(order.total, order.currency, wording.language()),
        tone=tone,
        icon=icon,
        word=str(OrderStatus(order.status).label),
        is_exact=is_exact,
    )


def _parcels(asked: Asked, user: Reader, most: int) -> Group:
    group = Group("parcels", gettext("Parcels"), "shipped")
    if user.has_perm("shipping.view_shipment"):
        group.hits.extend(_parcel_hit(label, asked) for label in queries.labels_by_tracking(asked, most))
    return group


def _parcel_hit(label: Label, asked: Asked) -> Hit:
    shipment = label.parcel.shipment
    return Hit(
        key=f"parcel-{label.pk}",
        title=label.tracking_number,
        detail=" · ".join(
            (label.service.carrier.name, shipment.recipient_name, gettext("order %(number)s") % {"number": shipment.order_number})
        ),
        url=reverse("shipment", args=[shipment.pk]),
        word=str(shipment.get_status_display()),
        tone="quiet",
        icon="shipped",
        is_exact=label.tracking_number == asked.code,
    )


def _customers(parties: tuple[list[Party], bool]) -> Group:
    found, are_alike = parties
    contacts = queries.contacts_of([party.pk for party in found])
    label = gettext("Customers with a similar name") if are_alike else gettext("Customers")
    return Group("customers", label, "customers", [_customer_hit(party, contacts.get(party.pk, "")) for party in found])


def _customer_hit(party: Party, contact: str) -> Hit:
    tax = party.partita_iva or party.codice_fiscale
    return Hit(
        key=f"customer-{party.pk}",
        title=party.name,
        detail=" · ".join(part for part in (contact, tax) if part),
        url=admin_row("crm_party", party.pk),
    )


def _products(asked: Asked, user: Reader, most: int) -> Group:
    group = Group("products", gettext("Products"), "products")
    if not user.has_perm("catalog.view_variant"):
        return group
    found, are_alike = queries.variants_by_code(asked, most), False
    if not found:
        found, are_alike = queries.variants_alike(asked, most), True
    may_ask = user.has_perm("inventory.view_stocklevel")
    free = queries.availability_of([variant.pk for variant in found]) if may_ask else {}
    label = gettext("Products with a similar name") if are_alike else group.label
    return Group(group.code, label, group.icon, [_product_hit(variant, free, _way(may_ask)) for variant in found])


def _way(may_ask: bool) -> Callable[[Variant], str]:
    if may_ask:
        return lambda variant: reverse("stock_why", args=[variant.pk])
    return lambda variant: admin_row("catalog_product", variant.product_id)


def _product_hit(variant: Variant, free: dict[int, Any], way: Callable[[Variant], str]) -> Hit:
    said = gettext("%(count)s available") % {"count": wording.quantity(free[variant.pk])} if variant.pk in free else ""
    return Hit(
        key=f"product-{variant.pk}",
        title=variant.title,
        detail=" · ".join(part for part in (variant.sku, variant.gtin or "") if part),
        url=way(variant),
        figure=said,
    )
