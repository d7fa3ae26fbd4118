"""Tasks of the tools: deliver events, make papers, sweep what a lost wake-up left, prune old events."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.schedules import crontab

from erp.core.delivering import deliver_pending, prune_events, prune_exchanges
from erp.core.documents import render_pending
from erp.core.events import hear_wake_up
from erp.core.queues import LIVE, PAPERS
from erp.core.receipts import prune_receipts
from erp.core.schedules import Schedule, schedule


@shared_task(time_limit=300)
def deliver(*, lane: str = "live", **_unknown: Any) -> None:
    hear_wake_up(lane)
    deliver_pending(lane)


@shared_task(time_limit=300)
def sweep_deliveries(**_unknown: Any) -> None:
    deliver_pending()


@shared_task(time_limit=3600)
def render_documents(**_unknown: Any) -> None:
    render_pending()


@shared_task(time_limit=600)
def prune(**_unknown: Any) -> None:
    prune_events()
    prune_exchanges()
    prune_receipts()


schedule(Schedule("Deliver events (sweep)", "erp.core.tasks.sweep_deliveries", timedelta(seconds=1), queue=LIVE))
schedule(Schedule("Print documents (sweep)", "erp.core.tasks.render_documents", timedelta(seconds=2), queue=PAPERS))
schedule(Schedule("Prune old events", "erp.core.tasks.prune", crontab(hour=3, minute=40)))
