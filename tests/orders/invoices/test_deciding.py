"""Which document a sale needs: the cases of the Italian notes."""

from decimal import Decimal

import pytest

from orders.invoices.deciding import REASONS, Sale, decide_document, zero_rate_nature

VAT = "00743110157"


@pytest.mark.parametrize(
    ("sale", "document", "reason"),
    [
        (Sale("IT"), "corrispettivi", "consumer"),
        (Sale("IT", asked=True), "invoice", "asked"),
        (Sale("IT", partita_iva=VAT), "invoice", "partita_iva"),
        (Sale("IT", recipient_code="ABC1234"), "invoice", "recipient"),
        (Sale("IT", pec="a@pec.example.it"), "invoice", "recipient"),
        (Sale("IT", recipient_code="0000000"), "corrispettivi", "consumer"),
        (Sale("IT", company="Locanda ai Tigli"), "invoice", "company"),
        (Sale("DE"), "oss", "eu_consumer"),
        (Sale("DE", partita_iva="DE136695976"), "invoice", "partita_iva"),
        (Sale("GB", postcode="SW1A 1AA"), "export", "outside_eu"),
        (Sale("GB", postcode="BT1 1AA"), "oss", "eu_consumer"),
        (Sale("US"), "export", "outside_eu"),
        (Sale("ES", postcode="35001"), "export", "outside_vat_territory"),
        (Sale("ES", postcode="28001"), "oss", "eu_consumer"),
        (Sale("IT", postcode="23041"), "export", "outside_vat_territory"),
        (Sale("MC"), "oss", "eu_consumer"),
        (Sale("IT", is_test=True, partita_iva=VAT), "none", "test"),
        (Sale("IT", is_history=True), "none", "history"),
        (Sale("IT", is_watched=True), "none", "not_an_order"),
        (Sale("IT", is_cancelled=True, asked=True), "none", "cancelled"),
        (Sale("IT", gross=Decimal("0.00")), "none", "free"),
    ],
)
def test_one_document_for_each_sale(sale, document, reason):
    decision = decide_document(sale)

    assert (decision.document, decision.reason) == (document, reason)
    assert decision.sentence == str(REASONS[reason])


@pytest.mark.parametrize(
    ("sale", "regime", "nature"),
    [
        (Sale("GB", postcode="SW1A 1AA"), "RF01", "N3.1"),
        (Sale("ES", postcode="35001"), "RF01", "N3.1"),
        (Sale("DE", partita_iva="DE136695976"), "RF01", "N3.2"),
        (Sale("IT"), "RF19", "N2.2"),
        (Sale("IT"), "RF01", ""),
    ],
)
def test_why_a_rate_of_zero_taxes_nothing(sale, regime, nature):
    assert zero_rate_nature(sale, fiscal_regime=regime) == nature
