"""What rules a variant's windows, and what it costs to change a number, in sentences. Pure: facts in, words out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext, ngettext

from erp.pages import wording
from erp.pages.stock.facts import PolicyFacts, WindowFacts
from inventory.models import Mode


@dataclass(frozen=True)
class PolicyWords:
    """`rule` is what was chosen, `now` what follows from it at the moment, `cost` what a change of a number costs."""

    rule: str
    now: str
    cost: str


def policy_words(policy: PolicyFacts, windows: Sequence[WindowFacts], reading: timedelta, *, is_split: bool) -> PolicyWords:
    unfit = [each.account.name for each in windows if each.allotment and not each.allotment.can_split]
    return PolicyWords(_rule(policy), _now(policy, unfit, is_split=is_split), _cost(windows, reading, is_split=is_split))


def _rule(policy: PolicyFacts) -> str:
    if policy.mode == Mode.SPLIT:
        said = gettext("Its units are divided among the shops: each sells only its own.")
    elif policy.mode == Mode.SHARE:
        said = gettext("Every shop shows all that is available.")
    else:
        said = gettext("Shared above %(threshold)d pieces, divided at or under; shared again above %(again)d.") % {
            "threshold": policy.threshold,
            "again": policy.threshold + policy.margin,
        }
    whose = gettext("A rule of this article.") if policy.is_own else gettext("The company's rule.")
    return f"{said} {whose}"


def _now(policy: PolicyFacts, unfit: Sequence[str], *, is_split: bool) -> str:
    if is_split:
        return gettext("Divided now: it cannot be sold twice.")
    if policy.mode != Mode.SHARE and unfit:
        return gettext("Shared now, because its stock cannot be guaranteed in %(shops)s.") % {"shops": ", ".join(sorted(set(unfit)))}
    return gettext("Shared now: two shops can sell the last piece in the same moment. Such a sale is held as short, never lost.")


def _cost(windows: Sequence[WindowFacts], reading: timedelta, *, is_split: bool) -> str:
    """What a change costs depends on what the platforms' writes can do."""
    plain = [each for each in windows if each.allotment and each.allotment.stock_class == "zero"]
    if not is_split:
        return gettext("A sale costs one call to every other shop, and one reading of its orders.") if len(windows) > 1 else ""
    if not plain:
        return gettext("Units move between shops in one call each; no shop shows “sold out” for it.")
    said = ngettext(
        "Moving units costs: the shop shows “sold out” for two calls and one reading of its orders, %(seconds)s s or a little more.",
        "Moving units costs: each of the %(count)d shops concerned shows “sold out” for two calls and one reading of its orders, "
        "%(seconds)s s or a little more.",
        len(plain),
    ) % {"count": len(plain), "seconds": wording.quantity(int(reading.total_seconds()))}
    return f"{said} {gettext('So they move only when a shop has less than half of its fair part.')}"
