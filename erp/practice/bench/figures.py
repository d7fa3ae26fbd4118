"""All figures of `make bench`, one after the other, each printed as it is measured; missed bars are named."""

import os
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from catalog.models import Product, TaxCategory, Variant
from channels.services.importing.applying import write_page
from erp.practice.bench import desk, main_job, orders, web
from erp.practice.bench.dataset import Merchant, fill_with_history, merchant
from erp.practice.bench.leaving import leaving
from erp.practice.bench.timing import calibrate, run_for, statements
from inventory.queries import availabilities
from inventory.services.moving import receive
from orders.models import Order

RACE_PIECES = 20
BARS: dict[str, tuple[str, float]] = {
    "order_single_per_s": (">=", 100),
    "order_parallel_per_s": (">=", 180),
    "order_p99_ms": ("<=", 30),
    "order_sql": ("<=", 15),
    "order_sql_new_customer": ("<=", 20),
    "import_page_per_s": (">=", 600),
    "race_reserved": ("==", RACE_PIECES),
    "race_errors": ("==", 0),
    "race_s": ("<=", 2),
    "availability_5000_ms": ("<=", 50),
    "ship_per_s": (">=", 80),
    "invoice_per_s": (">=", 60),
    "pdf_per_s": (">=", 10),
    "print_50_s": ("<=", 10),
    "zpl_200_s": ("<=", 1),
    "order_list_ms": ("<=", 60),
    "order_list_kib": ("<=", 60),
    "order_search_ms": ("<=", 100),
    "order_list_page_sql": ("<=", 8),
    "lcp_worst_ms": ("<=", 1_500),
    "webhook_p99_ms": ("<=", 100),
    "web_worker_mib": ("<=", 150),
    "webhook_to_reserved_p95_ms": ("<=", 2_000),
    "sale_to_other_shop_p95_ms": ("<=", 2_000),
}


def measure(tell: Callable[[str], None]) -> dict[str, Any]:
    """Every figure that exists, by its stable name."""
    figures: dict[str, Any] = {"load_at_start": os.getloadavg()[0]}
    tell("data: 5,000 SKUs, 20,000 customers, 100,000 orders")
    house = _prepared()
    figures |= calibrate()
    tell(f"calibration: {figures}")
    for name, measured in (
        ("statements", lambda: _statements(house)),
        ("single", lambda: _single(house)),
        ("page", lambda: {"import_page_per_s": round(orders.page_of_fifty(house.account), 1)}),
        ("parallel", lambda: _parallel(house)),
        ("race", _race),
        ("availability", lambda: _availability(house)),
        ("leaving", lambda: leaving(house.account)),
        ("desk", desk.pages),
        ("web", lambda: web.webhooks(house.account, orders.next_number())),
        ("main job", main_job.latencies),
    ):
        found = measured()
        tell(f"{name}: {found}")
        figures |= found
    figures["load_at_end"] = os.getloadavg()[0]
    return figures


def missed(figures: dict[str, Any]) -> list[str]:
    """Sentences for the bars that a figure does not reach."""
    compare = {">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b, "==": lambda a, b: a == b}
    return [
        f"{name}: {figures[name]}, wanted {sign} {bar}"
        for name, (sign, bar) in BARS.items()
        if name in figures and not compare[sign](figures[name], bar)
    ]


def _prepared() -> Merchant:
    house = merchant()
    template = Order.objects.filter(source="bench").order_by("pk").values_list("pk", flat=True).first()
    if template is None:
        intake = orders.Intake(house.account, 1)
        write_page(house.account, *intake.pages(1, 1)[0])
        template = Order.objects.order_by("pk").values_list("pk", flat=True)[0]
    fill_with_history(template)
    return house


def _statements(house: Merchant) -> dict[str, Any]:
    """Counted for 3 and 30 lines, one order and a page of fifty, known and new customers; BEGIN and COMMIT included."""
    counts: dict[str, int] = {}
    for name, size, lines, new in (
        ("one", 1, 3, False),
        ("lines_30", 1, 30, False),
        ("page_50", 50, 3, False),
        ("new", 1, 3, True),
        ("page_new", 50, 3, True),
    ):
        page = orders.Intake(house.account, orders.next_number()).pages(1, size, lines=lines, new=new)[0]
        with statements() as found:
            write_page(house.account, *page)
        counts[name] = len(found)
    known = max(counts["one"], counts["lines_30"], counts["page_50"])
    return {"order_sql": known, "order_sql_new_customer": max(counts["new"], counts["page_new"]), "order_sql_counts": counts}


def _single(house: Merchant) -> dict[str, float]:
    run = orders.single(house.account)
    return {
        "order_single_per_s": round(run.per_second, 1),
        "order_p50_ms": round(run.percentile_ms(50), 2),
        "order_p99_ms": round(run.percentile_ms(99), 2),
    }


def _parallel(house: Merchant) -> dict[str, Any]:
    rates = {processes: round(orders.parallel(house.account, processes=processes), 1) for processes in (2, 4)}
    hot = round(orders.parallel(house.account, processes=2, hot=True, operations=1_000), 1)
    return {"order_parallel_per_s": max(rates.values()), "order_parallel_rates": rates, "order_hot_parallel_per_s": hot}


def _race() -> dict[str, float]:
    """A fresh SKU with exactly twenty pieces each time."""
    house = merchant()
    owner = User.objects.get(username="bench")
    sku = f"RACE-{time.time_ns()}"
    product = Product.objects.create(name=sku, sort_name=sku.lower(), tax_category=TaxCategory.objects.get(code="ordinaria"))
    variant = Variant.objects.create(product=product, sku=sku, title=sku, sort_title=sku.lower())
    receive(variant.pk, warehouse_id=house.warehouse.pk, quantity=Decimal(RACE_PIECES), by=owner, key=sku)
    return orders.race(variant.pk, pieces=RACE_PIECES)


def _availability(house: Merchant) -> dict[str, float]:
    run = run_for(lambda _n: availabilities(house.variants), operations=100, seconds=10)
    return {"availability_5000_ms": round(run.percentile_ms(50), 1)}
