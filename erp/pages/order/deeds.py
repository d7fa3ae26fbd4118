"""Every deed on an order's page: who may, which service, and what is said afterwards. A form sent twice does it once."""

from datetime import date, datetime, time
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from erp.core.receipts import run_together
from erp.core.refusals import Refused
from erp.pages.access import staff_page
from erp.pages.deeds import Deed, Done, allowed_deed, do_deed, refuse_nul
from erp.pages.links import batch_url
from erp.pages.queries import who_we_are
from erp.pages.typed import typed_number
from inventory.shipping.models import Shipment
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.packing import pack_shipment
from inventory.shipping.states import ShipmentStatus
from orders.invoices.services.issuing import issue_invoice
from orders.models import Order
from orders.models.order import reference_of
from orders.services.cancelling import cancel_order
from orders.services.changing import accept_change, dismiss_change
from orders.services.fulfilling import open_for_orders, ship_what_is_there
from orders.services.holding import hold_order, release_hold
from orders.services.paying import record_payment
from orders.services.printing import UNDO_PRINT, print_orders
from orders.services.tagging import tag_order, untag_order


@require_POST
@staff_page("orders.view_order")
def act(request: HttpRequest, order_id: int, name: str) -> HttpResponse:
    """Do one deed with an order, then show the order."""
    deed = allowed_deed(request, DEEDS, name)
    refuse_nul(*request.POST.values())
    get_object_or_404(Order.objects.only("pk"), pk=order_id)
    return do_deed(request, deed, order_id, page=reverse("order", args=[order_id]))


def _hold(order_id: int, user: User, told: QueryDict) -> str:
    keeps = told.get("keeps_stock") == "1"
    hold_order(order_id, by=user, reason=told.get("reason", "").strip(), keeps_stock=keeps, expires_at=_end_of_day(told.get("until", "")))
    if keeps:
        return gettext("Order %(number)s is held. Its pieces stay reserved.") % {"number": order_id}
    return gettext("Order %(number)s is held. Its pieces are free for others meanwhile.") % {"number": order_id}


def _release(order_id: int, user: User, told: QueryDict) -> str:
    release_hold(order_id, by=user, kind=told.get("kind", ""))
    return gettext("The hold of order %(number)s is released.") % {"number": order_id}


def _accept(order_id: int, user: User, told: QueryDict) -> str:
    accept_change(order_id, by=user)
    return gettext("The shop's change is applied to order %(number)s. Put the goods right.") % {"number": order_id}


def _dismiss(order_id: int, user: User, told: QueryDict) -> str:
    dismiss_change(order_id, by=user)
    return gettext("Order %(number)s stays as it was picked.") % {"number": order_id}


def _pay(order_id: int, user: User, told: QueryDict) -> str:
    amount, token = _amount(told.get("amount", "")), told.get("token", "")[:40]
    record_payment(order_id, by=user, amount=amount, method=told.get("method", ""), external_id=f"desk:{token}" if token else "")
    return gettext("The payment for order %(number)s is recorded.") % {"number": order_id}


def _cancel(order_id: int, user: User, told: QueryDict) -> str:
    cancel_order(order_id, by=user, reason=told.get("reason", "").strip())
    return gettext("Order %(number)s is cancelled. Nothing of it will be shipped.") % {"number": order_id}


def _ship_there(order_id: int, user: User, told: QueryDict) -> str:
    ship_what_is_there(order_id, by=user)
    return gettext("What is there of order %(number)s can be picked now. The rest follows when it arrives.") % {"number": order_id}


def _open_shipment(order_id: int, user: User, told: QueryDict) -> str:
    open_for_orders([order_id])
    return gettext("The shipment of order %(number)s is open.") % {"number": order_id}


def _print(order_id: int, user: User, told: QueryDict) -> Done:
    """Its receipt stands among those of the desk, so that it can be undone there; the papers wait on the batch's page."""
    rows, key = [(order_id, str(order_id))], f"{user.pk}:{told.get('token') or uuid4().hex}"[:100]
    receipt = run_together("orders.print", rows, lambda ids: print_orders(ids, by=user), by=user, undo=UNDO_PRINT, key=key)
    for row in receipt.refused:
        raise Refused(row["why"], code="not_printed")
    said = gettext("Order %(number)s is being picked. Its papers are in the making.") % {"number": order_id}
    return Done(said, batch_url(receipt.about["batch"]))


def _pack(order_id: int, user: User, told: QueryDict) -> str:
    for shipment_id in _open_shipments(order_id, ShipmentStatus.PICKING):
        pack_shipment(shipment_id, by=user)
    return gettext("Order %(number)s is packed.") % {"number": order_id}


def _ship(order_id: int, user: User, told: QueryDict) -> str:
    for refusal in ship_shipments(_open_shipments(order_id, ShipmentStatus.PACKED), by=user):
        raise Refused(refusal.sentence, code="not_shipped")
    return gettext("Order %(number)s has left. The shop hears of it with its tracking number.") % {"number": order_id}


def _issue(order_id: int, user: User, told: QueryDict) -> str:
    issue_invoice(order_id, by=user)
    return gettext("The invoice of order %(number)s is issued.") % {"number": order_id}


def _tag(order_id: int, user: User, told: QueryDict) -> str:
    name = tag_order(order_id, told.get("tag", ""), by=user)
    return gettext("Order %(number)s carries “%(tag)s”.") % {"number": order_id, "tag": name}


def _untag(order_id: int, user: User, told: QueryDict) -> str:
    untag_order(order_id, told.get("tag", ""), by=user)
    return gettext("“%(tag)s” is taken off order %(number)s.") % {"number": order_id, "tag": told.get("tag", "")}


def _open_shipments(order_id: int, status: ShipmentStatus) -> list[int]:
    rows = Shipment.objects.workable().filter(order_reference=reference_of(order_id), status=status)
    return list(rows.order_by("pk").values_list("pk", flat=True))


DEEDS: dict[str, Deed[int]] = {
    "hold": Deed("orders.hold_order", _hold),
    "release": Deed("orders.release_hold", _release),
    "accept_change": Deed("orders.decide_change", _accept),
    "dismiss_change": Deed("orders.decide_change", _dismiss),
    "pay": Deed("orders.record_payment", _pay),
    "cancel": Deed("orders.cancel_order", _cancel),
    "ship_there": Deed("orders.release_hold", _ship_there),
    "open_shipment": Deed("shipping.pick_shipment", _open_shipment),
    "print": Deed("shipping.print_shipment", _print),
    "pack": Deed("shipping.pack_shipment", _pack),
    "ship": Deed("shipping.ship_shipment", _ship),
    "issue_invoice": Deed("invoices.issue_invoice", _issue),
    "tag": Deed("orders.tag_order", _tag),
    "untag": Deed("orders.tag_order", _untag),
}


def _amount(text: str) -> Decimal | None:
    """As people type it: `1.234,56`, `1234.56`; nothing means all that is due. Raises Refused for what is no number."""
    try:
        return typed_number(text)
    except ValueError as wrong:
        raise Refused(gettext("“%(text)s” is not an amount. Type it as 12,50.") % {"text": text}, code="amount") from wrong


def _end_of_day(text: str) -> datetime | None:
    """The end of a day in the company's zone; an empty field means without a term."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        raise Refused(gettext("“%(text)s” is not a day. Choose one from the calendar.") % {"text": text}, code="term") from wrong
    zone = ZoneInfo(who_we_are()[1])
    return datetime.combine(day, time.max, tzinfo=zone)
