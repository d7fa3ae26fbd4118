"""A raw body of any kind as facts: what a person has in a file and wants explained."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from channels.connectors.woocommerce.bodies import Body, identity, moment
from channels.connectors.woocommerce.mapper import order_of
from channels.connectors.woocommerce.refunds import is_refund, refund_of
from channels.connectors.woocommerce.webhooks import ping_number
from channels.contract import ChannelEvent, ChannelOrder, ChannelRefund, ContractBroken

Facts = ChannelOrder | ChannelRefund | ChannelEvent
WRAPPERS = ("data", "orders", "refunds", "order", "refund", "body")


def interpret(text: str, settings: Mapping[str, Any]) -> list[Facts]:
    """Orders, refunds, deletions and pings, alone, in a list or wrapped as other programs log them."""
    if number := ping_number(text.encode()):
        return [ChannelEvent(dedupe_key="", kind="other", external_id=number, occurred_at=None, topic="ping")]
    try:
        document = json.loads(text.lstrip("\ufeff"), parse_float=Decimal)
    except ValueError as problem:
        raise ContractBroken("(body)", f"not JSON: {problem}") from problem
    return [_facts(body, path, settings) for path, body in _bodies(document, "(body)")]


def _bodies(document: Any, path: str) -> Iterator[tuple[str, Body]]:
    if isinstance(document, list):
        for index, member in enumerate(document):
            yield from _bodies(member, f"{path}[{index}]")
        return
    if not isinstance(document, dict):
        raise ContractBroken(path, "is no object")
    wrapper = next((key for key in WRAPPERS if "id" not in document and isinstance(document.get(key), dict | list)), None)
    if wrapper:
        yield from _bodies(document[wrapper], f"{path}.{wrapper}")
    else:
        yield path, document


def _facts(body: Body, path: str, settings: Mapping[str, Any]) -> Facts:
    if "line_items" in body and "status" in body:
        return order_of(body, settings)
    if is_refund(body):
        return refund_of(body, {})
    if set(body) == {"id"}:
        return ChannelEvent(dedupe_key="", kind="order.deleted", external_id=identity(body["id"]), occurred_at=None, topic="deleted")
    if "type" in body and "stock_quantity" in body:
        return ChannelEvent("", "product.changed", identity(body.get("id")), moment(body.get("date_modified_gmt")), topic="product")
    raise ContractBroken(path, "is no order, refund or webhook of WooCommerce")
