"""Which service carries a shipment, by which van, and what a shop calls its carrier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.conf import settings

from crm.models import Company
from inventory.shipping.models import Carrier, CarrierService, Label, Shipment, ShippingRule, ShopCarrierName
from inventory.shipping.models.carriers import Payment
from inventory.shipping.pickups import next_pickup

PLACE = "{tracking}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a shipment is known by: shop, its shipping method, country of the recipient, and whether the driver collects cash."""

    source: str
    method: str
    country: str
    cash: bool


@dataclass(frozen=True, slots=True)
class ShopTracking:
    """What a shop is told of a parcel: the carrier's name there, the number, and the address of the tracking page ("" when none)."""

    carrier: str
    number: str
    url: str


def wish_of(shipment: Shipment) -> Wish:
    country = str(shipment.recipient.get("country") or "IT")
    return Wish(shipment.source, shipment.method, country, shipment.cash_to_collect is not None)


def choose_services(wishes: Sequence[Wish]) -> list[CarrierService | None]:
    """For each wish the service of the first rule that fits, None when no rule does; in one statement.

    Among equal priorities the more exact rule wins, then the older.
    """
    rules = sorted(
        ShippingRule.objects.filter(service__carrier__is_active=True).select_related("service__carrier").order_by("pk"),
        key=lambda rule: (rule.priority, -_exactness(rule)),
    )
    return [next((rule.service for rule in rules if fits(rule, wish)), None) for wish in wishes]


def fits(rule: ShippingRule, wish: Wish) -> bool:
    if wish.cash and not rule.service.collects_cash:
        return False
    if rule.payment and rule.payment != (Payment.CASH if wish.cash else Payment.PAID):
        return False
    told = ((rule.source, wish.source), (rule.method, wish.method), (rule.country, wish.country))
    return all(not asked or asked.strip().casefold() == said.strip().casefold() for asked, said in told)


def _exactness(rule: ShippingRule) -> int:
    return sum(1 for field in (rule.source, rule.method, rule.country, rule.payment) if field)


def due_moment(service: CarrierService | None, moment: datetime, zone: str) -> datetime | None:
    """When a shipment of that moment should leave: with the carrier's next pickup, `zone` being the company's. None without a pickup."""
    if service is None or service.carrier.pickup_at is None:
        return None
    return next_pickup(moment, service.carrier.pickup_at, zone)


def company_zone() -> str:
    """The company's time zone, in one statement."""
    return Company.objects.order_by("pk").values_list("time_zone", flat=True).first() or settings.TIME_ZONE


def fill_address(template: str, tracking: str) -> str:
    """The tracking page of one parcel; empty without a template or number."""
    return template.replace(PLACE, quote(tracking, safe="")) if template and tracking else ""


def tracking_url(label: Label) -> str:
    """The carrier's own page of a label whose service and carrier are loaded."""
    return fill_address(label.service.carrier.tracking_url, label.tracking_number)


def shop_carrier_name(source: str, carrier: Carrier) -> str:
    """What the shop calls the carrier; the carrier's own name where the shop has none for it."""
    named = ShopCarrierName.objects.filter(source=source, carrier=carrier).order_by("pk").first()
    return named.name if named else carrier.name


def shop_trackings(source: str, labels: Sequence[Label]) -> list[ShopTracking]:
    """What one shop is told of each label (service and carrier loaded), in their order, in one statement.

    The shop's own name and tracking address of a carrier where it has them, else the carrier's.
    """
    carriers = {label.service.carrier_id for label in labels}
    named = {row.carrier_id: row for row in ShopCarrierName.objects.filter(source=source, carrier_id__in=carriers)}
    return [_told(label, named.get(label.service.carrier_id)) for label in labels]


def _told(label: Label, named: ShopCarrierName | None) -> ShopTracking:
    carrier = label.service.carrier
    template = (named.tracking_url if named else "") or carrier.tracking_url
    return ShopTracking(named.name if named else carrier.name, label.tracking_number, fill_address(template, label.tracking_number))
