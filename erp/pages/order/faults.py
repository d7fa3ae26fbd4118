"""What is wrong with an order's address, in words, and what could stand there instead; from the hold that waits for it. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from orders.models import Hold
from orders.states import HoldKind

Fault = Mapping[str, Any]
"""A `crm.places.AddressFault` as the hold keeps it."""


def faults_of(holds: Iterable[Hold]) -> list[Fault]:
    waiting = [hold for hold in holds if hold.kind == HoldKind.ADDRESS and hold.released_at is None]
    return [fault for hold in waiting for fault in hold.params.get("faults", ())]


def sentence_of(fault: Fault) -> str:
    told = fault.get("told", "")
    sentences = {
        "name_missing": gettext("Nobody is named to whom the parcel goes."),
        "street_missing": gettext("The street is missing."),
        "number_missing": gettext("The house number is missing. Where there is none, write “snc” behind the street."),
        "postcode_missing": gettext("The postcode is missing."),
        "postcode_shape": gettext("“%(told)s” is no postcode of this country.") % {"told": told},
        "postcode_elsewhere": gettext("Postcode and province do not belong together: %(told)s.") % {"told": told},
        "city_missing": gettext("The town is missing."),
        "province_missing": gettext("The province is missing."),
        "province_unknown": gettext("“%(told)s” is no code of an Italian province.") % {"told": told},
        "box": gettext("The carrier does not deliver to P.O. boxes."),
        "phone_missing": gettext("The carrier needs a phone number."),
        "too_long": gettext("The label has room for %(told)s signs here; the rest would be cut off.") % {"told": told},
    }
    return sentences.get(str(fault.get("code", "")), gettext("The carrier would refuse it."))


def sentences_of(faults: Iterable[Fault]) -> str:
    return " ".join(sentence_of(fault) for fault in faults)


def errors_of(faults: Iterable[Fault]) -> dict[str, str]:
    """What is wrong, by field."""
    errors: dict[str, str] = {}
    for fault in faults:
        errors[fault["field"]] = " ".join(part for part in (errors.get(fault["field"], ""), sentence_of(fault)) if part)
    return errors


def suggested_by(faults: Iterable[Fault]) -> dict[str, str]:
    """What could stand there instead, by field."""
    return {name: str(value) for fault in faults for name, value in fault.get("suggested", {}).items()}


def suggestion_in_words(suggested: Mapping[str, str], labels: Mapping[str, Any]) -> str:
    """The words of the button that accepts it: “Accept Province MI”."""
    told = ", ".join(f"{labels[name]} {value}" for name, value in suggested.items() if name in labels)
    return pgettext("suggestion", "Accept %(told)s") % {"told": told} if told else ""
