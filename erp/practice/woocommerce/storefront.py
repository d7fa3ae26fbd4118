"""The pages from which people, and the demo's buyers, buy. Italian, as a shop of this kind would be: its words are part of the fiction."""

import hashlib
import html
import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from erp.practice.serving import Answer, Request
from erp.practice.woocommerce import pages
from erp.practice.woocommerce.checkout import CheckoutError, check_out, methods_for, pay_order, read_basket
from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.money import fixed
from erp.practice.woocommerce.orders import Order, load_order
from erp.practice.woocommerce.rendering import ADDRESS
from erp.practice.woocommerce.store import Store
from erp.practice.woocommerce.tracking import parcels_of

PAY = "/checkout/order-pay/"
RECEIVED = "/checkout/order-received/"
NOTES = "SELECT note FROM order_notes WHERE order_id = ? AND customer_note ORDER BY id"


class Storefront:
    """`/`, `/checkout`, the payment link and the thank-you page; JSON in gives JSON out, a form gives a page."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, request: Request) -> Answer:
        try:
            if request.method == "GET":
                return self._page(request)
            if request.method == "POST":
                return self._post(request)
        except CheckoutError as refusal:
            return _refusal(request, refusal)
        except RestError:
            return pages.page(404, self._name(), "<p>Questo ordine non esiste.</p>")
        return pages.page(404, self._name(), "<p>Pagina non trovata.</p>")

    def _name(self) -> str:
        return html.escape(self._store.settings()["shop_name"])

    def _page(self, request: Request) -> Answer:
        if request.path == "/":
            return self._window()
        if request.path.startswith("/media/"):
            return _picture(request.path.removeprefix("/media/").removesuffix(".svg"))
        if request.path.startswith((PAY, RECEIVED)):
            order_id, key = _order_in(request)
            with self._store.read() as db:
                order = load_order(db, order_id)
                notes = [row["note"] for row in db.execute(NOTES, (order_id,))]
            if order["order_key"] != key:
                raise CheckoutError("invalid_order", "Ordine non valido.")
            summary = pages.order_summary(order, fixed(Decimal(order["total"])), parcels_of(order), notes)
            return pages.page(200, self._name(), summary)
        return pages.page(404, self._name(), "<p>Pagina non trovata.</p>")

    def _window(self) -> Answer:
        sql = "SELECT * FROM products WHERE status = 'publish' AND type <> 'variable' ORDER BY parent_id, id"
        products = self._store.rows(sql)
        gateways = self._store.rows("SELECT id, title FROM gateways WHERE enabled ORDER BY position, id")
        with self._store.read() as db:
            methods = [dict(row) for row in methods_for(db, self._store.settings()["country"])]
        return pages.page(200, self._name(), pages.window(products, gateways, methods))

    def _post(self, request: Request) -> Answer:
        if request.path.rstrip("/") == "/checkout":
            basket = read_basket(_basket_in(request))
            order = check_out(self._store, basket, ip=request.ip, agent=request.headers.get("User-Agent", ""))
            return _done(request, order, 201)
        if request.path.startswith(PAY):
            order_id, key = _order_in(request)
            body = json.loads(request.body) if _is_json(request) and request.body else {}
            return _done(request, pay_order(self._store, order_id, body.get("key") or key, card=body.get("card", "ok")), 200)
        return pages.page(404, self._name(), "<p>Pagina non trovata.</p>")


def _is_json(request: Request) -> bool:
    return request.headers.get("Content-Type", "").startswith("application/json")


def _order_in(request: Request) -> tuple[int, str]:
    number = request.path.strip("/").split("/")[-1]
    return int(number) if number.isdigit() else 0, dict(request.query).get("key", "")


def _basket_in(request: Request) -> dict[str, Any]:
    """A form names pieces `quantity_<id>` and address fields as the platform's own form does, `billing_first_name`."""
    if _is_json(request):
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise CheckoutError("invalid_json", "La richiesta non è leggibile.")
        return body
    form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    wanted = {name.removeprefix("quantity_"): count for name, count in form.items() if name.startswith("quantity_")}
    items = [{"product_id": int(product), "quantity": int(count)} for product, count in wanted.items() if count.isdigit() and int(count)]
    basket: dict[str, Any] = {
        "items": items,
        "payment_method": form.get("payment_method", ""),
        "billing": {name: form.get(f"billing_{name}", "") for name in (*ADDRESS, "email", "phone")},
        "customer_note": form.get("order_comments", ""),
        "coupons": [form["coupon_code"]] if form.get("coupon_code") else [],
        "meta": {f"_billing_{name}": form[f"billing_{name}"] for name in pages.FISCAL if form.get(f"billing_{name}")},
    }
    if form.get("shipping_method", "").isdigit():
        basket["shipping_method"] = int(form["shipping_method"])
    return basket


def _done(request: Request, order: Order, status: int) -> Answer:
    query = urlencode({"pay_for_order": "true", "key": order["order_key"]})
    payment = f"{request.base_url}{PAY}{order['id']}/?{query}"
    if not _is_json(request):
        received = f"{RECEIVED}{order['id']}/?{urlencode({'key': order['order_key']})}"
        return Answer(303, b"", {"Location": payment if order["status"] == "pending" else received})
    body = {
        "result": "success",
        "order_id": order["id"],
        "number": str(order["id"]),
        "order_key": order["order_key"],
        "status": order["status"],
        "total": fixed(Decimal(order["total"])),
        "total_tax": fixed(Decimal(order["total_tax"])),
        "payment_url": payment,
    }
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def _refusal(request: Request, refusal: CheckoutError) -> Answer:
    if _is_json(request):
        body = {"result": "failure", "code": refusal.code, "message": refusal.message}
        return Answer(400, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"})
    return pages.page(400, "Negozio", f'<p class="bad">{html.escape(refusal.message)}</p><p><a href="/">Torna al negozio</a></p>')


def _picture(name: str) -> Answer:
    """A quiet coloured tile per product; no file, no network."""
    hue = int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:4], 16) % 360
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 120"><rect width="160" height="120" fill="hsl({hue},40%,88%)"/>'
        f'<circle cx="80" cy="60" r="32" fill="hsl({hue},45%,60%)"/>'
        f'<circle cx="92" cy="50" r="12" fill="hsl({(hue + 40) % 360},55%,75%)"/></svg>'
    )
    return Answer(200, svg.encode(), {"Content-Type": "image/svg+xml", "Cache-Control": "max-age=3600"})
