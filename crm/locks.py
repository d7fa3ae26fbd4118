"""Row locks of crm, in the order of primary keys. NO KEY: rows that point at a party may be added meanwhile."""

from collections.abc import Iterable

from crm.models import Party


def lock_parties(ids: Iterable[int]) -> dict[int, Party]:
    """Parties by key, locked; a key that does not exist is absent."""
    rows = Party.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {party.pk: party for party in rows}


def lock_party(party_id: int) -> Party:
    return Party.objects.select_for_update(of=("self",), no_key=True).get(pk=party_id)
