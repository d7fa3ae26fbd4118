"""Addresses and contact points that people keep for a party."""

from typing import Any

from django.utils.translation import gettext as _

from crm.contacts import is_relay_domain, normalise_email, normalise_phone
from crm.events import PartyChanged
from crm.locks import lock_party
from crm.matching import EMAIL
from crm.models import Address, ContactPoint, Evidence
from crm.people import PostalAddress
from erp.core.events import publish
from erp.core.history import By
from erp.core.masterdata import delete_master, save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic

PRINTED = ("name", "company", "street", "street2", "postcode", "city", "province", "country", "phone")


@atomic
def add_address(party_id: int, *, by: By, **fields: Any) -> int:
    """`fields` are those of the model. Returns the key; an address that the party has already is refused."""
    lock_party(party_id)
    address = Address(party_id=party_id, **fields)
    _write_address(address, by)
    return address.pk


@atomic
def change_address(address_id: int, *, by: By, **changes: Any) -> None:
    """Papers that were printed keep the old one: they have their own copy."""
    address = Address.objects.get(pk=address_id)
    lock_party(address.party_id)
    for field, value in changes.items():
        setattr(address, field, value)
    _write_address(address, by)


@atomic
def remove_address(address_id: int, *, by: By) -> None:
    address = Address.objects.get(pk=address_id)
    lock_party(address.party_id)
    delete_master(address, by=by)
    publish(PartyChanged(address.party_id))


@atomic
def add_contact_point(party_id: int, *, by: By, kind: str, value: str, country: str = "IT") -> int:
    """An e-mail address becomes evidence unless it is a marketplace's or another party's already. Returns the key."""
    lock_party(party_id)
    normal = normalise_email(value) if kind == ContactPoint.Kind.EMAIL else normalise_phone(value, country)
    if not normal:
        raise Refused(_contact_sentence(kind, value), code="contact")
    if ContactPoint.objects.filter(party_id=party_id, kind=kind, value=normal).exists():
        raise Refused(_("This party has the contact %(value)s already. Nothing needs to be added.") % {"value": normal}, code="taken")
    is_relay = kind == ContactPoint.Kind.EMAIL and is_relay_domain(normal)
    point = ContactPoint(party_id=party_id, kind=kind, value=normal, raw=value.strip()[:254], is_relay=is_relay)
    save_master(point, by=by)
    if kind == ContactPoint.Kind.EMAIL and not is_relay:
        Evidence.objects.bulk_create([Evidence(kind=EMAIL, value=normal, party_id=party_id)], ignore_conflicts=True)
    publish(PartyChanged(party_id))
    return point.pk


@atomic
def remove_contact_point(point_id: int, *, by: By) -> None:
    """It no longer tells who somebody is either."""
    point = ContactPoint.objects.get(pk=point_id)
    lock_party(point.party_id)
    Evidence.objects.filter(party_id=point.party_id, kind=EMAIL, value=point.value).delete()
    delete_master(point, by=by)
    publish(PartyChanged(point.party_id))


def _write_address(address: Address, by: By) -> None:
    told = PostalAddress(**{name: str(getattr(address, name) or "") for name in PRINTED})
    if told.is_empty:
        raise Refused(_("An address needs a street or a city. Type at least one of them."), code="address")
    address.digest = told.digest
    if Address.objects.filter(party_id=address.party_id, digest=address.digest).exclude(pk=address.pk).exists():
        raise Refused(_("This party has this address already. Change that one."), code="taken")
    save_master(address, by=by)
    publish(PartyChanged(address.party_id))


def _contact_sentence(kind: str, value: str) -> str:
    if kind == ContactPoint.Kind.EMAIL:
        return _("“%(value)s” is not an e-mail address. Correct it.") % {"value": value}
    return _("“%(value)s” is not a phone number. Write it with the country's prefix, as +39 333 1234567.") % {"value": value}
