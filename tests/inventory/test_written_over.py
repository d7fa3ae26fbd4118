"""In share, a number written over a sale that was not read yet is put right within one reading (PAINS row 17)."""

from decimal import Decimal

import pytest

from inventory import protocol
from inventory.books import Book, Standing, StockClass, Write, WriteKind
from inventory.dividing import next_write

FIFTY_NINE = Book(stock_class=StockClass.ZERO, ceiling=Decimal(59), shown=Decimal(59), standing=Standing.CERTAIN)


def written(number):
    """The other shop sold two: this window is set to `number`, and answers."""
    write = Write(WriteKind.SET, Decimal(number))
    return protocol.answered(protocol.send(FIFTY_NINE, write))


def test_pain_17_a_sale_read_after_the_write_may_have_come_before_it_and_the_number_is_sent_again():
    book = protocol.fence_closed(protocol.sale_read(written(57), Decimal(1)))

    assert book.shown is None
    assert next_write(book, 56, Decimal(0), is_split=False) == Write(WriteKind.SET, Decimal(56))


def test_pain_17_so_may_a_piece_that_the_shop_put_back():
    book = protocol.fence_closed(protocol.restock_read(written(57), Decimal(1)))

    assert next_write(book, 58, Decimal(0), is_split=False) == Write(WriteKind.SET, Decimal(58))


@pytest.mark.parametrize("stock_class", [StockClass.ZERO, StockClass.BEST_EFFORT])
def test_where_nothing_was_sold_meanwhile_nothing_is_sent_again(stock_class):
    book = protocol.fence_closed(written(57))

    assert book.shown == 57
    assert next_write(book, 57, Decimal(0), is_split=False) is None
