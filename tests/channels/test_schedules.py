"""Schedules are made once and stay as staff set them; the pull command says what it did."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from channels import tasks
from channels.models import Account, Listing
from erp.core.schedules import ensure_schedules
from orders.models import Order
from tests.factories.channels import MemoryShop

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_flow_has_a_schedule_that_names_a_task() -> None:
    ensure_schedules()

    ours = PeriodicTask.objects.filter(task__startswith="channels.tasks.").exclude(task__contains="stock")
    names = {task.task.rpartition(".")[2] for task in ours}
    assert names >= {
        "poll_accounts",
        "sweep_inbox",
        "watch_products",
        "reread",
        "check_webhooks",
        "match_listings",
        "resume_left_behind",
    }
    assert [name for name in names if not hasattr(tasks, name)] == []


def test_what_staff_changed_is_not_overwritten() -> None:
    ensure_schedules()
    slower = IntervalSchedule.objects.create(every=7, period="minutes")
    PeriodicTask.objects.filter(task="channels.tasks.poll_accounts").update(interval=slower, enabled=False)

    assert ensure_schedules() == []

    task = PeriodicTask.objects.get(task="channels.tasks.poll_accounts")
    assert (task.interval, task.enabled) == (slower, False)


def test_the_tasks_call_their_services_and_ignore_words_they_do_not_know(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})

    tasks.poll_account(account_id=account.pk, since="an older version of the code")
    tasks.import_order(account_id=account.pk, external_id="1")
    tasks.sweep_inbox()
    tasks.reread(hours=1)
    tasks.check_webhooks()
    tasks.watch_products()
    tasks.resume_left_behind()

    assert Order.objects.count() == 1


def test_the_command_reads_one_account(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    told = StringIO()

    call_command("pull", account.code, stdout=told)

    assert Order.objects.count() == 1
    assert told.getvalue().strip() != ""


def test_the_command_refuses_in_words(account: Account) -> None:
    with pytest.raises(CommandError):
        call_command("pull", "nobody")
    Account.objects.update(state="paused")
    with pytest.raises(CommandError):
        call_command("pull", account.code)
