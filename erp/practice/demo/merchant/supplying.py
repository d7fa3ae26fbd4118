"""A merchant who sells also buys: what has run low arrives again, a few variants at a time."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.db.models import F, Sum

from erp.core.transactions import atomic
from inventory.models import Cause, StockLevel
from inventory.services.posting import Move, open_ledger, post

LOW, ARRIVING, AT_ONCE = 1, Decimal(12), 3
REFERENCE = "arrival"


@atomic
def buy_in(by: User) -> list[str]:
    """Twelve more of up to three variants of which at most one is left, into the warehouse that is asked first. Returns their SKUs."""
    levels = StockLevel.objects.filter(variant__is_stocked=True).values("variant_id", "variant__sku")
    low = levels.annotate(left=Sum(F("on_hand") - F("reserved"))).filter(left__lte=LOW).order_by("left", "variant_id")[:AT_ONCE]
    wanted = {row["variant_id"]: row["variant__sku"] for row in low}
    first = StockLevel.objects.filter(variant_id__in=wanted).order_by("variant_id", "warehouse__priority", "warehouse_id")
    places = dict(first.distinct("variant_id").values_list("variant_id", "warehouse_id"))
    moves = [Move(variant_id, places[variant_id], ARRIVING, Cause.RECEIPT, reference=REFERENCE, by=by) for variant_id in sorted(wanted)]
    if moves:
        post(open_ledger(moves), moves)
    return sorted(wanted.values())
