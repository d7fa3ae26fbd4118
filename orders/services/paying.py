"""Paying: what money came for an order, who says so, and what that sets free."""

from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from erp.core.cards import close_card, key_of, open_card
from erp.core.clock import now
from erp.core.events import publish
from erp.core.history import record
from erp.core.money import MAX_AMOUNT, format_money, round_cents
from erp.core.refusals import Refused
from erp.core.transactions import atomic
from orders.cards import CASH_DIFFERS, PAID_AFTER_EXPIRY, PAYMENT_OVERDUE, subject_of
from orders.drafts import NewPayment
from orders.events import OrderChanged, OrderPaid
from orders.locks import lock_order
from orders.models import Order, Payment
from orders.rows import money_of
from orders.services.holding import end_holds, settle_order
from orders.states import HoldKind, OrderStatus, PaymentState
from orders.totals import ZERO, PaymentSummary, summarise_payments

CASH_ROUNDING = Decimal("0.02")
"""Cash is rounded to five cents (art. 13-quater DL 50/2017), so that much more than is due is no mistake."""
HOLDS_OF_MONEY = (HoldKind.AWAITING_PAYMENT, HoldKind.AWAITING_CAPTURE)


@atomic
def record_payment(
    order_id: int, *, by: AbstractBaseUser | None, amount: Decimal | None = None, method: str = "", external_id: str = ""
) -> None:
    """A colleague says that money has come: by default all that is still due. The same transaction (`external_id`) counts once.

    A hold that waited for the money goes by itself. Raises Refused when nothing is due, and when the amount is none or more than
    is due.
    """
    order = lock_order(order_id)
    if external_id and order.payments.filter(external_id=external_id, is_ours=True).exists():
        return
    amount = order.due if amount is None else amount
    if order.status == OrderStatus.CANCELLED:
        raise Refused(
            _("Order %(number)s is cancelled. Pay the money back, or revive the order in the shop first.") % {"number": order.number}
        )
    if order.due <= 0:
        raise Refused(_("Order %(number)s is paid already.") % {"number": order.number}, code="paid")
    if not 0 < amount <= MAX_AMOUNT or not round_cents(amount):
        raise Refused(_("A payment must be more than nothing. Type the amount that came."), code="amount")
    amount = round_cents(amount)
    if amount > order.due + CASH_ROUNDING:
        names = {"number": order.number, "due": _shown(order, order.due), "amount": _shown(order, amount)}
        raise Refused(
            _("Order %(number)s still asks for %(due)s, and %(amount)s is more. Record what it asks for, and pay the rest back.") % names,
            code="too_much",
        )
    collects = order.payments.filter(state=PaymentState.ON_DELIVERY).exists()
    _keep(order, amount, method, external_id)
    record(order, "payment_recorded", by=by, amount=amount, method=method)
    follow_money(order)
    settle_order(order)
    if collects:  # its shipments collect less
        publish(OrderChanged(order.pk))


def record_overdue_payment(subject: str, *, by: AbstractBaseUser) -> None:
    """The button of the card of an order whose term ended: the money has come after all."""
    record_payment(key_of(subject), by=by)


def follow_payments(order: Order, told: Sequence[NewPayment]) -> None:
    """Make the payments those that the channel tells; one that we recorded ourselves stays until the channel tells it too."""
    kept = list(order.payments.order_by("pk"))
    moment = now()
    for payment in told:
        row = _match(kept, payment)
        if row is None:
            row = Payment(order=order, recorded_at=moment)
        else:
            kept.remove(row)
        if row.is_ours and row.state == PaymentState.CAPTURED and PaymentState(payment.state) is not PaymentState.CAPTURED:
            continue
        row.method, row.title, row.state = payment.method[:60], payment.title[:120], payment.state
        row.amount, row.external_id, row.is_ours = payment.amount, payment.external_id[:160], False
        row.save()
    Payment.objects.filter(pk__in=[row.pk for row in kept if not row.is_ours]).delete()


def money_summary(order: Order) -> PaymentSummary:
    """What the order's payments and refunds amount to now."""
    payments = [NewPayment(row.method, row.title, row.state, row.amount) for row in order.payments.order_by("pk")]  # type: ignore[arg-type]
    refunded = order.refunds.filter(deleted_at=None).aggregate(sum=Sum("amount"))["sum"] or ZERO
    return summarise_payments(order.total, payments, refunded)


def follow_money(order: Order) -> PaymentSummary:
    """Store what the payments amount to; when all is paid, end the holds that waited for it. The caller settles the order."""
    was_due = order.due
    summary = money_summary(order)
    for name, value in money_of(summary).items():
        setattr(order, name, value)
    order.save(update_fields=list(money_of(summary)))
    if not summary.is_settled:
        return summary
    waiting = list(order.holds.filter(released_at=None, kind__in=HOLDS_OF_MONEY))
    if any(not hold.keeps_stock for hold in waiting):
        note_late_payment(order)
    end_holds(waiting, reason="paid")
    if was_due > 0:
        close_card(CASH_DIFFERS, subject_of(order.pk))
        publish(OrderPaid(order.pk))
    return summary


def note_late_payment(order: Order) -> None:
    """The money came after the pieces had been given up: an exception to the promise, kept with its cause."""
    record(order, "paid_after_expiry", amount=order.total)
    close_card(PAYMENT_OVERDUE, subject_of(order.pk))
    open_card(PAID_AFTER_EXPIRY, subject_of(order.pk), amount=order.total, currency=order.currency, number=order.number)


def _keep(order: Order, amount: Decimal, method: str, external_id: str) -> None:
    """Turn the payment that was awaited by that method into money; where none was, add a row."""
    awaited = order.payments.filter(
        state__in=[PaymentState.PENDING, PaymentState.ON_DELIVERY, PaymentState.AUTHORISED, PaymentState.FAILED]
    )
    row = awaited.filter(amount=amount, **({"method": method} if method else {})).order_by("pk").first()
    if row is None:
        row = Payment(order=order, method=method or "by_hand", amount=amount)
    row.state, row.recorded_at, row.is_ours = PaymentState.CAPTURED, now(), True
    row.external_id = external_id or row.external_id
    row.save()


def _shown(order: Order, amount: Decimal) -> str:
    return format_money(amount, order.currency, get_language() or settings.LANGUAGE_CODE)


def _match(kept: Sequence[Payment], told: NewPayment) -> Payment | None:
    same = [row for row in kept if row.method == told.method[:60]]
    exact = [row for row in same if row.external_id == told.external_id[:160]]
    return next(iter(exact or same), None)
