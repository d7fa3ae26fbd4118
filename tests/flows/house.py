"""The whole house without Celery: two practice shops over real HTTP, accounts connected as staff do, and a hand that turns the wheels."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from catalog.models import Variant
from channels.models import Account, CancelPush, FirstStock, FulfilmentPush, Job, LocationMap, NumberRequest
from channels.registry import connectors
from channels.services.connecting.living import _begin, choose_first_stock
from channels.services.connecting.opening import check_keys, open_account
from channels.services.connecting.places import map_location
from channels.services.connecting.rehearsing import rehearse
from channels.services.importing.pulling import pull_orders
from channels.services.importing.sweeping import sweep_inbox
from channels.services.jobs import due_lanes
from channels.services.notifying import lanes as order_lanes
from channels.services.notifying.telling import tell_order
from channels.services.publishing.fencing import sweep_stock
from channels.services.publishing.requesting import KIND
from channels.services.publishing.sending import publish_lane
from erp.core.clock import now, real_now
from erp.core.delivering import deliver_pending
from erp.practice.serving import RunningSite
from erp.practice.woocommerce import Buyer, Control, Shop, Store, seeding, serve
from erp.practice.woocommerce.tracking import parcels_of
from inventory.models import Warehouse
from tests.clocks import ClockHand


@dataclass
class PracticeAccount:
    """One practice shop and the account of ours that is connected to it."""

    store: Store
    site: RunningSite
    items: dict[str, int]
    account: Account = field(init=False)

    def sell(self, goods: dict[str, int], **more: Any) -> dict[str, Any]:
        """A buyer checks out at the shop's own till; the till's answer."""
        with Buyer(self.site.url) as buyer:
            return buyer.check_out([(self.items[sku], pieces) for sku, pieces in goods.items()], **more)

    def staff(self, action: str, **arguments: Any) -> Any:
        with Control(self.site.url) as control:
            return control.staff(action, **arguments)

    def fault(self, kind: str, **rule: Any) -> None:
        with Control(self.site.url) as control:
            control.add_fault(kind, **rule)

    def shows(self, sku: str) -> int:
        """The number that the shop has for an SKU now."""
        return int(self.store.rows("SELECT stock_quantity FROM products WHERE id = ?", self.items[sku])[0]["stock_quantity"])

    def status(self, order_id: int) -> str:
        return str(self.store.rows("SELECT status FROM orders WHERE id = ?", order_id)[0]["status"])

    def parcels(self, order_id: int) -> list[tuple[str, str, str]]:
        """What the buyer sees on the order's page: carrier, number and link of each parcel."""
        document = json.loads(self.store.rows("SELECT doc FROM orders WHERE id = ?", order_id)[0]["doc"])
        return [(each["carrier"], each["number"], each["link"]) for each in parcels_of(document)]

    def letters(self, order_id: int) -> list[str]:
        """What the shop wrote to the buyer about the order."""
        rows = self.store.rows("SELECT note FROM order_notes WHERE order_id = ? AND customer_note ORDER BY id", order_id)
        return [str(row["note"]) for row in rows]


def let_answers_settle() -> None:
    """Real time passes until no call whose answer was lost can land any more."""
    long_ago = real_now() - timedelta(hours=1)
    for model in (FulfilmentPush, CancelPush):
        model.objects.filter(state="unknown").update(settles_at=long_ago)
        model.objects.filter(state="sending").update(leased_until=long_ago)
    Job.objects.filter(state="retry").update(due_at=now())


def open_shop(folder: Path, name: str, goods: dict[str, int]) -> PracticeAccount:
    """A shop that sells `goods` (SKU -> its own number) at 12.20."""
    store = Store(folder / f"{name}.sqlite3")
    seeding.set_up_italy(store, name=name)
    items = {sku: seeding.add_product(store, sku, price="12.20", sku=sku, stock=stock) for sku, stock in goods.items()}
    return PracticeAccount(store, serve(Shop(store)), items)


def connect(shop: PracticeAccount, code: str, warehouse: Warehouse, by: User, *, first_stock: str = FirstStock.REGIA) -> None:
    """Keys tested, places mapped, matched, rehearsed, first stock, live; orders are read by polls."""
    key, secret = seeding.add_key(shop.store)
    keys = {"consumer_key": key, "consumer_secret": secret}
    account = open_account(code=code, name=code.title(), connector="woocommerce", base_url=shop.site.url, keys=keys, by=by)
    check_keys(account.pk, by=by)
    for place in LocationMap.objects.filter(account=account):
        map_location(place.pk, warehouse_id=warehouse.pk, by=by)
    rehearse(account.pk, by=by)
    choose_first_stock(account.pk, first_stock=first_stock, by=by)
    _begin(account.pk, by=by, start_at=None)
    shop.account = Account.objects.get(pk=account.pk)


class Wheels:
    """Turns what Celery and beat turn, until nothing moves any more; the clock runs ahead past every read lag."""

    def __init__(self, clock: ClockHand) -> None:
        self._clock = clock

    def turn(self) -> None:
        for account in Account.objects.filter(state="live").order_by("pk"):
            pull_orders(account.pk)
        sweep_inbox()
        deliver_pending()
        sweep_stock()
        for account_id, lane in due_lanes(KIND):
            publish_lane(account_id, lane)
        order_lanes.sweep_pushes()
        for account_id, lane in due_lanes(order_lanes.KIND):
            tell_order(account_id, lane)
        deliver_pending()

    def settle(self, turns: int = 6) -> None:
        lag = max(connectors.get("woocommerce").capabilities().read_lag.total_seconds(), 1) + 1
        for _turn in range(turns):
            self.turn()
            self._clock.advance(lag)

    def is_quiet(self) -> bool:
        return not NumberRequest.objects.exists()


def variant_of(sku: str) -> Variant:
    return Variant.objects.get(sku=sku)
