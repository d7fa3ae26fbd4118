"""Orders through transaction B: single, in parallel, all on one SKU, a page of fifty, and the race for the last twenty pieces.

Storing the raw body, taking the lease and mapping it are done before the clock starts (they are counted apart); the clock
runs from BEGIN to COMMIT of the importer's own `write_page`.
"""

import time
from decimal import Decimal

from django.db import connection

from channels.contract import RawOrder
from channels.locks import new_token, take_leases
from channels.models import Account, Via
from channels.services.connections import connect
from channels.services.importing.applying import write_page
from channels.services.importing.bodies import Body, read_body
from channels.services.importing.storing import store_states
from erp.core import clock
from erp.practice.bench.bodies import Shopper, order_body
from erp.practice.bench.dataset import CUSTOMERS, SKUS, SOURCE
from erp.practice.bench.timing import Run, run_for
from erp.practice.bench.workers import together, wait_for_all
from inventory.models import Reservation
from inventory.services.reserving import Claim, reserve
from orders.models import Order

LINES = 3
PAGE = 50
HOT_ITEM = 1


class Intake:
    """Bodies stored, leased and mapped ahead, handed out one page at a time."""

    def __init__(self, account: Account, first: int) -> None:
        self.account = account
        self._connector = connect(account)
        self._next = first

    def pages(self, count: int, size: int, *, hot: bool = False, new: bool = False, lines: int = LINES) -> list[tuple[str, list[Body]]]:
        return [self._page(size, hot=hot, new=new, lines=lines) for _ in range(count)]

    def _page(self, size: int, *, hot: bool, new: bool, lines: int) -> tuple[str, list[Body]]:
        numbers = range(self._next, self._next + size)
        self._next += size
        bodies = [read_body(self._connector, self._raw(number, hot=hot, new=new, lines=lines)) for number in numbers]
        stored = store_states(self.account.pk, [body.arrival() for body in bodies], via=Via.POLL, due_at=clock.now())
        token = new_token()
        take_leases(self.account.pk, [body.external_id for body in bodies], token)
        return token, [body.stored_as(stored[body.external_id]) for body in bodies]

    def _raw(self, number: int, *, hot: bool, new: bool, lines: int) -> RawOrder:
        items = [
            (HOT_ITEM if hot and place == 0 else 2 + (number * 7919 + place * 104_729) % (SKUS - 1), 1 + place % 2)
            for place in range(lines)
        ]
        text = order_body(number, Shopper(number if new else number % CUSTOMERS, is_new=new), items)
        return RawOrder(str(number), clock.now(), text)


def next_number() -> int:
    """Where this run's order numbers begin: above all earlier ones."""
    newest = (
        Order.objects.filter(source=SOURCE)
        .exclude(external_id__startswith="old-")
        .order_by("-pk")
        .values_list("external_id", flat=True)
        .first()
    )
    return int(newest or 1_000_000) + 10_000_000


def single(account: Account, *, operations: int = 1_500) -> Run:
    pages = Intake(account, next_number()).pages(operations, 1)
    run = run_for(lambda n: write_page(account, *pages[n]), operations=operations, seconds=float("inf"))
    count_orders(pages)
    return run


def page_of_fifty(account: Account, *, operations: int = 60) -> float:
    """Orders per second after mapping."""
    pages = Intake(account, next_number()).pages(operations, PAGE)
    run = run_for(lambda n: write_page(account, *pages[n]), operations=operations, seconds=float("inf"))
    count_orders(pages)
    return run.per_second * PAGE


def count_orders(pages: list[tuple[str, list[Body]]]) -> None:
    """Every order of the run is here with its pieces promised; anything else makes the figure worthless."""
    wanted = {body.external_id for _, page in pages for body in page}
    keys = set(Order.objects.filter(source=SOURCE, external_id__in=wanted).values_list("pk", flat=True))
    held = Reservation.objects.filter(reference__in=[f"ord_{key}" for key in keys], state="reserved").count()
    if len(keys) != len(wanted) or held != len(wanted) * LINES:
        raise RuntimeError(f"{len(wanted)} orders were written, {len(keys)} are here with {held} reservations")


def parallel(account: Account, *, processes: int, hot: bool = False, operations: int = 1_200) -> float:
    """Orders per second of several processes, each with its own share of `operations` orders."""
    first, share = next_number(), operations // processes
    rates: list[float] = together(_import_share, [(account.pk, first + worker * 1_000_000, share, hot) for worker in range(processes)])
    return sum(rates)


def race(variant_id: int, *, processes: int = 8, pieces: int = 20) -> dict[str, float]:
    """Processes that each claim single pieces of the last twenty, also when there are none; seconds from the first claim to the last."""
    shares = together(_race_share, [(variant_id, worker, pieces) for worker in range(processes)])
    reserved = Reservation.objects.filter(variant_id=variant_id, reference__startswith="race-", state="reserved").count()
    return {
        "race_reserved": reserved,
        "race_errors": sum(errors for errors, _begun, _ended in shares),
        "race_s": round(max(ended for _, _, ended in shares) - min(begun for _, begun, _ in shares), 2),
    }


def _import_share(account_id: int, first: int, operations: int, hot: bool) -> float:
    account = Account.objects.get(pk=account_id)
    pages = Intake(account, first).pages(operations, 1, hot=hot)
    wait_for_all()
    run = run_for(lambda n: write_page(account, *pages[n]), operations=operations, seconds=float("inf"))
    count_orders(pages)
    return run.per_second


def _race_share(variant_id: int, worker: int, tries: int) -> tuple[int, float, float]:
    connection.ensure_connection()
    wait_for_all()
    begun, errors = time.time(), 0
    for turn in range(tries):
        try:
            reserve([Claim(f"race-{worker}-{turn}", "1", variant_id, Decimal(1))])
        except Exception:  # whatever it is, it is what the figure counts
            errors += 1
    return errors, begun, time.time()
