"""The kinds of paper: each app registers its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from erp.core.registry import Registry


@dataclass(frozen=True)
class Paper:
    """A paper ready to be printed: a template with ready values. `language` is the one that its words are in."""

    template: str
    context: Mapping[str, Any]
    language: str
    file_name: str


@dataclass(frozen=True)
class Bundle:
    """Many papers as one PDF, in this order; each keeps its own language and its own "page 1 of 2".

    `is_of_sheets`: nearly all take one page, which is drawn in half the time; those that take more are still right. Each needs its `<h1>`.
    """

    papers: Sequence[Paper]
    language: str
    file_name: str
    is_of_sheets: bool = False


@dataclass(frozen=True)
class PaperKind:
    """`build` runs in the task, in the document's language, and only reads; it gets the subject. None: kept bytes only, never rendered.

    `permission` is needed to look at a document of the kind. Urgent kinds are rendered before all others: somebody stands at the printer.
    """

    code: str
    build: Callable[[str], Paper | Bundle] | None
    permission: str
    is_urgent: bool = False


_kinds: Registry[PaperKind] = Registry("paper")


def register_paper(kind: PaperKind) -> PaperKind:
    return _kinds.register(kind.code, kind)


def paper_kind(code: str) -> PaperKind:
    """Raises Refused for a kind that this version does not have."""
    return _kinds.get(code)


def urgent_kinds() -> list[str]:
    return [code for code in _kinds.codes() if _kinds.get(code).is_urgent]
