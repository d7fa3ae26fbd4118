"""The pages that staff look at all day, on a hundred thousand orders: server time, statements, and bytes."""

from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from erp.practice.bench import painting
from erp.practice.bench.dataset import CUSTOMERS, ORDERS
from erp.practice.bench.timing import statements
from inventory.shipping.models import PrintBatch, Shipment
from orders.invoices.models import Invoice
from orders.models import Order, OrderLine

TURNS = 60
KIB = 1024


def pages() -> dict[str, Any]:
    """Each page is opened as the owner, warm; the search with words that people type, slips among them."""
    owner = User.objects.get(username="bench")
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(User.objects.get(pk=owner.pk))
    newest = Order.objects.order_by("-pk").values_list("pk", flat=True)[0]
    figures: dict[str, Any] = {}
    listed, size, count = _open(client, [reverse("orders")])
    figures |= {"order_list_ms": listed[0], "order_list_p95_ms": listed[1], "order_list_kib": size, "order_list_page_sql": count}
    words = [f"cognome{CUSTOMERS // 2}", f"cogmone{CUSTOMERS // 3}", f"cliente{CUSTOMERS // 4}@example.com", "prodotto 421", "BENCH-00042"]
    words += [str(newest)[:5], f"old-{ORDERS // 2}", "nome12 cognome"]
    found, _size, _count = _open(client, [f"{reverse('search')}?q={word}" for word in words])
    figures |= {"order_search_ms": found[0], "order_search_p95_ms": found[1]}
    timed = {name: _open(client, [address]) for name, address in addresses(newest).items()}
    figures["pages_p95_ms"] = {name: milliseconds[1] for name, (milliseconds, _size, _count) in timed.items()}
    figures["pages_sql"] = {name: count for name, (_milliseconds, _size, count) in timed.items()}
    return figures | painting.largest_paints(client.cookies["sessionid"].value, addresses(newest) | {"order_list": reverse("orders")})


def addresses(newest: int) -> dict[str, str]:
    """Our own pages by name, that of the newest order and its article among them."""
    variant = OrderLine.objects.filter(order=newest).order_by("position").values_list("variant", flat=True)[0]
    plain = ("today", "attention", "new_order", "shipments", "shipments_manifest", "invoices", "stock", "activity", "search", "menu")
    one = {"order": reverse("order", args=[newest]), "order_edit": reverse("order_edit", args=[newest])}
    one |= {"order_cancel": reverse("order_cancel", args=[newest]), "stock_why": reverse("stock_why", args=[variant])}
    shipment = Shipment.objects.order_by("-pk").values_list("pk", flat=True).first()
    batch = PrintBatch.objects.order_by("-pk").values_list("pk", flat=True).first()
    invoice = Invoice.objects.order_by("-pk").values_list("pk", flat=True).first()
    for name, key in (("shipment", shipment), ("batch", batch), ("invoice", invoice)):
        one |= {name: reverse(name, args=[key])} if key else {}
    return {name: reverse(name) for name in plain} | one


def _open(client: Client, addresses: list[str]) -> tuple[tuple[float, float], float, int]:
    """(median, p95) in milliseconds, the largest answer in KiB, the most statements."""
    seconds: list[float] = []
    size = most = 0
    for address in addresses:
        client.get(address)
        with statements() as found:
            client.get(address)
        most = max(most, len(found))
    for turn in range(max(TURNS, len(addresses))):
        began = perf_counter()
        answer = client.get(addresses[turn % len(addresses)])
        seconds.append(perf_counter() - began)
        if answer.status_code not in (200, 302):
            raise RuntimeError(f"{addresses[turn % len(addresses)]} answered {answer.status_code}")
        size = max(size, len(answer.content))
    figures = (round(median(seconds) * 1000, 1), round(quantiles(seconds, n=20)[18] * 1000, 1))
    return figures, round(size / KIB, 1), most
