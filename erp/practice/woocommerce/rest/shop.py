"""What the shop says about itself: taxes, shipping, ways to pay, settings, currency, health."""

import sqlite3
from typing import Any

from erp.practice.woocommerce.errors import RestError
from erp.practice.woocommerce.listing import Filter, ordering, read_page
from erp.practice.woocommerce.rendering import SYMBOLS, VERSION
from erp.practice.woocommerce.rest.routing import HANDLERS, Call, Reply, answers, listed

GROUPS = {"general": "Generale", "products": "Prodotti", "tax": "Imposte"}
OPTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "general": {
        "woocommerce_default_country": ("country", "select"),
        "woocommerce_currency": ("currency", "select"),
        "woocommerce_calc_taxes": ("yes", "checkbox"),
    },
    "products": {
        "woocommerce_manage_stock": ("yes", "checkbox"),
        "woocommerce_hold_stock_minutes": ("hold_stock_minutes", "number"),
    },
    "tax": {
        "woocommerce_prices_include_tax": ("prices_include_tax", "radio"),
        "woocommerce_tax_based_on": ("shipping", "select"),
        "woocommerce_shipping_tax_class": ("shipping_tax_class", "select"),
        "woocommerce_tax_round_at_subtotal": ("no", "checkbox"),
    },
}
CURRENCIES = {"EUR": "Euro", "USD": "Dollaro statunitense", "GBP": "Sterlina britannica", "CHF": "Franco svizzero"}
METHODS = {"flat_rate": "Tariffa unica", "free_shipping": "Spedizione gratuita", "local_pickup": "Ritiro in sede"}


@answers("GET", "")
def index(call: Call) -> Reply:
    routes = {f"/wc/v3{path}": {"namespace": "wc/v3", "methods": [method]} for path, method in HANDLERS}
    return Reply({"namespace": "wc/v3", "routes": routes})


def site_index(call_url: str, settings: dict[str, Any]) -> dict[str, Any]:
    """/wp-json/ itself: the one page that needs no key."""
    return {
        "name": settings["shop_name"],
        "description": "",
        "url": call_url,
        "home": call_url,
        "timezone_string": settings["time_zone"],
        "namespaces": ["wc/v3"],
        "authentication": {},
        "routes": {"/wc/v3": {"namespace": "wc/v3", "methods": ["GET"]}},
    }


def _tax_body(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "country": row["country"],
        "state": row["state"],
        "postcode": "",
        "city": "",
        "postcodes": [],
        "cities": [],
        "rate": f"{float(row['rate']):.4f}",
        "name": row["name"],
        "priority": row["priority"],
        "compound": False,
        "shipping": bool(row["shipping"]),
        "order": row["position"],
        "class": row["class"] or "standard",
    }


@answers("GET", "/taxes")
def list_taxes(call: Call) -> Reply:
    chosen = Filter()
    if call.query.get("class"):
        chosen.add("class = ?", "" if call.query["class"] == "standard" else call.query["class"])
    order = ordering(call.query, {"order": "position", "priority": "priority", "id": "id"})
    with call.store.read() as db:
        page = read_page(db, "tax_rates", chosen, order, call.query)
    return listed(call, page, [_tax_body(row) for row in page.rows])


@answers("GET", "/taxes/{id}")
def read_tax(call: Call) -> Reply:
    return Reply(_tax_body(_row(call, "SELECT * FROM tax_rates WHERE id = ?", call.id(), "woocommerce_rest_invalid_id")))


def _row(call: Call, sql: str, value: Any, code: str) -> sqlite3.Row:
    with call.store.read() as db:
        row: sqlite3.Row | None = db.execute(sql, (value,)).fetchone()
    if row is None:
        raise RestError(404, code, "Invalid ID.")
    return row


@answers("GET", "/taxes/classes")
def list_tax_classes(call: Call) -> Reply:
    classes = [{"slug": "standard", "name": "Aliquota standard"}]
    return Reply(classes + call.store.rows("SELECT slug, name FROM tax_classes ORDER BY slug"))


@answers("GET", "/shipping/zones")
def list_zones(call: Call) -> Reply:
    return Reply([_zone(row) for row in call.store.rows("SELECT * FROM shipping_zones ORDER BY position, id")])


def _zone(row: Any) -> dict[str, Any]:
    return {"id": row["id"], "name": row["name"], "order": row["position"]}


@answers("GET", "/shipping/zones/{id}")
def read_zone(call: Call) -> Reply:
    return Reply(_zone(_row(call, "SELECT * FROM shipping_zones WHERE id = ?", call.id(), "woocommerce_rest_shipping_zone_invalid")))


@answers("GET", "/shipping/zones/{id}/locations")
def list_locations(call: Call) -> Reply:
    zone = _row(call, "SELECT * FROM shipping_zones WHERE id = ?", call.id(), "woocommerce_rest_shipping_zone_invalid")
    return Reply([{"code": country, "type": "country"} for country in zone["countries"].split()])


@answers("GET", "/shipping/zones/{zone_id}/methods")
def list_zone_methods(call: Call) -> Reply:
    sql = "SELECT * FROM shipping_methods WHERE zone_id = ? ORDER BY position, instance_id"
    return Reply([_method(row) for row in call.store.rows(sql, call.id("zone_id"))])


def _method(row: dict[str, Any]) -> dict[str, Any]:
    settings = {"title": {"id": "title", "value": row["title"]}}
    settings |= {"cost": {"id": "cost", "value": row["cost"]}} if row["method_id"] == "flat_rate" else {}
    own = {"id": row["instance_id"], "instance_id": row["instance_id"], "title": row["title"], "order": row["position"]}
    return own | {
        "enabled": bool(row["enabled"]),
        "method_id": row["method_id"],
        "method_title": METHODS[row["method_id"]],
        "settings": settings,
    }


@answers("GET", "/shipping_methods")
def list_shipping_methods(call: Call) -> Reply:
    return Reply([{"id": method, "title": title, "description": ""} for method, title in METHODS.items()])


def _gateway(row: Any) -> dict[str, Any]:
    supports = ["products", "refunds"] if row["refunds"] else ["products"]
    own = {"id": row["id"], "title": row["title"], "description": "", "order": row["position"], "enabled": bool(row["enabled"])}
    return own | {"method_title": row["title"], "method_description": "", "method_supports": supports, "settings": {}}


@answers("GET", "/payment_gateways")
def list_gateways(call: Call) -> Reply:
    return Reply([_gateway(row) for row in call.store.rows("SELECT * FROM gateways ORDER BY position, id")])


@answers("GET", "/payment_gateways/{id}")
def read_gateway(call: Call) -> Reply:
    row = _row(call, "SELECT * FROM gateways WHERE id = ?", call.ids["id"], "woocommerce_rest_payment_gateway_invalid")
    return Reply(_gateway(row))


def _option(call: Call, group: str, option: str) -> dict[str, Any]:
    source, kind = OPTIONS[group][option]
    settings = call.store.settings()
    value = settings.get(source, source)
    if option == "woocommerce_default_country":
        value = f"{settings['country']}:{settings['state']}"
    if isinstance(value, bool):
        value = "yes" if value else "no"
    own = {"id": option, "label": option, "description": "", "type": kind, "default": "", "tip": "", "group_id": group}
    return own | {"value": str(value) if value != 0 else ""}


def _known_group(call: Call) -> str:
    if call.ids["group_id"] not in OPTIONS:
        raise RestError(404, "rest_setting_setting_group_invalid", "Invalid setting group.")
    return call.ids["group_id"]


@answers("GET", "/settings")
def list_groups(call: Call) -> Reply:
    return Reply([{"id": group, "label": label, "description": "", "parent_id": "", "sub_groups": []} for group, label in GROUPS.items()])


@answers("GET", "/settings/{group_id}")
def list_options(call: Call) -> Reply:
    group = _known_group(call)
    return Reply([_option(call, group, option) for option in OPTIONS[group]])


def _known_option(call: Call) -> tuple[str, str]:
    group = _known_group(call)
    if call.ids["id"] not in OPTIONS[group]:
        raise RestError(404, "rest_setting_setting_invalid", "Invalid setting.")
    return group, call.ids["id"]


@answers("GET", "/settings/{group_id}/{id}")
def read_option(call: Call) -> Reply:
    return Reply(_option(call, *_known_option(call)))


@answers("PUT", "/settings/{group_id}/{id}")
def write_option(call: Call) -> Reply:
    """Only the held minutes can be written; an empty number means that nothing is held."""
    group, option = _known_option(call)
    value = call.body.get("value")
    if option == "woocommerce_hold_stock_minutes" and (value in ("", None) or str(value).isdigit()):
        call.store.set("hold_stock_minutes", int(value or 0))
    else:
        raise RestError(400, "rest_setting_value_invalid", "An invalid setting value was passed.")
    return Reply(_option(call, group, option))


@answers("GET", "/data/currencies/current")
def read_currency(call: Call) -> Reply:
    code = call.store.settings()["currency"]
    return Reply({"code": code, "name": CURRENCIES.get(code, code), "symbol": SYMBOLS.get(code, code)})


@answers("GET", "/system_status")
def read_system_status(call: Call) -> Reply:
    settings = call.store.settings()
    environment = {
        "home_url": call.request.base_url,
        "site_url": call.request.base_url,
        "version": VERSION,
        "wp_version": "6.8.1",
        "wp_multisite": False,
        "language": "it_IT",
        "default_timezone": "UTC",
        "php_version": "8.2.28",
        "server_time": call.store.now().strftime("%Y-%m-%dT%H:%M:%S"),
    }
    shop = {
        "currency": settings["currency"],
        "currency_symbol": SYMBOLS.get(settings["currency"], settings["currency"]),
        "number_of_decimals": 2,
        "decimal_separator": ",",
        "thousand_separator": ".",
        "timezone": settings["time_zone"],
    }
    security = {"secure_connection": call.request.secure, "hide_errors": True}
    return Reply({"environment": environment, "settings": shop, "security": security, "active_plugins": [], "database": {}})
