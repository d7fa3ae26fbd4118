"""What leaves the house and who carries it."""

from inventory.shipping.models.batches import PrintBatch, PrintBatchRow
from inventory.shipping.models.carriers import Carrier, CarrierService, ShippingRule, ShopCarrierName
from inventory.shipping.models.labels import Label
from inventory.shipping.models.shipments import Parcel, PickList, Shipment, ShipmentLine

__all__ = [
    "Carrier",
    "CarrierService",
    "Label",
    "Parcel",
    "PickList",
    "PrintBatch",
    "PrintBatchRow",
    "Shipment",
    "ShipmentLine",
    "ShippingRule",
    "ShopCarrierName",
]
