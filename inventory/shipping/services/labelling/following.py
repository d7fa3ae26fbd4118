"""Where a parcel is, asked of the carrier at the moment somebody looks."""

from django.utils.translation import gettext as _

from erp.core.refusals import Refused
from erp.core.transactions import forbid_transaction
from inventory.shipping.carriers.contract import OutsideError, TrackingStep
from inventory.shipping.models import Label
from inventory.shipping.services.labelling.connecting import connect


def track_parcel(label_id: int) -> list[TrackingStep]:
    """What the carrier says happened, oldest first; empty for a carrier that tells nothing. Raises Refused when it does not answer."""
    forbid_transaction("track_parcel()")
    label = Label.objects.select_related("service__carrier").get(pk=label_id)
    backend = connect(label.service.carrier)
    if not backend.capabilities().tracks or not label.tracking_number:
        return []
    try:
        return backend.track(label.tracking_number)
    except OutsideError as failure:
        names = {"carrier": label.service.carrier.name, "detail": failure.detail}
        raise Refused(_("%(carrier)s does not say where the parcel is: “%(detail)s”. Try again later.") % names) from failure
