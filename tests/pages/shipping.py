"""Carriers, shipments and parcels for the pages, as the services would leave them."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

from erp.core import clock
from inventory.models import Bin, Warehouse
from inventory.shipping.models import Carrier, CarrierService, Label, Parcel, Shipment, ShipmentLine
from orders.models import Order
from tests.factories.inventory import make_warehouse

RECIPIENT = {
    "name": "Giulia Ferrante",
    "street": "Via Sparano 12",
    "postcode": "70121",
    "city": "Bari",
    "province": "BA",
    "country": "IT",
}


def make_service(carrier: str = "gls", *, pickup_at: time | None = time(16, 30), backend: str = "manual") -> CarrierService:
    row, _new = Carrier.objects.get_or_create(
        code=carrier,
        defaults={
            "name": carrier.upper(),
            "backend": backend,
            "pickup_at": pickup_at,
            "tracking_url": "https://example.com/t/{tracking}",
        },
    )
    return CarrierService.objects.get_or_create(carrier=row, code="std", defaults={"name": "Standard"})[0]


def make_shipment(order: Order, *, service: CarrierService | None = None, variant: Any = None, **fields: Any) -> Shipment:
    now = clock.now()
    warehouse = fields.pop("warehouse", None) or Warehouse.objects.first() or make_warehouse("FA")
    if fields.get("status") == "shipped":
        fields.setdefault("shipped_at", now)
    shipment = Shipment.objects.create(
        **{
            "order_reference": order.reference,
            "order_number": order.number,
            "source": order.source,
            "shop_number": order.external_number,
            "warehouse": warehouse,
            "recipient_name": order.customer_name,
            "recipient": {**RECIPIENT, "name": order.customer_name},
            "currency": order.currency,
            "service": service,
            "placed_at": order.placed_at,
            "opened_at": now,
            "due_at": now + timedelta(hours=2),
            **fields,
        }
    )
    if variant:
        place, _new = Bin.objects.get_or_create(warehouse=warehouse, code="A-01", defaults={"sort_key": "a-01"})
        ShipmentLine.objects.create(
            shipment=shipment, line="1", variant=variant, sku=variant.sku, title=variant.title, quantity=Decimal(2), bin=place
        )
    return shipment


def make_label(shipment: Shipment, tracking: str = "", **fields: Any) -> Label:
    """A label of a new parcel; ready when it has a tracking number."""
    now = clock.now()
    parcel = Parcel.objects.create(shipment=shipment, position=shipment.parcels.count() + 1, weight_grams=1200)
    service = shipment.service or make_service()
    return Label.objects.create(
        **{
            "parcel": parcel,
            "service": service,
            "status": "ready" if tracking else "wanted",
            "reference": f"{shipment.reference}-{parcel.position}",
            "tracking_number": tracking,
            "due_at": now,
            "created_at": now,
            "ready_at": now if tracking else None,
            **fields,
        }
    )
