"""The invoice on paper, read back from the PDF; the same bytes whatever becomes of customer and company."""

import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from crm.models import Company, Party
from erp.core.documents import document_of, render_paper, render_pending
from orders.drafts import NewAdjustment
from orders.invoices.cards import subject_of
from orders.invoices.models import Invoice
from orders.invoices.papers import build_invoice, invoice_paper
from orders.invoices.services.handing_over import print_invoices, print_missing
from orders.invoices.services.issuing import issue_invoice
from orders.models import Order
from tests.orders.invoices.conftest import business, carriage, make_order, rate_rows, sold

pytestmark = pytest.mark.django_db


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def printed(order_id: int) -> tuple[Invoice, str]:
    invoice = Invoice.objects.get(pk=issue_invoice(order_id))
    return invoice, words(render_paper(build_invoice(subject_of(invoice.pk))))


def test_it_says_who_what_how_much_and_that_it_has_no_fiscal_value(company):
    order_id = make_order(
        [sold("39.80", quantity="2", title="Piatto Onda")],
        [carriage("5.90")],
        customer=business(language="en_GB"),
        external_number="PRO-0866",
    )

    invoice, text = printed(order_id)

    for said in (
        f"Invoice {invoice.number_text}",
        "Courtesy copy without fiscal value",
        "Bottega Etna S.r.l.",
        "Locanda 1 S.r.l.",
        "VAT no. 12345670017",
        "recipient code ABC1234",
        str(order_id),
        "PRO-0866",
        "Piatto Onda SKU-1 2 16.31147541 22 % 32.62",
        "4.83606557 22 % 4.84",
        "22 % 37.46 8.24",
        "€45.70",
    ):
        assert said in text


def test_an_italian_reads_italian_numbers(company):
    invoice, text = printed(make_order(customer=business(language="it_IT")))

    assert invoice.language == "it"
    assert "19,90 €" in text


def test_discounts_stand_on_their_lines(company):
    line = sold("100.00")
    off = NewAdjustment("discount", "ESTATE10", Decimal("8.20"), line_external_id="1")
    kept = sold("90.00")
    taxes = rate_rows([kept], [])
    order_id = make_order([line], [off], customer=business(language="en"), taxes=taxes)

    invoice, text = printed(order_id)

    assert invoice.gross == Decimal("90.00")
    assert "81.97 10 % 22 % 73.77" in text


def test_cash_on_delivery_is_still_to_pay(company):
    order_id = make_order(customer=business(language="en"), payments=())

    assert "To pay €19.90" in printed(order_id)[1]


def test_sixty_lines_go_over_pages_with_the_head_of_the_table_on_each(company):
    lines = [sold("9.99", external_id=str(number), title=f"Articolo {number} con un nome che va a capo due volte") for number in range(60)]
    invoice = Invoice.objects.get(pk=issue_invoice(make_order(lines, customer=business(language="en"))))

    pages = PdfReader(io.BytesIO(render_paper(build_invoice(subject_of(invoice.pk))))).pages

    assert len(pages) > 2
    assert all("Unit price" in page.extract_text() for page in pages[:-1])
    assert [f"page {number} of {len(pages)}" in page.extract_text() for number, page in enumerate(pages, start=1)] == [True] * len(pages)


@pytest.mark.parametrize("count", [9, 11, 13])
def test_the_sums_are_whole_wherever_the_page_ends(company, count):
    lines = [sold("9.99", external_id=str(number), title=f"Articolo {number}") for number in range(count)]
    copy = Invoice.objects.get(pk=issue_invoice(make_order(lines, customer=business(language="en")))).copy
    copy["rates"] = [{**copy["rates"][0], "rate": str(rate)} for rate in range(1, 9)]

    pages = PdfReader(io.BytesIO(render_paper(invoice_paper(copy, language="en")))).pages

    last = " ".join(pages[-1].extract_text().split())
    assert len(pages) == 2
    assert [f"VAT {rate} %" in last for rate in range(1, 9)] == [True] * 8
    assert f"Total €{copy['totals']['gross']}" in last


def test_the_bytes_are_made_once_and_stay(company, deliver):
    order_id = make_order(customer=business())
    invoice_id = issue_invoice(order_id)
    while deliver():
        pass
    render_pending()
    document = Invoice.objects.select_related("document").get(pk=invoice_id).document
    before = (bytes(document.content), document.sha256)

    Company.objects.update(name="Altra S.p.A.", street="Altrove 1")
    Party.objects.update(name="Nessuno")
    Order.objects.update(customer={}, billing={})
    print_invoices([invoice_id])
    print_missing()
    render_pending()

    document.refresh_from_db()
    assert (bytes(document.content), document.sha256) == before
    assert document_of("invoices.invoice", subject_of(invoice_id)).pk == document.pk
    assert "Altra" not in words(render_paper(build_invoice(subject_of(invoice_id))))
