"""Numbers that differ: what orders explain is no alarm, what they do not is a hand edit, told and put right."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from catalog.models import Variant
from channels.models import Account, Cursor, Difference, InboxMessage, Listing, NumberRequest, StockWrite
from channels.services.publishing.comparing import Comparison, compare_account
from channels.services.publishing.judging import judge_differences, note_put_right
from channels.services.publishing.mending import mend_card, mend_listing
from channels.services.publishing.windows import look_at_windows
from channels.services.watching import watch_products
from erp.core.clock import now, real_now
from erp.core.models import Card, Event, HistoryEntry
from erp.core.refusals import Refused
from inventory.models import Allotment, StockException, StockLevel, WindowPolicy
from inventory.services.allotting import begin_next, record_answers
from inventory.services.reading import read_unpaid
from inventory.services.reserving import release, reserve
from tests.factories.channels import MemoryShop
from tests.factories.inventory import claim, make_window

pytestmark = pytest.mark.django_db(transaction=True)
WINDOW = "terramare|MUG|"


@pytest.fixture
def listing(account: Account, mug: Variant, shop: MemoryShop) -> Listing:
    """Ten mugs, divided: five of them are this window's, and it shows them."""
    WindowPolicy.objects.create(mode="split")
    StockLevel.objects.update(is_split=True)
    make_window(mug, "terramare", 5)
    make_window(mug, "outlet", 5)
    shop.numbers = {"MUG": 5}
    return Listing.objects.create(
        account=account, external_item="MUG", sku="MUG", title="Tazza", variant=mug, binding="exact", seen_quantity=5, seen_at=now()
    )


@pytest.fixture
def shared(listing: Listing) -> Listing:
    """The same, each window showing all of them."""
    WindowPolicy.objects.update(mode="share")
    StockLevel.objects.update(is_split=False)
    Allotment.objects.update(ceiling=10, shown=10)
    return listing


def read_all(account: Account) -> None:
    """A pull that began well after the look was read to its last page, and its news was heard."""
    Cursor.objects.update_or_create(account=account, flow="orders", defaults={"read_through": now() + timedelta(minutes=1)})
    judge_differences([account.pk])


def verdicts() -> list[str]:
    return list(Difference.objects.order_by("pk").values_list("verdict", flat=True))


def cards(kind: str) -> int:
    return Card.objects.filter(kind=kind, closed_at=None).count()


def books() -> Allotment:
    return Allotment.objects.get(window=WINDOW)


def sale(mug: Variant, pieces: int, number: int = 1) -> None:
    """An order of our shop is read."""
    reserve([claim(mug, pieces, reference=f"ord_{number}", window=WINDOW)])


def test_a_number_as_expected_is_no_difference(account: Account, listing: Listing) -> None:
    assert compare_account(account.pk) == Comparison(looked_at=1, differing=0)

    assert (verdicts(), NumberRequest.objects.count()) == ([], 0)


def test_pain_17_a_sale_that_was_not_read_yet_is_neither_an_alarm_nor_written_over(
    account: Account, shop: MemoryShop, shared: Listing, mug: Variant
) -> None:
    shop.numbers["MUG"] = 8
    compare_account(account.pk)
    assert (verdicts(), NumberRequest.objects.count(), begin_next([WINDOW])) == (["open"], 0, [])

    sale(mug, 2)
    read_all(account)

    assert (verdicts(), cards("channels.hand_edit"), books().standing) == (["orders"], 0, "certain")
    assert begin_next([WINDOW]) == []


def test_a_sale_read_while_we_look_is_no_alarm(account: Account, shop: MemoryShop, listing: Listing, mug: Variant) -> None:
    """The shop answered before the sale; when its answer came, the sale was in our books."""
    shop.while_read = lambda: sale(mug, 2)
    compare_account(account.pk)
    read_all(account)

    assert (verdicts(), books().shown) == ([], 3)


def test_a_sale_after_the_look_is_no_alarm(account: Account, shop: MemoryShop, listing: Listing, mug: Variant) -> None:
    shop.numbers["MUG"] = 4
    compare_account(account.pk)
    sale(mug, 1)
    sale(mug, 2, number=2)
    read_all(account)

    assert (verdicts(), books().shown) == (["orders"], 2)


def test_a_cancel_that_put_pieces_back_is_no_alarm(account: Account, shop: MemoryShop, listing: Listing, mug: Variant) -> None:
    sale(mug, 2)
    shop.numbers["MUG"] = 5
    compare_account(account.pk)
    assert verdicts() == ["open"]

    release("ord_1", to_window=True)
    read_all(account)

    assert (verdicts(), books().shown, books().standing) == (["orders"], 5, "certain")


def test_unpaid_orders_do_not_change_the_number_and_are_no_alarm(account: Account, listing: Listing) -> None:
    read_unpaid({WINDOW: Decimal(3)})

    assert compare_account(account.pk).differing == 0


def test_pain_29_the_echo_of_our_own_write_is_dropped_and_is_its_read_back(account: Account, shop: MemoryShop, listing: Listing) -> None:
    sent_at = now() - timedelta(seconds=2)
    write = StockWrite.objects.create(
        account=account, listing=listing, window=WINDOW, kind="set", value=4, wanted=4, key="1", sent_at=sent_at, answered_at=sent_at,
        leased_until=real_now(), answer="done", shown=4,
    )  # fmt: skip
    Allotment.objects.filter(window=WINDOW).update(shown=4, ceiling=4)
    shop.numbers["MUG"] = 4
    message = InboxMessage.objects.create(
        account=account, kind="product.changed", external_id="MUG", body_hash="1", body="", via="webhook", received_at=now(), due_at=now()
    )

    assert watch_products(account.pk) == 0

    message.refresh_from_db()
    write.refresh_from_db()
    assert (message.state, message.outcome, verdicts()) == ("dropped", "echo", [])
    assert (write.read_back, write.read_back_at) == (4, Listing.objects.get().seen_at)


def test_a_number_that_we_are_writing_is_not_compared(account: Account, shop: MemoryShop, shared: Listing, mug: Variant) -> None:
    reserve([claim(mug, 4, reference="ord_9")])
    assert [each.write.value for each in begin_next([WINDOW])] == [6]
    shop.numbers["MUG"] = 6
    compare_account(account.pk)
    record_answers([WINDOW], at=real_now())
    shop.numbers["MUG"] = 9
    compare_account(account.pk)

    assert verdicts() == []


def test_a_number_sent_while_we_looked_is_not_compared(account: Account, shop: MemoryShop, shared: Listing) -> None:
    def write() -> None:
        StockWrite.objects.create(
            account=account, listing=shared, window=WINDOW, kind="set", value=7, wanted=7, key="2", sent_at=now(), leased_until=real_now()
        )

    shop.numbers["MUG"], shop.while_read = 7, write
    compare_account(account.pk)

    assert verdicts() == []


def test_a_difference_is_told_only_once_a_complete_reading_passed_the_look(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.numbers["MUG"] = 9
    Cursor.objects.create(account=account, flow="orders", read_through=now() + timedelta(seconds=1))
    compare_account(account.pk)
    compare_account(account.pk)
    judge_differences([account.pk])

    assert (verdicts(), cards("channels.hand_edit")) == (["open"], 0)


def test_an_order_that_cannot_be_read_keeps_the_verdict_open(account: Account, shop: MemoryShop, listing: Listing) -> None:
    InboxMessage.objects.create(
        account=account, kind="order", external_id="1", body_hash="1", body="{}", via="poll", received_at=now(), due_at=now(),
        state="parked", items=["MUG"],
    )  # fmt: skip
    shop.numbers["MUG"] = 9
    compare_account(account.pk)
    read_all(account)

    assert verdicts() == ["open"]


def test_a_number_raised_by_hand_is_excepted_told_and_set_anew(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.numbers["MUG"] = 9
    compare_account(account.pk)
    assert (books().ceiling, NumberRequest.objects.count()) == (5, 0)

    read_all(account)

    assert (verdicts(), books().ceiling, books().standing) == (["hand"], 9, "unknown")
    assert list(StockException.objects.values_list("cause", "quantity", "window", "closed_at")) == [("hand_edited", 4, WINDOW, None)]
    card = Card.objects.get(kind="channels.hand_edit", closed_at=None)
    assert {name: card.params[name] for name in ("account", "title", "seen", "expected")} == {
        "account": "Terramare",
        "title": "Tazza",
        "seen": "9",
        "expected": "5",
    }
    assert HistoryEntry.objects.filter(verb="hand_edit_seen", actor="shop:terramare").count() == 1
    assert NumberRequest.objects.get().listing == listing
    assert [each.write.value for each in begin_next([WINDOW])] == [0]


def test_the_card_closes_when_our_number_stands_again(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.numbers["MUG"] = 9
    compare_account(account.pk)
    read_all(account)

    note_put_right([listing.pk])

    assert (cards("channels.hand_edit"), Difference.objects.filter(put_right_at=None).count()) == (0, 0)


def test_a_number_lowered_by_hand_is_told_and_put_right_but_excepts_nothing(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.numbers["MUG"] = 1
    compare_account(account.pk)
    read_all(account)

    assert (verdicts(), books().ceiling, StockException.objects.count()) == (["hand"], 5, 0)
    assert (cards("channels.hand_edit"), [each.write.value for each in begin_next([WINDOW])]) == (1, [0])


def test_a_hand_edit_beside_a_sale_is_seen_by_what_the_sale_leaves_unexplained(
    account: Account, shop: MemoryShop, listing: Listing, mug: Variant
) -> None:
    shop.numbers["MUG"] = 1
    compare_account(account.pk)
    sale(mug, 2)
    read_all(account)

    assert verdicts() == ["hand"]


def test_a_hand_edit_that_a_sale_hides_is_seen_at_the_next_look(account: Account, shop: MemoryShop, listing: Listing, mug: Variant) -> None:
    shop.numbers["MUG"] = 4
    compare_account(account.pk)
    sale(mug, 2)
    read_all(account)
    compare_account(account.pk)
    read_all(account)

    assert verdicts() == ["orders", "hand"]


def test_a_shared_number_raised_by_hand_is_lowered_at_once_and_told_when_the_orders_are_read(
    account: Account, shop: MemoryShop, shared: Listing
) -> None:
    shop.numbers["MUG"] = 50
    compare_account(account.pk)
    (write,) = begin_next([WINDOW])
    assert (write.write.value, NumberRequest.objects.count()) == (10, 1)
    StockWrite.objects.create(
        account=account, listing=shared, window=WINDOW, kind="set", value=10, wanted=10, key="1", sent_at=now(), answered_at=now(),
        leased_until=real_now(), answer="done", shown=10,
    )  # fmt: skip
    record_answers([WINDOW], at=real_now())

    read_all(account)

    assert (verdicts(), cards("channels.hand_edit"), StockException.objects.count()) == (["hand"], 0, 0)
    assert Difference.objects.get().put_right_at is not None
    assert HistoryEntry.objects.filter(verb="hand_edit_seen").count() == 1


def test_a_shared_number_lowered_by_hand_is_raised_again_once_no_order_explains_it(
    account: Account, shop: MemoryShop, shared: Listing
) -> None:
    shop.numbers["MUG"] = 2
    compare_account(account.pk)
    assert begin_next([WINDOW]) == []

    read_all(account)

    assert ([each.write.value for each in begin_next([WINDOW])], cards("channels.hand_edit")) == ([10], 1)


def test_where_our_own_number_was_not_certain_nobody_is_blamed(account: Account, shop: MemoryShop, shared: Listing) -> None:
    Allotment.objects.update(standing="unknown")
    shop.numbers["MUG"] = 2
    compare_account(account.pk)
    read_all(account)

    assert (verdicts(), cards("channels.hand_edit")) == (["void"], 0)
    assert [each.write.value for each in begin_next([WINDOW])] == [10]


def test_books_that_began_anew_tell_nothing(account: Account, shop: MemoryShop, listing: Listing, mug: Variant) -> None:
    sale(mug, 2)
    shop.numbers["MUG"] = 9
    compare_account(account.pk)
    Allotment.objects.filter(window=WINDOW).update(sold_read=0)
    read_all(account)

    assert (verdicts(), cards("channels.hand_edit")) == (["void"], 0)


def test_a_listing_that_is_sold_beyond_its_stock_is_a_card_with_the_click_that_mends_it(
    account: Account, shop: MemoryShop, listing: Listing, django_user_model: type[User]
) -> None:
    owner = django_user_model.objects.create_superuser("owner")
    shop.beyond_stock = {"MUG"}
    compare_account(account.pk)
    listing.refresh_from_db()
    assert (listing.can_split, listing.split_reason, cards("channels.cannot_split")) == (False, "backorders_allowed", 0)
    Account.objects.update(stock_ready_at=now())
    look_at_windows([listing.pk])
    assert (cards("channels.cannot_split"), books().can_split, StockLevel.objects.get().is_split) == (1, False, False)

    mend_card(f"listing:{listing.pk}", by=owner)

    listing.refresh_from_db()
    assert (listing.can_split, listing.split_reason, cards("channels.cannot_split")) == (True, "", 0)
    assert (books().can_split, books().standing, shop.calls[-1], verdicts()) == (True, "unknown", "mend", [])
    assert HistoryEntry.objects.filter(verb="mended", by=owner).count() == 1


def test_stock_that_is_not_tracked_any_more_is_no_hand_edit(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.untracked = {"MUG"}
    compare_account(account.pk)

    listing.refresh_from_db()
    assert (listing.split_reason, verdicts(), Event.objects.filter(name="channels.WindowSeen").count()) == ("stock_not_tracked", [], 1)


@pytest.mark.parametrize(("reason", "can_split"), [("", True), ("stock_on_parent", False), ("no_stock_hold", False)])
def test_what_one_click_cannot_mend_is_refused(
    account: Account, shop: MemoryShop, listing: Listing, django_user_model: type[User], reason: str, can_split: bool
) -> None:
    Listing.objects.update(split_reason=reason, can_split=can_split)

    with pytest.raises(Refused):
        mend_listing(listing.pk, by=django_user_model.objects.create_superuser("owner"))

    assert (shop.calls, HistoryEntry.objects.filter(verb="mended").count()) == ([], 0)
