"""What is known of a variant's windows: books, numbers sent, numbers seen, exceptions, policy. One statement each, whatever the number of
rows."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q

from channels.models import Account, Difference, Listing, NumberRequest, StockWrite, Verdict
from channels.queries import newest_writes
from channels.registry import connectors
from channels.services.publishing.windows import window_of
from inventory.models import Allotment, StockException, WindowPolicy
from inventory.services.planning import COMPANY_POLICY

WRITES_SHOWN = 20
EXCEPTIONS_SHOWN = 8
DIFFERENCES_SHOWN = 8


@dataclass(frozen=True)
class WindowFacts:
    """One listing of the variant: its account, its books if it has any, the last number sent, a hand edit that is not put right yet, and
    why a person is waited for."""

    listing: Listing
    account: Account
    allotment: Allotment | None
    sent: StockWrite | None
    edited: Difference | None
    held_as: str


def windows_of(variant_id: int) -> list[WindowFacts]:
    """Five statements."""
    present = Listing.objects.filter(variant_id=variant_id, is_present=True)
    listings = list(present.select_related("account").order_by("account__name", "pk"))
    allotments = {allotment.window: allotment for allotment in Allotment.objects.filter(variant_id=variant_id)}
    sent = newest_writes(listing.pk for listing in listings)
    hand = Difference.objects.filter(listing__in=listings, verdict=Verdict.HAND, put_right_at=None)
    edited = {each.listing_id: each for each in hand.order_by("seen_at", "pk")}
    held = dict(NumberRequest.objects.filter(listing__in=listings).exclude(held_as="").values_list("listing_id", "held_as"))
    return [
        WindowFacts(
            listing=listing,
            account=listing.account,
            allotment=allotments.get(window_of(listing)),
            sent=sent.get(listing.pk),
            edited=edited.get(listing.pk),
            held_as=held.get(listing.pk, ""),
        )
        for listing in listings
    ]


def last_writes(variant_id: int) -> list[StockWrite]:
    """The newest numbers sent to any window of the variant, also to listings that are bound to another one now."""
    windows = Allotment.objects.filter(variant_id=variant_id).values("window")
    ours = Q(listing__variant_id=variant_id) | Q(window__in=windows)
    return list(StockWrite.objects.filter(ours).select_related("account").order_by("-sent_at", "-pk")[:WRITES_SHOWN])


def last_exceptions(variant_id: int) -> list[StockException]:
    """Those that are open, then the newest."""
    rows = StockException.objects.filter(variant_id=variant_id)
    return list(rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")[:EXCEPTIONS_SHOWN])


def last_differences(variant_id: int) -> list[Difference]:
    """Numbers that a shop showed instead of ours; what orders explained is left out."""
    told = Difference.objects.filter(listing__variant_id=variant_id).exclude(verdict=Verdict.ORDERS)
    return list(told.select_related("account").order_by("-seen_at", "-pk")[:DIFFERENCES_SHOWN])


@dataclass(frozen=True)
class PolicyFacts:
    """`is_own`: the variant's own rule, not the company's."""

    mode: str
    threshold: int
    margin: int
    is_own: bool


def policy_of(variant_id: int) -> PolicyFacts:
    rows = {row.variant_id: row for row in WindowPolicy.objects.filter(Q(variant_id=variant_id) | Q(variant=None))}
    row = rows.get(variant_id) or rows.get(None)
    if row is None:
        return PolicyFacts(COMPANY_POLICY.mode, COMPANY_POLICY.threshold, COMPANY_POLICY.margin, is_own=False)
    return PolicyFacts(row.mode, row.auto_threshold, row.margin, is_own=row.variant_id is not None)


def longest_reading(windows: list[WindowFacts]) -> timedelta:
    """How long the orders of these windows' shops may take to be seen by a reading; nothing where there is no window."""
    known = [connectors.get(each.account.connector).capabilities().read_lag for each in windows]
    return max(known, default=timedelta(0))
