"""Rows of the tools: events and their deliveries, history, cards for staff, number series, secrets, the log of outbound calls."""

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from encrypted_fields.fields import EncryptedTextField


class Lane(models.TextChoices):
    """Live work goes before backlog."""

    LIVE = "live", _("live")
    BACKLOG = "backlog", _("backlog")


class Event(models.Model):
    """What happened, written in the transaction in which it happened; kept 30 days.

    `xid` is the transaction's id: a reader of the growing list sees only rows below the oldest running transaction.
    """

    name = models.CharField(max_length=100)
    payload = models.JSONField()
    at = models.DateTimeField()
    xid = models.BigIntegerField()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["xid", "id"], name="core_event_cursor"),
            models.Index(fields=["at"], name="core_event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"


class Delivery(models.Model):
    """One event on its way to one handler. It goes when done; after the last failed attempt it is parked and a card shows it."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=150)
    lane = models.CharField(max_length=10, choices=Lane)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes: ClassVar = [models.Index(fields=["lane", "handler", "id"], condition=Q(parked_at=None), name="core_delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.handler} {self.event_id}"


class HistoryEntry(models.Model):
    """Who did what to which document, and when. Append-only: a trigger refuses UPDATE and DELETE."""

    subject_kind = models.CharField(max_length=50)
    subject_id = models.CharField(max_length=50)
    verb = models.CharField(max_length=50)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor = models.CharField(max_length=60, default="", help_text=_("Who acted where it was no user: a shop, a schedule, the system."))
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        indexes: ClassVar = [models.Index(fields=["subject_kind", "subject_id", "id"], name="core_history_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id} {self.verb}"


class Card(models.Model):
    """Something that waits for a person: a fact with its cause, its age, the money at stake and one button."""

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="EUR")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text=_("When its cause was last seen."))
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject"], condition=Q(closed_at=None), name="core_card_open_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="core_card_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class NumberSeries(models.Model):
    """The last number given in a gapless series of one year."""

    code = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "year"], name="core_series_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.year}"


class Secret(models.Model):
    """Credentials, encrypted at rest with a key that derives from SECRET_KEY."""

    name = models.CharField(max_length=100, unique=True)
    value = EncryptedTextField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("secret")
        verbose_name_plural = _("secrets")

    def __str__(self) -> str:
        return self.name


class HttpExchange(models.Model):
    """One call through the HTTP door and its answer, secrets removed."""

    at = models.DateTimeField()
    source = models.CharField(max_length=50)
    method = models.CharField(max_length=10)
    url = models.TextField()
    request_headers = models.JSONField(default=dict)
    request_body = models.TextField(default="")
    status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(default="")
    milliseconds = models.PositiveIntegerField()
    error = models.TextField(default="")

    class Meta:
        verbose_name = _("outbound call")
        verbose_name_plural = _("outbound calls")
        indexes: ClassVar = [
            models.Index(fields=["source", "-at"], name="core_exchange_source"),
            models.Index(fields=["at"], name="core_exchange_at"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class Document(models.Model):
    """A printed paper or label: asked for in a transaction, rendered once in a task, the same bytes for ever after.

    `subject` names the row that it is about (`shipping.shipment:12`); of several papers of one kind and subject the newest counts.
    A trigger refuses to change or delete what has content.
    """

    kind = models.CharField(_("kind"), max_length=60)
    subject = models.CharField(_("of"), max_length=80)
    language = models.CharField(_("language"), max_length=5)
    media_type = models.CharField(_("media type"), max_length=60, default="application/pdf")
    file_name = models.CharField(_("file name"), max_length=160)
    content = models.BinaryField(_("content"), null=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    error = models.TextField(_("what went wrong"), blank=True)
    requested_at = models.DateTimeField(_("asked for"))
    rendered_at = models.DateTimeField(_("made"), null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("printed document")
        verbose_name_plural = _("printed documents")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(content=None, sha256="", rendered_at=None)
                | (Q(content__isnull=False, rendered_at__isnull=False) & ~Q(sha256="")),
                name="core_document_content_has_hash",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "subject", "-id"], name="core_document_newest"),
            models.Index(fields=["requested_at"], condition=Q(content=None), name="core_document_to_render"),
        ]

    def __str__(self) -> str:
        return self.file_name


class Receipt(models.Model):
    """What became of one action on many rows: which were done, which refused and why; kept 30 days, undone at most once.

    `key` is the form's token: the same form twice is one action. `done` rows are {id, label, told}, where `told` is what the undo needs;
    `refused` rows are {id, label, why}. Each row is noted in the transaction that did it. No `finished_at`: under way, or cut short.
    """

    key = models.CharField(_("key"), max_length=100, unique=True)
    action = models.CharField(_("action"), max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    done = models.JSONField(_("done"), default=list, encoder=DjangoJSONEncoder)
    refused = models.JSONField(_("refused"), default=list, encoder=DjangoJSONEncoder)
    about = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    undo = models.CharField(_("undone by"), max_length=60, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        indexes: ClassVar = [models.Index(fields=["-at"], name="core_receipt_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class SavedFilter(models.Model):
    """A list as one person wants it again: the query string of its page under a name."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner"))
    page = models.CharField(_("page"), max_length=30)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("filter"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "page", "name"], name="core_saved_filter_once")]

    def __str__(self) -> str:
        return self.name
