"""The back door for tests, demo and auditor: /_practice/{faults,staff,settings,tick,state}. No real shop has it; it needs no key."""

import json
from typing import Any

from erp.practice.faults import Faults
from erp.practice.serving import Answer, Request
from erp.practice.woocommerce import checkout, staff
from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.store import Store

STOCK = """
SELECT id, parent_id, sku, name, type, status, manage_stock, stock_quantity, backorders,
    (SELECT COALESCE(SUM(quantity), 0) FROM holds WHERE product_id = products.id AND expires_at > ?) AS held
FROM products ORDER BY id
"""
ORDERS = (
    "SELECT id, status, created, modified, placed_at, created_via, doc ->> 'total' AS total FROM orders WHERE type = 'order' ORDER BY id"
)
REFUNDS = "SELECT id, parent_id AS order_id, doc ->> 'amount' AS amount FROM orders WHERE type = 'refund' ORDER BY id"
WEBHOOKS = "SELECT id, topic, status, delivery_url, failures FROM webhooks ORDER BY id"
DELIVERIES = "SELECT state, COUNT(*) AS number FROM deliveries GROUP BY state"


class ControlDoor:
    def __init__(self, store: Store, faults: Faults) -> None:
        self._store, self._faults = store, faults

    def answer(self, request: Request) -> Answer:
        try:
            body = json.loads(request.body) if request.body else {}
            status, reply = 200, self._act(request.method, request.path.removeprefix("/_practice/").strip("/"), body)
        except (ValueError, LookupError, TypeError) as error:
            status, reply = 400, {"error": str(error)}
        except RestError as refusal:
            status, reply = refusal.status, refusal.body()
        return Answer(status, json.dumps(reply, ensure_ascii=False).encode(), {"Content-Type": "application/json"})

    def _act(self, method: str, name: str, body: dict[str, Any]) -> Any:
        if method == "POST" and name == "faults":
            return self._switch(body)
        if method == "POST" and name == "staff":
            return self._staff(body)
        if method == "POST" and name == "settings":
            for setting, value in body.items():
                self._store.set(setting, value)
            return self._store.settings()
        if method == "POST" and name == "tick":
            return {"cancelled": checkout.cancel_unpaid(self._store)}
        if method == "GET" and name == "faults":
            return self._known_faults()
        if method == "GET" and name == "state":
            return self._state()
        raise LookupError("Known are GET faults, GET state, POST faults, POST staff, POST settings, POST tick.")

    def _switch(self, body: dict[str, Any]) -> dict[str, Any]:
        """`{"clear": true | "kind", "seed": n, "add": [{kind, count?, probability?, methods?, path?, options}]}`, in that order."""
        faults = self._faults
        if unknown := set(body) - {"clear", "seed", "add"}:
            raise ValueError(f"Unknown: {sorted(unknown)}.")
        if body.get("clear"):
            faults.clear(None if body["clear"] is True else body["clear"])
            if body["clear"] in (True, "clock_skew"):
                self._store.set("clock_skew_seconds", 0.0)
        if "seed" in body:
            faults.seed(body["seed"])
        for rule in body.get("add", []):
            add_fault(self._store, faults, **rule)
        return self._known_faults()

    def _known_faults(self) -> dict[str, Any]:
        injected = self._store.rows("SELECT ts, kind, subject, detail FROM faults ORDER BY id")
        return {"rules": self._faults.described(), "injected": injected}

    def _staff(self, body: dict[str, Any]) -> Any:
        arguments = {name: value for name, value in body.items() if name != "action"}
        if body.get("action") not in staff.ACTIONS:
            raise LookupError(f"Staff know {sorted(staff.ACTIONS)}.")
        if "lines" in arguments:
            arguments["lines"] = {int(position): pieces for position, pieces in arguments["lines"].items()}
        return {"done": staff.ACTIONS[body["action"]](self._store, **arguments)}

    def _state(self) -> dict[str, Any]:
        store = self._store
        now = store.now()
        return {
            "now": now.isoformat(),
            "settings": store.settings(),
            "stock": store.rows(STOCK, now.strftime("%Y-%m-%dT%H:%M:%S")),
            "orders": store.rows(ORDERS),
            "refunds": store.rows(REFUNDS),
            "webhooks": store.rows(WEBHOOKS),
            "deliveries": {row["state"]: row["number"] for row in store.rows(DELIVERIES)},
            "stock_events": store.rows("SELECT COUNT(*) AS number FROM stock_events")[0]["number"],
            "stock_writes": store.rows("SELECT COUNT(*) AS number FROM stock_writes")[0]["number"],
            "faults": store.rows("SELECT kind, COUNT(*) AS number FROM faults GROUP BY kind ORDER BY kind"),
        }


def add_fault(store: Store, faults: Faults, kind: str, **rule: Any) -> None:
    """One rule; a skewed clock is no rule but a state of the shop, until it is cleared."""
    if kind == "clock_skew":
        store.set("clock_skew_seconds", float(rule["seconds"]))
        faults.note(kind, rule)
    else:
        faults.add(kind, **rule)
