"""One walk along the shelves for many shipments: pieces of one product in one bin are taken together. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Piece:
    """Pieces of one line; `tote` is the number of the box that this shipment is picked into."""

    tote: int
    walk: str
    bin: str
    variant_id: int
    title: str
    sku: str
    gtin: str
    kit_title: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Stop:
    """One tick on the list. `totes` are (number, pieces) in the order of the totes."""

    aisle: str
    bin: str
    title: str
    sku: str
    gtin: str
    quantity: Decimal
    totes: tuple[tuple[int, Decimal], ...]


def stops_of(pieces: Iterable[Piece]) -> list[Stop]:
    """In walking order, what lies in no bin last; within a bin by SKU."""
    together: dict[tuple[str, int], list[Piece]] = {}
    for piece in sorted(pieces, key=_place):
        together.setdefault((piece.bin, piece.variant_id), []).append(piece)
    return [_stop(each) for each in together.values()]


def aisle_of(code: str) -> str:
    """`B` of `B-04-2`; "" where bins are not numbered by aisle."""
    return code.partition("-")[0] if "-" in code else ""


def _place(piece: Piece) -> tuple[bool, str, str, str, int, int]:
    return (not piece.bin, piece.walk or piece.bin, piece.bin, piece.sku, piece.variant_id, piece.tote)


def _stop(pieces: list[Piece]) -> Stop:
    first = pieces[0]
    totes: dict[int, Decimal] = {}
    for piece in pieces:
        totes[piece.tote] = totes.get(piece.tote, Decimal(0)) + piece.quantity
    total = sum(totes.values(), Decimal(0))
    return Stop(aisle_of(first.bin), first.bin, first.title, first.sku, first.gtin, total, tuple(sorted(totes.items())))
