"""Eight processes issue at the same moment: first the race without the lock, then no gap, no double, and sums that equal the orders."""

import multiprocessing
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test import override_settings

from erp.core.delivering import deliver_pending
from erp.core.documents import render_pending
from erp.core.models import Card, NumberSeries
from erp.core.refusals import Refused
from erp.practice.mail import Mailbox, serve_mail
from orders.invoices.models import Invoice, InvoiceMail, InvoiceRate, Series
from orders.invoices.services.configuring import set_invoice_settings
from orders.invoices.services.documenting import document_orders
from orders.invoices.services.handing_over import print_missing
from orders.invoices.services.issuing import issue_invoice, issue_invoices
from orders.invoices.services.mailing import send_due_mails, send_invoice
from orders.models import Order
from orders.services.changing import change_order
from orders.services.placing import place_orders
from tests.clocks import ClockHand
from tests.concurrency.processes import PATIENCE_SECONDS, together
from tests.factories.crm import anna, make_company
from tests.factories.orders import draft, later, refund, tell_refund
from tests.orders.invoices.conftest import SELLER_VAT, business, carriage, rate_rows, sold

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKERS = 8
INVOICES = 1000
REFUSED_EACH = 5
ROME = ZoneInfo("Europe/Rome")


def place(count: int, *, consumers: int = 0) -> list[int]:
    """Paid orders of a few customers, no two of the same amount; the last `consumers` of them lack what an invoice needs."""
    drafts = []
    for number in range(count + consumers):
        lines, extra = [sold(f"{1 + number % 97}.{number % 100:02}")], [carriage("5.90")]
        customer = business(number % 20) if number < count else anna(100 + number)
        drafts.append(draft(lines, adjustments=tuple(extra), taxes=rate_rows(lines, extra), customer=customer, external_id=f"n{number}"))
    return [placed.order_id for start in range(0, len(drafts), 100) for placed in place_orders(drafts[start : start + 100], actor="shop")]


def look_then_number(looked) -> int:
    """What everybody does who numbers by the highest number so far."""
    with transaction.atomic():
        highest = NumberSeries.objects.get(code="race").last
        looked.wait(PATIENCE_SECONDS)
        NumberSeries.objects.filter(code="race").update(last=highest + 1)
        return highest + 1


def test_without_the_lock_two_processes_give_one_number_twice():
    NumberSeries.objects.create(code="race", year=2026, last=0)
    looked = multiprocessing.get_context("fork").Barrier(2)

    assert together([partial(look_then_number, looked)] * 2) == [1, 1]


def test_eight_processes_issue_a_thousand_invoices_without_gap_or_double():
    make_company(partita_iva=SELLER_VAT)
    orders = place(INVOICES, consumers=WORKERS * REFUSED_EACH)
    good, bad = orders[:INVOICES], orders[INVOICES:]
    shares = [good[worker::WORKERS] + bad[worker::WORKERS] for worker in range(WORKERS)]

    done = together([partial(issue_some, share, worker) for worker, share in enumerate(shares)])

    assert [refused for _issued, refused in done] == [REFUSED_EACH] * WORKERS
    assert sum(issued for issued, _refused in done) == INVOICES
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == list(range(1, INVOICES + 1))
    assert NumberSeries.objects.get().last == INVOICES
    assert Series.objects.count() == 1
    paid = Order.objects.filter(pk__in=good).aggregate(all=Sum("total"))["all"]
    assert Invoice.objects.aggregate(all=Sum("gross"))["all"] == InvoiceRate.objects.aggregate(all=Sum("gross"))["all"] == paid
    assert {invoice.order_id for invoice in Invoice.objects.all()} == set(good)
    days = list(Invoice.objects.order_by("number").values_list("issued_on", flat=True))
    assert days == sorted(days)


def issue_some(order_ids, worker: int) -> tuple[int, int]:
    """Two of the workers issue one by one, the others in lists."""
    if worker % 4:
        done = issue_invoices(order_ids)
        return len(done.issued), len(done.refused)
    issued = refused = 0
    for order_id in order_ids:
        try:
            issue_invoice(order_id)
            issued += 1
        except Refused:
            refused += 1
    return issued, refused


def test_eight_processes_issue_while_the_year_turns(clock: ClockHand):
    """One of them moves the clock over midnight when it has issued half of its orders; the others are wherever they are."""
    make_company(partita_iva=SELLER_VAT)
    orders = place(WORKERS * 10)
    clock.stand_at(datetime(2026, 12, 31, 23, 59, 58, tzinfo=ROME))

    together([partial(issue_over_midnight, orders[worker::WORKERS], clock if worker == 0 else None) for worker in range(WORKERS)])

    issued = list(Invoice.objects.order_by("year", "number").values_list("year", "number", "issued_on"))
    for year, day in ((2026, date(2026, 12, 31)), (2027, date(2027, 1, 1))):
        of_year = [(number, on) for found, number, on in issued if found == year]
        assert len(of_year) >= 5
        assert of_year == [(number, day) for number in range(1, len(of_year) + 1)]
    assert len(issued) == len(orders)
    assert sum(NumberSeries.objects.values_list("last", flat=True)) == len(orders)


def issue_over_midnight(order_ids, clock: ClockHand | None) -> None:
    for place_, order_id in enumerate(order_ids):
        if clock and place_ == len(order_ids) // 2:
            clock.advance(4)
        issue_invoice(order_id)


def test_eight_clicks_on_one_order_are_one_invoice():
    make_company(partita_iva=SELLER_VAT)
    (order_id,) = place(1)

    done = together([partial(issue_invoice, order_id)] * WORKERS)

    assert set(done) == {Invoice.objects.get().pk}
    assert NumberSeries.objects.get().last == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM invoices_invoicerate")
        assert cursor.fetchone() == (1,)


def test_four_processes_send_each_mail_once(tmp_path):
    make_company(partita_iva=SELLER_VAT, email="ordini@bottega.example")
    issued = issue_invoices(place(20)).issued
    print_missing()
    render_pending()
    for invoice_id in issued:
        send_invoice(invoice_id, by=None)

    with (
        serve_mail(Mailbox(tmp_path)) as running,
        override_settings(EMAIL_URL=running.email_url, EMAIL_HOST="127.0.0.1", EMAIL_PORT=running.smtp_port),
    ):
        tried = together([send_due_mails] * 4)

    assert sum(tried) == len(running.mailbox.mails()) == len({mail.message_id for mail in running.mailbox.mails()}) == 20
    assert InvoiceMail.objects.filter(state="sent").count() == 20


def cross(order_id: int, deed: str) -> str:
    """One of those who come at the moment at which an invoice is issued."""
    if deed == "issue":
        document_orders([order_id])
    elif deed == "deliver":
        deliver_pending()
    elif deed == "edit":
        lines, extra = [sold("9.90")], [carriage("5.90")]
        told = draft(lines, adjustments=tuple(extra), taxes=rate_rows(lines, extra), customer=business(), external_id="cross")
        change_order(order_id, later(told, prices_include_tax=True), actor="shop")
    else:
        tell_refund(order_id, refund(deed, {"r1": "3.00", "r2": "1.50"}[deed]))
    return deed


def test_refunds_and_an_edit_that_cross_the_issue_leave_one_invoice_and_one_card_of_what_is_to_credit():
    make_company(partita_iva=SELLER_VAT)
    set_invoice_settings(by=None, issue="on_shipment", send_by_mail=False)
    lines, extra = [sold("19.90")], [carriage("5.90")]
    told = draft(lines, adjustments=tuple(extra), taxes=rate_rows(lines, extra), customer=business(), external_id="cross")
    order_id = place_orders([told], actor="shop")[0].order_id
    deeds = ["issue", "r1", "r2", "issue", "edit", "deliver", "r1", "r2"]

    assert together([partial(cross, order_id, deed) for deed in deeds]) == deeds
    while deliver_pending():
        pass

    invoice, order = Invoice.objects.get(), Order.objects.get(pk=order_id)
    assert (order.total, order.refunded) == (Decimal("15.80"), Decimal("4.50"))
    assert invoice.gross - invoice.credit_due == Decimal("11.30")
    cards = Card.objects.filter(kind__startswith="invoices.")
    assert list(cards.values_list("kind", "amount", "closed_at")) == [("invoices.credit_note_due", invoice.credit_due, None)]
