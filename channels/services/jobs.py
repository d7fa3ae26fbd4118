"""Jobs: waiting once per lane, kind and key; claimed under a lease, one at a time where the lane is serial; done, retried or parked."""

from datetime import datetime, timedelta

from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from channels.locks import new_token
from channels.models import Job
from channels.states import JobState
from erp.core.cards import close_card, close_cards, key_of, open_card, subject_of
from erp.core.clock import now, real_now
from erp.core.refusals import Refused
from erp.core.transactions import atomic

MAX_ATTEMPTS = 12
LONGEST_PAUSE_SECONDS = 300
WAITING = (JobState.READY, JobState.RETRY)

REQUEST = """
INSERT INTO channels_job AS job
    (account_id, lane, kind, key, priority, is_serial, state, due_at, token, attempts, error, created_at)
SELECT account_id, lane, %(kind)s, '', %(priority)s, true, 'ready', %(due)s, '', 0, '', %(now)s
FROM unnest(%(accounts)s::bigint[], %(lanes)s::text[]) AS wanted (account_id, lane) ORDER BY account_id, lane
ON CONFLICT (account_id, lane, kind, key) WHERE state IN ('ready', 'retry')
DO UPDATE SET due_at = CASE job.state WHEN 'retry' THEN job.due_at ELSE LEAST(job.due_at, excluded.due_at) END
"""
CLAIM = """
UPDATE channels_job SET state = 'claimed', token = %(token)s, leased_until = %(until)s, attempts = attempts + 1
WHERE id = (
    SELECT id FROM channels_job AS next
    WHERE account_id = %(account)s AND lane = %(lane)s AND state IN ('ready', 'retry') AND due_at <= %(now)s
      AND NOT EXISTS (SELECT 1 FROM channels_job AS running
                      WHERE running.account_id = next.account_id AND running.lane = next.lane AND running.state = 'claimed')
    ORDER BY priority, due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


def request_jobs(lanes: list[tuple[int, str]], *, kind: str, priority: int, due_at: datetime) -> None:
    """Ask for one job per (account, lane); where one waits already, it only becomes due earlier. One statement.

    A job that waits after a failure keeps its pause: the shop asked for it, or does not answer.
    """
    if not lanes:
        return
    accounts, names = [account for account, _ in lanes], [lane for _, lane in lanes]
    with connection.cursor() as cursor:
        cursor.execute(REQUEST, {"kind": kind, "priority": priority, "due": due_at, "now": now(), "accounts": accounts, "lanes": names})


def claim_job(account_id: int, lane: str, *, lease: timedelta) -> Job | None:
    """The lane's next job, ours until the lease ends; None while another worker has the lane or nothing is due."""
    until = real_now() + lease
    try:
        with atomic(), connection.cursor() as cursor:
            cursor.execute(CLAIM, {"account": account_id, "lane": lane, "now": now(), "token": new_token(), "until": until})
            row = cursor.fetchone()
    except IntegrityError:  # somebody claimed in the lane between our look and our write
        return None
    return Job.objects.select_related("account").get(pk=row[0]) if row else None


def extend_lease(job: Job, *, lease: timedelta) -> bool:
    """False when the lease ran out and the lane is somebody else's now."""
    ours = Job.objects.filter(pk=job.pk, token=job.token, state=JobState.CLAIMED)
    return bool(ours.update(leased_until=real_now() + lease))


def finish_job(job: Job) -> None:
    """Done jobs go: what they did stands in the rows that they wrote."""
    Job.objects.filter(pk=job.pk, token=job.token).delete()


@atomic
def retry_job_later(job: Job, error: str, *, wait: timedelta | None = None, counts: bool = True) -> None:
    """Again after a growing pause, or after `wait`; after the last attempt the job is parked with a card.

    `counts` False: the failure says nothing about this job (the shop asks to wait, or does not answer at all), so it is never parked.
    """
    if counts and job.attempts >= MAX_ATTEMPTS:
        _park(job, error)
        return
    pause = wait or timedelta(seconds=min(2**job.attempts, LONGEST_PAUSE_SECONDS))
    later = {"state": JobState.RETRY, "due_at": now() + pause, "error": error[:2000]}
    ours = Job.objects.filter(pk=job.pk, token=job.token)
    if _of_lane(job).filter(state__in=WAITING).update(**later, attempts=job.attempts):
        ours.delete()
    else:
        ours.update(**later, attempts=job.attempts, token="", leased_until=None)


def _park(job: Job, error: str) -> None:
    """A lane has one card at most; it tells of the last failure."""
    forget_parked_jobs(job)
    Job.objects.filter(pk=job.pk, token=job.token).update(state=JobState.PARKED, token="", leased_until=None, error=error[:2000])
    open_card("channels.parked_job", subject_of("job", job.pk), account=job.account.name, error=error[:300])


@atomic
def forget_parked_jobs(job: Job) -> None:
    """The lane works again, or has failed anew: what was parked before needs nobody any more."""
    parked = _of_lane(job).filter(state=JobState.PARKED)
    if subjects := [subject_of("job", pk) for pk in parked.values_list("pk", flat=True)]:
        parked.delete()
        close_cards("channels.parked_job", subjects)


def _of_lane(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(account_id=job.account_id, lane=job.lane, kind=job.kind, key=job.key)


def free_expired_leases() -> int:
    """Jobs whose worker died wait again; where a newer job waits already, the old one is dropped."""
    dead = Job.objects.filter(state=JobState.CLAIMED, leased_until__lt=real_now())
    freed = 0
    for job in dead.order_by("pk"):
        retry_job_later(job, _("The worker did not finish."), wait=timedelta(seconds=1))
        freed += 1
    return freed


@atomic
def retry_parked_job(subject: str, *, by: object) -> None:
    """A person's retry of a parked job (`job:<key>`)."""
    key = key_of(subject)
    job = Job.objects.select_for_update(of=("self",)).filter(pk=key).order_by("pk").first()
    if job is None or job.state != JobState.PARKED:  # gone: somebody else pressed, and the work was asked for anew
        raise Refused(_("This work is not waiting for you any more."), code="settled")
    request_jobs([(job.account_id, job.lane)], kind=job.kind, priority=job.priority, due_at=now())
    _of_lane(job).filter(state=JobState.RETRY).update(due_at=now())
    Job.objects.filter(pk=key).delete()
    close_card("channels.parked_job", subject)


def due_lanes(kind: str) -> list[tuple[int, str]]:
    """Lanes that have something due and nobody at work."""
    due = Job.objects.filter(kind=kind, state__in=WAITING, due_at__lte=now())
    return sorted(set(due.values_list("account_id", "lane")))
