"""Work that we owe to a shop, one row each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.account import Account
from channels.states import JobState


class Job(models.Model):
    """One call to make: ready, claimed under a lease, then gone, or retry or parked.

    A job that waits is unique per (account, lane, kind, key), so that ten changes of one listing are one call. A serial lane has
    one claimed job at a time: an older number never overtakes a newer one. Lower `priority` goes first. `leased_until` is real time.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="jobs", verbose_name=_("account"))
    lane = models.CharField(_("lane"), max_length=160)
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(_("what"), max_length=200)
    priority = models.PositiveSmallIntegerField(_("priority"), default=50)
    is_serial = models.BooleanField(_("one at a time"), default=True)
    state = models.CharField(_("state"), max_length=8, choices=JobState, default=JobState.READY)
    due_at = models.DateTimeField(_("due at"))
    token = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("what went wrong"), blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "lane", "kind", "key"],
                condition=models.Q(state__in=[JobState.READY, JobState.RETRY]),
                name="channels_job_waits_once",
            ),
            models.UniqueConstraint(
                fields=["account", "lane"],
                condition=models.Q(state=JobState.CLAIMED, is_serial=True),
                name="channels_serial_lane_runs_one_job",
            ),
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="channels_job_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at"], condition=models.Q(state__in=[JobState.READY, JobState.RETRY]), name="channels_job_due"
            ),
            models.Index(fields=["leased_until"], condition=models.Q(state=JobState.CLAIMED), name="channels_job_lease"),
        ]
        permissions = [("retry_job", _("Can retry jobs"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
