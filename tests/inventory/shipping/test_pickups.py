"""When the van comes: working days in Italy, the time on the wall, through the change to summer time."""

from datetime import UTC, date, datetime, time

import pytest

from inventory.shipping.pickups import easter, is_working_day, next_pickup

ROME = "Europe/Rome"
HALF_PAST_FOUR = time(16, 30)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), datetime(2026, 11, 24, 15, 30, tzinfo=UTC)),
        (datetime(2026, 11, 24, 15, 30, tzinfo=UTC), datetime(2026, 11, 25, 15, 30, tzinfo=UTC)),
        (datetime(2026, 11, 27, 20, 0, tzinfo=UTC), datetime(2026, 11, 30, 15, 30, tzinfo=UTC)),
        (datetime(2026, 12, 24, 20, 0, tzinfo=UTC), datetime(2026, 12, 28, 15, 30, tzinfo=UTC)),
        (datetime(2026, 4, 3, 20, 0, tzinfo=UTC), datetime(2026, 4, 7, 14, 30, tzinfo=UTC)),
        (datetime(2026, 3, 27, 20, 0, tzinfo=UTC), datetime(2026, 3, 30, 14, 30, tzinfo=UTC)),
    ],
)
def test_the_first_pickup_after_a_moment(moment: datetime, expected: datetime) -> None:
    assert next_pickup(moment, HALF_PAST_FOUR, ROME) == expected


@pytest.mark.parametrize(
    ("day", "is_working"),
    [(date(2026, 11, 24), True), (date(2026, 11, 28), False), (date(2026, 11, 29), False), (date(2026, 12, 8), False)],
)
def test_working_days(day: date, is_working: bool) -> None:
    assert is_working_day(day) is is_working


@pytest.mark.parametrize(
    ("year", "day"), [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))]
)
def test_easter(year: int, day: date) -> None:
    assert easter(year) == day
