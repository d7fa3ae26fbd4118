"""Every Celery task: keyword ids only, unknown keywords ignored, a time limit, one run at a time."""

import inspect
from collections.abc import Iterator
from typing import Any

from celery import current_app
from django.conf import settings

from erp.core.queues import QUEUES
from erp.core.schedules import missing_schedules
from tests.architecture.test_ladder import PACKAGES


def our_tasks() -> Iterator[Any]:
    current_app.loader.import_default_modules()
    yield from (task for name, task in sorted(current_app.tasks.items()) if name.split(".")[0] in PACKAGES)


def test_a_task_takes_keywords_only_and_ignores_unknown_ones():
    kinds = {task.name: [parameter.kind for parameter in inspect.signature(task.run).parameters.values()] for task in our_tasks()}
    assert len(kinds) > 10
    assert {name: found for name, found in kinds.items() if found[-1] is not inspect.Parameter.VAR_KEYWORD} == {}
    assert {name: found for name, found in kinds.items() if set(found[:-1]) - {inspect.Parameter.KEYWORD_ONLY}} == {}


def test_a_task_has_a_time_limit_within_which_nobody_else_is_given_its_message():
    limits = {task.name: task.time_limit for task in our_tasks()}
    assert [name for name, limit in limits.items() if not limit] == []
    assert max(limits.values()) < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]


def test_every_scheduled_task_exists(db):
    names = {task.name for task in our_tasks()}
    entries = missing_schedules()
    assert [entry.name for entry in entries if entry.task not in names] == []
    assert {entry.queue for entry in entries} <= set(QUEUES)
