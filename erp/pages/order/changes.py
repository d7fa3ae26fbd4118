"""What is different, field by field, as two columns of words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from erp.pages.order.fields import field_label

DASH = "\N{EN DASH}"
ADDRESS = ("company", "name", "street", "street2", "postcode", "city", "province", "country", "phone")


@dataclass(frozen=True)
class ChangeRow:
    what: str
    old: str
    new: str


def change_rows(differences: Iterable[Mapping[str, Any]]) -> list[ChangeRow]:
    """From the differences that a waiting change keeps; one that is only a reason (deleted in the shop) is one row."""
    return [_row(each) for each in differences]


def _row(told: Mapping[str, Any]) -> ChangeRow:
    if "old" not in told:
        return ChangeRow(gettext("deleted in the shop"), DASH, str(told.get("what") or DASH))
    label = str(field_label(told["what"]))
    label = f"{label}: {told['name']}" if told.get("name") and not isinstance(told["new"], dict) else label
    return ChangeRow(label, said(told["old"]), said(told["new"]))


def said(value: Any) -> str:
    """A value of a field as people read it; an address on one line, nothing as a dash."""
    if isinstance(value, Mapping):
        return ", ".join(str(value[name]) for name in ADDRESS if value.get(name)) or DASH
    return DASH if value in (None, "") else str(value)
