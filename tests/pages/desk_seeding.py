"""A desk in the middle of its day: orders of every kind, as the services would leave them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from catalog.models import Variant
from erp.core import clock
from inventory.models import Reservation, Warehouse
from inventory.shipping.models import Carrier, CarrierService, Shipment
from orders.models import Hold, Order, OrderLine
from orders.models.order import reference_of
from tests.factories.crm import make_company, make_party
from tests.factories.inventory import make_variant, make_warehouse, put
from tests.pages.seeding import make_account, make_order

PEOPLE = (
    ("Giulia Ferrante", "BA"),
    ("Marco Bellandi", "PT"),
    ("Chiara Donà", "PD"),
    ("Antonio Esposito", "NA"),
    ("Elena Marchetti", "BO"),
    ("Paolo Sartori", "VR"),
    ("Federica Lai", "CA"),
    ("Davide Conti", "MI"),
    ("Sara Colombo", "BG"),
    ("Osteria del Fosso Antico", "SI"),
)
POSTCODES = {"BA": "70121", "PT": "51100", "PD": "35121", "NA": "80121", "BO": "40121", "VR": "37121", "CA": "09124", "MI": "20121"}
POSTCODES |= {"BG": "24121", "SI": "53100"}
GOODS = ("Tazza Onda, salvia", "Vaso Lago 22 cm, terracotta", "Piatto piano Onda 27 cm, bianco latte", "Candela foglia di fico, 220 g")


class Desk:
    """Makes orders by name of what they are; numbers run."""

    def __init__(self) -> None:
        make_company()
        self.warehouse = Warehouse.objects.first() or make_warehouse("FA")
        self.account = make_account("terramare", "Terramare Casa")
        make_account("pro", "Terramare Pro")
        self.variants = [make_variant(f"ART-{place}", title=title, sort_title=title.lower()) for place, title in enumerate(GOODS)]
        for variant in self.variants:
            put(variant, self.warehouse, 1000)
        self.parties = [make_party(name) for name, _province in PEOPLE]
        self.carriers = {name: self._carrier(name) for name in ("GLS", "BRT")}
        self.made = 0

    def _carrier(self, name: str) -> CarrierService:
        carrier = Carrier.objects.create(code=name.lower(), name=name, backend="manual")
        return CarrierService.objects.create(carrier=carrier, code="std", name="Standard")

    def order(self, *, lines: int = 1, hold: str = "", reason: str = "", country: str = "IT", **fields: Any) -> Order:
        """An order that may ship, or one that is held for `hold`."""
        self.made += 1
        name, province = PEOPLE[self.made % len(PEOPLE)]
        hours, total = fields.pop("hours", 2), fields.pop("total", f"{40 + self.made}.90")
        order = make_order(
            5000 + self.made, self.parties[self.made % len(PEOPLE)], status="held" if hold else "released", total=total, hours=hours
        )
        values = {
            "customer_name": name,
            "shipping": {"name": name, "street": "Via dei Serragli 48", "city": "Firenze", "province": province}
            | {"postcode": POSTCODES[province], "country": country},
            "customer": {"email": "marta@example.com", "phone": "055 012 34 56"},
            **fields,
        }
        Order.objects.filter(pk=order.pk).update(**values)
        for place in range(lines):
            self._line(order, place, is_short=hold == "short")
        if hold:
            Hold.objects.create(order=order, kind=hold, reason=reason, placed_at=clock.now())
        order.refresh_from_db()
        return order

    def _line(self, order: Order, place: int, *, is_short: bool) -> None:
        variant: Variant = self.variants[(order.pk + place) % len(self.variants)]
        OrderLine.objects.create(
            order=order,
            external_id=str(place),
            position=place,
            variant=variant,
            sku=variant.sku,
            title=variant.title,
            quantity=Decimal(1),
            net=Decimal("10.00"),
            tax=Decimal("2.20"),
            claimed=Decimal(1),
        )
        row = {"reference": order.reference, "line": str(place), "variant": variant, "quantity": 1, "created_at": clock.now()}
        if is_short:
            Reservation.objects.create(**row, state="short")
        else:
            Reservation.objects.create(**row, state="reserved", warehouse=self.warehouse)
            self.warehouse.levels.filter(variant=variant).update(reserved=models_reserved(variant))

    def ship(self, order: Order, carrier: str = "GLS", *, due: datetime | None = None, status: str = "ready", **fields: Any) -> Shipment:
        """The open shipment of an order, due at a pickup."""
        moment = clock.now()
        return Shipment.objects.create(
            order_reference=reference_of(order.pk),
            order_number=order.number,
            source=order.source,
            warehouse=self.warehouse,
            status=status,
            recipient_name=order.customer_name,
            currency="EUR",
            service=self.carriers[carrier],
            placed_at=order.placed_at,
            opened_at=moment,
            due_at=due or moment + timedelta(hours=2),
            **fields,
        )


def models_reserved(variant: Variant) -> Decimal:
    return sum((row.quantity for row in Reservation.objects.filter(variant=variant, state="reserved")), Decimal(0))


def make_day(size: int = 1) -> Desk:
    """`size` orders of each kind."""
    desk, now = Desk(), clock.now()
    gls, brt = now + timedelta(hours=1, minutes=38), now + timedelta(hours=2, minutes=38)
    for place in range(size):
        desk.ship(desk.order(hours=26), due=now - timedelta(hours=1))
        desk.ship(desk.order(lines=2, hours=20), due=gls, status="picking")
        desk.ship(desk.order(hours=19), due=gls, status="packed")
        desk.ship(desk.order(lines=3, gift_message="Per la casa nuova" if place == 0 else ""), due=gls)
        desk.ship(desk.order(country="DE"), "BRT", due=brt)
        desk.ship(desk.order(lines=2, payment_status="on_delivery", due=Decimal("10.00")), "BRT", due=brt)
        desk.order(hours=1)
        desk.order(hold="short", lines=2)
        desk.order(hold="awaiting_payment", payment_status="awaited", payment_title="Bonifico", due=Decimal("20.00"))
        desk.order(hold="by_staff", reason="Il cliente cambia indirizzo")
        desk.order(hold="fraud_review")
        desk.order(hold="unmapped_line")
        gone = desk.order(status="closed")
        desk.ship(gone, status="shipped", shipped_at=now)
        desk.order(status="cancelled", hours=30)
    return desk
