"""Whatever is claimed, in whatever order: nobody gets what is not there, and nobody what belongs to a window."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inventory.allocation import Ceiling, Claim, Level, Shelf, allocate, serve

D = Decimal
MUG, LID = 1, 2
PARTS = {"alone": ((MUG, D(1)),), "kit": ((MUG, D(2)), (LID, D(1)))}

levels = st.tuples(st.integers(0, 6), st.integers(0, 6))
claims = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["alone", "kit"]), st.integers(1, 3), st.sampled_from([None, "a", "k", "other"])),
    max_size=8,
)


def shelf_of(mugs, lids, ceilings, is_split):
    by_variant = {
        variant: [Level(variant * 10 + place, variant, place, place, D(pieces), D(0), is_split) for place, pieces in enumerate(each)]
        for variant, each in ((MUG, mugs), (LID, lids))
    }
    windows = {"a": Ceiling("a", PARTS["alone"], D(ceilings[0])), "k": Ceiling("k", PARTS["kit"], D(ceilings[1]))}
    return Shelf(by_variant, windows if is_split else {})


def asked(rows):
    for number, (reference, kind, units, window) in enumerate(rows):
        yield Claim(f"ord_{reference}", str(number), MUG if kind == "alone" else 3, D(units), window, PARTS[kind] if kind == "kit" else ())


@given(mugs=levels, lids=levels, ceilings=st.tuples(st.integers(-2, 4), st.integers(-2, 3)), is_split=st.booleans(), rows=claims)
def test_pieces_are_promised_once_and_every_claim_is_answered_to_the_piece(mugs, lids, ceilings, is_split, rows):
    shelf = shelf_of(mugs, lids, ceilings, is_split)
    held_before = {variant: min(shelf.free(variant), D(0)) for variant in (MUG, LID)}

    wanted = list(asked(rows))
    allocations = allocate(wanted, shelf)

    for variant in (MUG, LID):
        for level in shelf.levels[variant]:
            assert 0 <= level.reserved <= level.on_hand
        given_out = sum((a.quantity for a in allocations if a.variant_id == variant and not a.is_short), D(0))
        assert given_out == sum((level.reserved for level in shelf.levels[variant]), D(0))
        assert shelf.promised[variant] == 0
        if is_split:
            assert shelf.free(variant) >= held_before[variant]
    for claim in wanted:
        for variant, per_unit in claim.parts:
            answered = sum((a.quantity for a in allocations if (a.line, a.variant_id) == (claim.line, variant)), D(0))
            assert answered == claim.quantity * per_unit


@given(mugs=levels, wanted=st.lists(st.integers(1, 4), max_size=5))
def test_waiting_orders_are_served_oldest_first_out_of_what_is_free(mugs, wanted):
    shelf = shelf_of(mugs, (0, 0), (0, 0), is_split=False)

    served = [sum((pieces for _, pieces in places), D(0)) for places in serve([(MUG, D(each)) for each in wanted], shelf)]

    left = D(sum(mugs))
    for each, pieces in zip(wanted, served, strict=True):
        assert pieces == min(D(each), left)
        left -= pieces
