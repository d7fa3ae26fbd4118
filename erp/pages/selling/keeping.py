"""The address that was typed for a customer whom we know is kept for the next time."""

from django.contrib.auth.models import User

from crm.models import Address
from crm.services.addressing import PRINTED, add_address
from orders.sales import Sale


def keep_address(sale: Sale, *, by: User) -> None:
    """A second time it is there already. New customers get theirs when they are made."""
    if sale.party_id is None or sale.shipping is None:
        return
    if not Address.objects.filter(party=sale.party_id, digest=sale.shipping.digest).exists():
        add_address(sale.party_id, by=by, **{name: getattr(sale.shipping, name) for name in PRINTED})
