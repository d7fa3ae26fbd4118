"""Two parties that may be one: the suggestion, and the record by which a merge is undone."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models.parties import Party


class MergeSuggestion(models.Model):
    """Evidence of one buyer points at both. `first` has the smaller key, so that a pair is suggested once; dismissed stays dismissed."""

    class State(models.TextChoices):
        OPEN = "open", _("To decide")
        MERGED = "merged", _("Merged")
        DISMISSED = "dismissed", _("Two different parties")

    first = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="+", verbose_name=_("party"))
    second = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="+", verbose_name=_("other party"))
    reason = models.CharField(_("what they share"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("merge suggestion")
        verbose_name_plural = _("merge suggestions")
        permissions: ClassVar = [("dismiss_suggestion", _("Can say that two parties are two"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="crm_merge_suggestion_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="crm_merge_suggestion_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} + {self.second_id}"


class Merge(models.Model):
    """`moved` lists the keys of the rows that changed hands, per kind, and the fields that were filled: enough to undo it."""

    kept = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name=_("kept party"))
    gone = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name=_("merged party"))
    moved = models.JSONField(_("what moved"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    merged_at = models.DateTimeField(_("merged"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        permissions: ClassVar = [("merge_parties", _("Can merge parties")), ("undo_merge", _("Can undo a merge"))]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"
