"""What the seller looks for: customers, articles with what is free of them, and what a customer ordered before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils.translation import gettext

from catalog.models import KitComponent, State, Variant
from catalog.queries import SoldVariant, variants_by_id
from crm.models import Address, ContactPoint, Party
from erp.core.sorting import sort_name
from inventory.models import Allotment, StockLevel
from inventory.shipping.models import ShippingRule
from orders.models import Order, OrderLine

FOUND = 8
LAST_ORDERS = 5
FEWEST_DIGITS = 4
ZERO = Decimal(0)


@dataclass(frozen=True)
class Found:
    """An article with its gross list price and what we may sell of it ourselves; None: it is not counted."""

    variant: Variant
    free: int | None


def find_articles(text: str) -> list[Found]:
    """Active articles by SKU or bar code first, else by words of their title and parts of their SKU."""
    active = Variant.objects.filter(state=State.ACTIVE)
    exact = active.with_codes([text], [text])
    found = list(exact.order_by("pk")[:FOUND])
    if not found:
        for word in text.split():
            active = active.filter(Q(sort_title__contains=sort_name(word)) | Q(sku__icontains=word))
        found = list(active.order_by("sort_title", "pk")[:FOUND])
    free = free_units([variant.pk for variant in found])
    return [Found(variant, free[variant.pk]) for variant in found]


def free_units(variant_ids: Collection[int]) -> dict[int, int | None]:
    """Whole units that may be sold by ourselves now: what is not promised, less what windows of divided articles may still sell."""
    sold = variants_by_id(variant_ids)
    parts = {pk: variant.components or ((pk, Decimal(1)),) for pk, variant in sold.items() if variant.takes_stock}
    pieces = _free_pieces({part for each in parts.values() for part, _quantity in each})
    return {pk: _units(variant, parts.get(pk, ()), pieces) for pk, variant in sold.items()}


def _units(variant: SoldVariant, parts: Sequence[tuple[int, Decimal]], pieces: Mapping[int, Decimal]) -> int | None:
    if not variant.takes_stock:
        return None
    return min((max(int(pieces.get(part, ZERO) / quantity), 0) for part, quantity in parts), default=0)


def _free_pieces(variant_ids: Collection[int]) -> dict[int, Decimal]:
    levels = StockLevel.objects.filter(variant__in=variant_ids, warehouse__is_active=True).order_by().values("variant_id")
    rows = levels.annotate(pieces=Sum(F("on_hand") - F("reserved")), divided=BoolOr("is_split"))
    found = {row["variant_id"]: row["pieces"] for row in rows}
    divided = [row["variant_id"] for row in rows if row["divided"]]
    for pk, pieces in _exposed(divided).items():
        found[pk] -= pieces
    return found


def _exposed(variant_ids: Collection[int]) -> dict[int, Decimal]:
    """Pieces that windows may still sell without our knowing, in kits too."""
    if not variant_ids:
        return {}
    own = Allotment.objects.filter(variant__in=variant_ids, ceiling__gt=0).order_by().values_list("variant_id").annotate(Sum("ceiling"))
    kits = KitComponent.objects.filter(component__in=variant_ids, kit__allotments__ceiling__gt=0).order_by()
    in_kits = kits.values_list("component_id").annotate(pieces=Sum(F("kit__allotments__ceiling") * F("quantity")))
    found: dict[int, Decimal] = {}
    for pk, pieces in [*own, *in_kits]:
        found[pk] = found.get(pk, ZERO) + pieces
    return found


def find_customers(text: str) -> list[Party]:
    """Customers by name, phone, e-mail or tax id; the ones that were merged away are found as what they became."""
    digits = "".join(sign for sign in text if sign.isdigit())
    points = ContactPoint.objects.filter(party=OuterRef("pk"))
    words = Q()
    for word in text.split():
        words &= Q(sort_name__contains=sort_name(word))
    by = words | Q(codice_fiscale__istartswith=text)
    if "@" in text:
        by |= Q(Exists(points.filter(kind=ContactPoint.Kind.EMAIL, value__startswith=text.lower())))
    if len(digits) >= FEWEST_DIGITS:
        by |= Q(Exists(points.filter(kind=ContactPoint.Kind.PHONE, value__contains=digits))) | Q(partita_iva__startswith=digits)
    return list(Party.objects.filter(by, merged_into=None).order_by("sort_name", "pk")[:FOUND])


@dataclass(frozen=True)
class Customer:
    party: Party
    addresses: list[Address]
    contacts: list[ContactPoint]
    orders: list[Order]


def read_customer(party: Party) -> Customer:
    return Customer(
        party,
        list(Address.objects.filter(party=party).order_by("-pk")),
        list(ContactPoint.objects.filter(party=party).order_by("kind", "pk")),
        list(Order.objects.of_party(party.pk).filter(is_test=False).order_by("-pk")[:LAST_ORDERS]),
    )


def lines_to_repeat(order_id: int) -> list[OrderLine]:
    """The lines of an order that can be sold again."""
    lines = OrderLine.objects.filter(order=order_id, variant__state=State.ACTIVE, quantity__gt=0)
    return list(lines.select_related("variant").order_by("position", "pk"))


def shipping_methods() -> list[str]:
    """The names that rules know for orders that we take ourselves; the ordinary one first, where a rule takes any."""
    methods = ShippingRule.objects.filter(source__in=["", "phone"]).order_by("method").values_list("method", flat=True)
    ordinary = gettext("Standard shipping")
    return list(dict.fromkeys(method or ordinary for method in methods)) or [ordinary]
