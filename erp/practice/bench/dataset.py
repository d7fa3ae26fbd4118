"""The merchant of the bench: 5,000 SKUs, 20,000 customers, 100,000 orders, one WooCommerce account; made once, kept between runs.

One order goes through the real services; the rest are copies of its rows, so that the tables have the size of years within a minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection

from catalog.models import TaxCategory, Variant
from catalog.rows import ProductRow
from catalog.services.importing import import_products
from channels.models import Account, Binding, Listing
from channels.states import AccountState
from crm.models import Party
from crm.people import Person, PostalAddress
from crm.services.parties import resolve_parties
from erp.core import clock
from erp.core.transactions import atomic
from erp.practice.bench.bodies import Shopper
from inventory.models import Allotment, Warehouse, WindowPolicy
from inventory.services.allotting import mark_split_if_books_hold
from inventory.services.moving import receive
from inventory.services.opening import NewWindow, open_windows
from inventory.windows import window_key
from orders.models import Order

SKUS = 5_000
CUSTOMERS = 20_000
ORDERS = 100_000
PIECES = Decimal(1_000_000)
SOURCE = "bench"
_PLACED = f"t.placed_at - ({ORDERS} - g) * interval '7 minutes'"
COPIED = ("orders_orderline", "orders_adjustment", "orders_taxrow", "orders_payment")


@dataclass(frozen=True)
class Merchant:
    account: Account
    warehouse: Warehouse
    variants: Sequence[int]


def merchant() -> Merchant:
    """The bench's merchant, made on the first call."""
    if not Account.objects.filter(code=SOURCE).exists():
        _make_master_data()
    account = Account.objects.get(code=SOURCE)
    variants = list(Variant.objects.filter(sku__startswith="BENCH-").order_by("sku").values_list("pk", flat=True))
    return Merchant(account, Warehouse.objects.get(code="bench"), variants)


def _make_master_data() -> None:
    owner, _made = User.objects.get_or_create(username="bench")
    warehouse, _made = Warehouse.objects.get_or_create(code="bench", defaults={"name": "Bench", "priority": 1})
    TaxCategory.objects.get_or_create(code="ordinaria", defaults={"name": "Ordinaria", "rate": Decimal(22)})
    rows = [ProductRow(sku=f"BENCH-{n:05}", product=f"Prodotto {n}", tax_category="ordinaria", price=Decimal("12.20")) for n in range(SKUS)]
    import_products(rows, by=owner)
    variants = list(Variant.objects.filter(sku__startswith="BENCH-").order_by("sku").values_list("pk", flat=True))
    for variant in variants:
        receive(variant, warehouse_id=warehouse.pk, quantity=PIECES, by=owner, key=f"bench:{variant}")
    account = Account.objects.create(
        code=SOURCE, name="Bench", connector="woocommerce", base_url="http://127.0.0.1:9", state=AccountState.LIVE,
        start_at=clock.now(), created_at=clock.now(), stock_ready_at=clock.now(), currency="EUR",
    )  # fmt: skip
    Listing.objects.bulk_create(
        Listing(account=account, external_item=str(n + 1), sku=f"BENCH-{n:05}", variant_id=variant, binding=Binding.EXACT)
        for n, variant in enumerate(variants)
    )
    _open_windows(variants)
    _make_customers()


def _open_windows(variants: Sequence[int]) -> None:
    """Every listing is a window; a third of the variants is split, their books proved as after a fence."""
    split = variants[::3]
    WindowPolicy.objects.bulk_create(WindowPolicy(variant_id=variant, mode="split") for variant in split)
    for start in range(0, SKUS, 500):
        open_windows(
            [
                NewWindow(window_key(SOURCE, str(start + place + 1)), SOURCE, variant, "zero", seen=PIECES / 2)
                for place, variant in enumerate(variants[start : start + 500])
            ]
        )
    Allotment.objects.filter(source=SOURCE).update(standing="certain")
    for start in range(0, len(split), 500):
        mark_split_if_books_hold(split[start : start + 500])


def _make_customers() -> None:
    for start in range(0, CUSTOMERS, 500):
        with atomic():
            resolve_parties([_person(Shopper(number)) for number in range(start, start + 500)])


def _person(shopper: Shopper) -> Person:
    address = PostalAddress(
        name=shopper.name,
        company="",
        street=shopper.street,
        street2="",
        postcode="48018",
        city="Faenza",
        province="RA",
        country="IT",
        phone="",
    )
    return Person(
        source=SOURCE, external_id=None, email=shopper.email, phone="", first_name=shopper.first_name, last_name=shopper.last_name,
        company="", codice_fiscale="", partita_iva="", recipient_code="", pec="", language="", address=address,
    )  # fmt: skip


def fill_with_history(template: int) -> int:
    """Copy one placed order until the tables hold 100,000, one every seven minutes and all of them gone; returns how many copies."""
    missing = ORDERS - Order.objects.count()
    if missing <= 0:
        return 0
    with atomic(), connection.cursor() as cursor:
        left = {"external_id": "'old-' || g", "party_id": _any_party(), "status": "'closed'", "placed_at": _PLACED, "created_at": _PLACED}
        _copy(cursor, "orders_order", "id", template, missing, left)
        for table in COPIED:
            _copy(cursor, table, "order_id", template, missing, {})
        _copy_reservations(cursor, template, missing)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return missing


def _any_party() -> str:
    first = Party.objects.order_by("pk").values_list("pk", flat=True)[0]
    return f"{first} + (g %% {CUSTOMERS})"


def _columns(cursor: object, table: str) -> list[str]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in cursor.fetchall()]  # type: ignore[attr-defined]


def _copy(cursor: object, table: str, key: str, template: int, copies: int, overrides: dict[str, str]) -> None:
    """Copies of the template's rows: order ids count on from the highest, the rows' own ids come from their sequence."""
    first = Order.objects.order_by("-pk").values_list("pk", flat=True)[0] if table == "orders_order" else template
    overrides = {**overrides, key: f"{max(first, template)} + g"}
    columns = [name for name in _columns(cursor, table) if name != "id" or key == "id"]
    values = ", ".join(overrides.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(  # type: ignore[attr-defined]
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, generate_series(1, %s) g WHERE t.{key} = %s", [copies, template]
    )
    if key == "id":
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # type: ignore[attr-defined]


def _copy_reservations(cursor: object, template: int, copies: int) -> None:
    """Old orders have left: their reservations are fulfilled and weigh on no level."""
    overrides = {"reference": f"'ord_' || ({template} + g)", "state": "'fulfilled'", "closed_at": "t.created_at"}
    columns = [name for name in _columns(cursor, "inventory_reservation") if name != "id"]
    values = ", ".join(overrides.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(  # type: ignore[attr-defined]
        f"INSERT INTO inventory_reservation ({names}) SELECT {values} FROM inventory_reservation t, generate_series(1, %s) g "
        "WHERE t.reference = %s",
        [copies, f"ord_{template}"],
    )
