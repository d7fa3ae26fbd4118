"""Everything of a WooCommerce order beside its money: who, what, where it stands, and what we do not know."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from channels.connectors.woocommerce.connector import WooCommerceConnector
from channels.connectors.woocommerce.fiscal import key_map
from channels.connectors.woocommerce.mapper import order_of
from channels.contract import ChannelAddress
from tests.fixtures.woocommerce import body, order

D = Decimal


def with_line_meta(name: str, status: str, **meta):
    line = {**body(name)["line_items"][0], "meta_data": [{"key": key, "value": value} for key, value in meta.items()]}
    return order(name, status=status, line_items=[line], date_paid_gmt=None, date_paid=None)


def test_times_are_utc_and_the_shops_local_ones_are_left_alone():
    found = order("order_gift_card")
    assert found.placed_at == datetime(2026, 11, 2, 9, 15, tzinfo=UTC)
    assert found.updated_at == found.paid_at == datetime(2026, 11, 2, 9, 16, 30, tzinfo=UTC)
    assert found.completed_at is None


def test_the_buyer_and_both_addresses():
    found = order("order_cash_on_delivery")
    assert (found.customer.external_id, found.customer.email, found.customer.last_name) == ("88", "giulia.ferrero@example.com", "Ferrero")
    assert found.billing.street == "Corso Francia 12"
    assert found.shipping_address.city == "Torino"


def test_a_guest_has_no_id_and_an_empty_shipping_address_is_none():
    found = order("order_gift_card", shipping={"first_name": "", "city": "", "country": "IT"})
    assert (found.customer.external_id, found.shipping_address) == ("", None)


def test_an_order_without_personal_data_is_still_an_order():
    found = order("order_gift_card", billing={}, shipping=None)
    assert (found.billing, found.shipping_address, found.customer.email) == (ChannelAddress(), None, "")


def test_italian_fiscal_data_comes_through_the_key_map():
    fiscal = order("order_cash_on_delivery").customer.fiscal
    assert (fiscal.partita_iva, fiscal.recipient_code, fiscal.pec, fiscal.codice_fiscale) == (
        "IT12345670017", "ABC1234", "ferrero@pec.example.it", "")  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "meta", "expected"),
    [
        ({"fiscal_preset": "partita_iva_cod_fisc"}, {"_billing_cod_fisc": "FRRGLI85A41L219X"}, "FRRGLI85A41L219X"),
        ({"fiscal_preset": "piva_cf"}, {"_billing_cod_fisc": "FRRGLI85A41L219X"}, ""),
        ({"fiscal_keys": {"_cf_cliente": "codice_fiscale"}}, {"_cf_cliente": " FRRGLI85A41L219X "}, "FRRGLI85A41L219X"),
        ({}, {"_billing_cf": ["not", "text"]}, ""),
    ],
)
def test_the_key_map_is_the_accounts_own_or_a_preset(settings, meta, expected):
    rows = [{"key": key, "value": value} for key, value in meta.items()]
    assert order_of(body("order_gift_card", meta_data=rows), settings).customer.fiscal.codice_fiscale == expected


def test_a_fiscal_field_that_a_plugin_puts_into_billing_is_found():
    billing = {**body("order_gift_card")["billing"], "cf": "FRRGLI85A41L219X"}
    assert order("order_gift_card", billing=billing).customer.fiscal.codice_fiscale == "FRRGLI85A41L219X"


def test_all_presets_together_are_the_default():
    assert set(key_map({})) == {
        "_billing_piva", "_billing_cf", "_billing_codice_destinatario", "_billing_pec", "_billing_partita_iva", "_billing_cod_fisc",
        "_billing_pec_email", "_billing_sdi_type", "_billing_vat_number"}  # fmt: skip


def test_a_variation_names_itself_its_parent_and_what_was_chosen():
    line = order("order_cash_on_delivery").lines[0]
    assert (line.external_item, line.external_parent, line.sku) == ("207", "200", "FEL-BLU-M")
    assert line.title == "Felpa & cappuccio - Blu, M"
    assert line.options == (("pa_colore", "Blu"), ("taglia", "M"))


def test_pain_23_a_product_deleted_for_good_leaves_a_line_without_item_and_sku():
    line = order("order_odd").lines[0]
    assert (line.external_item, line.external_parent, line.sku, line.title) == ("", "", "", "Articolo tolto")


def test_notes_keep_their_lines_and_the_gift_message_is_found():
    found = order("order_cash_on_delivery")
    assert (found.customer_note, found.gift_message) == ("Citofonare Ferrero\nsecondo piano", "Buon compleanno!")


def test_unknown_things_are_listed_and_do_not_stop_the_order():
    found = order("order_odd")
    assert (found.status, found.state) == ("pronto-ritiro", "unknown")
    assert found.unknown == ("order.plugin_box", "line_items[0].plugin_colour")
    assert found.problems == ("order.date_modified_gmt: '0000-00-00T00:00:00' is no time",)
    assert (found.updated_at, found.residual) == (None, D("0.00"))


def test_a_plugins_meta_is_unknown_and_kept():
    assert order("order_cash_on_delivery").unknown == ("meta_data[_some_plugin]",)


def test_a_line_listed_twice_is_one_line_and_two_lines_of_one_id_are_two():
    line = body("order_gift_card")["line_items"][0]
    twice = order("order_gift_card", line_items=[line, dict(line)])
    assert [row.external_id for row in twice.lines] == ["21"]

    other = order("order_gift_card", line_items=[line, {**line, "name": "Altra"}])
    assert [row.external_id for row in other.lines] == ["21", "21#2"]
    assert other.problems == ("order.line_items: the id 21 is there twice",)


def test_pieces_of_one_and_a_half_are_said_as_they_are():
    line = {**body("order_gift_card")["line_items"][0], "quantity": D("1.5")}
    assert order("order_gift_card", line_items=[line]).lines[0].quantity == D("1.5")


@pytest.mark.parametrize(
    ("status", "state", "treatment", "is_over"),
    [
        ("pending", "unpaid", "ignore", False),
        ("on-hold", "waiting", "wait_for_money", False),
        ("processing", "open", "live", False),
        ("completed", "finished", "live", False),
        ("cancelled", "cancelled", "live", True),
        ("failed", "failed", "live", True),
        ("refunded", "refunded", "live", True),
        ("trash", "trashed", "live", True),
        ("checkout-draft", "draft", "ignore", False),
        ("auto-draft", "draft", "ignore", False),
        ("wc-spedito", "unknown", None, False),
    ],
)
def test_each_status_has_a_state_and_a_default_treatment(status, state, treatment, is_over):
    found = order("order_gift_card", status=status)
    assert (found.state, WooCommerceConnector.default_statuses().get(status), found.is_over) == (state, treatment, is_over)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "captured"),
        ({"date_paid_gmt": None, "date_paid": None}, "pending"),
        ({"date_paid_gmt": None, "date_paid": None, "payment_method": "cod"}, "on_delivery"),
        ({"payment_method": "cod", "status": "completed"}, "captured"),
        ({"date_paid_gmt": None, "date_paid": None, "status": "failed"}, "failed"),
        ({"meta_data": [{"key": "_stripe_charge_captured", "value": "no"}]}, "authorised"),
        ({"meta_data": [{"key": "_intention_status", "value": "requires_capture"}]}, "authorised"),
    ],
)
def test_pain_26_where_the_money_is_by_method(changes, state):
    found = order("order_coupon_mixed_vat", **changes)
    assert [(row.state, row.amount) for row in found.payments] == [(state, found.total)]


def test_an_order_that_costs_nothing_has_no_payment():
    line = {
        **body("order_gift_card")["line_items"][0],
        "total": "0.00",
        "total_tax": "0.00",
        "subtotal": "0",
        "subtotal_tax": "0",
        "taxes": [],
    }
    found = order(
        "order_gift_card", line_items=[line], shipping_lines=[], shipping_total="0", shipping_tax="0", gift_cards=[], total="0.00"
    )
    assert (found.payments, found.residual) == ((), 0)


def test_a_test_order_is_marked():
    assert order("order_gift_card", meta_data=[{"key": "_wcpay_mode", "value": "test"}]).is_test is True
    assert order("order_gift_card", meta_data=[{"key": "_wcpay_mode", "value": "prod"}]).is_test is False


def test_pain_20_what_the_shop_took_from_its_number_is_a_fact_of_the_line():
    assert [line.lowered for line in order("order_coupon_mixed_vat").lines] == [D(2), D(3)]
    assert (order("order_odd").lines[0].lowered, order("order_odd").lines[0].restocked) == (None, None)


@pytest.mark.parametrize(
    ("status", "meta", "surely"),
    [
        ("pending", {}, True),
        ("pending", {"_reduced_stock": "1"}, False),
        ("pending", {"_restock_refunded_items": "1"}, False),
        ("cancelled", {}, False),
        ("failed", {}, False),
        ("on-hold", {"_reduced_stock": "1"}, False),
    ],
)
def test_only_an_unpaid_order_surely_never_lowered_the_number(status, meta, surely):
    assert with_line_meta("order_gift_card", status, **meta).never_lowered is surely


def test_the_parts_of_a_bundle_name_their_whole():
    line = {**body("order_gift_card")["line_items"][0], "bundled_by": "20"}
    assert order("order_gift_card", line_items=[line]).lines[0].part_of == "20"
