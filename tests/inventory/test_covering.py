"""Which promises back the pieces that a document takes."""

from dataclasses import dataclass
from decimal import Decimal

from inventory.covering import Pieces, cover


@dataclass
class Promise:
    pk: int
    quantity: Decimal
    is_picked: bool = False
    reference: str = "ord_1"
    line: str = "1"
    variant_id: int = 7
    warehouse_id: int | None = 1


def pieces(quantity: int, *, line: str = "1", warehouse_id: int = 1) -> Pieces:
    return Pieces("ord_1", line, 7, warehouse_id, Decimal(quantity))


def test_picked_promises_go_first_then_the_oldest():
    promises = [Promise(1, Decimal(2)), Promise(2, Decimal(2)), Promise(3, Decimal(2), is_picked=True)]

    assert cover({10: [pieces(3)]}, promises).taken == {3: 2, 1: 1}


def test_a_document_is_covered_whole_or_not_at_all():
    coverage = cover({10: [pieces(2), pieces(1, line="2")], 11: [pieces(2)]}, [Promise(1, Decimal(2))])

    assert (coverage.taken, coverage.uncovered) == ({1: 2}, {10})


def test_two_documents_never_take_the_same_piece():
    coverage = cover({10: [pieces(2)], 11: [pieces(2)]}, [Promise(1, Decimal(3))])

    assert (coverage.taken, coverage.uncovered) == ({1: 2}, {11})


def test_pieces_of_another_warehouse_back_nothing():
    assert cover({10: [pieces(1, warehouse_id=2)]}, [Promise(1, Decimal(3))]).uncovered == {10}
