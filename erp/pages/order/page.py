"""The page of an order: facts in, what the template prints out. No database."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.utils.translation import gettext, ngettext

from channels.registry import connectors
from crm.models import Party
from erp.pages import wording
from erp.pages.channels import Verdict, tile_of
from erp.pages.links import admin_list, admin_row, page
from erp.pages.order.changes import change_rows
from erp.pages.order.faults import faults_of
from erp.pages.order.holds import hold_lines
from erp.pages.order.lines import line_rows, shows_gross
from erp.pages.order.money import statement
from erp.pages.order.queries import OrderFacts
from erp.pages.order.sending import paper_rows, shipment_rows
from erp.pages.order.steps import due_sentence, next_step
from erp.pages.order.timeline import days_of, timeline
from inventory.models import ReservationState
from orders.models import Order
from orders.states import OPEN_STATUSES, HoldKind, OrderStatus, PaymentStatus

OWN_SOURCES = {"counter": "Co", "phone": "Ph"}
COPIED = ("company", "name", "street", "street2")


@dataclass(frozen=True)
class Shop:
    """Where the order came from; `url` is its page in the shop's own administration."""

    name: str
    tile: str
    number: str
    url: str = ""


@dataclass(frozen=True)
class OtherOrder:
    pk: int
    number: str
    when: str
    total: str
    status: str


def order_context(facts: OrderFacts, user: User, now: datetime, zone: str) -> dict[str, Any]:
    order = facts.order
    shop = shop_of(facts)
    money = facts.money
    told, technical = timeline(facts.history, {order.source: shop.name}, now, zone, payments=money.payments, refunds=money.refunds)
    pieces = sum((line.quantity for line in facts.lines), Decimal(0))
    return {
        "order": order,
        "shop": shop,
        "verdicts": verdicts_of(facts),
        "step": next_step(facts, user),
        "lines": line_rows(order, facts.lines, facts.promises, facts.money.taxes, facts.free),
        "pieces": wording.quantity(pieces),
        "piece_count": int(pieces),
        "is_gross": shows_gross(order),
        "money": statement(order, facts.money),
        "due": wording.money(order.due, order.currency),
        "holds": (holds := hold_lines(facts.holds, facts.exceptions, now, zone)),
        "releases_one_by_one": sum(hold.may_be_released for hold in holds) > 1 or bool(faults_of(facts.holds)),
        "changes": change_rows(facts.change.differences) if facts.change else None,
        "told": told,
        "technical": technical,
        "told_since": days_of(told, zone, now),
        "placed": wording.moment(order.placed_at, now, zone),
        "shipments": shipment_rows(facts.sent, now, zone),
        "party_url": admin_row("crm_party", order.party.merged_into_id or order.party_id),
        "address": address_lines(order.shipping or order.billing),
        "billing": address_lines(order.billing) if order.shipping and order.shipping != order.billing else [],
        "customer": customer_facts(order, order.party),
        "others": [_other(each, now, zone) for each in facts.others.newest],
        "others_sentence": others_sentence(facts),
        "has_body": facts.body_id is not None,
        "orders_url": page("orders") or admin_list("orders_order"),
        "papers": paper_rows(facts.sent, now, zone),
        "admin_url": admin_row("orders_order", order.pk),
        "tags": facts.tags,
        "document_due": due_sentence(facts),
        "token": uuid4().hex,
        **permissions_of(facts, user),
    }


def permissions_of(facts: OrderFacts, user: User) -> dict[str, bool]:
    """What this person may do with this order as it stands."""
    order = facts.order
    is_open = order.status in OPEN_STATUSES
    is_held_by_us = any(hold.kind == HoldKind.BY_STAFF for hold in facts.holds)
    return {
        "may_hold": is_open and not is_held_by_us and user.has_perm("orders.hold_order"),
        "may_release": user.has_perm("orders.release_hold"),
        "may_pay": order.status != OrderStatus.CANCELLED and order.due > 0 and user.has_perm("orders.record_payment"),
        "may_cancel": is_open and user.has_perm("orders.cancel_order"),
        "may_edit": is_open and user.has_perm("orders.edit_order"),
        "may_decide": facts.change is not None and user.has_perm("orders.decide_change"),
        "may_tag": user.has_perm("orders.tag_order"),
        "may_see_admin": user.has_perm("orders.view_order"),
    }


def shop_of(facts: OrderFacts) -> Shop:
    order, account = facts.order, facts.account
    number = order.external_number if order.source not in OWN_SOURCES else ""
    if account is not None:
        known = account.connector in connectors.codes()
        url = connectors.get(account.connector).order_page(account.base_url, order.external_id) if known else ""
        return Shop(account.name, tile_of(account.connector), number, url)
    own = {"counter": gettext("Counter"), "phone": gettext("Phone")}
    return Shop(own.get(order.source, order.source), OWN_SOURCES.get(order.source, order.source[:2].capitalize()), number)


def verdicts_of(facts: OrderFacts) -> list[Verdict]:
    """How the order stands, its money, its stock: fine ones grey, the others with their tone."""
    return [_standing(facts), _paid(facts.order), *_stock(facts)]


def _standing(facts: OrderFacts) -> Verdict:
    order = facts.order
    label = str(order.get_status_display())
    return {
        OrderStatus.HELD: Verdict("hold", "hold", label),
        OrderStatus.RELEASED: Verdict("quiet", "new", label),
        OrderStatus.CANCELLED: Verdict("bad", "no", label),
        OrderStatus.CLOSED: Verdict("quiet", "done", label),
    }[OrderStatus(order.status)]


def _paid(order: Order) -> Verdict:
    label = str(order.get_payment_status_display())
    tones = {
        PaymentStatus.PAID: ("quiet", "euro"),
        PaymentStatus.ON_DELIVERY: ("quiet", "cash"),
        PaymentStatus.FAILED: ("bad", "error"),
        PaymentStatus.REFUNDED: ("quiet", "return"),
        PaymentStatus.PARTLY_REFUNDED: ("quiet", "return"),
    }
    tone, icon = tones.get(PaymentStatus(order.payment_status), ("wait", "waiting"))
    return Verdict(tone, icon, label)


def _stock(facts: OrderFacts) -> list[Verdict]:
    states = {promise.state for promise in facts.promises}
    missing = sum(promise.quantity for promise in facts.promises if promise.state == ReservationState.SHORT)
    if missing:
        word = ngettext("%(count)s piece missing", "%(count)s pieces missing", int(missing)) % {"count": wording.quantity(missing)}
        return [Verdict("wait", "short", word)]
    if states == {ReservationState.FULFILLED}:
        return [Verdict("quiet", "shipped", gettext("All shipped"))]
    if ReservationState.FULFILLED in states:
        return [Verdict("wait", "partial", gettext("Partly shipped"))]
    return [Verdict("quiet", "stock", gettext("All reserved"))] if states else []


def address_lines(address: dict[str, Any] | None) -> list[str]:
    """An address as it stands on a label."""
    if not address:
        return []
    town = " ".join(str(address.get(name) or "") for name in ("postcode", "city", "province")).strip()
    lines = [str(address.get(name) or "") for name in COPIED]
    return [line for line in [*lines, " ".join(town.split()), wording.country(str(address.get("country") or ""))] if line]


def customer_facts(order: Order, party: Party) -> dict[str, str]:
    told = order.customer or {}
    shipping = order.shipping or order.billing or {}
    return {
        "name": order.customer_name or party.name,
        "phone": told.get("phone") or shipping.get("phone") or "",
        "email": told.get("email") or "",
        "partita_iva": party.partita_iva,
        "codice_fiscale": party.codice_fiscale,
    }


def others_sentence(facts: OrderFacts) -> str:
    count, total = facts.others.count, wording.money(facts.others.total, "EUR")
    if count <= 1:
        return gettext("The first order of this customer")
    return ngettext("%(count)d order, %(total)s in all", "%(count)d orders, %(total)s in all", count) % {"count": count, "total": total}


def _other(order: Order, now: datetime, zone: str) -> OtherOrder:
    return OtherOrder(
        order.pk,
        order.number,
        wording.day(order.placed_at, zone),
        wording.money(order.total, order.currency),
        str(order.get_status_display()),
    )
