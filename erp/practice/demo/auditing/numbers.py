"""Do the shops show the right numbers, once everything has come to rest?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from erp.practice.demo.auditing.books import Books
from erp.practice.demo.auditing.rows import House
from erp.practice.demo.auditing.stock import timelines

ZERO = Decimal(0)


@dataclass
class Numbers:
    """`wrong` are numbers of shared products that are not what there is; `exposed` pieces of divided ones that windows could sell twice."""

    wrong: list[str] = field(default_factory=list)
    exposed: dict[int, Decimal] = field(default_factory=dict)


def compare_numbers(books: Sequence[Books], house: House) -> Numbers:
    """Only shops whose account sends numbers are looked at; kits count through their components."""
    left = {variant_id: sum((move.had - move.sold for move in moves), ZERO) for variant_id, moves in timelines(books, house).items()}
    found = Numbers()
    shown: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for shop in books:
        if shop.source in house.publishing:
            for sku, number in shop.numbers.items():
                _look_at(found, shown, f"{shop.source} {sku}", number, house.makeup.get(sku, {}), left, house)
    for variant_id, pieces in shown.items():
        beyond = pieces - max(ZERO, left.get(variant_id, ZERO))
        if beyond > 0:
            found.exposed[variant_id] = beyond
    return found


def _look_at(
    found: Numbers,
    shown: dict[int, Decimal],
    name: str,
    number: int,
    made_of: Mapping[int, Decimal],
    left: dict[int, Decimal],
    house: House,
) -> None:
    divided = [variant_id for variant_id in made_of if variant_id in house.split_now]
    for variant_id in divided:
        shown[variant_id] += max(0, number) * made_of[variant_id]
    if divided or list(made_of.values()) != [Decimal(1)]:
        return
    variant_id = next(iter(made_of))
    right = max(ZERO, left.get(variant_id, ZERO) - house.safety.get(variant_id, ZERO))
    if variant_id not in house.split_by_policy and number != right:
        found.wrong.append(f"{name} ({number} / {right.normalize():f})")
