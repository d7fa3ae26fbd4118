"""What a REST call carries, and which function answers which operation."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from erp.practice.faults import Faults
from erp.practice.serving import Request
from erp.practice.woocommerce.contract import Operation
from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.listing import Page
from erp.practice.woocommerce.rendering import View
from erp.practice.woocommerce.store import Store


@dataclass(frozen=True)
class Call:
    """An admitted request: known caller, checked arguments. `is_late` marks a write that lands after its caller has given up."""

    store: Store
    faults: Faults
    operation: Operation
    request: Request
    ids: dict[str, str]
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    is_late: bool = False
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.store.settings()["time_zone"])

    @property
    def view(self) -> View:
        return View(self.request.base_url, self.zone, self.query.get("dp", 2))

    def id(self, name: str = "id") -> int:
        return int(self.ids[name])


@dataclass(frozen=True)
class Reply:
    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Reply]
HANDLERS: dict[tuple[str, str], Handler] = {}


def answers(method: str, path: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS[(path, method)] = handler
        return handler

    return register


def listed(call: Call, page: Page, bodies: list[Any]) -> Reply:
    return Reply(bodies, headers=page.headers(call.request.base_url + call.request.path, call.request.query))


def created(call: Call, body: dict[str, Any], path: str) -> Reply:
    return Reply(body, 201, {"Location": call.view.api(path)})


def run_batch(items: list[Any], handle: Callable[[Any], dict[str, Any]]) -> list[dict[str, Any]]:
    """One answer per item inside a 200: the thing itself, or its id with an `error`."""
    results = []
    for item in items:
        try:
            results.append(handle(item))
        except RestError as refusal:
            results.append({"id": _item_id(item), "error": refusal.body()})
    return results


def _item_id(item: Any) -> int:
    wanted = item.get("id", 0) if isinstance(item, dict) else item
    return int(wanted) if isinstance(wanted, int) or str(wanted).isdigit() else 0


def number_of(item: Any) -> int:
    return _item_id(item)


def only_fields(body: Any, names: list[str]) -> Any:
    """`_fields`: the keys asked for and no others."""
    if not names:
        return body
    if isinstance(body, list):
        return [only_fields(one, names) for one in body]
    return {name: body[name] for name in names if name in body}
