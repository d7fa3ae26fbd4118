"""What Regia writes into its history while the demo runs, read from outside as one line per entry."""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from erp.core.models import HistoryEntry

SUBJECT = "orders.order"
MOST = 40
SENTENCES: dict[str, Promise] = {
    "placed": gettext_lazy("Regia: order %(number)s arrived from %(actor)s"),
    "changed": gettext_lazy("Regia: order %(number)s follows a change in %(actor)s"),
    "cancelled": gettext_lazy("Regia: order %(number)s is cancelled"),
    "held": gettext_lazy("Regia: order %(number)s is held"),
    "hold_released": gettext_lazy("Regia: order %(number)s waits no longer"),
    "hold_expired": gettext_lazy("Regia: order %(number)s was not paid in time"),
    "refunded": gettext_lazy("Regia: order %(number)s was refunded"),
    "payment_recorded": gettext_lazy("Regia: order %(number)s was paid"),
}


class Chronicle:
    """Entries about orders that came since the last look."""

    def __init__(self) -> None:
        self._last = HistoryEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def news(self) -> Iterator[str]:
        """Sentences; what has none stays in the history."""
        rows = HistoryEntry.objects.filter(pk__gt=self._last, subject_kind=SUBJECT).order_by("pk")
        for pk, number, verb, actor in rows.values_list("pk", "subject_id", "verb", "actor")[:MOST]:
            self._last = pk
            if verb in SENTENCES:
                shop = actor.removeprefix("shop:") or _("Regia")
                yield str(SENTENCES[verb]) % {"number": number, "actor": shop}
