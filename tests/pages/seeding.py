"""A small merchant for the page tests: rows as the services would leave them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, Permission, User

from channels.models import Account, Cursor, Listing
from crm.models import Party
from erp.core import clock
from erp.core.models import Card
from inventory.models import Reservation, Warehouse
from orders.models import Hold, Order
from tests.factories.crm import make_company, make_party
from tests.factories.inventory import make_variant, make_warehouse, make_window, put

PASSWORD = "una-frase-lunga-e-mia"


def make_staff(name: str = "laura", *permissions: str, role: str = "", **fields: Any) -> User:
    user = User.objects.create_user(name, password=PASSWORD, is_staff=True, first_name="Laura", last_name="Venturi", **fields)
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_order(number: int, party: Party, *, status: str = "released", total: str = "61.00", due: str = "0.00", hours: int = 2) -> Order:
    moment = clock.now() - timedelta(hours=hours)
    return Order.objects.create(
        source="terramare",
        external_id=str(number),
        external_number=str(number),
        status=status,
        treatment="live",
        placed_at=moment,
        channel_updated_at=moment,
        created_at=moment,
        party=party,
        customer_name=party.name,
        currency="EUR",
        total=Decimal(total),
        goods_net=Decimal("50.00"),
        tax=Decimal(total) - Decimal("50.00"),
        payment_status="paid" if due == "0.00" else "awaited",
        paid=Decimal(total) - Decimal(due),
        due=Decimal(due),
    )


def make_account(code: str, name: str, *, state: str = "live", seconds: int = 4, **fields: Any) -> Account:
    """A WooCommerce account that answered `seconds` ago."""
    now = clock.now()
    account = Account.objects.create(
        code=code, name=name, connector="woocommerce", base_url="http://127.0.0.1:1/", state=state, start_at=now, created_at=now, **fields
    )
    Cursor.objects.create(account=account, flow="orders", confirmed_at=now - timedelta(seconds=seconds))
    return account


def make_card(number: int, kind: str = "channels.refused_order", *, amount: str | None = "61.00", **params: Any) -> Card:
    now = clock.now()
    told = {"account": "Terramare", "number": str(number), "reason": "La valuta XXX non esiste.", **params}
    return Card.objects.create(
        kind=kind,
        subject=f"message:{number}",
        params=told,
        amount=Decimal(amount) if amount else None,
        opened_at=now - timedelta(hours=number),
        seen_at=now,
    )


def make_listing(account: Account, variant: Any, seen: int) -> Listing:
    now = clock.now()
    return Listing.objects.create(
        account=account,
        external_item=variant.sku,
        sku=variant.sku,
        title=variant.title,
        variant=variant,
        binding="exact",
        seen_quantity=seen,
        seen_at=now - timedelta(seconds=9),
    )


def make_merchant(size: int) -> dict[str, Any]:
    """`size` of everything: orders of each kind, accounts, cards, variants with stock, promises and windows."""
    make_company()
    party = make_party("Giulia Ferrante")
    warehouse = Warehouse.objects.first() or make_warehouse("FA")
    accounts = [make_account(f"shop-{n}", f"Terramare {n}") for n in range(size)]
    variants = []
    for n in range(size):
        make_order(100 + n, party)
        held = make_order(200 + n, party, status="held", due="61.00")
        Hold.objects.create(order=held, kind="awaiting_payment", placed_at=clock.now())
        make_card(n + 1)
        variant = make_variant(f"TAZ-{n}", title=f"Tazza Onda {n}", sort_title=f"tazza onda {n}")
        level = put(variant, warehouse, 64, safety=4)
        Reservation.objects.create(
            reference=held.reference, line="1", variant=variant, warehouse=warehouse, quantity=6, state="reserved", created_at=clock.now()
        )
        level.reserved = 6
        level.save()
        Reservation.objects.create(reference=held.reference, line="2", variant=variant, quantity=2, state="short", created_at=clock.now())
        variants.append(variant)
    for account in accounts:
        for variant in variants:
            make_listing(account, variant, 54)
            make_window(variant, account.code, ceiling=54)
    return {"party": party, "accounts": accounts, "variants": variants}
