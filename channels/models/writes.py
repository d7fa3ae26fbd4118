"""The numbers that windows are to show: which wait to be looked at, and every one that was ever sent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.account import Account
from channels.models.listing import Listing


class HeldAs(models.TextChoices):
    """Why a number waits for a person while the numbers of its account are stopped."""

    FALL = "fall", _("Would fall to “sold out” without a sale")
    RAISE = "raise", _("Would be raised")


class NumberRequest(models.Model):
    """A listing whose number must be looked at: one row however often it is asked for. What to send is decided when it is taken up.

    `held_as`: nobody takes it up before a person allows it or its cause is mended. `is_allowed`: a person saw it and let it go.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="number_request", verbose_name=_("listing"))
    requested_at = models.DateTimeField(_("asked for"))
    due_at = models.DateTimeField(_("due at"), db_index=True)
    held_as = models.CharField(_("waits for a person"), max_length=5, choices=HeldAs, blank=True, db_default="")
    is_allowed = models.BooleanField(_("allowed by a person"), default=False, db_default=False)

    class Meta:
        verbose_name = _("number to look at")
        verbose_name_plural = _("numbers to look at")
        constraints = [
            models.CheckConstraint(condition=models.Q(held_as__in=["", *HeldAs.values]), name="channels_request_hold_known"),
        ]

    def __str__(self) -> str:
        return str(self.listing_id)


class Answer(models.TextChoices):
    """What became of a write. `unknown`: no clear answer came, it may land until the platform's settle time is over."""

    UNDER_WAY = "under_way", _("Under way")
    DONE = "done", _("Done")
    CONFLICT = "conflict", _("The shop showed another number")
    REJECTED = "rejected", _("Refused by the shop")
    UNSENT = "unsent", _("Surely not written")
    UNKNOWN = "unknown", _("No answer")


class StockWrite(models.Model):
    """One number that was sent to one window: a promise on record, with what the shop answered.

    `value` is absolute for `set` and `cas` and a difference for `add`; `wanted` is what the window is to show in the end (a fence's 0 is
    sent on the way there). `shown` is the number in the answer. `leased_until` is real time: after it a write under way has no answer.
    `is_fall`: it brings the listing to 0 and no sale explains that. `read_back` is the shop's number when it was first looked at after
    the answer.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", verbose_name=_("account"))
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="writes", verbose_name=_("listing"))
    window = models.CharField(_("window"), max_length=250)
    kind = models.CharField(_("kind"), max_length=3, choices=[("set", "set"), ("add", "add"), ("cas", "cas")])
    value = models.DecimalField(_("sent"), max_digits=12, decimal_places=3)
    expected = models.DecimalField(_("expected"), max_digits=12, decimal_places=3, null=True, blank=True)
    wanted = models.DecimalField(_("wanted"), max_digits=12, decimal_places=3)
    key = models.CharField(_("key"), max_length=60)
    sent_at = models.DateTimeField(_("sent at"))
    leased_until = models.DateTimeField(_("answer awaited until"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.UNDER_WAY)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    shown = models.DecimalField(_("number in the answer"), max_digits=12, decimal_places=3, null=True, blank=True)
    error = models.TextField(_("what went wrong"), blank=True)
    is_fall = models.BooleanField(_("falls without a sale"), default=False, db_default=False)
    read_back = models.DecimalField(_("read back"), max_digits=12, decimal_places=3, null=True, blank=True)
    read_back_at = models.DateTimeField(_("read back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("stock write")
        verbose_name_plural = _("stock writes")
        constraints = [
            models.UniqueConstraint(fields=["window"], condition=models.Q(answer="under_way"), name="channels_one_write_per_window"),
            models.UniqueConstraint(fields=["key", "listing"], name="channels_write_once_per_key"),
            models.CheckConstraint(condition=models.Q(answer__in=Answer.values), name="channels_write_answer_known"),
        ]
        indexes = [
            models.Index(fields=["listing", "-sent_at"], name="channels_writes_of_listing"),
            models.Index(fields=["leased_until"], condition=models.Q(answer="under_way"), name="channels_writes_under_way"),
            models.Index(fields=["window", "-sent_at"], name="channels_writes_of_window"),
            models.Index(fields=["account", "-answered_at"], condition=models.Q(answer="done"), name="channels_writes_answered"),
            models.Index(fields=["account", "sent_at"], condition=models.Q(is_fall=True), name="channels_writes_that_fall"),
        ]
        permissions = [("publish_stock", _("Can send numbers to shops"))]

    def __str__(self) -> str:
        return f"{self.window} {self.kind} {self.value}"
