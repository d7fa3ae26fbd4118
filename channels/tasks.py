"""Celery: load nothing, call one service. The schedules are defaults: what staff changed is never overwritten."""

from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from celery.schedules import crontab
from django.conf import settings

from channels.services import resuming, retention, rounds
from channels.services.connecting import first_stock
from channels.services.importing import fetching, pulling, sweeping
from channels.services.notifying import lanes, telling
from channels.services.publishing import fencing, running, sending
from erp.core.queues import LIVE
from erp.core.schedules import Schedule, schedule


@shared_task(time_limit=300)
def import_order(*, account_id: int, external_id: str, **_unknown: Any) -> None:
    fetching.import_order(account_id, external_id)


@shared_task(time_limit=600)
def poll_account(*, account_id: int, asked_at: str = "", **_unknown: Any) -> None:
    pulling.pull_orders(account_id, asked_at=datetime.fromisoformat(asked_at) if asked_at else None)


@shared_task(time_limit=600)
def poll_accounts(**_unknown: Any) -> None:
    rounds.poll_all()


@shared_task(time_limit=300)
def sweep_inbox(**_unknown: Any) -> None:
    sweeping.sweep_inbox()
    pulling.wake_dead_pulls()


@shared_task(time_limit=300)
def watch_products(**_unknown: Any) -> None:
    rounds.watch_all()


@shared_task(time_limit=3600)
def reread(*, hours: float, **_unknown: Any) -> None:
    rounds.reread_all(timedelta(hours=hours))


@shared_task(time_limit=600)
def check_webhooks(**_unknown: Any) -> None:
    rounds.check_all_webhooks()


@shared_task(time_limit=3600)
def match_listings(**_unknown: Any) -> None:
    rounds.match_all()


@shared_task(time_limit=3600)
def compare_numbers(**_unknown: Any) -> None:
    rounds.compare_all()


@shared_task(time_limit=3600)
def publish_account(*, account_id: int, **_unknown: Any) -> None:
    running.go_through(account_id)


@shared_task(time_limit=3600)
def settle_first_stock(*, account_id: int, **_unknown: Any) -> None:
    first_stock.settle_first_stock(account_id)


@shared_task(time_limit=600)
def resume_left_behind(**_unknown: Any) -> None:
    resuming.resume_left_behind()


@shared_task(time_limit=600)
def publish_lane(*, account_id: int, lane: str, **_unknown: Any) -> None:
    sending.publish_lane(account_id, lane)


@shared_task(time_limit=600)
def tell_order(*, account_id: int, lane: str, **_unknown: Any) -> None:
    telling.tell_order(account_id, lane)


@shared_task(time_limit=120)
def sweep_pushes(**_unknown: Any) -> None:
    lanes.sweep_pushes()


@shared_task(time_limit=120)
def sweep_stock(**_unknown: Any) -> None:
    fencing.sweep_stock()


@shared_task(time_limit=3600)
def forget_old_bodies(**_unknown: Any) -> None:
    retention.forget_old_bodies()


def every(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


schedule(Schedule("Read orders of all accounts", "channels.tasks.poll_accounts", every(settings.REGIA_POLL_SECONDS), queue=LIVE))
schedule(Schedule("Import what waits in the inbox (sweep)", "channels.tasks.sweep_inbox", every(settings.REGIA_SWEEP_SECONDS), queue=LIVE))
schedule(Schedule("Look at changed products", "channels.tasks.watch_products", every(settings.REGIA_WATCH_SECONDS)))
schedule(Schedule("Read the last hour again", "channels.tasks.reread", crontab(minute=17), kwargs={"hours": 1}))
schedule(Schedule("Read the last two days again", "channels.tasks.reread", crontab(hour=2, minute=40), kwargs={"hours": 48}))
schedule(Schedule("Look after webhooks", "channels.tasks.check_webhooks", every(settings.REGIA_HOOKS_SECONDS)))
schedule(Schedule("Read the shops' catalogues", "channels.tasks.match_listings", crontab(hour=1, minute=20)))
schedule(Schedule("Resume orders whose product is known now", "channels.tasks.resume_left_behind", every(300)))
schedule(Schedule("Numbers of the shops (sweep)", "channels.tasks.sweep_stock", every(1), queue=LIVE))
schedule(Schedule("Tell the shops what left (sweep)", "channels.tasks.sweep_pushes", every(5), queue=LIVE))
schedule(Schedule("Compare the shops' numbers with ours", "channels.tasks.compare_numbers", crontab(minute=47)))
schedule(Schedule("Forget old raw bodies", "channels.tasks.forget_old_bodies", crontab(hour=4, minute=10)))
