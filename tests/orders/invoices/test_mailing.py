"""An invoice goes out by mail: once when all is well, again after a failure, never by itself when it may have arrived."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from erp.core import clock as the_clock
from erp.core.documents import render_pending
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from erp.practice.mail import Fault, Mailbox, RunningMail, serve_mail
from orders.invoices.models import Invoice, InvoiceMail
from orders.invoices.services.configuring import set_invoice_settings
from orders.invoices.services.handing_over import print_missing
from orders.invoices.services.issuing import issue_invoice
from orders.invoices.services.mailing import MAX_ATTEMPTS, mail_issued, send_again, send_due_mails, send_invoice
from tests.orders.invoices.conftest import business, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningMail]:
    with (
        serve_mail(Mailbox(tmp_path / "mail")) as running,
        override_settings(EMAIL_URL=running.email_url, EMAIL_HOST="127.0.0.1", EMAIL_PORT=running.smtp_port, REGIA_MAIL_SECONDS=2),
    ):
        yield running


@pytest.fixture
def printed(company: Any) -> Invoice:
    """Issued and on paper."""
    invoice_id = issue_invoice(make_order(customer=business()))
    print_missing()
    render_pending()
    return Invoice.objects.get(pk=invoice_id)


def states() -> list[tuple[str, int]]:
    return list(InvoiceMail.objects.order_by("pk").values_list("state", "attempts"))


def open_cards() -> list[str]:
    return list(Card.objects.filter(closed_at=None).order_by("pk").values_list("kind", flat=True))


def test_an_issued_invoice_reaches_the_buyer_with_its_paper(company, server, deliver):
    invoice = Invoice.objects.get(pk=issue_invoice(make_order(customer=business())))
    while deliver():
        pass
    assert send_due_mails() == 0  # its paper is not made yet
    render_pending()

    assert (send_due_mails(), send_due_mails()) == (1, 0)

    (mail,) = server.mailbox.mails()
    invoice.refresh_from_db()
    assert (mail.recipients, mail.sender) == (("anna1@example.com",), "ordini@bottega.example")
    assert [(each.media_type, each.content) for each in mail.attachments] == [("application/pdf", bytes(invoice.document.content))]
    assert mail.attachments[0].name.endswith(f"FT-{invoice.year}-0001.pdf")
    assert mail.message_id == InvoiceMail.objects.get().message_id
    assert states() == [("sent", 1)]


def test_settings_may_keep_invoices_at_home(company, server, deliver):
    set_invoice_settings(by=None, issue="on_shipment", send_by_mail=False)
    issue_invoice(make_order(customer=business()))

    while deliver():
        pass

    assert InvoiceMail.objects.count() == 0


def test_asking_twice_while_it_waits_is_one_mail(printed, server):
    assert send_invoice(printed.pk, by=None) == send_invoice(printed.pk, by=None)
    mail_issued([printed.pk])

    assert (send_due_mails(), len(server.mailbox.mails())) == (1, 1)


def test_a_server_that_is_busy_is_asked_again_after_growing_pauses(printed, server, clock):
    send_invoice(printed.pk, by=None)
    server.mailbox.expect(Fault.LATER, Fault.LATER)

    pauses = []
    for _attempt in range(2):
        send_due_mails()
        mail = InvoiceMail.objects.get()
        pauses.append(round((mail.due_at - the_clock.now()).total_seconds()))
        assert send_due_mails() == 0
        clock.advance(pauses[-1] + 1)
    send_due_mails()

    assert pauses == [15, 30]
    assert (states(), len(server.mailbox.mails()), open_cards()) == ([("sent", 3)], 1, [])


def test_a_server_that_is_away_costs_no_mail(printed, server, clock):
    send_invoice(printed.pk, by=None)
    with override_settings(EMAIL_PORT=1):
        assert send_due_mails() == 1
    assert states() == [("waiting", 1)]

    clock.advance(60)
    send_due_mails()

    assert (states(), len(server.mailbox.mails())) == ([("sent", 2)], 1)


def test_a_server_that_is_away_for_a_day_is_one_card_and_every_mail_goes_out_afterwards(company, server, clock):
    invoices = [issue_invoice(make_order(customer=business(number))) for number in range(2)]
    print_missing()
    render_pending()
    for invoice_id in invoices:
        send_invoice(invoice_id, by=None)
    with override_settings(EMAIL_PORT=1):
        for _hour in range(25):
            assert [send_due_mails() for _mail in range(3)] == [1, 1, 0]
            clock.advance(3601)
    assert (states(), open_cards()) == ([("waiting", 25)] * 2, ["invoices.mail_away"])

    assert send_due_mails() == 2

    assert ([state for state, _attempts in states()], open_cards(), len(server.mailbox.mails())) == (["sent"] * 2, [], 2)


def test_a_server_that_is_away_for_longer_parks_the_mail_and_its_button_sends_it(printed, server, clock):
    mail_id = send_invoice(printed.pk, by=None)
    InvoiceMail.objects.update(attempts=MAX_ATTEMPTS - 1)
    with override_settings(EMAIL_PORT=1):
        assert (send_due_mails(), send_due_mails()) == (1, 0)
    assert (states(), open_cards()) == ([("parked", MAX_ATTEMPTS)], ["invoices.mail_away", "invoices.mail_parked"])

    send_again(mail_id, by=None)
    send_due_mails()

    assert (states(), open_cards(), len(server.mailbox.mails())) == ([("sent", 1)], [], 1)


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.TOO_BIG])
def test_a_refused_mail_is_parked_with_a_card_and_goes_again_by_its_button(printed, server, fault):
    mail_id = send_invoice(printed.pk, by=None)
    server.mailbox.expect(fault)
    send_due_mails()
    assert (states(), open_cards(), server.mailbox.mails()) == ([("parked", 1)], ["invoices.mail_parked"], [])

    send_again(f"invoices.invoicemail:{mail_id}", by=None)
    send_due_mails()

    assert (states(), open_cards(), len(server.mailbox.mails())) == ([("sent", 1)], [], 1)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.SILENT])
def test_a_lost_answer_is_unknown_and_never_repeated_by_itself(printed, server, fault, clock):
    mail_id = send_invoice(printed.pk, by=None)
    server.mailbox.expect(fault)
    send_due_mails()
    clock.advance(7 * 86400)
    assert send_due_mails() == 0
    assert (states(), open_cards(), len(server.mailbox.mails())) == ([("unknown", 1)], ["invoices.mail_unknown"], 1)

    send_again(mail_id, by=None)
    send_due_mails()

    assert len({mail.message_id for mail in server.mailbox.mails()}) == 1
    assert (states(), open_cards()) == ([("sent", 1)], [])


@pytest.mark.parametrize(("handed_over", "state"), [(False, "waiting"), (True, "unknown")])
def test_a_worker_that_died_before_the_text_went_out_costs_nothing(printed, server, handed_over, state):
    mail_id = send_invoice(printed.pk, by=None)
    lapsed = the_clock.real_now() - timedelta(seconds=1)
    InvoiceMail.objects.filter(pk=mail_id).update(
        state="sending", attempts=1, leased_until=lapsed, is_handed_over=handed_over, due_at=the_clock.now() + timedelta(hours=1)
    )

    assert send_due_mails() == 0

    assert states() == [(state, 1)]
    assert open_cards() == (["invoices.mail_unknown"] if handed_over else [])


def test_another_address_is_a_mail_of_its_own_and_settles_the_refused_one(printed, server):
    send_invoice(printed.pk, by=None)
    server.mailbox.expect(Fault.REFUSED)
    send_due_mails()

    send_invoice(printed.pk, by=None, to="Contabilita@locanda.example")
    send_due_mails()

    (mail,) = server.mailbox.mails()
    assert (mail.recipients, open_cards()) == (("contabilita@locanda.example",), [])


def test_a_mail_that_waits_goes_to_the_address_that_is_typed_meanwhile(printed, server):
    first = send_invoice(printed.pk, by=None)

    assert send_invoice(printed.pk, by=None, to="conti@locanda.example") == first
    send_due_mails()

    (mail,) = server.mailbox.mails()
    assert (mail.recipients, states()) == (("conti@locanda.example",), [("sent", 1)])


def test_a_mail_that_goes_out_this_moment_is_not_turned_round(printed, server):
    InvoiceMail.objects.filter(pk=send_invoice(printed.pk, by=None)).update(state="sending")

    with pytest.raises(Refused, match=r"going out to anna1@example\.com this moment"), attempt():
        send_invoice(printed.pk, by=None, to="conti@locanda.example")

    assert InvoiceMail.objects.get().to == "anna1@example.com"


def test_without_an_address_it_is_refused(company):
    invoice_id = issue_invoice(make_order(customer=business(email="")))

    with pytest.raises(Refused, match="no usable e-mail address"), attempt():
        send_invoice(invoice_id, by=None)

    assert InvoiceMail.objects.count() == 0


def test_without_a_mail_server_mails_wait_and_a_card_says_how_to_set_one(printed, server):
    send_invoice(printed.pk, by=None)
    with override_settings(EMAIL_URL=""):
        assert send_due_mails() == 0
        assert (states(), open_cards()) == ([("waiting", 0)], ["invoices.no_mail_server"])

    send_due_mails()

    assert (states(), open_cards()) == ([("sent", 1)], [])


def test_a_sent_mail_is_not_sent_again_by_the_button_of_a_card(printed, server):
    mail_id = send_invoice(printed.pk, by=None)
    send_due_mails()

    with pytest.raises(Refused, match="needs nothing"), attempt():
        send_again(mail_id, by=None)

    assert len(server.mailbox.mails()) == 1


def test_many_mails_share_one_connection_and_a_failure_costs_one(company, server):
    invoices = [issue_invoice(make_order(customer=business(number))) for number in range(5)]
    print_missing()
    render_pending()
    for invoice_id in invoices:
        send_invoice(invoice_id, by=None)
    server.mailbox.expect(Fault.REFUSED, Fault.CUT)

    assert send_due_mails() == 5

    assert [state for state, _attempts in states()] == ["parked", "unknown", "sent", "sent", "sent"]
    assert len(server.mailbox.mails()) == 4
