"""Who else has an order open: one mark per person in the cache, which goes away by itself. Without the cache nobody is seen."""

from django.contrib.auth.models import User
from django.core.cache import cache

from erp.pages.access import person_of

HEARTBEAT_SECONDS = 30
SEEN_SECONDS = 75
"""Two heartbeats and a half: one that is lost does not make a person disappear."""
MOST_PEOPLE = 10


def note_presence(order_id: int, user: User) -> list[str]:
    """Say that a person has the order open; the names of the others who have, as far as they were seen lately."""
    place = f"presence:{order_id}"
    cache.set(f"{place}:{user.pk}", person_of(user), SEEN_SECONDS)
    people: list[int] = cache.get(place) or []
    if user.pk not in people:
        people = [*people, user.pk][-MOST_PEOPLE:]
    cache.set(place, people, SEEN_SECONDS)
    names = (cache.get(f"{place}:{person}") for person in people if person != user.pk)
    return [name for name in names if name]
