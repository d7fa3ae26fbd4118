"""Before an order is cancelled: what that does to its pieces, to the shop, to the money and to the papers. Pure, and its page."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from erp.pages import wording
from erp.pages.access import staff_page
from erp.pages.order.page import shop_of
from erp.pages.order.queries import OrderFacts, read_order
from erp.pages.order.views import order_or_404
from erp.pages.shell import read_shell, render_page
from inventory.models import ReservationState
from inventory.shipping.states import OPEN_LABELS, OPEN_SHIPMENTS


@require_safe
@never_cache
@staff_page("orders.cancel_order")
def cancelling(request: HttpRequest, order_id: int) -> HttpResponse:
    """The one confirmation of a cancel, naming objects and amounts."""
    shell = read_shell()
    facts = read_order(order_or_404(order_id))
    context = {
        "order": facts.order,
        "obstacle": obstacle_of(facts),
        "consequences": list(consequences_of(facts)),
        "label": deed_of(facts),
        "token": uuid4().hex,
    }
    return render_page(request, "order/cancel.html", context, current="orders", facts=shell)


def obstacle_of(facts: OrderFacts) -> str:
    """Why it cannot be cancelled now; empty when it can."""
    number = {"number": facts.order.number}
    if not facts.is_open:
        return gettext("Order %(number)s is not open any more, so there is nothing to cancel.") % number
    if any(promise.state == ReservationState.FULFILLED for promise in facts.promises):
        return gettext("Goods of order %(number)s have left already. Wait for them to come back, or refund them.") % number
    if any(promise.is_picked for promise in facts.promises):
        return gettext("Goods of order %(number)s are picked already. Put them back, then cancel it.") % number
    return ""


def consequences_of(facts: OrderFacts) -> Iterator[str]:
    yield from _stock(facts)
    yield from _shipments(facts)
    yield _shop(facts)
    yield _money(facts)


def deed_of(facts: OrderFacts) -> str:
    """What the button does, with the amount that must go back."""
    if facts.order.paid > facts.order.refunded:
        return gettext("Cancel order, %(amount)s to pay back") % {"amount": _paid(facts)}
    return gettext("Cancel order %(number)s") % {"number": facts.order.number}


def _stock(facts: OrderFacts) -> Iterator[str]:
    places: dict[str, Decimal] = {}
    for promise in facts.promises:
        if promise.warehouse:
            places[promise.warehouse.name] = places.get(promise.warehouse.name, Decimal(0)) + promise.quantity
    shop = shop_of(facts).name if facts.account and any(line.window for line in facts.lines) else ""
    for place, pieces in places.items():
        told = {"count": wording.quantity(pieces), "place": place, "shop": shop}
        if shop:
            yield (
                ngettext(
                    "%(count)s piece in %(place)s can be sold again as soon as %(shop)s has answered.",
                    "%(count)s pieces in %(place)s can be sold again as soon as %(shop)s has answered.",
                    int(pieces),
                )
                % told
            )
        else:
            yield (
                ngettext("%(count)s piece in %(place)s can be sold again.", "%(count)s pieces in %(place)s can be sold again.", int(pieces))
                % told
            )
    missing = sum((promise.quantity for promise in facts.promises if promise.state == ReservationState.SHORT), Decimal(0))
    if missing:
        told = {"count": wording.quantity(missing)}
        yield (
            ngettext("%(count)s missing piece is waited for no longer.", "%(count)s missing pieces are waited for no longer.", int(missing))
            % told
        )
    if not places and not missing:
        yield gettext("It holds no pieces.")


def _shipments(facts: OrderFacts) -> Iterator[str]:
    numbers = ", ".join(shipment.number for shipment in facts.sent.shipments if shipment.status in OPEN_SHIPMENTS)
    if numbers:
        yield gettext("Shipment %(numbers)s is cancelled.") % {"numbers": numbers}
    labels = ", ".join(str(label) for label in facts.sent.labels if label.status in OPEN_LABELS)
    if labels:
        yield gettext("The label %(labels)s is voided at the carrier.") % {"labels": labels}


def _shop(facts: OrderFacts) -> str:
    if facts.account is None:
        return gettext("No shop has to be told: it was taken here.")
    told = {"shop": shop_of(facts).name, "number": facts.order.external_number}
    return gettext("%(shop)s is told that its order %(number)s is cancelled.") % told


def _money(facts: OrderFacts) -> str:
    if facts.order.paid > facts.order.refunded:
        return gettext("%(amount)s were paid. Pay them back where they came in: Regia does not move money by itself.") % {
            "amount": _paid(facts)
        }
    if facts.order.paid:
        return gettext("What was paid has been paid back already.")
    return gettext("Nothing was paid, so nothing has to be paid back.")


def _paid(facts: OrderFacts) -> str:
    order = facts.order
    return wording.money(order.paid - order.refunded, order.currency)
