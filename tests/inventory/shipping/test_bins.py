"""Which bin a picker is sent to."""

from decimal import Decimal

from inventory.shipping.bins import BinStock, Wanted, choose_bins

PLACE = (1, 7)


def stock(*bins: tuple[int, str, int]) -> dict[tuple[int, int], list[BinStock]]:
    return {PLACE: [BinStock(key, walk, Decimal(pieces)) for key, walk, pieces in bins]}


def wanted(line_id: int, quantity: int) -> Wanted:
    return Wanted(line_id, PLACE, Decimal(quantity))


def test_the_first_bin_on_the_walk_that_has_it_all():
    assert choose_bins([wanted(1, 3)], stock((10, "b", 9), (11, "a", 2), (12, "c", 9))) == {1: 10}


def test_where_none_has_it_all_the_one_with_most():
    assert choose_bins([wanted(1, 20)], stock((10, "b", 9), (11, "a", 2))) == {1: 10}


def test_what_one_picker_is_sent_for_is_not_there_for_the_next():
    assert choose_bins([wanted(1, 2), wanted(2, 2)], stock((10, "a", 3), (11, "b", 2))) == {1: 10, 2: 11}


def test_pieces_that_lie_in_no_bin_send_nobody_anywhere():
    assert choose_bins([wanted(1, 2), Wanted(2, (1, 8), Decimal(1))], stock((10, "a", 0))) == {}
