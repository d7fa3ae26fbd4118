"""A sentence for each promise that broke, none when all were kept."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erp.practice.demo.auditing.auditor import Audit

SHOWN = 5


def broken_promises(audit: Audit) -> list[str]:
    sentences = (
        *(_lost(audit), _doubled(audit), _strangers(audit), _oversold(audit), _cents(audit)),
        *(_unclaimed(audit), _exposed(audit), _wrong(audit), _ledger(audit)),
        *(_doubled_parcels(audit), _strange_parcels(audit), _untold(audit), _undocumented(audit)),
    )
    return [sentence for sentence in sentences if sentence]


def _some(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (_(" and %(number)d more") % {"number": rest} if rest > 0 else "")


def _told(text: str, names: Sequence[str], number: int | None = None) -> str:
    return text % {"number": len(names) if number is None else number, "names": _some(names)}


def _lost(audit: Audit) -> str:
    names = [f"{name} ({why})" for name, why in audit.following.lost]
    text = ngettext(
        "%(number)d order of the shops is not here as it stands there: %(names)s.",
        "%(number)d orders of the shops are not here as they stand there: %(names)s.",
        len(names),
    )
    return _told(text, names) if names else ""


def _doubled(audit: Audit) -> str:
    names = audit.following.duplicates
    text = ngettext(
        "%(number)d order is here more than once: %(names)s.", "%(number)d orders are here more than once: %(names)s.", len(names)
    )
    return _told(text, names) if names else ""


def _strangers(audit: Audit) -> str:
    names = audit.following.strangers
    text = ngettext(
        "%(number)d order is here that no shop knows: %(names)s.",
        "%(number)d orders are here that no shop knows: %(names)s.",
        len(names),
    )
    return _told(text, names) if names else ""


def _oversold(audit: Audit) -> str:
    pieces = int(sum(audit.stock.split.values()))
    text = ngettext(
        "%(number)d piece was sold that did not exist, of a divided product: %(names)s.",
        "%(number)d pieces were sold that did not exist, of divided products: %(names)s.",
        pieces,
    )
    return _told(text, [audit.skus[variant_id] for variant_id in audit.stock.split], pieces) if pieces else ""


def _cents(audit: Audit) -> str:
    cents = audit.following.cents_unexplained + audit.leaving.cents
    text = ngettext("%(number)d cent is explained by nothing.", "%(number)d cents are explained by nothing.", cents)
    return text % {"number": cents} if cents else ""


def _unclaimed(audit: Audit) -> str:
    names = audit.following.unclaimed
    text = ngettext(
        "The pieces set aside for %(number)d order are not those that it sold: %(names)s.",
        "The pieces set aside for %(number)d orders are not those that they sold: %(names)s.",
        len(names),
    )
    return _told(text, names) if names else ""


def _exposed(audit: Audit) -> str:
    names = [audit.skus[variant_id] for variant_id in audit.numbers.exposed]
    text = ngettext(
        "The shops together show more than there is of %(number)d divided product: %(names)s.",
        "The shops together show more than there is of %(number)d divided products: %(names)s.",
        len(names),
    )
    return _told(text, names) if names else ""


def _wrong(audit: Audit) -> str:
    names = audit.numbers.wrong
    text = ngettext(
        "%(number)d number in the shops is not what there is: %(names)s.",
        "%(number)d numbers in the shops are not what there is: %(names)s.",
        len(names),
    )
    return _told(text, names) if names else ""


def _ledger(audit: Audit) -> str:
    return _("The stock's books do not hold: %(names)s.") % {"names": _some(audit.ledger_faults)} if audit.ledger_faults else ""


def _doubled_parcels(audit: Audit) -> str:
    names = audit.leaving.doubled_parcels
    text = ngettext(
        "%(number)d label was bought more than once: %(names)s.", "%(number)d labels were bought more than once: %(names)s.", len(names)
    )
    return _told(text, names) if names else ""


def _strange_parcels(audit: Audit) -> str:
    names = audit.leaving.strange_parcels
    text = ngettext(
        "%(number)d label and the carrier's parcel do not belong together: %(names)s.",
        "%(number)d labels and the carrier's parcels do not belong together: %(names)s.",
        len(names),
    )
    return _told(text, names) if names else ""


def _untold(audit: Audit) -> str:
    names = audit.leaving.untold
    text = ngettext(
        "%(number)d shop order has left and its shop does not say so: %(names)s.",
        "%(number)d shop orders have left and their shops do not say so: %(names)s.",
        len(names),
    )
    return _told(text, names) if names else ""


def _undocumented(audit: Audit) -> str:
    names = audit.leaving.undocumented
    text = ngettext(
        "%(number)d order that left has not exactly one document: %(names)s.",
        "%(number)d orders that left have not exactly one document: %(names)s.",
        len(names),
    )
    return _told(text, names) if names else ""
