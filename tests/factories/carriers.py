"""Carriers for tests: a practice carrier that answers on this machine, shipments that wait for a label, and a hand on both."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from erp.core import clock
from erp.core.clock import real_now
from erp.core.secrets import store_secret
from erp.practice.carrier import Carrier as PracticeCarrier
from erp.practice.carrier import CarrierControl, CarrierStore, serve
from erp.practice.serving import RunningSite
from inventory.models import Warehouse
from inventory.shipping.models import Carrier, CarrierService, Label, Shipment, ShipmentLine, ShippingRule
from inventory.shipping.services.labelling import request_labels, work_due_labels
from tests.factories.inventory import make_variant, make_warehouse

_numbers = count(1)
ADDRESS = {
    "name": "Anna Bianchi",
    "street": "Via Roma 1",
    "postcode": "47121",
    "city": "Forlì",
    "province": "FC",
    "country": "IT",
    "phone": "+39 333 1234567",
}


@dataclass
class CarrierDesk:
    """A running practice carrier, its row here, and its three services."""

    site: RunningSite
    store: CarrierStore
    control: CarrierControl
    carrier: Carrier
    standard: CarrierService
    express: CarrierService
    cash: CarrierService

    def standing(self) -> list[str]:
        """Our references of the parcels that stand at the carrier, one entry for each parcel."""
        return [row["reference"] for row in self.store.rows("SELECT reference FROM parcels WHERE voided_at IS NULL ORDER BY id")]


def open_desk(folder: Path, *, timeout_seconds: float = 5.0, keeps_references: bool = False) -> CarrierDesk:
    store = CarrierStore(folder / "corriere.sqlite3")
    site = serve(PracticeCarrier(store, keeps_references=keeps_references))
    user, password = store.add_account("Regia")
    store_secret("carrier:express", {"userID": user, "password": password})
    carrier = make_carrier("express", "practice", settings={"base_url": site.url, "timeout_seconds": timeout_seconds})
    standard = CarrierService.objects.create(carrier=carrier, code="STANDARD", name="Standard")
    express = CarrierService.objects.create(carrier=carrier, code="EXPRESS", name="Express")
    cash = CarrierService.objects.create(carrier=carrier, code="CONTRASSEGNO", name="Contrassegno", collects_cash=True)
    ShippingRule.objects.create(service=standard, payment="paid")
    ShippingRule.objects.create(service=cash, payment="cash")
    return CarrierDesk(site, store, CarrierControl(site.url), carrier, standard, express, cash)


def make_carrier(code: str, backend: str, **fields: Any) -> Carrier:
    return Carrier.objects.create(**{"code": code, "name": code.capitalize(), "backend": backend, **fields})


def make_shipment(warehouse: Warehouse | None = None, **fields: Any) -> Shipment:
    """An open shipment with one piece, that nothing holds."""
    number = str(next(_numbers) + 1000)
    moment = clock.now()
    defaults = {
        "order_reference": f"ord_{number}",
        "order_number": number,
        "source": "terramare",
        "recipient_name": "Anna Bianchi",
        "recipient": ADDRESS,
        "currency": "EUR",
        "placed_at": moment,
        "opened_at": moment,
    }
    shipment = Shipment.objects.create(warehouse=warehouse or _warehouse(), **{**defaults, **fields})
    variant = make_variant(weight_grams=750)
    ShipmentLine.objects.create(shipment=shipment, line="1", variant=variant, sku=variant.sku, title="Tazza", quantity=Decimal(1))
    return shipment


def _warehouse() -> Warehouse:
    return Warehouse.objects.order_by("pk").first() or make_warehouse()


def asked(shipment: Shipment) -> Label:
    """The label that was asked for; nobody has called the carrier yet."""
    assert request_labels([shipment.pk], by=None) == []
    return Label.objects.get(parcel__shipment=shipment)


def bought(shipment: Shipment) -> Label:
    label = asked(shipment)
    work_due_labels()
    label.refresh_from_db()
    return label


def let_label_leases_end() -> None:
    """Real time passes until nobody's call can be under way any more."""
    Label.objects.exclude(leased_until=None).update(leased_until=real_now() - timedelta(hours=1))
