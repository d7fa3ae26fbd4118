"""Cards: what waits for a person. An app registers its kinds in `cards.py`; services open and close them.

A card keeps its facts, not its sentences: title and cause are told in the reader's language.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.history import record
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import atomic, collect, writes_at_end

Text = str | Promise


@dataclass(frozen=True)
class CardKind:
    """`title` and `cause` are templates over the card's params; `retry` is the dotted name of a service `f(subject, *, by)`."""

    code: str
    title: Text
    cause: Text
    action: Text = ""
    retry: str = ""
    link: Callable[[Card], str] | None = None
    severity: str = "wait"
    permission: str = ""


@dataclass(frozen=True)
class _Opening:
    kind: str
    subject: str
    amount: Decimal | None
    currency: str
    params: dict[str, Any] = field(default_factory=dict)


_kinds: dict[str, CardKind] = {}


def register(kind: CardKind) -> CardKind:
    _kinds[kind.code] = kind
    return kind


def known_kinds() -> list[str]:
    """The codes of all registered kinds; a row of any other kind is from a version that is gone."""
    return sorted(_kinds)


def kinds_by_severity() -> dict[str, list[str]]:
    """The codes of all registered kinds under their severity."""
    found: dict[str, list[str]] = {}
    for code, kind in sorted(_kinds.items()):
        found.setdefault(kind.severity, []).append(code)
    return found


def kind_of(card: Card) -> CardKind:
    return _kinds[card.kind]


class _Told(dict[str, Any]):
    """A fact that an older card did not keep is a dash, not a page that breaks."""

    def __missing__(self, name: str) -> str:
        return "\N{EN DASH}"


def title_of(card: Card) -> str:
    return str(kind_of(card).title) % _Told(card.params)


def cause_of(card: Card) -> str:
    return str(kind_of(card).cause) % _Told(card.params)


def open_card(kind: str, subject: str, *, amount: Decimal | None = None, currency: str = "EUR", **params: Any) -> None:
    """Open a card, or refresh the open one of the same kind and subject; written at the end of the transaction, all in one statement."""
    collect("cards", _Opening(_kinds[kind].code, subject, amount, currency, params))


def close_cards(kind: str, subjects: Iterable[str]) -> None:
    """The cause is gone: close the open cards of a kind for these subjects."""
    Card.objects.filter(kind=kind, subject__in=list(subjects), closed_at=None).update(closed_at=clock.now())


def close_card(kind: str, subject: str) -> None:
    close_cards(kind, [subject])


def subject_of(kind: str, key: int) -> str:
    """What a card, a paper or the history is about, such as `orders.order:1042`."""
    return f"{kind}:{key}"


def key_of(subject: str) -> int:
    """The key in a subject such as `orders.order:1042`: what the service behind a card's button is given."""
    return int(subject.rpartition(":")[2])


def retry_card(card_id: int, *, by: AbstractBaseUser) -> None:
    """Press a card's one button. Raises Refused when it is closed already or has none."""
    card = Card.objects.get(pk=card_id)
    kind = kind_of(card)
    if card.closed_at or not kind.retry:
        raise Refused(_("“%(title)s” needs nothing more: it was settled in the meantime.") % {"title": title_of(card)}, code="settled")
    import_string(kind.retry)(card.subject, by=by)


_OPEN = """
    INSERT INTO core_card (kind, subject, params, amount, currency, opened_at, seen_at)
    SELECT kind, subject, params::jsonb, amount, currency, %(now)s, %(now)s
    FROM unnest(%(kinds)s::text[], %(subjects)s::text[], %(params)s::text[], %(amounts)s::numeric[], %(currencies)s::text[])
         AS opening(kind, subject, params, amount, currency)
    ORDER BY kind, subject
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL
    DO UPDATE SET params = excluded.params, amount = excluded.amount, currency = excluded.currency, seen_at = excluded.seen_at
"""


@writes_at_end("cards")
def _write_cards(openings: list[_Opening]) -> None:
    newest = {(opening.kind, opening.subject): opening for opening in openings}.values()
    encoder = DjangoJSONEncoder()
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "now": clock.now(),
                "kinds": [each.kind for each in newest],
                "subjects": [each.subject for each in newest],
                "params": [encoder.encode(each.params) for each in newest],
                "amounts": [each.amount for each in newest],
                "currencies": [each.currency for each in newest],
            },
        )


@atomic
def close_card_by_hand(card_id: int, *, by: AbstractBaseUser) -> None:
    """A person says that a card is settled. A card that stands for a hold or a parked row comes back while its cause is there."""
    if Card.objects.filter(pk=card_id, closed_at=None).update(closed_at=clock.now()):
        record(f"core.card:{card_id}", "settled", by=by)
