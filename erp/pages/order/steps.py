"""The one thing to do with an order now: what state it is in, why, and the button. Pure: facts and permissions in."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from erp.pages import wording
from erp.pages.order.faults import faults_of, sentences_of
from erp.pages.order.queries import OrderFacts
from inventory.models import ReservationState
from inventory.shipping.models import Shipment
from inventory.shipping.states import OPEN_SHIPMENTS, LabelStatus, ShipmentStatus
from orders.invoices.states import Document
from orders.states import HELD_BY_CAUSE, LIVELY, HoldKind, OrderStatus
from orders.treatment import is_given_back

MONEY_HOLDS = (HoldKind.AWAITING_PAYMENT, HoldKind.AWAITING_CAPTURE)


@dataclass(frozen=True)
class Step:
    """`action` is a name of `deeds.DEEDS` or ""; `url` a page to open in its place. Without permission there is no button."""

    title: str
    sentence: str
    icon: str
    label: str = ""
    action: str = ""
    url: str = ""
    permission: str = ""
    dialog: str = ""

    def allowed_to(self, user: User) -> "Step":
        if not self.permission or user.has_perm(self.permission):
            return self
        return Step(self.title, self.sentence, self.icon)


def next_step(facts: OrderFacts, user: User) -> Step:
    for rule in RULES:
        step = rule(facts)
        if step is not None:
            return step.allowed_to(user)
    return Step(gettext("Nothing is left to do"), "", "done")


def _over(facts: OrderFacts) -> Step | None:
    order = facts.order
    if order.status == OrderStatus.CANCELLED:
        return Step(gettext("This order is cancelled"), gettext("Nothing of it will be shipped."), "no")
    if order.status == OrderStatus.CLOSED and order.is_test:
        return Step(gettext("This is a test order"), gettext("It takes no stock and is not shipped."), "info")
    return None


def _decide(facts: OrderFacts) -> Step | None:
    if facts.change is None:
        return None
    return Step(
        gettext("Decide the shop's change"),
        gettext("The order was changed in the shop after its goods were picked. Nothing was applied yet."),
        "warning",
        gettext("Accept the change"),
        "accept_change",
        permission="orders.decide_change",
    )


def _paid_back(facts: OrderFacts) -> Step | None:
    if any(hold.kind == HoldKind.REFUNDED for hold in facts.holds):
        return Step(
            gettext("Paid back in full, not sent"),
            gettext("It does not leave by itself. Cancel it, or release its hold to send it all the same."),
            "hold",
            gettext("Cancel order"),
            url=reverse("order_cancel", args=[facts.order.pk]),
            permission="orders.cancel_order",
        )
    if facts.order.status == OrderStatus.CLOSED and facts.invoice is None and is_given_back(facts.order, facts.lines):
        return Step(gettext("Nothing is left to do"), gettext("All was paid back before anything left, so no document is due."), "done")
    return None


def _money(facts: OrderFacts) -> Step | None:
    waiting = [hold for hold in facts.holds if hold.kind in MONEY_HOLDS]
    if not waiting:
        return None
    due = wording.money(facts.order.due, facts.order.currency)
    return Step(
        gettext("Waiting for the money"),
        gettext("%(due)s is due. The order goes on by itself when the money comes in.") % {"due": due},
        "waiting",
        gettext("Record %(due)s as paid") % {"due": due},
        permission="orders.record_payment",
        dialog="pay",
    )


def _address(facts: OrderFacts) -> Step | None:
    if not (faults := faults_of(facts.holds)):
        return None
    return Step(
        gettext("The address must be corrected"),
        sentences_of(faults),
        "place",
        gettext("Correct the address"),
        url=reverse("order_edit", args=[facts.order.pk]),
        permission="orders.edit_order",
    )


def _short(facts: OrderFacts) -> Step | None:
    if not any(hold.kind == HoldKind.SHORT for hold in facts.holds):
        return None
    missing = sum(promise.quantity for promise in facts.promises if promise.state == ReservationState.SHORT)
    title = ngettext("%(count)s piece is missing", "%(count)s pieces are missing", int(missing)) % {"count": wording.quantity(missing)}
    there = sum(promise.quantity for promise in facts.promises if promise.state == ReservationState.RESERVED)
    if len(facts.holds) > 1 or not there:
        return Step(title, gettext("The order goes on by itself when pieces arrive or are given back."), "short")
    told = {"count": wording.quantity(there)}
    return Step(
        title,
        gettext("The order goes on by itself when they arrive. What is there can leave now, the rest follows."),
        "short",
        ngettext("Ship the %(count)s piece that is there", "Ship the %(count)s pieces that are there", int(there)) % told,
        "ship_there",
        permission="orders.release_hold",
    )


def _release(facts: OrderFacts) -> Step | None:
    held = [hold for hold in facts.holds if hold.kind not in HELD_BY_CAUSE]
    if not held:
        return None
    reasons = ", ".join(hold.reason or str(hold.get_kind_display()) for hold in held)
    return Step(
        gettext("The order is held"),
        reasons,
        "hold",
        gettext("Release"),
        "release",
        permission="orders.release_hold",
    )


def _cause(facts: OrderFacts) -> Step | None:
    if not facts.holds:
        return None
    reasons = ", ".join(str(hold.get_kind_display()) for hold in facts.holds)
    return Step(reasons, gettext("The order goes on by itself when that is settled."), "hold")


def _workable(facts: OrderFacts) -> list[Shipment]:
    """Open shipments that may go on. A hold reaches them a moment later; of a short order only the part leaves that was let go."""
    if any(hold.kind != HoldKind.SHORT for hold in facts.holds):
        return []
    shipments = [shipment for shipment in facts.sent.shipments if shipment.status in OPEN_SHIPMENTS and not shipment.is_held]
    return [shipment for shipment in shipments if shipment.is_partial or not facts.holds]


def _leaves(facts: OrderFacts) -> Step | None:
    """The open shipments that are least far decide, so that no button is offered for half of an order."""
    shipments = _workable(facts)
    statuses = {shipment.status for shipment in shipments}
    if not statuses:
        return None
    if ShipmentStatus.READY in statuses:
        return Step(
            gettext("Next step: pick and pack"),
            _parcel_sentence(facts, shipments),
            "pick",
            gettext("Prepare and print"),
            "print",
            permission="shipping.print_shipment",
        )
    if ShipmentStatus.PICKING in statuses:
        return Step(
            gettext("Next step: pack"),
            _parcel_sentence(facts, shipments),
            "pack",
            gettext("Packed"),
            "pack",
            permission="shipping.pack_shipment",
        )
    return Step(
        gettext("Next step: hand over to the carrier"),
        _parcel_sentence(facts, shipments),
        "shipped",
        gettext("Handed over"),
        "ship",
        permission="shipping.ship_shipment",
    )


def _parcel_sentence(facts: OrderFacts, shipments: list[Shipment]) -> str:
    """Carrier, label and gift, as far as they are known."""
    told = []
    carriers = ", ".join(dict.fromkeys(str(shipment.service) for shipment in shipments if shipment.service))
    labels = [label for label in facts.sent.labels if label.status == LabelStatus.READY]
    if labels:
        told.append(gettext("The label of %(carrier)s is ready.") % {"carrier": carriers or labels[0].service.carrier.name})
    elif carriers:
        told.append(gettext("It goes with %(carrier)s.") % {"carrier": carriers})
    if facts.order.gift_message:
        told.append(gettext("It is a gift."))
    return " ".join(told) or gettext("Nothing holds this order.")


def _ready(facts: OrderFacts) -> Step | None:
    if facts.order.status != OrderStatus.RELEASED:
        return None
    return Step(
        gettext("The shipment is being opened"),
        gettext("Nothing holds this order. Its shipment opens by itself in a moment."),
        "clock",
        gettext("Open it now"),
        "open_shipment",
        permission="shipping.pick_shipment",
    )


def _invoice(facts: OrderFacts) -> Step | None:
    """Closed, and either the law wants an invoice that is not issued, or nothing says yet how it is documented."""
    order = facts.order
    is_documented = facts.invoice or (facts.due and facts.due.kind != Document.INVOICE)
    if order.status != OrderStatus.CLOSED or is_documented or order.treatment not in LIVELY:
        return None
    return Step(
        gettext("Next step: the invoice"),
        gettext("Everything of this order has left; its invoice is not issued yet.")
        if facts.due
        else gettext("Everything of this order has left and no document says so yet."),
        "document",
        gettext("Issue invoice"),
        "issue_invoice",
        permission="invoices.issue_invoice",
    )


def _done(facts: OrderFacts) -> Step | None:
    if facts.order.status != OrderStatus.CLOSED:
        return None
    if facts.invoice:
        return Step(
            gettext("Nothing is left to do"), gettext("Invoice %(number)s is issued.") % {"number": facts.invoice.number_text}, "done"
        )
    return Step(gettext("Nothing is left to do"), due_sentence(facts), "done")


def due_sentence(facts: OrderFacts) -> str:
    """What the order is documented by where that is no invoice of ours yet; empty while nothing is decided."""
    sentences = {
        Document.INVOICE: gettext("An invoice is due."),
        Document.CORRISPETTIVI: gettext("It is in the takings of the day (corrispettivi)."),
        Document.OSS: gettext("It is in the sales declared through OSS."),
        Document.EXPORT: gettext("It is an export, documented as such."),
    }
    return sentences.get(Document(facts.due.kind), "") if facts.due else ""


Rule = Callable[[OrderFacts], Step | None]
RULES: tuple[Rule, ...] = (_over, _decide, _paid_back, _money, _address, _leaves, _short, _release, _cause, _ready, _invoice, _done)
