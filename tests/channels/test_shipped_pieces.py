"""What left with a shipment in the words of the order."""

from decimal import Decimal

import pytest

from channels.shipped_pieces import pieces_by_line

KIT = {"2": [(7, Decimal(2)), (8, Decimal(1))]}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("1", 5, 2)], {"1": 2}),
        ([("1", 5, "1.250")], {"1": "1.250"}),
        ([("2", 7, 4), ("2", 8, 2)], {"2": 2}),
        ([("2", 7, 3), ("2", 8, 2)], {"2": 1}),
        ([("2", 7, 4)], {}),
        ([("1", 5, 1), ("2", 7, 2), ("2", 8, 1)], {"1": 1, "2": 1}),
        ([], {}),
    ],
)
def test_kits_count_when_they_are_whole(rows: list[tuple[str, int, object]], told: dict[str, object]) -> None:
    pieces = pieces_by_line([(line, variant, Decimal(str(quantity))) for line, variant, quantity in rows], KIT)

    assert pieces == {line: Decimal(str(units)) for line, units in told.items()}
