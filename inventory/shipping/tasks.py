"""Celery: load nothing, call one service."""

from datetime import timedelta
from typing import Any

from celery import shared_task

from erp.core.queues import OUTSIDE, PAPERS
from erp.core.schedules import Schedule, schedule
from inventory.shipping.services import labelling, printing


@shared_task(time_limit=600)
def buy_labels(**_unknown: Any) -> None:
    labelling.work_due_labels()


@shared_task(time_limit=600)
def clear_strays(**_unknown: Any) -> None:
    labelling.clear_strays()


@shared_task(time_limit=600)
def close_days(**_unknown: Any) -> None:
    labelling.close_days()


@shared_task(time_limit=300)
def settle_print_batches(**_unknown: Any) -> None:
    printing.settle_due_batches()


@shared_task(time_limit=600)
def send_print_batches(**_unknown: Any) -> None:
    printing.send_due_batches()


schedule(Schedule("Labels of the carriers (sweep)", "inventory.shipping.tasks.buy_labels", timedelta(seconds=5), queue=OUTSIDE))
schedule(Schedule("Parcels that stand at a carrier twice", "inventory.shipping.tasks.clear_strays", timedelta(minutes=1)))
schedule(Schedule("Tell the carriers what was handed over", "inventory.shipping.tasks.close_days", timedelta(minutes=1)))
schedule(
    Schedule(
        "Print batches that wait for labels (sweep)", "inventory.shipping.tasks.settle_print_batches", timedelta(seconds=5), queue=OUTSIDE
    )
)
schedule(Schedule("Papers to the printer (sweep)", "inventory.shipping.tasks.send_print_batches", timedelta(seconds=3), queue=PAPERS))
