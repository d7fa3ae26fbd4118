"""/orders/{id}/refunds and /refunds."""

import json
from typing import Any

from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.listing import Filter, add_common, ordering, read_page
from erp.practice.woocommerce.orders import load_order
from erp.practice.woocommerce.refunds import create_refund, delete_refund, load_refund, refund_body
from erp.practice.woocommerce.rest.routing import Call, Reply, answers, created, listed

COLUMNS = {"date": "created", "modified": "modified", "id": "id"}


def _list(call: Call, chosen: Filter, *, with_parent: bool) -> Reply:
    add_common(chosen, call.query, call.zone)
    with call.store.read() as db:
        page = read_page(db, "orders", chosen, ordering(call.query, COLUMNS), call.query)
        found: list[dict[str, Any]] = [json.loads(row["doc"]) for row in page.rows]
        bodies = [refund_body(db, refund, call.view, with_parent=with_parent) for refund in found]
    return listed(call, page, bodies)


@answers("GET", "/refunds")
def list_refunds(call: Call) -> Reply:
    """All orders' refunds, each with its `parent_id`."""
    return _list(call, Filter(["type = 'refund'"]), with_parent=True)


@answers("GET", "/orders/{order_id}/refunds")
def list_order_refunds(call: Call) -> Reply:
    with call.store.read() as db:
        load_order(db, call.id("order_id"))
    chosen = Filter(["type = 'refund'"])
    chosen.add("parent_id = ?", call.id("order_id"))
    return _list(call, chosen, with_parent=False)


@answers("GET", "/orders/{order_id}/refunds/{id}")
def read_refund(call: Call) -> Reply:
    with call.store.read() as db:
        return Reply(refund_body(db, load_refund(db, call.id("order_id"), call.id()), call.view))


@answers("POST", "/orders/{order_id}/refunds")
def add_refund(call: Call) -> Reply:
    order_id = call.id("order_id")
    with call.store.write() as change:
        refund = create_refund(change, load_order(change.db, order_id), call.body, actor="api")
        body = refund_body(change.db, refund, call.view)
    return created(call, body, f"/orders/{order_id}/refunds/{refund['id']}")


@answers("DELETE", "/orders/{order_id}/refunds/{id}")
def remove_refund(call: Call) -> Reply:
    if not call.query["force"]:
        raise RestError(501, "woocommerce_rest_trash_not_supported", "The shop_order_refund does not support trashing.")
    with call.store.write() as change:
        refund = load_refund(change.db, call.id("order_id"), call.id())
        body = refund_body(change.db, refund, call.view)
        delete_refund(change, refund)
    return Reply(body)
