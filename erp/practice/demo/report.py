"""The auditor's verdict for people, and `.regia/demo.json` for programs."""

import json
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erp.practice.demo.auditing.auditor import Audit


def write_json(audit: Audit, file: Path) -> None:
    """The figures and nothing else; a key that does not exist yet is absent."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(audit.figures, indent=2) + "\n")


def in_words(audit: Audit, broken: Sequence[str]) -> list[str]:
    """One line per promise, the broken ones last."""
    figures = audit.figures
    return [_orders(audit), _stock(figures), _left(audit), *_speed(audit), _faults(figures), _attention(figures), "", *_verdict(broken)]


def _orders(audit: Audit) -> str:
    text = _(
        "Orders: %(sold)d sold in the shops, %(imported)d of them here; %(lost)d lost, %(duplicates)d doubled, %(cents_unexplained)d cents"
        " unexplained."
    )
    return text % audit.figures


def _stock(figures: dict[str, int]) -> str:
    text = _(
        "Pieces sold that did not exist: %(oversold)d of divided products, %(oversold_share)d of shared ones, %(oversold_by_hand)d by the"
        " shops' own staff."
    )
    return text % figures


def _left(audit: Audit) -> str:
    text = _("Sent: %(shipped)d orders with their parcels, each told to its shop; %(documents)d documents, invoices or rows of the day.")
    return text % {"shipped": audit.leaving.shipped, "documents": audit.leaving.documents}


def _speed(audit: Audit) -> list[str]:
    figures, lines = audit.figures, []
    if "webhook_to_reserved_p95_ms" in figures:
        text = _(
            "From the webhook to the reserved piece: half within %(webhook_to_reserved_p50_ms)d ms, 95 %% within"
            " %(webhook_to_reserved_p95_ms)d ms (%(number)d orders)."
        )
        lines.append(text % {**figures, "number": len(audit.timing.webhook_to_reserved)})
    if "sale_to_other_shop_p95_ms" in figures:
        text = _("From a sale to the right number in the other shop: 95 %% within %(sale_to_other_shop_p95_ms)d ms (%(number)d sales).")
        lines.append(text % {**figures, "number": len(audit.timing.sale_to_other_shop)})
    return lines


def _faults(figures: dict[str, int]) -> str:
    return _("Faults: %(faults_injected)d struck, %(faults_survived)d of them survived.") % figures


def _attention(figures: dict[str, int]) -> str:
    number = figures["needs_attention"]
    text = ngettext("%(number)d matter needs a person's attention.", "%(number)d matters need a person's attention.", number)
    return text % {"number": number}


def _verdict(broken: Sequence[str]) -> list[str]:
    if not broken:
        return [_("Every promise was kept.")]
    return [_("Broken promises:"), *(f"- {sentence}" for sentence in broken)]
