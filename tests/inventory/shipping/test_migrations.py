"""An installation that exists comes along."""

from importlib import import_module

import pytest
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask

LEAVING = "inventory.shipping.migrations.0008_labels_leave_the_queue_of_sales"

pytestmark = pytest.mark.django_db


def test_schedules_of_labels_that_stand_already_leave_the_queue_of_sales():
    often = IntervalSchedule.objects.create(every=5, period="seconds")
    for name, queue in (("buy_labels", "live"), ("settle_print_batches", "a queue of our own"), ("close_days", "live")):
        PeriodicTask.objects.create(name=name, task=f"inventory.shipping.tasks.{name}", interval=often, queue=queue)
    (move,) = import_module(LEAVING).Migration.operations

    for sql, params in move.sql:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)

    assert dict(PeriodicTask.objects.values_list("name", "queue")) == {
        "buy_labels": "outside",
        "settle_print_batches": "a queue of our own",
        "close_days": "live",
    }
