"""One shop in one place: its store, its doors (REST, till, control), its clockwork and its webhooks."""

import json
import sqlite3
import threading
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from erp.core import clock
from erp.practice.faults import Faults
from erp.practice.serving import Answer, Request, RunningSite
from erp.practice.woocommerce import checkout
from erp.practice.woocommerce.control import ControlDoor
from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.lines import find_product
from erp.practice.woocommerce.orders import load_order
from erp.practice.woocommerce.products import product_body
from erp.practice.woocommerce.rendering import View, order_bodies
from erp.practice.woocommerce.rest.door import RestDoor
from erp.practice.woocommerce.rest.people import coupon_body, customer_body
from erp.practice.woocommerce.store import Store, precise
from erp.practice.woocommerce.storefront import Storefront
from erp.practice.woocommerce.webhooks import Dispatcher, deletion_body

CLOCKWORK_SECONDS = 0.5


class Shop:
    """Answers requests without a network too (`answer`); `serve` puts it on an address. `faults` is the switchboard."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.faults = Faults(self._log_fault)
        self.rest = RestDoor(store, self.faults)
        self.dispatcher = Dispatcher(store, self.faults, self.render)
        self._storefront = Storefront(store)
        self._control = ControlDoor(store, self.faults)
        self._stopping = threading.Event()
        self._clockwork = threading.Thread(target=self._tick, daemon=True, name="shop:clockwork")

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/wp-json"):
            return self.rest.answer(request)
        if request.path.startswith("/_practice/"):
            return self._control.answer(request)
        return self._storefront.answer(request)

    def date(self) -> str:
        """The Date header: the shop's own clock, skew included."""
        return self.store.now().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def now(self) -> datetime:
        return self.store.now()

    def start(self, base_url: str) -> None:
        self.store.set("base_url", base_url)
        self.store.after_commit = self.dispatcher.wake
        self.dispatcher.start()
        self._clockwork.start()

    def stop(self) -> None:
        self._stopping.set()
        self._clockwork.join()
        self.rest.stop()
        self.dispatcher.stop()
        self.store.close()

    def _tick(self) -> None:
        while not self._stopping.wait(CLOCKWORK_SECONDS):
            checkout.cancel_unpaid(self.store)

    def _log_fault(self, kind: str, subject: str, detail: dict[str, Any]) -> None:
        with self.store.write() as change:
            sql = "INSERT INTO faults (ts, kind, subject, detail) VALUES (?, ?, ?, ?)"
            change.db.execute(sql, (precise(clock.now()), kind, subject, json.dumps(detail)))

    def render(self, topic: str, resource_id: int) -> bytes:
        """A webhook's body as it stands at this moment, not as it stood at the event."""
        resource, _, event = topic.partition(".")
        if event == "deleted":
            return deletion_body(resource_id)
        settings = self.store.settings()
        view = View(settings["base_url"], ZoneInfo(settings["time_zone"]))
        with self.store.read() as db:
            try:
                body = _resource_body(db, resource, resource_id, view)
            except RestError as refusal:
                body = refusal.body()
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _resource_body(db: sqlite3.Connection, resource: str, resource_id: int, view: View) -> dict[str, Any]:
    if resource == "order":
        return order_bodies(db, [load_order(db, resource_id)], view)[0]
    if resource == "product":
        row = find_product(db, resource_id)
        if row is None:
            raise RestError(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        return product_body(db, row, view)
    render, table = (customer_body, "customers") if resource == "customer" else (coupon_body, "coupons")
    row = db.execute(f"SELECT * FROM {table} WHERE id = ?", (resource_id,)).fetchone()
    if row is None:
        raise RestError(404, f"woocommerce_rest_{resource}_invalid_id", "Invalid ID.")
    return render(row, view)


def serve(shop: Shop, port: int = 0, tls: bool = False) -> RunningSite:
    """Open the shop on 127.0.0.1, on a free port unless one is named; `stop()` closes it and its store."""
    running = RunningSite(shop, port=port, tls=tls, folder=shop.store.path.parent, on_stop=shop.stop)
    shop.start(running.url)
    return running
