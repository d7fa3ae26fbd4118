"""The fiscal rounding rule, by the worked examples of the Italian notes and by ten thousand carts."""

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from orders.invoices.fiscal_totals import Charged, fiscal_totals

pytestmark = pytest.mark.slow(seconds=0.2)

D = Decimal
CENT = D("0.01")
CARTS = 10_000


def row(gross: str, rate: str = "22", quantity: str = "1", **fields) -> Charged:
    return Charged("Tazza", D(quantity), D(gross), D(rate), **fields)


def test_the_example_with_shipping():
    totals = fiscal_totals([row("19.90"), row("5.90")])

    (rate,) = totals.rates
    assert [line.unit_net for line in totals.lines] == [D("16.31147541"), D("4.83606557")]
    assert (rate.net, rate.vat, rate.gross, rate.rounding) == (D("21.15"), D("4.65"), D("25.80"), D("0.00245902"))


def test_the_example_of_three_pieces():
    totals = fiscal_totals([row("29.97", quantity="3")])

    assert (totals.net, totals.vat, totals.gross) == (D("24.57"), D("5.40"), D("29.97"))
    assert totals.lines[0].unit_net == D("8.18852459")


def test_a_discount_stands_on_the_unit_price():
    totals = fiscal_totals([row("90.00", quantity="2", list_gross=D("100.00"))])

    (line,) = totals.lines
    assert (line.list_unit_net, line.unit_net, line.discount_percent) == (D("40.98360656"), D("36.88524590"), D("10.0"))


def test_the_channels_own_split_stays_beside_the_fiscal_one():
    (rate,) = fiscal_totals([row("29.97", quantity="3", channel_vat=D("5.41"))]).rates

    assert (rate.vat, rate.channel_vat, rate.channel_net, rate.is_as_the_channel_said) == (D("5.40"), D("5.41"), D("24.56"), False)


def test_rates_stand_apart_and_a_rate_of_zero_taxes_nothing():
    totals = fiscal_totals([row("10.00", "4"), row("12.20"), row("5.00", "0", nature="N3.1")])

    assert [(rate.rate, rate.nature, rate.net, rate.vat) for rate in totals.rates] == [
        (D(22), "", D("10.00"), D("2.20")),
        (D(4), "", D("9.62"), D("0.38")),
        (D(0), "N3.1", D("5.00"), D("0.00")),
    ]


def test_ten_thousand_carts_total_what_was_paid_and_pass_the_checks_of_the_exchange():
    """00421: tax = taxable x rate within a cent. 00422: taxable = lines + rounding within an euro (here exactly). 00423: unit x count."""
    dice = random.Random(20_261_124)
    for _cart in range(CARTS):
        rows = [random_row(dice) for _row in range(dice.randint(1, 12))]
        totals = fiscal_totals(rows)
        assert totals.gross == totals.net + totals.vat == sum(each.gross for each in rows)
        for rate in totals.rates:
            lines = [line for line in totals.lines if line.charged.rate == rate.rate]
            assert rate.gross == sum(line.charged.gross for line in lines)
            assert abs(rate.vat - (rate.net * rate.rate / 100).quantize(CENT, ROUND_HALF_UP)) <= CENT
            assert rate.net == sum(line.net for line in lines) + rate.rounding
            assert abs(rate.rounding) < 1
        for line in totals.lines:
            assert abs(line.net - line.unit_net * line.charged.quantity) <= CENT


def random_row(dice: random.Random) -> Charged:
    gross = D(dice.randint(1, 60_000)) / 100
    less = gross * dice.choice([0, 0, 5, 10, 33]) / 100
    return Charged(
        title="x",
        quantity=D(dice.choice([1, 1, 2, 3, 7, 100, D("0.350"), D("1.5")])),
        gross=(gross - less).quantize(CENT, ROUND_HALF_UP),
        rate=D(dice.choice(["22", "10", "5", "4", "25.5", "0"])),
        list_gross=gross if less else None,
    )
