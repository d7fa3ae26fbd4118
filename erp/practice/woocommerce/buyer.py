"""Callers of a running shop from outside, over HTTP: buyers at the till, and the hand on the switchboard."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

Body = dict[str, Any]


class SaleRefused(Exception):
    """The till said no; `code` is out_of_stock, not_payable, invalid_coupon ..."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Caller:
    """One kept-alive connection; not to be shared between threads."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=timeout)

    def _call(self, method: str, path: str, body: Body | None = None) -> tuple[int, Any]:
        sent = json.dumps(body).encode() if body is not None else None
        self._connection.request(method, path, sent, {"Content-Type": "application/json", "User-Agent": "Mozilla/5.0"})
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Buyer(_Caller):
    """Buys at the shop's own till. Answers hold `order_id number order_key status total payment_url`; a refusal raises SaleRefused."""

    def check_out(self, items: list[tuple[int, int]], *, payment_method: str = "stripe", **more: Any) -> Body:
        """`items` are (product or variation id, pieces); `more`: billing, shipping, shipping_method (instance id), coupons, customer_note,
        meta (fiscal fields by their key), card ("ok" or "declined"), create_account."""
        basket = {"items": [{"product_id": product, "quantity": pieces} for product, pieces in items], "payment_method": payment_method}
        return self._till("/checkout", basket | {"billing": BILLING} | more)

    def pay(self, order_id: int, order_key: str, *, card: str = "ok") -> Body:
        """Pay an order that is still payable, from its payment link."""
        return self._till(f"/checkout/order-pay/{order_id}/", {"key": order_key, "card": card})

    def _till(self, path: str, body: Body) -> Body:
        status, answer = self._call("POST", path, body)
        if status >= 400:
            raise SaleRefused(answer["code"], answer["message"])
        found: Body = answer
        return found


class Control(_Caller):
    """The control door: faults, staff, settings, clockwork, state. A wrong request raises ValueError."""

    def _door(self, method: str, name: str, body: Body | None = None) -> Any:
        status, answer = self._call(method, f"/_practice/{name}", body)
        if status >= 400:
            raise ValueError(answer)
        return answer

    def add_fault(self, kind: str, **rule: Any) -> Any:
        return self._door("POST", "faults", {"add": [{"kind": kind, **rule}]})

    def clear_faults(self, kind: str | None = None) -> Any:
        return self._door("POST", "faults", {"clear": kind or True})

    def seed_faults(self, number: int) -> Any:
        return self._door("POST", "faults", {"seed": number})

    def faults(self) -> Any:
        return self._door("GET", "faults")

    def staff(self, action: str, **arguments: Any) -> Any:
        return self._door("POST", "staff", {"action": action, **arguments})["done"]

    def settings(self, **values: Any) -> Any:
        return self._door("POST", "settings", values)

    def tick(self) -> Any:
        return self._door("POST", "tick", {})

    def state(self) -> Any:
        return self._door("GET", "state")


BILLING = {
    "first_name": "Maria",
    "last_name": "Bianchi",
    "company": "",
    "address_1": "Via Garibaldi 12",
    "address_2": "",
    "city": "Torino",
    "state": "TO",
    "postcode": "10122",
    "country": "IT",
    "email": "maria.bianchi@example.com",
    "phone": "+39 011 5550001",
}
