"""Periodic work of the stock."""

from typing import Any

from celery import shared_task
from celery.schedules import crontab

from erp.core.schedules import Schedule, schedule
from inventory.services.ledger import prove_ledger

TIME_LIMIT_SECONDS = 600


@shared_task(time_limit=TIME_LIMIT_SECONDS)
def prove_stock_ledger(**_unknown: Any) -> None:
    """Every stock number against its rows, every night."""
    prove_ledger()


schedule(Schedule("Stock: proof of the ledger", "inventory.tasks.prove_stock_ledger", crontab(hour=2, minute=20)))
