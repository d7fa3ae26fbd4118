"""Where a text occurs: indexes answer every question. Exact hits come first; slips of the finger count only where nothing fits."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import Case, DecimalField, F, FloatField, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from catalog.gtin import canonical
from catalog.models import State, Variant
from crm.models import ContactPoint, Party
from erp.core.transactions import atomic
from erp.pages.search.asked import Asked
from inventory.shipping.models import Label
from inventory.shipping.states import LabelStatus
from orders.models import Order

LEAST_LIKENESS = 0.42
"""Of a typed word to a word of the name: `ferrnate` is found under Ferrante, `rosi` under Rossi."""
TRACKED = (LabelStatus.READY, LabelStatus.VOIDING)
HIGHEST = "\uffff"
QUANTITY = DecimalField(max_digits=14, decimal_places=3)
NOTHING = Value(0, output_field=QUANTITY)


def orders_by_number(asked: Asked, most: int) -> list[Any]:
    """Orders (`Order`, with `is_exact`) whose number here begins with what was typed, or whose number in the shop holds it."""
    if not asked.digits or "@" in asked.text:
        return []
    exact = Q(external_number__iexact=asked.text) | Q(external_number__iexact=asked.code)
    found = exact
    if asked.number is not None:
        exact |= Q(pk=asked.number)
        found = exact
    for first, last in asked.number_ranges:
        found |= Q(pk__range=(first, last))
    if asked.is_part:
        found |= Q(external_number__icontains=asked.code)
    rows = Order.objects.filter(found).annotate(is_exact=Case(When(exact, then=Value(1)), default=Value(0), output_field=IntegerField()))
    return list(rows.order_by("-is_exact", "-pk")[:most])


def orders_of(party_ids: Sequence[int], most: int) -> list[Order]:
    """The newest orders of these customers. Sorted by a sum, so that the customers' index is read and not all orders from the newest on."""
    if not party_ids:
        return []
    rows = Order.objects.filter(party_id__in=party_ids).alias(newest=F("id") + Value(0))
    return list(rows.order_by("-newest")[:most])


def labels_by_tracking(asked: Asked, most: int) -> list[Label]:
    """Parcels whose tracking number is, or begins with, what was typed."""
    if not asked.is_part or not asked.digits:
        return []
    rows = Label.objects.filter(tracking_number__gte=asked.code, tracking_number__lt=asked.code + HIGHEST, status__in=TRACKED)
    return list(rows.select_related("parcel__shipment", "service__carrier").order_by("tracking_number", "-pk")[:most])


def parties_by_contact(asked: Asked, most: int) -> list[Party]:
    """Customers with an e-mail address or a phone number that holds what was typed."""
    if not asked.is_part:
        return []
    holds = Q(value__contains=asked.digits, kind=ContactPoint.Kind.PHONE) if asked.is_like_phone else Q(value__contains=asked.text.lower())
    points = ContactPoint.objects.filter(holds, party__merged_into=None, party__is_customer=True).select_related("party")
    return list({point.party_id: point.party for point in points.order_by("kind", "value", "pk")[: most * 2]}.values())[:most]


def parties_by_name(asked: Asked, most: int) -> list[Party]:
    """Customers whose name holds every word, or whose codice fiscale or partita IVA begins with what was typed."""
    if not asked.is_part:
        return []
    found = Q(codice_fiscale__startswith=asked.code) | Q(partita_iva__startswith=asked.code.removeprefix("IT"))
    if asked.words and not asked.is_like_phone:
        found |= _holds_all("sort_name", asked.words)
    first = Case(When(sort_name__startswith=" ".join(asked.words), then=Value(0)), default=Value(1), output_field=IntegerField())
    return list(_customers().filter(found).order_by(first, "sort_name", "pk")[:most])


def parties_alike(asked: Asked, most: int) -> list[Party]:
    """Customers whose name is nearly what was typed, the likest first."""
    return _alike(_customers(), "sort_name", asked, most)


def variants_by_code(asked: Asked, most: int) -> list[Variant]:
    """Active variants whose title holds every word, or whose SKU or GTIN holds what was typed; a whole code comes first."""
    if not asked.is_part:
        return []
    gtin = canonical(asked.digits) if asked.code == asked.digits else ""
    found = Q(sku__icontains=asked.code) | Q(sku__icontains=asked.text)
    if asked.words:
        found |= _holds_all("sort_title", asked.words)
    if asked.code == asked.digits:
        found |= Q(gtin__contains=gtin.lstrip("0") or asked.code)
    first = Case(
        When(Q(sku__iexact=asked.code) | Q(sku__iexact=asked.text), then=Value(0)),
        When(sku__istartswith=asked.code, then=Value(1)),
        When(sort_title__startswith=" ".join(asked.words), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return list(_sold().filter(found).order_by(first, "sort_title", "pk")[:most])


def variants_alike(asked: Asked, most: int) -> list[Variant]:
    """Products whose title is nearly what was typed, the likest first."""
    return _alike(_sold(), "sort_title", asked, most)


def availability_of(variant_ids: Sequence[int]) -> dict[int, Any]:
    """What can be sold of each, over all active warehouses."""
    if not variant_ids:
        return {}
    free = Sum(F("levels__on_hand") - F("levels__reserved") - F("levels__safety_stock"), filter=Q(levels__warehouse__is_active=True))
    rows = Variant.objects.filter(pk__in=variant_ids, is_stocked=True, is_kit=False).order_by()
    return dict(rows.annotate(free=Greatest(Coalesce(free, NOTHING), NOTHING, output_field=QUANTITY)).values_list("pk", "free"))


def contacts_of(party_ids: Sequence[int]) -> dict[int, str]:
    """One way to reach each: the first e-mail address, else the first phone number."""
    if not party_ids:
        return {}
    points = ContactPoint.objects.filter(party_id__in=party_ids, is_relay=False).order_by("party_id", "kind", "pk")
    found: dict[int, str] = {}
    for point in points:
        found.setdefault(point.party_id, point.value)
    return found


def _customers() -> QuerySet[Party]:
    return Party.objects.filter(merged_into=None, is_customer=True)


def _sold() -> QuerySet[Variant]:
    return Variant.objects.filter(state=State.ACTIVE)


def _holds_all(field: str, words: Sequence[str]) -> Q:
    every = Q()
    for word in words:
        every &= Q(**{f"{field}__contains": word})
    return every


def _alike(rows: QuerySet[Any], field: str, asked: Asked, most: int) -> list[Any]:
    """Every word is near to a word of the field, the likest first. Two statements: the bar is set for this read alone."""
    if not asked.can_be_mistyped:
        return []
    likeness: Any = Value(0.0, output_field=FloatField())
    for word in asked.words:
        rows = rows.filter(**{f"{field}__trigram_word_similar": word})
        likeness = likeness + TrigramWordSimilarity(word, field)
    with atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(LEAST_LIKENESS)])
        return list(rows.order_by(-likeness, field, "pk")[:most])
