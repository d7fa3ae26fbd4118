"""Whatever the cart and however it is edited: the parts and the named residual make the total, to the cent."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.connectors.woocommerce.mapper import order_of

pytestmark = pytest.mark.slow(seconds=0.2)

CENT = Decimal("0.01")
RATES = (Decimal(22), Decimal(10), Decimal(4), Decimal(0))


def rounded(number: Decimal) -> str:
    return str(number.quantize(CENT, ROUND_HALF_UP))


def six(number: Decimal) -> str:
    return str(number.quantize(Decimal("0.000001"), ROUND_HALF_UP))


@st.composite
def rows(draw):
    """Gross cents, a share of discount and a rate: the net keeps all its decimals, as the platform does inside."""
    gross = Decimal(draw(st.integers(0, 50_000))) / 100
    rate = draw(st.sampled_from(RATES))
    percent = Decimal(draw(st.sampled_from([0, 0, 5, 10, 33, 100])))
    before = gross / (1 + rate / 100)
    return {"quantity": draw(st.integers(1, 9)), "rate": rate, "before": before, "net": before * (100 - percent) / 100}


@st.composite
def carts(draw):
    return {
        "lines": draw(st.lists(rows(), min_size=0, max_size=8)),
        "shipping": draw(st.lists(rows(), max_size=2)),
        "fees": draw(st.lists(rows(), max_size=2)),
        "gift": Decimal(draw(st.sampled_from([0, 0, 0, 500, 1999]))) / 100,
    }


def charge(index: int, row: dict) -> dict:
    tax = row["net"] * row["rate"] / 100
    said = [{"id": RATES.index(row["rate"]) + 1, "total": six(tax), "subtotal": six(row["before"] * row["rate"] / 100)}]
    return {"id": index, "total": rounded(row["net"]), "total_tax": rounded(tax), "taxes": said}


def body_of(cart: dict) -> dict:
    """The shop rounds each row for show, and its total once from the unrounded sums and the rounded taxes."""
    everything = [*cart["lines"], *cart["shipping"], *cart["fees"]]
    taxes = sum((Decimal(charge(0, row)["total_tax"]) for row in everything), Decimal(0))
    total = Decimal(rounded(sum((row["net"] for row in everything), Decimal(0)) + taxes))
    gift = min(cart["gift"], total)
    lines = []
    for index, row in enumerate(cart["lines"]):
        before = {"subtotal": rounded(row["before"]), "subtotal_tax": rounded(row["before"] * row["rate"] / 100)}
        lines.append({**charge(index + 1, row), **before, "quantity": row["quantity"], "product_id": index + 1, "name": "x", "price": 1})
    return {
        "id": 1, "status": "processing", "currency": "EUR", "total": rounded(total - gift), "total_tax": rounded(taxes),
        "line_items": lines,
        "shipping_lines": [charge(100 + index, row) for index, row in enumerate(cart["shipping"])],
        "fee_lines": [charge(200 + index, row) for index, row in enumerate(cart["fees"])],
        "tax_lines": [{"rate_id": index + 1, "rate_percent": rate, "rate_code": f"R{rate}"} for index, rate in enumerate(RATES)],
        "gift_cards": [{"code": "g", "amount": gift}] if gift else [],
    }  # fmt: skip


def check(cart: dict) -> None:
    order = order_of(body_of(cart), {})
    lines = sum((line.net_before_discount - line.discount_net for line in order.lines), Decimal(0))
    charges = sum((row.net for row in (*order.shipping, *order.fees)), Decimal(0))
    taxes = sum((tax.amount for row in (*order.lines, *order.shipping, *order.fees) for tax in row.taxes), Decimal(0))
    count = len(order.lines) + len(order.shipping) + len(order.fees)

    assert lines + charges + taxes + order.residual == order.total
    assert order.residual_reason == ("rounding" if order.residual else "")
    assert abs(order.residual) <= CENT * count
    assert sum((payment.amount for payment in order.payments), Decimal(0)) == order.total
    assert [line.tax for line in order.lines] == [sum((tax.amount for tax in line.taxes), Decimal(0)) for line in order.lines]
    assert all(tax.rate is not None for line in order.lines for tax in line.taxes)


@settings(max_examples=300, deadline=None)
@given(carts())
def test_pain_11_parts_and_residual_make_the_total(cart):
    check(cart)


@settings(max_examples=150, deadline=None)
@given(carts(), st.lists(st.tuples(st.sampled_from(["quantity", "remove", "add", "discount"]), st.integers(0, 7), rows()), max_size=6))
def test_pain_15_after_any_edits_the_current_values_add_up(cart, edits):
    """An edit leaves nothing of the former discount share behind: the body of the moment is all that counts."""
    for kind, where, row in edits:
        lines = cart["lines"]
        if kind == "add" or not lines:
            lines.append(row)
        elif kind == "remove":
            lines.pop(where % len(lines))
        elif kind == "quantity":
            lines[where % len(lines)]["quantity"] = row["quantity"]
        else:
            lines[where % len(lines)]["net"] = min(lines[where % len(lines)]["before"], row["net"])
        check(cart)
