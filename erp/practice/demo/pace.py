"""The demo's staff read the shops more often than the default: a schedule is a row that staff edit."""

from datetime import timedelta

from django_celery_beat.models import IntervalSchedule, PeriodicTask

from erp.core.transactions import atomic

POLLS = "channels.tasks.poll_accounts"
EVERY = timedelta(seconds=15)


@atomic
def quicken_polls() -> None:
    """Poll every 15 seconds; a poll schedule that a person has set to something faster stays."""
    seconds = round(EVERY.total_seconds())
    for task in PeriodicTask.objects.select_related("interval").filter(task=POLLS).exclude(interval=None).order_by("pk"):
        current = task.interval.schedule.run_every
        if current > EVERY:
            task.interval = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)[0]
            task.save()
