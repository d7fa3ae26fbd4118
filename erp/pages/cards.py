"""Cards ready to be shown: the fact, its cause, age, money, the one button, and where to look."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from channels.contract.reasons import sentence
from erp.core.cards import cause_of, kind_of, kinds_by_severity, title_of
from erp.core.models import Card
from erp.core.money import format_money
from erp.pages import wording
from erp.pages.links import admin_row

SEVERITIES = ("bad", "hold", "wait")
SUBJECTS = {
    "orders.order": (gettext_lazy("Order %(key)s"), "orders_order"),
    "account": (gettext_lazy("Account %(key)s"), "channels_account"),
    "listing": (gettext_lazy("Listing %(key)s"), "channels_listing"),
    "location": (gettext_lazy("Location %(key)s"), "channels_locationmap"),
    "message": (gettext_lazy("Message %(key)s"), "channels_inboxmessage"),
    "job": (gettext_lazy("Job %(key)s"), "channels_job"),
    "crm.party": (gettext_lazy("Customer %(key)s"), "crm_party"),
    "inventory.stocklevel": (gettext_lazy("Stock level %(key)s"), "inventory_stocklevel"),
    "inventory.ledger": (gettext_lazy("Stock ledger"), "inventory_movement"),
    "variant": (gettext_lazy("Article %(key)s"), ""),
    "delivery": (gettext_lazy("Delivery %(key)s"), "core_delivery"),
}
"""How a card's subject is told, and the page where it can be looked at."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$")
ICONS = {"bad": "error", "hold": "hold", "wait": "waiting"}


@dataclass(frozen=True)
class CardLine:
    pk: int
    key: str
    tone: str
    icon: str
    title: str
    cause: str
    money: str
    age: str
    reference: str
    action: str
    can_press: bool
    url: str
    severity: str

    @property
    def tone_class(self) -> str:
        return f"t-{self.tone}"


def worst_first(cards: QuerySet[Card]) -> QuerySet[Card]:
    """What is wrong already, then what a rule holds, then what waits; the oldest first within each."""
    kinds = kinds_by_severity()
    ranks = [When(kind__in=kinds.get(severity, []), then=Value(rank)) for rank, severity in enumerate(SEVERITIES)]
    return cards.annotate(rank=Case(*ranks, default=Value(len(SEVERITIES)), output_field=IntegerField())).order_by(
        "rank", "opened_at", "pk"
    )


def card_lines(cards: Iterable[Card], *, user: User | AnonymousUser, now: datetime, zone: str) -> list[CardLine]:
    return [_line(_in_words(card, now, zone), user, now) for card in cards]


def _in_words(card: Card, now: datetime, zone: str) -> Card:
    """A card keeps moments and codes of reasons as they are stored; people read them on their own clock, in their own language."""
    card.params = {name: _moment(value, now, zone) for name, value in card.params.items()}
    if "reason_code" in card.params:
        card.params["reason"] = sentence(card.params["reason_code"])
    return card


def _moment(value: Any, now: datetime, zone: str) -> Any:
    if not isinstance(value, str) or not MOMENT.match(value):
        return value
    return wording.moment(datetime.fromisoformat(value), now, zone)


def _line(card: Card, user: User | AnonymousUser, now: datetime) -> CardLine:
    kind = kind_of(card)
    return CardLine(
        pk=card.pk,
        key=f"card-{card.pk}",
        tone=kind.severity,
        icon=ICONS.get(kind.severity, "waiting"),
        title=title_of(card),
        cause=cause_of(card),
        money=format_money(card.amount, card.currency, wording.language()) if card.amount is not None else gettext("No amount"),
        age=wording.since(card.opened_at, now),
        reference=_told(card.subject),
        action=str(kind.action) or gettext("Open"),
        can_press=bool(kind.retry) and (not kind.permission or user.has_perm(kind.permission)),
        url=kind.link(card) if kind.link else _page_of(card.subject),
        severity=kind.severity,
    )


def _told(subject: str) -> str:
    kind, _sep, key = subject.partition(":")
    return str(SUBJECTS[kind][0]) % {"key": key} if kind in SUBJECTS else ""


def _page_of(subject: str) -> str:
    kind, _sep, key = subject.partition(":")
    if kind not in SUBJECTS or not key.isdigit():
        return ""
    pages = {"variant": "stock_why", "orders.order": "order"}
    return reverse(pages[kind], args=[key]) if kind in pages else admin_row(SUBJECTS[kind][1], key)
