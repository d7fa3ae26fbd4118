"""Gapless numbers for fiscal documents: the series' row is locked until the document's transaction ends, so a refused issue uses none."""

from django.db import connection

from erp.core.transactions import require_transaction

_TAKE = """
    INSERT INTO core_numberseries (code, year, last) VALUES (%(code)s, %(year)s, %(count)s)
    ON CONFLICT (code, year) DO UPDATE SET last = core_numberseries.last + %(count)s
    RETURNING last
"""


def take_number(series: str, year: int) -> int:
    """The next number of a series in a year, starting at 1. Take it last: everybody else who wants one waits for this transaction."""
    return take_numbers(series, year, 1)[0]


def take_numbers(series: str, year: int, count: int) -> range:
    """The next `count` numbers in one statement, for documents that are issued together."""
    require_transaction("take_number()")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"code": series, "year": year, "count": count})
        (last,) = cursor.fetchone()
    return range(int(last) - count + 1, int(last) + 1)
