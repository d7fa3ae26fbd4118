"""What in the stock waits for a person."""

from django.utils.translation import gettext_lazy as _

from erp.core.cards import CardKind, register

PICKED_MISSING = register(
    CardKind(
        code="inventory.picked_missing",
        title=_("%(quantity)s × %(variant)s counted as missing are already picked"),
        cause=_(
            "The shelf in %(warehouse)s holds less than what was picked from it, so the number was lowered only to the picked pieces. "
            "Look in the boxes being packed, then count again."
        ),
        severity="bad",
    )
).code
LEDGER_BROKEN = register(
    CardKind(
        code="inventory.ledger_broken",
        title=_("%(count)s stock numbers do not match their ledger"),
        cause=_("The nightly proof found that “%(first)s”. Count the products that it names."),
        severity="bad",
    )
).code
