"""Steps from one standing to another are exact in pieces and in the window's books."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.pieces import LineStanding, Step, steps_to, target_of

PIECES = st.integers(0, 6).map(Decimal)
STANDINGS = st.builds(LineStanding, PIECES, PIECES)


@given(STANDINGS, STANDINGS)
def test_steps_lead_exactly_there_and_never_give_back_what_is_not_held(start, target):
    held, counted, phases = start.claimed, start.counted, []
    order = {"before": 0, "release": 1, "after": 2}

    for step in sorted(steps_to(start, target), key=lambda each: order[each.phase]):
        phases.append(step.phase)
        sign = -1 if step.phase == "release" else 1
        held += sign * step.quantity
        counted += sign * step.quantity if step.counts else 0
        assert step.quantity > 0
        assert held >= 0

    assert (held, counted) == (target.claimed, target.counted)


def test_a_plain_sale_is_one_step():
    assert list(steps_to(LineStanding(Decimal(0), Decimal(0)), LineStanding(Decimal(2), Decimal(2)))) == [Step("after", Decimal(2), True)]


@dataclass
class _Order:
    status: str = "released"
    treatment: str = "live"
    is_test: bool = False
    is_restocked: bool | None = None
    shipped_elsewhere: str = ""


@dataclass
class _Line:
    order: _Order
    quantity: Decimal = Decimal(5)
    refunded: Decimal = Decimal(0)
    restocked: Decimal = Decimal(0)
    shipped: Decimal = Decimal(0)
    lowered: Decimal | None = None
    claimed: Decimal = Decimal(0)
    counted: Decimal = Decimal(0)
    window: str = "terramare|1|"
    external_id: str = "1"
    is_stockable: bool = True


@pytest.mark.parametrize(
    ("fields", "of_order", "gives_up", "expected"),
    [
        ({}, {}, False, (5, 5)),
        ({"refunded": 2, "restocked": 1}, {}, False, (3, 4)),
        ({"lowered": 3}, {}, False, (5, 3)),
        ({}, {}, True, (0, 5)),
        ({"window": ""}, {}, False, (5, 0)),
        ({}, {"status": "cancelled", "is_restocked": True}, False, (0, 0)),
        ({}, {"status": "cancelled", "is_restocked": False}, False, (0, 5)),
        ({"is_stockable": False}, {}, False, (0, 0)),
        ({"claimed": 1, "counted": 1}, {"is_test": True}, False, (1, 1)),
        ({"counted": 5}, {"treatment": "history"}, False, (0, 5)),
        ({"claimed": 5, "counted": 5}, {"treatment": "history"}, False, (5, 5)),
        ({"claimed": 5, "counted": 5, "refunded": 2, "restocked": 2}, {"treatment": "history"}, False, (3, 3)),
        ({"claimed": 5, "counted": 5, "lowered": 5}, {"treatment": "ignore"}, False, (0, 5)),
        ({"claimed": 5, "counted": 5, "lowered": 0}, {"treatment": "ignore"}, False, (0, 0)),
    ],
)
def test_what_a_line_wants_and_what_its_window_has_sold(fields, of_order, gives_up, expected):
    values = {name: Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value for name, value in fields.items()}

    target = target_of(_Line(_Order(**of_order), **values), gives_up=gives_up)

    assert (target.claimed, target.counted) == expected
