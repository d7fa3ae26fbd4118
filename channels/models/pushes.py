"""What a shop is told about an order of its own: goods that left, and a cancel that was decided here."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.models.account import Account
from channels.states import OPEN_PUSHES, PUSH_MOVES, PushState


class PushQuerySet(models.QuerySet):  # type: ignore[type-arg]  # of two models
    def due(self, moment: datetime, real: datetime) -> Self:
        """`moment` is Regia's clock, `real` real time. A dead worker's call ended long before its lease: nothing of it lands later."""
        free = (
            Q(state=PushState.WAITING)
            | Q(state=PushState.UNKNOWN, settles_at__lte=real)
            | Q(state=PushState.SENDING, leased_until__lte=real)
        )
        return self.filter(free, due_at__lte=moment)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_PUSHES)


class Push(models.Model):
    """`due_at` is Regia's clock; `leased_until` and `settles_at` are real time.

    While `sending` the worker has it until the lease ends; `unknown` has no clear answer and is asked about once `settles_at` is over.
    """

    MOVES: ClassVar[dict[str, frozenset[str]]] = PUSH_MOVES

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name=_("account"))
    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="+", verbose_name=_("order"))
    key = models.CharField(_("our key"), max_length=60, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=PushState, default=PushState.WAITING)
    requested_at = models.DateTimeField(_("asked for"))
    due_at = models.DateTimeField(_("due at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=120, blank=True)
    error = models.TextField(_("what went wrong"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    token = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    settles_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = PushQuerySet.as_manager()

    class Meta:
        abstract = True


class FulfilmentPush(Push):
    """One parcel of a shipment, told once to the shop that sold it. Without parcels the shipment itself has one row.

    `lines`: what left with its shipment, the order's line in the shop -> pieces. `completes`: told as the last goods of the order.
    """

    shipment = models.ForeignKey("shipping.Shipment", models.PROTECT, related_name="+", verbose_name=_("shipment"))
    parcel = models.ForeignKey("shipping.Parcel", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("parcel"))
    carrier = models.CharField(_("carrier's name in the shop"), max_length=80, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=80, blank=True)
    tracking_url = models.CharField(_("tracking address"), max_length=400, blank=True)
    lines = models.JSONField(_("pieces by line"), default=dict, blank=True)
    completes = models.BooleanField(_("the last of the order"), default=False)

    class Meta:
        verbose_name = _("shipment told to a shop")
        verbose_name_plural = _("shipments told to shops")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shipment", "parcel"], nulls_distinct=False, name="channels_parcel_told_once"),
            models.CheckConstraint(condition=Q(state__in=PushState.values), name="channels_fulfilment_state_known"),
            models.CheckConstraint(condition=~Q(state="sending") | Q(leased_until__isnull=False), name="channels_fulfilment_has_lease"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order"], name="channels_fulfilments_of_order"),
            models.Index(fields=["due_at"], condition=~Q(state__in=["done", "refused"]), name="channels_fulfilment_due"),
        ]
        permissions: ClassVar = [("tell_shop", _("Can tell shops about orders again"))]

    def __str__(self) -> str:
        return self.tracking_number or self.key


class CancelPush(Push):
    """An order that a colleague cancelled here, to be cancelled once in the shop that sold it."""

    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("cancel told to a shop")
        verbose_name_plural = _("cancels told to shops")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], condition=~Q(state="done"), name="channels_cancel_told_once"),
            models.CheckConstraint(condition=Q(state__in=PushState.values), name="channels_cancel_state_known"),
            models.CheckConstraint(condition=~Q(state="sending") | Q(leased_until__isnull=False), name="channels_cancel_has_lease"),
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], condition=~Q(state__in=["done", "refused"]), name="channels_cancel_due")]

    def __str__(self) -> str:
        return self.key
