"""An address made to fit a carrier's fields: cut between words where there is one, and what was cut is told.

Postcode, province and country are never touched: half of one is another place. A phone number or mail address that is too long is left
out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from inventory.shipping.carriers.contract import Limits, Recipient

SHORTEST_SHARE = 0.6
WHOLE_OR_NOTHING = ("phone", "email")


@dataclass(frozen=True, slots=True)
class Cut:
    """What did not fit: the field, the text that was sent, and the rest that the carrier does not get."""

    field: str
    sent: str
    lost: str


def shorten(recipient: Recipient, limits: Limits) -> tuple[Recipient, tuple[Cut, ...]]:
    """The recipient within the limits. Spaces are made single; a name that is too long goes on in an empty `care_of`."""
    tidy = {name: " ".join(str(getattr(recipient, name)).split()) for name in Recipient.__slots__}
    tidy["phone"] = "".join(tidy["phone"].split())
    _carry_over(tidy, limits.fields)
    cuts = []
    for name, longest in limits.fields.items():
        if name in tidy and len(tidy[name]) > longest:
            sent, lost = ("", tidy[name]) if name in WHOLE_OR_NOTHING else split_text(tidy[name], longest)
            tidy[name] = sent
            cuts.append(Cut(name, sent, lost))
    return replace(recipient, **tidy), tuple(cuts)


def split_text(text: str, longest: int) -> tuple[str, str]:
    """At the last space that leaves most of the room used, else in the middle of a word."""
    if len(text) <= longest:
        return text, ""
    place = text.rfind(" ", 0, longest + 1)
    if place < longest * SHORTEST_SHARE:
        place = longest
    return text[:place].rstrip(), text[place:].strip()


def _carry_over(tidy: dict[str, str], longest: Mapping[str, int]) -> None:
    room = longest.get("name", len(tidy["name"]))
    if len(tidy["name"]) > room and not tidy["care_of"] and "care_of" in longest:
        tidy["name"], tidy["care_of"] = split_text(tidy["name"], room)
