"""Shipping hears: news in, one service call out."""

from erp.core.events import handles
from inventory.shipping.events import LabelFailed, LabelReady, ShipmentCancelled, ShipmentReaddressed
from inventory.shipping.services.labelling import void_labels_of, void_outdated_labels
from inventory.shipping.services.printing import settle_batches


@handles(ShipmentCancelled)
def void_labels_of_cancelled(events: list[ShipmentCancelled]) -> None:
    void_labels_of([event.shipment_id for event in events])


@handles(ShipmentReaddressed)
def void_labels_with_an_old_address(events: list[ShipmentReaddressed]) -> None:
    void_outdated_labels([event.shipment_id for event in events])


@handles(LabelReady)
def print_ready_labels(events: list[LabelReady]) -> None:
    settle_batches([event.label_id for event in events])


@handles(LabelFailed)
def print_without_refused_labels(events: list[LabelFailed]) -> None:
    settle_batches([event.label_id for event in events])
