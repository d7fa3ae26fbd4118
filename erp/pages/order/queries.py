"""All that the page of an order shows, in a number of statements that does not grow with lines, shipments or history."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Window

from channels.models import Account, InboxMessage
from erp.core.models import Document, HistoryEntry
from inventory.models import Reservation, StockException
from inventory.queries import availabilities
from inventory.shipping.models import Label, Parcel, Shipment
from orders.invoices.models import DocumentDue, Invoice
from orders.models import Adjustment, Hold, Order, OrderLine, OrderTag, Payment, PendingChange, Refund, TaxRow
from orders.states import OPEN_STATUSES, HoldKind

ORDER_BODY = "order"
OTHERS_SHOWN = 5
HISTORY_SHOWN = 200


@dataclass(frozen=True)
class Money:
    adjustments: list[Adjustment]
    taxes: list[TaxRow]
    payments: list[Payment]
    refunds: list[Refund]


@dataclass(frozen=True)
class Sent:
    """Shipments with their parcels, the newest label of each parcel, and papers of all of them and of the order."""

    shipments: list[Shipment]
    parcels: list[Parcel]
    labels: list[Label]
    papers: list[Document]


@dataclass(frozen=True)
class Others:
    """What else the customer ordered: the newest, how many, and for how much in euro."""

    newest: list[Order]
    count: int
    total: Decimal


@dataclass(frozen=True)
class OrderFacts:
    order: Order
    lines: list[OrderLine]
    money: Money
    holds: list[Hold]
    change: PendingChange | None
    promises: list[Reservation]
    free: dict[int, int]
    sent: Sent
    account: Account | None
    body_id: int | None
    others: Others
    history: list[HistoryEntry]
    invoice: Invoice | None
    due: DocumentDue | None
    tags: list[str]
    exceptions: list[StockException]

    @property
    def is_open(self) -> bool:
        return self.order.status in OPEN_STATUSES


def orders_with_their_own() -> QuerySet[Order]:
    """Orders with what each has one of (customer, invoice, the document it needs, a change to decide) and with `tag_names`."""
    tags = OrderTag.objects.filter(order=OuterRef("pk")).order_by("name").values("name")
    one_each = Order.objects.select_related("party", "invoice", "document_due", "pending_change")
    return one_each.annotate(tag_names=ArraySubquery(tags))


def read_order(order: Any) -> OrderFacts:
    """`order` as `orders_with_their_own` reads it."""
    lines = list(order.lines.select_related("variant").order_by("position", "pk"))
    account = Account.objects.filter(code=order.source).annotate(body_id=_newest_body(order)).order_by("pk").first()
    invoice, due = getattr(order, "invoice", None), getattr(order, "document_due", None)
    sent = read_sent(order, invoice)
    holds = list(order.holds.filter(released_at=None).select_related("placed_by").order_by("placed_at", "pk"))
    return OrderFacts(
        order=order,
        lines=lines,
        money=Money(
            list(order.adjustments.order_by("kind", "position")),
            list(order.taxes.order_by("-rate", "pk")),
            list(order.payments.order_by("recorded_at", "pk")),
            list(order.refunds.order_by("refunded_at", "pk")),
        ),
        holds=holds,
        change=getattr(order, "pending_change", None),
        promises=list(
            Reservation.objects.filter(reference=order.reference)
            .exclude(state="released")
            .select_related("warehouse", "variant")
            .order_by("line", "-state", "pk")
        ),
        free=availabilities([line.variant_id for line in lines if line.variant_id]),
        sent=sent,
        account=account,
        body_id=getattr(account, "body_id", None),
        others=_others(order),
        history=_history(order, sent.shipments, invoice),
        invoice=invoice,
        due=due if due and due.ended_on is None else None,
        tags=order.tag_names,
        exceptions=_exceptions(order) if any(hold.kind == HoldKind.SHORT for hold in holds) else [],
    )


def _exceptions(order: Order) -> list[StockException]:
    """Why pieces of a divided article are missing for this order, where it is known."""
    return list(StockException.objects.filter(reference=order.reference).order_by("cause", "pk").distinct("cause"))


def read_sent(order: Order, invoice: Invoice | None) -> Sent:
    shipments = list(
        Shipment.objects.filter(order_reference=order.reference).select_related("warehouse", "service__carrier").order_by("-pk")
    )
    keys = [shipment.pk for shipment in shipments]
    parcels = list(Parcel.objects.filter(shipment__in=keys).order_by("shipment_id", "position"))
    labels = list(Label.objects.filter(parcel__shipment__in=keys).select_related("parcel", "service__carrier").order_by("pk"))
    subjects = [f"shipping.shipment:{key}" for key in keys] + [f"shipping.label:{label.pk}" for label in labels]
    if invoice is not None:
        subjects.append(f"invoices.invoice:{invoice.pk}")
    papers = list(
        Document.objects.filter(subject__in=[*subjects, f"orders.order:{order.pk}"])
        .defer("content")
        .order_by("kind", "subject", "-pk")
        .distinct("kind", "subject")
    )
    return Sent(shipments, parcels, labels, papers)


def _others(order: Order) -> Others:
    found: Any = Order.objects.of_party(order.party.merged_into_id or order.party_id).filter(is_test=False)
    worth = Sum("total", filter=Q(currency="EUR") & ~Q(status="cancelled"))
    rows = list(found.annotate(count=Window(Count("pk")), worth=Window(worth)).order_by("-pk")[: OTHERS_SHOWN + 1])
    newest = [row for row in rows if row.pk != order.pk][:OTHERS_SHOWN]
    return Others(newest, rows[0].count if rows else 0, (rows[0].worth if rows else None) or Decimal(0))


def _newest_body(order: Order) -> Subquery:
    bodies = InboxMessage.objects.filter(account=OuterRef("pk"), kind=ORDER_BODY, external_id=order.external_id).exclude(body="")
    return Subquery(bodies.order_by("-pk").values("pk")[:1])


def _history(order: Order, shipments: Sequence[Shipment], invoice: Invoice | None) -> list[HistoryEntry]:
    """Of the order and of what was sent for it, newest first."""
    about = Q(subject_kind="orders.order", subject_id=str(order.pk))
    if shipments:
        about |= Q(subject_kind="shipping.shipment", subject_id__in=[str(shipment.pk) for shipment in shipments])
    if invoice is not None:
        about |= Q(subject_kind="invoices.invoice", subject_id=str(invoice.pk))
    return list(HistoryEntry.objects.filter(about).select_related("by").order_by("-pk")[:HISTORY_SHOWN])
