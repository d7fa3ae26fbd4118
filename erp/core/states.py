"""Moves of a document's status by compare-and-set: of two workers, the second loses quietly."""

from typing import Any, ClassVar, Protocol

from django.utils.translation import gettext as _

from erp.core.refusals import Conflict, Refused


class Document(Protocol):
    """A model with a `status` (a TextChoices) and the table of moves allowed from each."""

    MOVES: ClassVar[dict[str, frozenset[str]]]
    pk: Any
    status: str

    def get_status_display(self) -> str: ...


def move(document: Document, to: str) -> None:
    """Set the status if the move is allowed and nobody else moved it in between.

    Raises Refused when the table of moves has no such move, Conflict when another transaction was first.
    """
    if to not in document.MOVES[document.status]:
        raise Refused(
            _("%(document)s cannot go from “%(old)s” to “%(new)s”.")
            % {"document": document, "old": document.get_status_display(), "new": _label(document, to)},
            code="move",
        )
    model: Any = type(document)
    if not model.objects.filter(pk=document.pk, status=document.status).update(status=to):
        raise Conflict(document)  # type: ignore[arg-type]
    document.status = to


def _label(document: Document, status: str) -> str:
    field = type(document)._meta.get_field("status")  # type: ignore[attr-defined]
    return str(dict(field.flatchoices).get(status, status))
