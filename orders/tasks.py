"""Orders' own clockwork."""

from datetime import timedelta
from typing import Any

from celery import shared_task

from erp.core.queues import LIVE
from erp.core.schedules import Schedule, schedule
from orders.services import fulfilling, holding


@shared_task(time_limit=300, expires=120)  # type: ignore[untyped-decorator]
def expire_holds(**_unknown: Any) -> None:
    holding.expire_holds()


schedule(Schedule("End holds whose term ran out", "orders.tasks.expire_holds", timedelta(minutes=1), queue=LIVE))


@shared_task(time_limit=300, expires=300)  # type: ignore[untyped-decorator]
def open_missing_shipments(**_unknown: Any) -> None:
    fulfilling.open_missing()


schedule(Schedule("Shipments of orders (sweep)", "orders.tasks.open_missing_shipments", timedelta(minutes=3)))
