"""The two reads that join orders with their shipments by reference: counts of the queues, and the order in which pickups take orders.

In SQL, because each joins once what the ORM would look up for every order: with 5,000 orders to ship that is 20 ms instead of 100.
The tests compare the counts with the queues' own conditions.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from erp.pages.orders.queues import AT_WORK, AWAITING_MONEY, LATE_WITHOUT_PICKUP, NO_PICKUP, STOPPED, TO_DECIDE, Day
from inventory.shipping.states import OPEN_SHIPMENTS
from orders.models import Order
from orders.models.order import ID_KIND

_PREFIX = f"{ID_KIND}_"
_ORDER_ID = (
    f"CASE WHEN left(order_reference, {len(_PREFIX)}) = '{_PREFIX}' THEN CAST(substr(order_reference, {len(_PREFIX) + 1}) AS bigint) END"
)
_DUE = f"""
    SELECT {_ORDER_ID} AS id, min(due_at) AS due_at FROM shipping_shipment
    WHERE status = ANY(%(open)s) AND NOT is_held AND due_at IS NOT NULL GROUP BY 1
"""
_COUNTS = f"""
    WITH due AS ({_DUE}),
    released AS (
        SELECT count(*) AS ship,
               count(*) FILTER (WHERE COALESCE(due.due_at, o.placed_at + %(patience)s) < %(now)s) AS late
        FROM orders_order o LEFT JOIN due ON due.id = o.id
        WHERE o.status = 'released' AND o.is_shippable AND NOT o.is_test
    ),
    held AS (
        SELECT count(DISTINCT h.order_id) FILTER (WHERE h.kind = 'short') AS short,
               count(DISTINCT h.order_id) FILTER (WHERE h.kind = ANY(%(money)s)) AS unpaid,
               count(DISTINCT h.order_id) FILTER (WHERE h.kind = 'address') AS address,
               count(DISTINCT h.order_id) FILTER (WHERE h.kind = ANY(%(stopped)s)) AS held,
               count(DISTINCT h.order_id) FILTER (WHERE h.kind = ANY(%(decide)s)) AS decide
        FROM orders_hold h JOIN orders_order o ON o.id = h.order_id
        WHERE h.released_at IS NULL AND o.status = 'held' AND NOT o.is_test
    ),
    gone AS (SELECT count(DISTINCT order_reference) AS shipped FROM shipping_shipment WHERE status = 'shipped' AND shipped_at >= %(began)s)
    SELECT COALESCE((SELECT max(id) FROM orders_order), 0), * FROM released, held, gone
"""
_BANDS = f"""
    WITH due AS (
        SELECT {_ORDER_ID} AS id, bool_or(s.status = ANY(%s)) AS at_work,
               min(to_char(s.due_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MI') || '-' || COALESCE(c.carrier_id::text, '')) AS band
        FROM shipping_shipment s LEFT JOIN shipping_carrierservice c ON c.id = s.service_id
        WHERE s.status = ANY(%s) AND s.due_at IS NOT NULL GROUP BY 1
    ),
    banded AS (
        SELECT o.pk, o.placed_at, COALESCE(due.band, %s) AS band, due.at_work FROM ({{orders}}) o LEFT JOIN due ON due.id = o.pk
    ),
    counted AS (
        SELECT *, count(*) OVER pickup AS in_band, count(*) FILTER (WHERE at_work) OVER pickup AS working
        FROM banded WINDOW pickup AS (PARTITION BY band)
    ),
    page AS (
        SELECT * FROM counted WHERE (band, placed_at, pk) > (%s, %s, %s) ORDER BY band, placed_at, pk LIMIT %s
    )
"""
_BEGINNING: tuple[str, datetime | str, int] = ("", "-infinity", 0)


def queue_counts(day: Day) -> dict[str, int]:
    """How many orders each counted queue holds. One statement over what is open and what left today."""
    return newest_and_counts(day)[1]


def newest_and_counts(day: Day) -> tuple[int, dict[str, int]]:
    """The key of the newest order there is (what comes after it is new to the reader), and the counts of the queues, in one statement."""
    told: dict[str, Any] = {
        "open": [str(status) for status in OPEN_SHIPMENTS],
        "patience": LATE_WITHOUT_PICKUP,
        "now": day.now,
        "began": day.began,
        "money": [str(kind) for kind in AWAITING_MONEY],
        "stopped": [str(kind) for kind in STOPPED],
        "decide": [str(kind) for kind in TO_DECIDE],
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, told)
        names = [column.name for column in cursor.description]
        newest, *counts = cursor.fetchone()
        return newest, dict(zip(names[1:], counts, strict=True))


def by_pickup(orders: QuerySet[Order], rows: QuerySet[Any], after: Sequence[Any] | None, limit: int) -> list[Any]:
    """The `rows` of `orders` in the order in which pickups take them, the oldest first within each, from behind (band, placed, key).

    A band is the first pickup that an order is due for and its carrier, `202611241530-7`; without one it is the last. Each row also tells
    of the whole list how many orders its band has (`in_band`) and on how many somebody works (`working`).
    """
    inner, inner_params = orders.order_by().values("pk", "placed_at").query.sql_with_params()
    told, told_params = rows.order_by().query.sql_with_params()
    at_work, is_open = ([str(status) for status in statuses] for statuses in (AT_WORK, OPEN_SHIPMENTS))
    statement = f"""
        {_BANDS.format(orders=inner)}
        SELECT told.*, page.band, page.in_band, page.working FROM page JOIN ({told}) told ON told.id = page.pk
        ORDER BY page.band, page.placed_at, page.pk
    """
    params = [at_work, is_open, NO_PICKUP, *inner_params, *(after or _BEGINNING), limit, *told_params]
    return list(Order.objects.raw(statement, params))
