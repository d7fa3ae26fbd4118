"""The day's closing: a carrier is told which parcels were handed over. Some of them act on nothing that was not closed."""

from erp.core import clock
from erp.core.cards import close_card
from erp.core.refusals import Refused
from erp.core.transactions import atomic, forbid_transaction
from inventory.shipping.cards import CARRIER_TROUBLE
from inventory.shipping.carriers.contract import OutsideError, ParcelAnswer
from inventory.shipping.models import Carrier, Label
from inventory.shipping.services.labelling.claiming import open_trouble
from inventory.shipping.services.labelling.connecting import connect
from inventory.shipping.states import LabelStatus, ShipmentStatus

PAGE = 200


def close_days() -> int:
    """Close what was shipped and is not closed, carrier by carrier; returns how many parcels. Closing twice is once at the carrier.

    A carrier that does not answer is asked again the next time.
    """
    forbid_transaction("close_days()")
    handed = Label.objects.filter(status=LabelStatus.READY, closed_at=None, parcel__shipment__status=ShipmentStatus.SHIPPED)
    done = 0
    for carrier in Carrier.objects.filter(pk__in=handed.values("service__carrier")).order_by("pk"):
        labels = list(handed.filter(service__carrier=carrier).select_related("service__carrier").order_by("pk")[:PAGE])
        done += _close(carrier, labels)
    return done


def _close(carrier: Carrier, labels: list[Label]) -> int:
    try:
        backend = connect(carrier)
        if backend.capabilities().closes_day:
            backend.close_day([ParcelAnswer(label.tracking_number, label.carrier_reference) for label in labels])
    except OutsideError as failure:
        _tell(labels[0], failure.detail)
        return 0
    except Refused as refusal:
        _tell(labels[0], str(refusal))
        return 0
    return _record(carrier, labels)


@atomic
def _record(carrier: Carrier, labels: list[Label]) -> int:
    close_card(CARRIER_TROUBLE, f"shipping.carrier:{carrier.pk}")
    return Label.objects.filter(pk__in=[label.pk for label in labels], closed_at=None).update(closed_at=clock.now())


@atomic
def _tell(label: Label, detail: str) -> None:
    label.error = detail
    open_trouble(label)
