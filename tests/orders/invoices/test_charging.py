"""From an order's rows to what was paid for each, at its rate."""

import random
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pytest

from erp.core.refusals import Refused
from orders.invoices.charging import charged_rows
from orders.invoices.fiscal_totals import fiscal_totals

pytestmark = pytest.mark.slow(seconds=0.2)

D = Decimal
ONE, NOTHING, USUAL = D(1), D("0.00"), D(22)


@dataclass
class Line:
    external_id: str
    net: Decimal
    quantity: Decimal = ONE
    title: str = "Tazza"
    sku: str = "TAZZA"


@dataclass
class Row:
    kind: str
    net: Decimal
    tax: Decimal = NOTHING
    position: int = 0
    line_external_id: str = ""
    title: str = ""
    code: str = ""


@dataclass
class Tax:
    target: str
    amount: Decimal
    rate: Decimal | None = USUAL


def told(rows):
    return [(row.kind, row.gross, row.rate) for row in rows]


def test_shipping_and_fees_have_rates_of_their_own():
    rows = charged_rows(
        [Line("1", D("10.00"))],
        [Row("shipping", D("5.00")), Row("fee", D("2.00"))],
        [Tax("line:1", D("0.40"), D(4)), Tax("shipping:0", D("1.10")), Tax("fee:0", D("0.44"))],
    )

    assert told(rows) == [("line", D("10.40"), D(4)), ("shipping", D("6.10"), D(22)), ("fee", D("2.44"), D(22))]


def test_discounts_go_off_their_line_and_common_ones_off_all_by_their_net():
    lines = [Line("1", D("20.00")), Line("2", D("10.00"))]
    discounts = [Row("discount", D("2.00"), line_external_id="1"), Row("discount", D("2.80"), position=1)]

    rows = charged_rows(lines, discounts, [Tax("line:1", D("3.56")), Tax("line:2", D("1.98"))])

    assert told(rows) == [("line", D("19.76"), D(22)), ("line", D("10.98"), D(22))]
    assert [row.list_gross for row in rows] == [D("24.40"), D("12.20")]


@pytest.mark.parametrize(("net", "tax", "rate"), [("16.31", "3.59", 22), ("9.62", "0.38", 4), ("19.05", "0.95", 5), ("9.09", "0.91", 10)])
def test_a_rate_that_nobody_names_is_found_from_the_amounts(net, tax, rate):
    (row,) = charged_rows([Line("1", D(net))], [], [Tax("line:1", D(tax), None)])

    assert (row.rate, row.gross) == (D(rate), D(net) + D(tax))


def test_a_rate_named_elsewhere_in_the_order_goes_before_the_usual_ones():
    rows = charged_rows(
        [Line("1", D("100.00")), Line("2", D("50.00"))], [], [Tax("line:1", D("19.00"), D(19)), Tax("line:2", D("9.50"), None)]
    )

    assert [row.rate for row in rows] == [D(19), D(19)]


def test_a_tax_that_no_rate_explains_is_refused():
    with pytest.raises(Refused, match=r"none gives 1\.70 on 10\.00"):
        charged_rows([Line("1", D("10.00"))], [], [Tax("line:1", D("1.70"), None)])


def test_a_tax_that_its_own_rate_does_not_explain_is_refused():
    with pytest.raises(Refused, match=r"taxed “Tazza” at 22 % but put 0\.00 on 10\.00"):
        charged_rows([Line("1", D("10.00"))], [], [Tax("line:1", D("0.00"))])


def test_a_tax_of_the_whole_order_is_spread_by_net():
    rows = charged_rows([Line("1", D("10.00")), Line("2", D("20.00"))], [Row("shipping", D("5.00"))], [Tax("order", D("7.70"))])

    assert told(rows) == [("line", D("12.20"), D(22)), ("line", D("24.40"), D(22)), ("shipping", D("6.10"), D(22))]


def test_what_is_free_stands_at_the_orders_rate_and_free_shipping_nowhere():
    rows = charged_rows([Line("1", D("10.00")), Line("2", D("0.00"))], [Row("shipping", D("0.00"))], [Tax("line:1", D("2.20"))])

    assert told(rows) == [("line", D("12.20"), D(22)), ("line", D("0.00"), D(22))]


def test_untaxed_rows_carry_the_nature():
    (row,) = charged_rows([Line("1", D("10.00"))], [], [], zero_nature="N3.1")

    assert (row.rate, row.nature) == (D(0), "N3.1")


def test_rounding_goes_to_the_rate_that_carries_most_and_gift_cards_are_payments():
    rows = charged_rows(
        [Line("1", D("10.00"))],
        [Row("rounding", D("-0.01"), title="total_rounded"), Row("gift_card", D("5.00"))],
        [Tax("line:1", D("2.20"))],
    )

    assert told(rows) == [("line", D("12.20"), D(22)), ("rounding", D("-0.01"), D(22))]


def test_more_than_a_rounding_is_refused():
    with pytest.raises(Refused, match=r"3\.00 of the order are not explained"):
        charged_rows([Line("1", D("10.00"))], [Row("rounding", D("3.00"), code="unexplained")], [Tax("line:1", D("2.20"))])


def test_ten_thousand_orders_total_what_was_paid_rate_by_rate():
    """Lines, discounts, shipping and fees, taxed by the channel row by row from net or from gross prices."""
    dice = random.Random(6)
    for _order in range(10_000):
        lines, adjustments, taxes, paid = random_order(dice)
        totals = fiscal_totals(charged_rows(lines, adjustments, taxes))
        assert {rate.rate: rate.gross for rate in totals.rates if rate.gross} == {rate: gross for rate, gross in paid.items() if gross}
        assert totals.gross == totals.net + totals.vat == sum(paid.values())
        assert all(abs(rate.vat - rate.channel_vat) <= D("0.01") * len(totals.lines) for rate in totals.rates)


def random_order(dice: random.Random) -> tuple[list[Line], list[Row], list[Tax], dict[Decimal, Decimal]]:
    lines, adjustments, taxes = [], [], []
    paid: dict[Decimal, Decimal] = defaultdict(D)
    from_gross = dice.random() < 0.5

    def charge(target: str, rate: Decimal) -> Decimal:
        """Add the tax row of a charge and count what is paid for it; its net."""
        amount = D(dice.randint(1, 30_000)) / 100
        net = (amount * 100 / (100 + rate)).quantize(D("0.01"), ROUND_HALF_UP) if from_gross else amount
        tax = amount - net if from_gross else (net * rate / 100).quantize(D("0.01"), ROUND_HALF_UP)
        taxes.append(Tax(target, tax, rate if dice.random() < 0.8 or net < 1 else None))
        paid[rate] += net + tax
        return net

    for number in range(dice.randint(1, 8)):
        name, rate = str(number), D(dice.choice(["22", "10", "4"]))
        net = charge(f"line:{name}", rate)
        off = D(dice.randint(0, 2000)) / 100 if dice.random() < 0.3 else NOTHING
        lines.append(Line(name, net + off, D(dice.choice([1, 2, 3]))))
        if off:
            adjustments.append(Row("discount", off, position=len(adjustments), line_external_id=name))
    adjustments += [Row(kind, charge(f"{kind}:0", D(22))) for kind in ("shipping", "fee") if dice.random() < 0.5]
    return lines, adjustments, taxes, paid
