"""Numbers that a shop was seen to show and that differ from what we knew there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models.account import Account
from channels.models.listing import Listing


class Verdict(models.TextChoices):
    """Told only once everything that happened in the shop before the look is read; until then nobody knows."""

    OPEN = "open", _("Orders are being read")
    ORDERS = "orders", _("Explained by orders")
    HAND = "hand", _("Edited by hand in the shop")
    VOID = "void", _("Our own number was not certain")


class Difference(models.Model):
    """`seen` is what the shop showed, `expected` what it should have shown by all that was read before we looked.

    `sold_read` and `restocked_read` are the window's counters of that moment: what they grow by until the verdict is what happened in
    the shop around the look. `is_certain`: by the books the expected number was proved. `put_right_at`: our number stands in the shop
    again.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="differences", verbose_name=_("account"))
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="differences", verbose_name=_("listing"))
    window = models.CharField(_("window"), max_length=250)
    seen = models.DecimalField(_("seen in the shop"), max_digits=12, decimal_places=3)
    expected = models.DecimalField(_("expected"), max_digits=12, decimal_places=3)
    seen_at = models.DateTimeField(_("seen at"))
    sold_read = models.DecimalField(max_digits=12, decimal_places=3, editable=False)
    restocked_read = models.DecimalField(max_digits=12, decimal_places=3, editable=False)
    is_certain = models.BooleanField(default=True, editable=False)
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict, default=Verdict.OPEN)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    put_right_at = models.DateTimeField(_("put right"), null=True, blank=True)

    class Meta:
        verbose_name = _("number that differed")
        verbose_name_plural = _("numbers that differed")
        constraints = [
            models.UniqueConstraint(fields=["window"], condition=models.Q(verdict="open"), name="channels_one_open_difference"),
            models.CheckConstraint(condition=models.Q(verdict__in=Verdict.values), name="channels_difference_verdict_known"),
            models.CheckConstraint(
                condition=models.Q(verdict="open", told_at=None) | (~models.Q(verdict="open") & models.Q(told_at__isnull=False)),
                name="channels_difference_told_once",
            ),
        ]
        indexes = [
            models.Index(fields=["listing", "-seen_at"], name="channels_difference_listing"),
            models.Index(fields=["account", "-seen_at"], name="channels_difference_account"),
            models.Index(fields=["listing"], condition=models.Q(verdict="hand", put_right_at=None), name="channels_hand_edits_to_mend"),
        ]

    def __str__(self) -> str:
        return f"{self.window} {self.expected} {self.seen}"
