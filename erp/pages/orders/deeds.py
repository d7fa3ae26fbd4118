"""What the desk may do with many orders at once: the service of each deed, the permission it needs, and its way back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from erp.core import clock
from erp.core.models import Receipt
from erp.core.receipts import Row, run_bulk, run_together
from orders.services.cancelling import cancel_order
from orders.services.printing import UNDO_PRINT, print_orders
from orders.services.tagging import clean_tag
from orders.services.taking_back import UNDO_HOLD, UNDO_RELEASE, UNDO_TAG, hold_afresh, release_holds, tag_afresh

MORNING = time(8)
TERMS: dict[str, tuple[str | Promise, int]] = {
    "": (_("until somebody releases it"), 0),
    "1": (_("until tomorrow morning"), 1),
    "3": (_("for three days"), 3),
    "7": (_("for a week"), 7),
}
"""How long a hold lasts: what the desk reads, and the days until the morning at which it ends."""
REASONS: tuple[str | Promise, ...] = (
    _("Check the address"),
    _("The customer asked to wait"),
    _("Check for fraud"),
    _("Goes with another order"),
    _("Call the customer"),
)


@dataclass(frozen=True)
class Deed:
    """`run(rows, form, by, key, zone)` does it and gives the receipt. `asks`: a form comes first."""

    code: str
    permission: str
    run: Callable[[list[Row], Mapping[str, str], User, str, str], Receipt]
    asks: bool = False


def _hold(rows: list[Row], form: Mapping[str, str], by: User, key: str, zone: str) -> Receipt:
    reason = " ".join(form.get("other", "").split()) or form.get("reason", "")
    until = term_of(form.get("until", ""), clock.now(), zone)

    def service(pk: int) -> Any:
        return hold_afresh(pk, by=by, reason=reason, expires_at=until)

    return run_bulk("orders.hold", rows, service, by=by, undo=UNDO_HOLD, key=key, about={"reason": reason})


def _release(rows: list[Row], form: Mapping[str, str], by: User, key: str, zone: str) -> Receipt:
    return run_bulk("orders.release", rows, lambda pk: release_holds(pk, by=by), by=by, undo=UNDO_RELEASE, key=key)


def _tag(rows: list[Row], form: Mapping[str, str], by: User, key: str, zone: str) -> Receipt:
    name = clean_tag(form.get("other", "") or form.get("tag", ""))
    return run_bulk("orders.tag", rows, lambda pk: tag_afresh(pk, name, by=by), by=by, undo=UNDO_TAG, key=key, about={"tag": name})


def _cancel(rows: list[Row], form: Mapping[str, str], by: User, key: str, zone: str) -> Receipt:
    reason = " ".join(form.get("other", "").split())
    return run_bulk("orders.cancel", rows, lambda pk: cancel_order(pk, by=by, reason=reason), by=by, key=key)


def _print(rows: list[Row], form: Mapping[str, str], by: User, key: str, zone: str) -> Receipt:
    return run_together("orders.print", rows, lambda ids: print_orders(ids, by=by), by=by, undo=UNDO_PRINT, key=key)


DEEDS = {
    deed.code: deed
    for deed in (
        Deed("hold", "orders.hold_order", _hold, asks=True),
        Deed("release", "orders.release_hold", _release),
        Deed("tag", "orders.tag_order", _tag, asks=True),
        Deed("cancel", "orders.cancel_order", _cancel, asks=True),
        Deed("print", "shipping.print_shipment", _print),
    )
}


def allowed(user: User) -> dict[str, bool]:
    """Which deeds a person may do; the others are not shown."""
    return {code: user.has_perm(deed.permission) for code, deed in DEEDS.items()}


def term_of(chosen: str, now: datetime, zone: str) -> datetime | None:
    """When a hold ends by itself: in the morning, so many days from now. Anything else than a known term is none."""
    days = TERMS.get(chosen, TERMS[""])[1]
    if not days:
        return None
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return datetime.combine(day, MORNING, ZoneInfo(zone))
