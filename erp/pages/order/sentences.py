"""What each verb of the history says about an order or its shipment, as a sentence with its subject. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from erp.pages import wording
from erp.pages.order.fields import field_label
from orders.states import HoldKind

Details = Mapping[str, Any]
Sentence = Callable[[SafeString, Details], SafeString]
Key = tuple[str, str]
ORDER = "orders.order"
SHIPMENT = "shipping.shipment"
INVOICE = "invoices.invoice"
MANY = 3


def _placed(who: SafeString, told: Details) -> SafeString:
    if not told.get("number"):
        return format_html(_("{who} took the order."), who=who)
    return format_html(_("Order {number} came in from {who}."), number=_bold(told["number"]), who=who)


def _held(who: SafeString, told: Details) -> SafeString:
    until = told.get("until")
    text = _("{who} held the order until {until}{reason}") if until else _("{who} held the order{reason}")
    said = format_html(text, who=who, until=_day(until), reason=_because(told))
    if told.get("keeps_stock", True):
        return said
    return format_html("{} {}", said, _("Its pieces are free meanwhile."))


def _released(who: SafeString, told: Details) -> SafeString:
    if told.get("kinds") == [HoldKind.BY_STAFF.value]:
        return format_html(_("{who} released the hold{reason}"), who=who, reason=_because(told))
    return format_html(_("{who} released the hold: {kinds}{reason}"), who=who, kinds=_kinds(told), reason=_because(told))


def _expired(who: SafeString, told: Details) -> SafeString:
    return format_html(_("The term of a hold ended: {kinds}."), kinds=_kinds(told))


def _changed(who: SafeString, told: Details) -> SafeString:
    return format_html(_("{who} changed the order: {changes}."), who=who, changes=_changes(told))


def _waits(who: SafeString, told: Details) -> SafeString:
    return format_html(
        _("{who} changed the order after its goods were picked; a colleague decides: {changes}."), who=who, changes=_changes(told)
    )


def _cancelled(who: SafeString, told: Details) -> SafeString:
    return format_html(_("{who} cancelled the order{reason}"), who=who, reason=_because(told))


def _paid(who: SafeString, told: Details) -> SafeString:
    return format_html(_("{who} recorded a payment of {amount}."), who=who, amount=_amount(told))


def _edited(who: SafeString, told: Details) -> SafeString:
    names = ", ".join(str(field_label(name)) for name in told.get("fields", ()))
    return format_html(_("{who} corrected the order: {fields}."), who=who, fields=names)


def _mapped(who: SafeString, told: Details) -> SafeString:
    return format_html(_("{who} linked a product: {lines}."), who=who, lines=", ".join(told.get("lines", ())))


def plain(text: Callable[[], str]) -> Sentence:
    """A sentence that needs only its subject; `text` is asked for in the reader's language."""
    return lambda who, told: format_html(text(), who=who)


def told_with(text: Callable[[], str], *names: str) -> Sentence:
    """A sentence with some of the details as they were recorded."""
    return lambda who, told: format_html(text(), who=who, **{name: told.get(name) or "" for name in names})


def _shipment_cancelled(who: SafeString, told: Details) -> SafeString:
    return format_html(_("{who} cancelled the shipment{reason}"), who=who, reason=_because(told))


def _assigned(who: SafeString, told: Details) -> SafeString:
    if not told.get("service"):
        return format_html("{}", _("No shipping rule chooses a carrier any more."))
    return format_html(_("The shipping rules chose {service}."), service=told["service"])


def _left_to_rules(who: SafeString, told: Details) -> SafeString:
    if not told.get("service"):
        return format_html(_("{who} left the carrier to the shipping rules; none of them fits."), who=who)
    return format_html(_("{who} left the carrier to the shipping rules: {service}."), who=who, service=told["service"])


SENTENCES: dict[Key, Sentence] = {
    (ORDER, "placed"): _placed,
    (ORDER, "held"): _held,
    (ORDER, "hold_released"): _released,
    (ORDER, "hold_expired"): _expired,
    (ORDER, "changed"): _changed,
    (ORDER, "change_waits"): _waits,
    (ORDER, "change_accepted"): plain(lambda: _("{who} accepted the shop's change.")),
    (ORDER, "change_dismissed"): plain(lambda: _("{who} kept the order as it was picked.")),
    (ORDER, "cancelled"): _cancelled,
    (ORDER, "deleted"): plain(lambda: _("The order was deleted in {who}.")),
    (ORDER, "line_mapped"): _mapped,
    (ORDER, "payment_recorded"): _paid,
    (ORDER, "paid_after_expiry"): plain(lambda: _("The money came after the order's pieces had been given up.")),
    (ORDER, "edited"): _edited,
    (ORDER, "handed_over"): plain(lambda: _("{who} handed the goods over.")),
    (ORDER, "tagged"): told_with(lambda: _("{who} tagged the order “{tag}”."), "tag"),
    (ORDER, "untagged"): told_with(lambda: _("{who} took the tag “{tag}” off."), "tag"),
    (ORDER, "part_released"): plain(lambda: _("{who} let leave what is there; the rest follows.")),
    (ORDER, "shipped"): plain(lambda: _("Everything of the order has left.")),
    (ORDER, "shipped_elsewhere"): plain(lambda: _("The order was shipped elsewhere, as {who} says.")),
    (ORDER, "rest_shipped_elsewhere"): plain(lambda: _("The rest of the order was shipped elsewhere, as {who} says.")),
    (ORDER, "invoiced"): told_with(lambda: _("{who} issued invoice {number}."), "number"),
    (ORDER, "shop_told"): told_with(lambda: _("{who} told {shop} that it has left: {carrier} {tracking}."), "shop", "carrier", "tracking"),
    (ORDER, "told_again"): plain(lambda: _("{who} had the shop told again.")),
    (ORDER, "cancelled_in_shop"): told_with(lambda: _("{who} told {shop} that the order is cancelled."), "shop"),
    (SHIPMENT, "opened"): plain(lambda: _("{who} opened the shipment.")),
    (SHIPMENT, "held"): plain(lambda: _("{who} held the shipment with its order.")),
    (SHIPMENT, "resumed"): plain(lambda: _("{who} let the shipment go on with its order.")),
    (SHIPMENT, "cancelled"): _shipment_cancelled,
    (SHIPMENT, "to_pick_again"): plain(lambda: _("{who} sent the shipment back to the shelves: its pieces changed.")),
    (SHIPMENT, "put_on_pick_list"): told_with(lambda: _("{who} put the shipment on pick list {pick_list}."), "pick_list"),
    (SHIPMENT, "taken_off_pick_list"): told_with(lambda: _("{who} took the shipment off pick list {pick_list}."), "pick_list"),
    (SHIPMENT, "packed"): plain(lambda: _("{who} packed the goods.")),
    (SHIPMENT, "shipped"): plain(lambda: _("{who} handed the parcels to the carrier.")),
    (SHIPMENT, "shipped_elsewhere"): plain(lambda: _("{who} noted that the shipment left elsewhere.")),
    (SHIPMENT, "carrier_assigned"): _assigned,
    (SHIPMENT, "carrier_chosen"): told_with(lambda: _("{who} chose {service} as carrier."), "service"),
    (SHIPMENT, "carrier_left_to_rules"): _left_to_rules,
    (SHIPMENT, "label_requested"): told_with(lambda: _("{who} asked for a label of {service}."), "service"),
    (SHIPMENT, "label_ready"): told_with(lambda: _("{who} has the label {tracking} of {carrier}."), "tracking", "carrier"),
    (SHIPMENT, "label_refused"): told_with(lambda: _("{carrier} refused the label: {reason}"), "carrier", "reason"),
    (SHIPMENT, "label_dropped"): told_with(lambda: _("{who} dropped the label request {reference}."), "reference"),
    (SHIPMENT, "label_void_requested"): told_with(lambda: _("{who} asked to void the label {tracking}."), "tracking"),
    (SHIPMENT, "label_voided"): told_with(lambda: _("The label {tracking} is void."), "tracking"),
    (SHIPMENT, "label_void_refused"): told_with(lambda: _("The carrier did not void the label {tracking}: {reason}"), "tracking", "reason"),
    (SHIPMENT, "stray_parcel_voided"): told_with(
        lambda: _("{carrier} had a second parcel {tracking} of a lost answer; it was taken back."), "carrier", "tracking"
    ),
    (SHIPMENT, "label_printed"): told_with(lambda: _("{who} printed the label {tracking}."), "tracking"),
    (SHIPMENT, "slip_printed"): plain(lambda: _("{who} printed the packing slip.")),
    (INVOICE, "issued"): told_with(lambda: _("{who} gave the invoice its number {number}."), "number"),
    (INVOICE, "credit_due"): plain(lambda: _("A refund is not covered by a credit note yet.")),
    (INVOICE, "mail_requested"): told_with(lambda: _("{who} had the invoice sent to {to}."), "to"),
    (INVOICE, "mailed"): told_with(lambda: _("The invoice was sent to {to}."), "to"),
    (INVOICE, "mail_failed"): told_with(lambda: _("The invoice could not be sent to {to}: {error}"), "to", "error"),
    (INVOICE, "mail_unknown"): told_with(lambda: _("Nobody knows whether the invoice reached {to}."), "to"),
}
TECHNICAL: frozenset[Key] = frozenset(
    {
        (ORDER, "line_mapped"),
        (ORDER, "told_again"),
        (ORDER, "cancelled_in_shop"),
        (SHIPMENT, "opened"),
        (SHIPMENT, "held"),
        (SHIPMENT, "resumed"),
        (SHIPMENT, "cancelled"),
        (SHIPMENT, "to_pick_again"),
        (SHIPMENT, "label_requested"),
        (SHIPMENT, "label_printed"),
        (SHIPMENT, "label_dropped"),
        (SHIPMENT, "slip_printed"),
        (SHIPMENT, "shipped_elsewhere"),
        (INVOICE, "issued"),
        (INVOICE, "mail_requested"),
        (INVOICE, "mail_unknown"),
    }
)
"""Steps that are told only on demand."""


def _because(told: Details) -> SafeString:
    reason = told.get("reason") or ""
    return format_html(": {}.", reason.rstrip(".")) if reason else SafeString(".")


def _kinds(told: Details) -> str:
    labels = {kind.value: str(kind.label) for kind in HoldKind}
    return ", ".join(labels.get(kind, kind) for kind in told.get("kinds", ()))


def _changes(told: Details) -> str:
    """The first differences by name; how many more there are."""
    changes = told.get("differences") or []
    names = list(dict.fromkeys(_change(each) for each in changes))
    if not names:
        return _("its payments or refunds")
    more = len(names) - MANY
    shown = ", ".join(names[:MANY])
    return _("%(names)s and %(count)d more") % {"names": shown, "count": more} if more > 0 else shown


def _change(told: Details) -> str:
    label = str(field_label(told.get("what", "")))
    return f"{label} ({told['name']})" if told.get("name") else label


def _amount(told: Details) -> str:
    return wording.money(Decimal(str(told.get("amount") or 0)), told.get("currency") or "EUR")


def _day(moment: Any) -> str:
    return wording.day(datetime.fromisoformat(moment), "Europe/Rome") if moment else ""


def _bold(text: str) -> SafeString:
    return format_html("<b>{}</b>", text)
