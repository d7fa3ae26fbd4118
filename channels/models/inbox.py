"""What the shops told us, in their own words; who is working on which order; how far each account has been read."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.account import Account
from channels.states import OPEN_MESSAGES, MessageState


class Via(models.TextChoices):
    WEBHOOK = "webhook", _("Webhook")
    POLL = "poll", _("Reading in turn")
    FETCH = "fetch", _("Reading one order")
    QUEUE = "queue", _("Message queue")


class InboxMessage(models.Model):
    """One body as it came, kept so that it can be looked at and replayed.

    A webhook's row is a hint: its order is fetched again. A polled or fetched body is the state itself. The natural key is
    (account, kind, external id, hash); a body without state (a deletion, a thin notice) adds its delivery id, else `delivery_id` is "".
    `items` are the shop's item ids which an unfinished body names, None when it could not be read: it then speaks of every product.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="messages", verbose_name=_("account"), db_index=False)
    kind = models.CharField(_("kind"), max_length=40)
    external_id = models.CharField(_("number in the shop"), max_length=120)
    body_hash = models.CharField(max_length=64)
    body = models.TextField(_("body"))
    delivery_id = models.CharField(max_length=120, blank=True)
    via = models.CharField(_("came by"), max_length=8, choices=Via)
    received_at = models.DateTimeField(_("received at"))
    updated_at_shop = models.DateTimeField(_("changed in the shop at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=MessageState, default=MessageState.WAITING)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True)
    items = ArrayField(models.CharField(max_length=120), null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"))
    error = models.TextField(_("what went wrong"), blank=True)
    done_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("inbox message")
        verbose_name_plural = _("inbox messages")
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "external_id", "body_hash", "delivery_id"], name="channels_message_once"),
            models.CheckConstraint(condition=models.Q(state__in=MessageState.values), name="channels_message_state_known"),
        ]
        indexes = [
            models.Index(fields=["account", "external_id"], name="channels_message_of_order"),
            models.Index(fields=["account", "due_at"], condition=models.Q(state__in=OPEN_MESSAGES), name="channels_message_open"),
            models.Index(fields=["account", "via", "received_at"], name="channels_message_heartbeat"),
        ]
        permissions = [("retry_inboxmessage", _("Can retry inbox messages"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}"


class OrderLease(models.Model):
    """Who works on one order of one shop, and which body of it was applied last.

    Held from before the fetch until the commit; free when `token` is "" or `until` (real time: it bounds a network call) has passed.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=120)
    token = models.CharField(max_length=32, blank=True)
    until = models.DateTimeField()
    applied_hash = models.CharField(max_length=64, blank=True)
    applied_updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="channels_one_worker_per_order")]

    def __str__(self) -> str:
        return self.external_id


class Cursor(models.Model):
    """How far one flow of one account has been read; `value` is the connector's own and opaque to us.

    `read_through` is the start of the last pull that was read to its last page with every page stored and worked on; fences are closed
    by it. `requested_at` asks for one more pull as soon as the running one has ended. `locked_until` is real time.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="cursors", verbose_name=_("account"))
    flow = models.CharField(_("flow"), max_length=20)
    value = models.TextField(blank=True)
    started_at = models.DateTimeField(_("reading since"), null=True, blank=True)
    read_through = models.DateTimeField(_("read up to"), null=True, blank=True)
    requested_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    token = models.CharField(max_length=32, blank=True)
    locked_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    error = models.TextField(_("what went wrong"), blank=True)

    class Meta:
        verbose_name = _("reading position")
        verbose_name_plural = _("reading positions")
        constraints = [models.UniqueConstraint(fields=["account", "flow"], name="channels_one_pull_at_a_time")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.flow}"
