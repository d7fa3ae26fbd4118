"""The shop's places and our warehouses: a visible map, and a card for what is not on it."""

from collections.abc import Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from channels.contract import ChannelLocation
from channels.models import Account, LocationMap
from erp.core.cards import close_card, open_card, subject_of
from erp.core.history import record
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from inventory.models import Warehouse


@atomic
def keep_locations(account: Account, locations: Sequence[ChannelLocation]) -> None:
    """Write down the shop's places. Where we have one warehouse only, a new place is mapped to it; otherwise a person chooses."""
    known = {row.location: row for row in account.locations.order_by("pk")}
    ours = list(Warehouse.objects.filter(is_active=True).order_by("pk")[:2])
    for place in locations or (ChannelLocation("", account.name),):
        row = known.get(place.external_id)
        if row is None:
            row = LocationMap(account=account, location=place.external_id, warehouse=ours[0] if len(ours) == 1 else None)
        if row.pk is None or row.name != place.name:
            row.name = place.name[:200]
            save_master(row, by=None)
        if row.is_ours and row.warehouse_id is None:
            open_card("channels.unmapped_location", subject_of("location", row.pk), account=account.name, location=row.name or row.location)


@atomic
def map_location(location_id: int, *, warehouse_id: int | None, is_ours: bool = True, by: AbstractBaseUser) -> None:
    """A person says which warehouse a place is, or that it is not ours. Raises Refused when ours has no warehouse."""
    place = LocationMap.objects.select_for_update(of=("self",)).get(pk=location_id)
    if is_ours and warehouse_id is None:
        raise Refused(_("Choose the warehouse of “%(place)s”, or say that it is not ours.") % {"place": place.name}, code="no_warehouse")
    place.warehouse_id, place.is_ours = warehouse_id, is_ours
    save_master(place, by=by)
    close_card("channels.unmapped_location", subject_of("location", place.pk))
    record(place.account, "location_mapped", by=by, location=place.location, warehouse_id=warehouse_id, is_ours=is_ours)
