"""Who did what, for documents: collected while a service runs, written in one statement at its end, never changed."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from erp.core import clock
from erp.core.models import HistoryEntry
from erp.core.prepared import prepared_cursor
from erp.core.transactions import collect, writes_at_end

By = AbstractBaseUser | None
"""Who acts: a user, or None for the system."""


class _Act(NamedTuple):
    """The columns of an entry, in the order of `_WRITE`."""

    kind: str
    key: str
    verb: str
    at: datetime
    by_id: int | None
    actor: str
    details: str


def record(subject: Model | str, verb: str, *, by: By = None, actor: str = "", **details: Any) -> None:
    """Note an act on a document (a row, or `"orders.order:1042"`). `actor` names who acted where `by` is no user.

    Details are JSON-able values, not sentences: they are told in the reader's language.
    """
    kind, key = _parts_of(subject)
    collect(
        "history",
        _Act(
            kind,
            key,
            verb,
            clock.now(),
            by.pk if by else None,
            actor or ("" if by else "system"),
            json.dumps(details, cls=DjangoJSONEncoder),
        ),
    )


def history_of(subject: Model | str) -> QuerySet[HistoryEntry]:
    """A document's entries, oldest first."""
    kind, key = _parts_of(subject)
    return HistoryEntry.objects.filter(subject_kind=kind, subject_id=key).order_by("pk")


def _parts_of(subject: Model | str) -> tuple[str, str]:
    if isinstance(subject, str):
        kind, _sep, key = subject.partition(":")
        return kind, key
    return subject._meta.label_lower, str(subject.pk)


_WRITE = """INSERT INTO core_historyentry (subject_kind, subject_id, verb, at, by_id, actor, details)
SELECT kind, key, verb, at, by_id, actor, details::jsonb
FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::text[], %s::text[])
     WITH ORDINALITY AS told(kind, key, verb, at, by_id, actor, details, place) ORDER BY place
"""


@writes_at_end("history")
def _write_history(acts: list[_Act]) -> None:
    with prepared_cursor() as cursor:
        cursor.execute(_WRITE, [list(column) for column in zip(*acts, strict=True)])
