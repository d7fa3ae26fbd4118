"""Every Celery task: keyword ids only, unknown keywords ignored, a time limit, one run at a time."""

import inspect
from collections.abc import Iterator
from typing import Any

from celery import Task, current_app
from django.conf import settings

from channels.services.importing.waking import wake_order, wake_pull
from channels.services.notifying.lanes import wake_lane
from erp.core.queues import LIVE, OUTSIDE, QUEUES
from erp.core.schedules import missing_schedules
from inventory.shipping.services.labelling.waking import wake_buyers
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


def test_no_long_talk_with_a_shop_or_a_carrier_stands_before_a_sale(db, monkeypatch, django_capture_on_commit_callbacks):
    asked: dict[str, str] = {}
    monkeypatch.setattr(Task, "apply_async", lambda task, *, queue, **_options: asked.update({task.name: queue}))

    wake_order(1, "577")
    wake_pull(1)
    wake_lane(1, "order:577")
    with django_capture_on_commit_callbacks(execute=True):
        wake_buyers()

    assert asked == {
        "channels.tasks.import_order": LIVE,
        "channels.tasks.poll_account": OUTSIDE,
        "channels.tasks.tell_order": OUTSIDE,
        "inventory.shipping.tasks.buy_labels": OUTSIDE,
    }
    scheduled = {entry.task: entry.queue for entry in missing_schedules()}
    assert scheduled["inventory.shipping.tasks.buy_labels"] == OUTSIDE
