"""Default schedules of periodic tasks. `ensure_schedules` makes the missing ones; what staff changed afterwards stays as it is."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from celery import current_app
from celery.schedules import crontab
from django_celery_beat.models import PeriodicTask

from erp.core.queues import BACKLOG

_schedules: dict[str, "Schedule"] = {}


@dataclass(frozen=True)
class Schedule:
    """`name` is shown to staff and identifies the row; `every` is a timedelta or a Celery crontab in the company's time."""

    name: str
    task: str
    every: timedelta | crontab
    queue: str = BACKLOG
    kwargs: dict[str, Any] = field(default_factory=dict)


def schedule(entry: Schedule) -> Schedule:
    """Register a default; called from an app's `tasks.py`."""
    _schedules[entry.name] = entry
    return entry


def missing_schedules() -> list[Schedule]:
    """Defaults of every app that have no row yet; imports all `tasks.py`, where they are registered."""
    current_app.loader.import_default_modules()
    known = set(PeriodicTask.objects.values_list("name", flat=True))
    return [entry for name, entry in sorted(_schedules.items()) if name not in known]


def ensure_schedules() -> list[str]:
    """Create the rows that are missing; returns their names."""
    missing = missing_schedules()
    for entry in missing:
        _create(entry)
    return [entry.name for entry in missing]


def _create(entry: Schedule) -> None:
    from django_celery_beat.schedulers import ModelEntry

    ModelEntry.from_entry(
        entry.name, schedule=entry.every, task=entry.task, kwargs=entry.kwargs, options={"queue": entry.queue, "expires": _expiry(entry)}
    )


def _expiry(entry: Schedule) -> float:
    """A tick that waited longer than this is worthless: the next one does the same work."""
    return max(entry.every.total_seconds() * 5, 10.0) if isinstance(entry.every, timedelta) else 3600.0
