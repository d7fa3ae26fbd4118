"""From a channel's facts to a written order: nothing is lost, the status table and the listings decide."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from channels.contract import (
    ChannelAddress,
    ChannelCharge,
    ChannelCoupon,
    ChannelCustomer,
    ChannelLine,
    ChannelOrder,
    ChannelPayment,
    ChannelRefund,
    ChannelRefundLine,
    ChannelTax,
    FiscalFacts,
)
from channels.drafting import AccountRules, Listed, draft_order, items_of, treatment_of
from orders.drafts import NewHold, NewTax
from orders.totals import residual_of

SOLD = datetime(2026, 11, 20, 10, tzinfo=UTC)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
RULES = AccountRules("terramare", {"processing": "live", "on-hold": "wait_for_money", "pending": "ignore", "completed": "live"})
LINE = ChannelLine(
    external_id="11",
    external_item="7",
    external_parent="",
    sku="MUG",
    title="Mug",
    quantity=Decimal(2),
    net_before_discount=Decimal("20.00"),
    discount_net=Decimal("2.00"),
    net=Decimal("18.00"),
    tax=Decimal("3.96"),
    taxes=(ChannelTax("IT22", "IVA", Decimal(22), Decimal("3.96"), Decimal("3.96")),),
    lowered=Decimal(2),
)
ORDER = ChannelOrder(
    external_id="1",
    number="A-1",
    status="processing",
    state="open",
    currency="EUR",
    declared_total=Decimal("27.06"),
    total=Decimal("27.06"),
    prices_include_tax=True,
    placed_at=SOLD,
    updated_at=SOLD,
    paid_at=SOLD,
    completed_at=None,
    customer=ChannelCustomer(
        "0", "anna@example.com", "", "Anna", "Verdi", "", fiscal=FiscalFacts(codice_fiscale="VRDNNA80A41C351X", recipient_code="0000000")
    ),
    billing=ChannelAddress("Anna", "Verdi", "", "Via Etnea 1", "", "95124", "Catania", "CT", "IT", "+39 095 1"),
    shipping_address=None,
    lines=(LINE,),
    shipping=(ChannelCharge("s", "flat_rate", "Corriere", Decimal("5.00"), Decimal(0)),),
    fees=(ChannelCharge("f", "cod", "Contrassegno", Decimal("0.10"), Decimal(0), (ChannelTax("Z", "0", None, Decimal(0), Decimal(0)),)),),
    coupons=(ChannelCoupon("ESTATE", Decimal("2.00"), Decimal("0.44")),),
    payments=(ChannelPayment("stripe", "Carta", "captured", Decimal("27.06"), SOLD, "pi_1"),),
)
LISTED = {"7": Listed("7", 42)}


def draft(order: ChannelOrder = ORDER, listings: dict[str, Listed] | None = None, rules: AccountRules = RULES):
    return draft_order(order, rules, LISTED if listings is None else listings, received_at=NOW)


def test_the_parts_make_the_total() -> None:
    told = draft()

    assert (told.source, told.external_id, told.external_number, told.total, residual_of(told)) == (
        "terramare",
        "1",
        "A-1",
        Decimal("27.06"),
        Decimal("0.00"),
    )
    assert [(each.kind, each.net, each.code, each.line_external_id) for each in told.adjustments] == [
        ("discount", Decimal("2.00"), "ESTATE", "11"),
        ("shipping", Decimal("5.00"), "flat_rate", None),
        ("fee", Decimal("0.10"), "cod", None),
    ]
    assert told.taxes == (
        NewTax("line:11", "IT22", Decimal(22), Decimal("18.00"), Decimal("3.96")),
        NewTax("fee:0", "Z", None, Decimal("0.10"), Decimal(0)),
    )


def test_a_bound_line_has_its_variant_and_its_window() -> None:
    line = draft(listings={"7": Listed("7", 42, location="L1")}).lines[0]

    assert (line.variant_id, line.window, line.net, line.needs_stock, line.needs_shipping, line.lowered) == (
        42,
        "terramare|7|L1",
        Decimal("20.00"),
        True,
        True,
        Decimal(2),
    )


def test_a_variation_that_shares_its_parents_number_sells_from_the_parents_window() -> None:
    assert draft(listings={"7": Listed("7", 42, stock_item="3")}).lines[0].window == "terramare|3|"


def test_a_kit_comes_with_its_components() -> None:
    assert draft(listings={"7": Listed("7", 42, components=((5, Decimal(2)),))}).lines[0].components == ((5, Decimal(2)),)


def test_pain_08_an_unknown_item_waits_for_its_product() -> None:
    line = draft(listings={}).lines[0]

    assert (line.variant_id, line.needs_stock, line.external_item, line.window) == (None, True, "7", "terramare|7|")


@pytest.mark.parametrize("needs_shipping", [False])
def test_an_unknown_item_that_is_not_shipped_needs_no_stock(needs_shipping: bool) -> None:
    line = draft(replace(ORDER, lines=(replace(LINE, needs_shipping=needs_shipping),)), listings={}).lines[0]

    assert (line.needs_stock, line.needs_shipping, line.window) == (False, False, None)


def test_a_virtual_variant_needs_neither_stock_nor_shipping() -> None:
    line = draft(listings={"7": Listed("7", 42, is_stocked=False)}).lines[0]

    assert (line.needs_stock, line.needs_shipping, line.window) == (False, False, None)


def test_a_whole_whose_parts_are_lines_takes_no_stock_itself() -> None:
    part = replace(LINE, external_id="12", external_item="8", part_of="11")

    whole, told = draft(replace(ORDER, lines=(LINE, part)), listings={**LISTED, "8": Listed("8", 43)}).lines

    assert (whole.needs_stock, told.needs_stock) == (False, True)


def test_a_line_whose_product_the_shop_deleted_has_no_window() -> None:
    line = draft(replace(ORDER, lines=(replace(LINE, external_item="", sku=""),))).lines[0]

    assert (line.variant_id, line.window, line.needs_stock) == (None, None, True)


def test_a_guest_has_no_number_and_his_fiscal_data_come_along() -> None:
    person = draft().customer

    assert (person.external_id, person.email, person.phone, person.codice_fiscale, person.recipient_code) == (
        None,
        "anna@example.com",
        "+39 095 1",
        "VRDNNA80A41C351X",
        "0000000",
    )


def test_missing_dates_fall_back_and_lose_nothing() -> None:
    told = draft(replace(ORDER, placed_at=None, updated_at=None))

    assert (told.placed_at, told.updated_at) == (NOW, NOW)


def test_an_unknown_status_is_live_under_a_hold() -> None:
    told = draft(replace(ORDER, status="in-the-oven", state="unknown"))

    assert (told.treatment, told.holds) == ("live", (NewHold("unknown_status", params={"status": "in-the-oven"}),))


def test_the_accounts_own_table_knows_it() -> None:
    rules = replace(RULES, statuses={**RULES.statuses, "in-the-oven": "wait_for_money"})

    told = draft(replace(ORDER, status="in-the-oven", state="unknown"), rules=rules)

    assert (told.treatment, told.holds) == ("wait_for_money", ())


def test_the_bin_is_a_hold_that_keeps_its_stock() -> None:
    told = draft(replace(ORDER, status="trash", state="trashed"))

    assert (told.treatment, [(hold.kind, hold.keeps_stock) for hold in told.holds], told.first_seen_cancelled) == (
        "live",
        [("trashed", True)],
        False,
    )


@pytest.mark.parametrize(("lowered", "restocked"), [(None, True), (Decimal(0), True), (Decimal(2), False)])
def test_a_cancelled_order_says_whether_its_pieces_are_back(lowered: Decimal | None, restocked: bool) -> None:
    told = draft(replace(ORDER, status="cancelled", state="cancelled", lines=(replace(LINE, lowered=lowered),)))

    assert (told.treatment, told.first_seen_cancelled, told.restocked) == ("live", True, restocked)


def test_an_order_that_never_lowered_the_number_was_no_sale() -> None:
    assert treatment_of(replace(ORDER, state="cancelled", status="cancelled", never_lowered=True), RULES) == "history"


@pytest.mark.parametrize(("days", "treatment"), [(1, "history"), (-1, "live")])
def test_what_was_finished_before_the_start_is_history(days: int, treatment: str) -> None:
    rules = replace(RULES, start_at=SOLD + timedelta(days=days))

    assert treatment_of(replace(ORDER, state="finished", status="completed"), rules) == treatment


def test_an_open_order_from_before_the_start_comes_in_live() -> None:
    assert treatment_of(ORDER, replace(RULES, start_at=SOLD + timedelta(days=9))) == "live"


def test_pain_13_refunds_come_along_with_what_they_put_back() -> None:
    lines = (
        ChannelRefundLine("11", "7", "MUG", "Mug", Decimal(1), Decimal("9.00"), Decimal("1.98"), restocked=Decimal(1)),
        ChannelRefundLine("11", "7", "MUG", "Mug", Decimal(1), Decimal("9.00"), Decimal("1.98"), restocked=Decimal(0)),
        ChannelRefundLine("11", "7", "MUG", "Mug", Decimal(0), Decimal("1.00"), Decimal("0.22")),
    )
    told = draft(replace(ORDER, refunds=(ChannelRefund("r1", "1", Decimal("23.18"), None, "damaged", lines),)))

    assert told.refunds is not None
    (refund,) = told.refunds
    assert (refund.external_id, refund.amount, refund.refunded_at, refund.reason) == ("r1", Decimal("23.18"), SOLD, "damaged")
    assert [(line.quantity, line.restock) for line in refund.lines] == [(1, True), (1, False), (0, None)]


def test_the_items_that_an_order_names() -> None:
    assert items_of(replace(ORDER, lines=(LINE, replace(LINE, external_item=""), replace(LINE, external_item="3"), LINE))) == ["3", "7"]
