"""The open cards by area. The number of statements does not grow with the number of cards."""

from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Func, TextField, Value

from erp.core.models import Card
from erp.pages.cards import worst_first
from erp.pages.queries import open_cards

PAGE_SIZE = 30


def areas() -> list[tuple[str, int]]:
    """How many cards wait in each area; an area is the package that opened them, the part of the kind before its dot."""
    area = Func(F("kind"), Value("."), Value(1), function="split_part", output_field=TextField())
    return list(open_cards().order_by().annotate(area=area).values_list("area").annotate(count=Count("pk")).order_by("area"))


def cards_page(area: str, number: str) -> Page[Card]:
    cards = open_cards()
    if area:
        cards = cards.filter(kind__startswith=f"{area}.")
    return Paginator(worst_first(cards), PAGE_SIZE).get_page(number)


def settled_since(moment: datetime) -> int:
    """How many cards were settled since then, by people or because their cause went away."""
    return Card.objects.filter(closed_at__gte=moment).count()
