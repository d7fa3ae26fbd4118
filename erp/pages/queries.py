"""What the shell and more than one page read. The number of statements never grows with the number of rows."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from channels.models import Account, Answer
from channels.states import JobState
from crm.models import Company
from erp.core.cards import known_kinds
from erp.core.models import Card
from erp.pages.pickups import LOADS, Van, vans_of
from inventory.shipping.states import OPEN_SHIPMENTS

ORDERS_FLOW = "orders"
WAITING_JOBS = (JobState.READY, JobState.CLAIMED, JobState.RETRY)
EURO = "EUR"
ROME = "Europe/Rome"
_HOUSE = f"""
    WITH house AS (
        SELECT company.name AS company, COALESCE(company.time_zone, %(rome)s) AS zone, cards.*, to_ship.*
        FROM (SELECT count(*), sum(amount) FILTER (WHERE currency = %(euro)s)
              FROM core_card WHERE closed_at IS NULL AND kind = ANY(%(kinds)s)) cards,
             (SELECT count(*) FROM orders_order WHERE status = 'released' AND is_shippable AND NOT is_test) to_ship
        LEFT JOIN (SELECT name, time_zone FROM crm_company ORDER BY id LIMIT 1) company ON true
    )
    SELECT house.*, loads.name IS NOT NULL, loads.* FROM house LEFT JOIN ({LOADS}) loads ON true
"""
_CHANNELS = """
    SELECT a.*, c.confirmed_at AS orders_at, c.failures, taken.answered_at AS taken_at, shown.at AS shown_at,
           jobs.waiting AS jobs_waiting, jobs.oldest AS jobs_oldest, jobs.parked AS jobs_parked,
           inbox.waiting AS inbox_waiting, inbox.oldest AS inbox_oldest, inbox.parked AS inbox_parked
    FROM channels_account a
    LEFT JOIN channels_cursor c ON c.account_id = a.id AND c.flow = %(orders)s
    LEFT JOIN LATERAL (
        SELECT answered_at FROM channels_stockwrite w
        WHERE w.account_id = a.id AND w.answer = %(taken)s ORDER BY answered_at DESC LIMIT 1
    ) taken ON true
    LEFT JOIN LATERAL (SELECT max(seen_at) AS at FROM channels_listing l WHERE l.account_id = a.id) shown ON true
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = ANY(%(waiting)s) AND due_at <= %(now)s) AS waiting,
               min(due_at) FILTER (WHERE state = ANY(%(waiting)s) AND due_at <= %(now)s) AS oldest,
               count(*) FILTER (WHERE state = 'parked') AS parked
        FROM channels_job j WHERE j.account_id = a.id
    ) jobs ON true
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'waiting' AND due_at <= %(now)s) AS waiting,
               min(due_at) FILTER (WHERE state = 'waiting' AND due_at <= %(now)s) AS oldest,
               count(*) FILTER (WHERE state = 'parked') AS parked
        FROM channels_inboxmessage m WHERE m.account_id = a.id AND m.state IN ('waiting', 'parked')
    ) inbox ON true
    ORDER BY a.name, a.id
"""


@dataclass(frozen=True)
class ChannelFacts:
    """How one account stands: when it was last read (`orders_at`) and when it last answered about numbers (`stock_at`: one of ours taken,
    or one of its own shown), what waits and since when, what is stuck."""

    account: Account
    orders_at: datetime | None
    failures: int
    stock_at: datetime | None
    waiting: int
    oldest_wait: datetime | None
    parked: int


@dataclass(frozen=True)
class Amount:
    """Money of one currency over several documents."""

    count: int
    total: Decimal
    currency: str


def open_cards() -> QuerySet[Card]:
    """The cards that wait, of the kinds that this version can tell."""
    return Card.objects.filter(closed_at=None, kind__in=known_kinds())


@dataclass(frozen=True)
class HouseFacts:
    """Who we are, the cards that wait with the euros at stake, how many orders are to be shipped, and the vans with their loads."""

    company: str
    zone: str
    cards: Amount
    to_ship: int
    vans: list[Van]


def house_facts(now: datetime) -> HouseFacts:
    """One statement; before the company is set up, no name and Rome's time."""
    told: dict[str, Any] = {"kinds": known_kinds(), "euro": EURO, "rome": ROME, "now": now}
    told["open"] = [str(status) for status in OPEN_SHIPMENTS]
    with connection.cursor() as cursor:
        cursor.execute(_HOUSE, told)
        rows = cursor.fetchall()
    company, zone, cards, at_stake, to_ship = rows[0][:5]
    vans = vans_of([row[6:] for row in rows if row[5]], now, zone)
    return HouseFacts(company or "", zone, Amount(cards, at_stake or Decimal(0), EURO), to_ship, vans)


def who_we_are() -> tuple[str, str]:
    """The company's name and time zone; before it is set up, no name and Rome's time."""
    return Company.objects.order_by("pk").values_list("name", "time_zone").first() or ("", ROME)


def channel_facts(now: datetime) -> list[ChannelFacts]:
    """Every account with its health, in one statement. What is not due yet does not wait."""
    told = {"now": now, "orders": ORDERS_FLOW, "waiting": [str(state) for state in WAITING_JOBS], "taken": str(Answer.DONE)}
    return [_facts(account) for account in Account.objects.raw(_CHANNELS, told)]


def _facts(account: Any) -> ChannelFacts:
    """From an `Account` with the columns of the statement."""
    return ChannelFacts(
        account=account,
        orders_at=account.orders_at,
        failures=account.failures or 0,
        stock_at=max((at for at in (account.shown_at, account.taken_at) if at), default=None),
        waiting=account.jobs_waiting + account.inbox_waiting,
        oldest_wait=min((at for at in (account.jobs_oldest, account.inbox_oldest) if at), default=None),
        parked=account.jobs_parked + account.inbox_parked,
    )
