"""Tagging: words on orders, kept apart from what the shop says."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from erp.core.history import record
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from orders.locks import lock_order
from orders.models import OrderTag

MAX_TAG_LENGTH = 40


def clean_tag(name: str) -> str:
    """A tag as it is kept. Raises Refused when there is nothing left of it, or too much."""
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Type the tag, for example “fair” or “call back”."), code="empty")
    if len(name) > MAX_TAG_LENGTH:
        raise Refused(_("A tag has at most %(most)d characters. Choose a shorter one.") % {"most": MAX_TAG_LENGTH}, code="long")
    return name


@atomic
def tag_order(order_id: int, name: str, *, by: AbstractBaseUser | None) -> str:
    """Put a tag on an order; returns it as it is kept. Raises Refused when the order carries it already, however it is written."""
    order, name = lock_order(order_id), clean_tag(name)
    if OrderTag.objects.filter(order=order, name__iexact=name).exists():
        raise Refused(_("Order %(number)s carries “%(tag)s” already.") % {"number": order.number, "tag": name}, code="tagged")
    OrderTag.objects.create(order=order, name=name)
    record(order, "tagged", by=by, tag=name)
    return name


@atomic
def untag_order(order_id: int, name: str, *, by: AbstractBaseUser | None) -> None:
    """Take a tag off. Raises Refused when the order does not carry it."""
    order = lock_order(order_id)
    if not OrderTag.objects.filter(order=order, name__iexact=name).delete()[0]:
        raise Refused(_("Order %(number)s does not carry “%(tag)s” any more.") % {"number": order.number, "tag": name}, code="untagged")
    record(order, "untagged", by=by, tag=name)
