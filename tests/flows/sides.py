"""The shops that share a divided variant in the property tests, with one face: what happens in them, and to what is sent there."""

from pathlib import Path
from typing import Protocol

from catalog.models import Variant
from channels.contract import Unknown
from channels.models import Account, Cursor
from channels.services.connections import connect, secret_name
from erp.core.clock import now
from erp.core.secrets import store_secret
from erp.practice.woocommerce import Buyer, SaleRefused, Shop, Store, seeding, serve, staff
from inventory.books import StockClass
from inventory.models import Allotment
from inventory.windows import window_key
from tests.factories.channels import make_account, make_listing, shops
from tests.factories.inventory import make_window
from tests.flows.windows import ExactConnector, Fault, RelativeConnector, WindowShop

PAID, UNPAID, CANCELLED, EXPIRED = "paid", "unpaid", "cancelled", "expired"


class Side(Protocol):
    """One shop, its account and its one window. `orders`: what became of each."""

    stock_class: StockClass
    account: Account
    item: str
    orders: dict[str, str]

    def open(self, variant: Variant, number: int) -> Allotment: ...
    def shows(self) -> int: ...
    def take(self) -> None: ...
    def put_back(self, order: str) -> None: ...
    def fail_next(self, fault: Fault) -> None: ...
    def land_late(self) -> None: ...
    def forget_late(self) -> None: ...
    def has_late(self) -> bool: ...
    def lose_next_cancel(self) -> None: ...
    def is_cancelled(self, order: str) -> bool: ...


def of_state(side: Side, state: str) -> list[str]:
    return [order for order, its in side.orders.items() if its == state]


def _open(side: Side, variant: Variant, number: int) -> Allotment:
    """Listing, window and reading position as they stand when the variant is divided already; what was sold before is read."""
    make_listing(side.account, side.item, variant, seen_quantity=number, seen_at=now())
    value = connect(side.account).first_cursor(now())
    Cursor.objects.update_or_create(account=side.account, flow="orders", defaults={"value": value, "read_through": now()})
    return make_window(
        variant,
        side.account.code,
        number,
        window=window_key(side.account.code, side.item),
        stock_class=side.stock_class.value,
        is_clean=number == 0,
    )


class MemorySide:
    """A shop in memory, compared and set or added to; it keeps no pieces for unpaid orders."""

    def __init__(self, code: str, stock_class: StockClass) -> None:
        connector = ExactConnector if stock_class is StockClass.EXACT else RelativeConnector
        self.stock_class = stock_class
        self.account = make_account(code, connector=connector.code, stock_ready_at=now())
        self.orders: dict[str, str] = {}

    def open(self, variant: Variant, number: int) -> Allotment:
        self.item, self.orders = variant.sku.lower(), {}
        self.shop = shops[self.account.code] = WindowShop(numbers={self.item: number})
        return _open(self, variant, number)

    def shows(self) -> int:
        return self.shop.numbers[self.item]

    def take(self) -> None:
        if order := self.shop.take(self.item):
            self.orders[order] = PAID

    def put_back(self, order: str) -> None:
        self.shop.put_back(order)
        self.orders[order] = CANCELLED

    def fail_next(self, fault: Fault) -> None:
        self.shop.fault = fault

    def land_late(self) -> None:
        self.shop.land_late()

    def forget_late(self) -> None:
        self.shop.late.clear()

    def has_late(self) -> bool:
        return bool(self.shop.late)

    def lose_next_cancel(self) -> None:
        self.shop.lost.append(Unknown("no answer"))

    def is_cancelled(self, order: str) -> bool:
        return bool(self.shop.orders[order]["status"] == "cancelled")


class PracticeSide:
    """A practice WooCommerce shop over real HTTP; it lets nothing expire by itself here."""

    stock_class = StockClass.ZERO
    FAULTS = {
        Fault.LOST_BEFORE: ("timeout_before", {}),
        Fault.LOST_AFTER: ("timeout_after", {}),
        Fault.LATE: ("late_write", {"delay": 86_400}),
    }

    def __init__(self, code: str, folder: Path) -> None:
        self.store = Store(folder / f"{code}.sqlite3")
        seeding.set_up_italy(self.store, name=code)
        self.store.set("hold_stock_minutes", 1_000_000)
        self.shop = Shop(self.store)
        self.site = serve(self.shop)
        self.buyer = Buyer(self.site.url)
        key, secret = seeding.add_key(self.store)
        settings = {"calls_per_second": 100_000, "calls_at_once": 100_000}
        self.account = make_account(code, connector="woocommerce", base_url=self.site.url, settings=settings, stock_ready_at=now())
        store_secret(secret_name(self.account), {"consumer_key": key, "consumer_secret": secret})
        self.orders: dict[str, str] = {}
        self._keys: dict[str, str] = {}

    def stop(self) -> None:
        self.buyer.close()
        self.site.stop()

    def open(self, variant: Variant, number: int) -> Allotment:
        product = seeding.add_product(self.store, variant.sku, price="12.20", sku=variant.sku, stock=number)
        self.item, self.orders = str(product), {}
        self.forget_late()
        self.shop.faults.clear()
        return _open(self, variant, number)

    def shows(self) -> int:
        row = self.store.rows("SELECT stock_quantity FROM products WHERE id = ?", int(self.item))[0]
        return int(row["stock_quantity"])

    def take(self) -> None:
        self._check_out("stripe", PAID)

    def start(self) -> None:
        """A buyer goes to the bank; the shop keeps the piece and does not lower its number."""
        self._check_out("ppcp-gateway", UNPAID)

    def _check_out(self, method: str, state: str) -> None:
        try:
            done = self.buyer.check_out([(int(self.item), 1)], payment_method=method)
        except SaleRefused as refusal:
            if refusal.code != "out_of_stock":
                raise
        else:
            self.orders[str(done["order_id"])] = state

    def pay(self, order: str) -> None:
        """The bank's notice of a payment begun earlier: nobody asks what the shop shows by now."""
        staff.pay_anyway(self.store, order_id=int(order))
        self.orders[order] = PAID

    def expire(self, order: str) -> None:
        staff.cancel_order(self.store, order_id=int(order))
        self.orders[order] = EXPIRED

    def put_back(self, order: str) -> None:
        staff.cancel_order(self.store, order_id=int(order))
        self.orders[order] = CANCELLED

    def fail_next(self, fault: Fault) -> None:
        self.shop.faults.clear()
        if fault:
            kind, more = self.FAULTS[fault]
            self.shop.faults.add(kind, count=1, methods=["POST"], path="/products/", seconds=0, **more)

    def land_late(self) -> None:
        self.shop.rest.land_late()

    def forget_late(self) -> None:
        for timer in self.shop.rest.late():
            timer.cancel()

    def has_late(self) -> bool:
        return bool(self.shop.rest.late())

    def lose_next_cancel(self) -> None:
        self.shop.faults.add("timeout_after", count=1, methods=["PUT"], path="/orders/", seconds=0)

    def is_cancelled(self, order: str) -> bool:
        return bool(self.store.rows("SELECT status FROM orders WHERE id = ?", int(order))[0]["status"] == "cancelled")
