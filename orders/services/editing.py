"""Editing: a colleague corrects where an order goes and what is written on it, until its label exists."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from crm.people import PostalAddress
from erp.core.events import publish
from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.shipping.models import Label, Shipment
from inventory.shipping.states import OPEN_LABELS, ShipmentStatus
from orders.drafts import NewOrder
from orders.events import OrderChanged
from orders.locks import lock_order
from orders.models import Order, OrderEdit
from orders.rows import facts_of
from orders.services.fulfilling import open_for_orders
from orders.states import OPEN_STATUSES

EDITABLE = ("shipping", "customer_note", "gift_message")
ITALY, POSTCODE_DIGITS = "IT", 5


@dataclass(frozen=True, slots=True)
class Editable:
    """What may be corrected of an order; `shipping` is where it goes, the billing address where the shop named no other."""

    shipping: PostalAddress
    customer_note: str = ""
    gift_message: str = ""


class StaleEdit(Refused):
    """The order was changed after the form was opened; `now` is how it stands, and nothing was written."""

    def __init__(self, number: str, now: Editable) -> None:
        text = _("Order %(number)s was changed by somebody else in the meantime. Nothing of yours was saved yet.")
        super().__init__(text % {"number": number}, code="stale")
        self.now = now


@atomic
def edit_order(order_id: int, *, by: AbstractBaseUser | None, opened: Editable, wanted: Editable) -> bool:
    """Make the order what is `wanted`; False when it is so already. `opened` is how the order stood when the form was opened.

    The open shipment follows. Raises StaleEdit when the order was changed since, and Refused when it is not open any more, when a label
    of it exists or goods of it have left, or when the address cannot be right.
    """
    order = lock_order(order_id)
    current = editable_of(order)
    if wanted == current:
        return False
    check_editable(order)
    if opened != current:
        raise StaleEdit(order.number, current)
    if wanted.shipping != current.shipping:
        _check_address(wanted.shipping)
    before, after = _values(current), _values(wanted)
    changed = [name for name in EDITABLE if before[name] != after[name]]
    for name in changed:
        _keep_told(order, name, getattr(order, name), after[name])
        setattr(order, name, after[name])
    order.save(update_fields=changed)
    told = [{"what": name, "name": "", "old": before[name], "new": after[name]} for name in changed]
    record(order, "edited", by=by, fields=changed, differences=told)
    publish(OrderChanged(order.pk))
    open_for_orders([order.pk])
    return True


def editable_of(order: Order) -> Editable:
    address = order.shipping or order.billing or {}
    known = PostalAddress.__dataclass_fields__
    shipping = PostalAddress(**{name: str(value or "") for name, value in address.items() if name in known})
    return Editable(shipping, order.customer_note, order.gift_message)


def check_editable(order: Order) -> None:
    """Raises Refused, with what to do, when nothing of the order may be corrected any more."""
    names = {"number": order.number}
    if order.status not in OPEN_STATUSES:
        raise Refused(_("Order %(number)s is not open any more, so nothing of it can be corrected.") % names, code="not_open")
    if Shipment.objects.filter(order_reference=order.reference, status=ShipmentStatus.SHIPPED).exists():
        raise Refused(
            _("Goods of order %(number)s have left already. Ask the carrier to redirect the parcel.") % names,
            code="gone",
        )
    labels = Label.objects.filter(parcel__shipment__order_reference=order.reference, status__in=OPEN_LABELS)
    label = labels.order_by("pk").first()
    if label is not None:
        raise Refused(
            _("Order %(number)s has the label %(label)s already. Void the label on its shipment, correct the order, then print again.")
            % (names | {"label": str(label)}),
            code="labelled",
        )


def with_our_edits(order: Order, draft: NewOrder) -> NewOrder:
    """The shop's state, with our correction in each field of which the shop says what it said before; a field that is news drops ours."""
    facts = facts_of(draft)
    differing = [name for name in EDITABLE if facts[name] != getattr(order, name)]
    if not differing:
        return draft
    kept: dict[str, Any] = {}
    for edit in OrderEdit.objects.filter(order=order, field__in=differing).order_by("pk"):
        if edit.told == facts[edit.field]:
            kept[edit.field] = getattr(order, edit.field)
        else:
            edit.delete()
    if "shipping" in kept and kept["shipping"] is not None:
        kept["shipping"] = editable_of(order).shipping
    return replace(draft, **kept)


def _values(editable: Editable) -> Mapping[str, Any]:
    return {"shipping": asdict(editable.shipping), "customer_note": editable.customer_note, "gift_message": editable.gift_message}


def _keep_told(order: Order, name: str, told: Any, ours: Any) -> None:
    """Remember what the shop said of a field before our correction; not needed where our value is that again."""
    edit, _is_new = OrderEdit.objects.get_or_create(order=order, field=name, defaults={"told": told})
    if edit.told == ours:
        edit.delete()


def _check_address(address: PostalAddress) -> None:
    if not address.street.strip() or not address.city.strip():
        raise Refused(_("An address needs a street and a town. Type both."), code="address")
    postcode = address.postcode.strip()
    if address.country == ITALY and not (postcode.isdigit() and len(postcode) == POSTCODE_DIGITS):
        raise Refused(_("“%(postcode)s” is no Italian postcode: it has five digits. Correct it.") % {"postcode": postcode}, code="postcode")
