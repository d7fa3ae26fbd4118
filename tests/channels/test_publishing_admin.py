"""Numbers in the administration: every list opens, and each operation reaches its service with its own permission."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from channels.models import Account, Difference, Listing, NumberRequest, StockWrite
from erp.core.clock import now, real_now
from erp.core.history import history_of
from tests.factories.channels import MemoryShop, make_listing
from tests.factories.inventory import make_variant, make_window

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def client(client: Client, django_user_model: type[User]) -> Client:
    client.force_login(django_user_model.objects.create_superuser("owner"))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def write(account: Account, listing: Listing) -> StockWrite:
    return make_write(account, listing, "run-1")


def make_write(account: Account, listing: Listing, key: str) -> StockWrite:
    return StockWrite.objects.create(
        account=account, listing=listing, window=f"terramare|{listing.external_item}|", kind="set", value=5, wanted=5, key=key,
        sent_at=now(), answered_at=now(), leased_until=real_now(), answer="done", shown=5,
    )  # fmt: skip


def make_difference(account: Account, listing: Listing, number: int) -> Difference:
    return Difference.objects.create(
        account=account, listing=listing, window=f"terramare|{number}|", seen=number, expected=5, seen_at=now(), sold_read=0,
        restocked_read=0, verdict="hand", told_at=now(),
    )  # fmt: skip


def operate(client: Client, row: Account | Listing | StockWrite, key: str) -> list[str]:
    address = reverse(f"admin:channels_{row._meta.model_name}_operate", args=[row.pk, key])
    return [str(message) for message in client.post(address, follow=True).context["messages"]]


@pytest.mark.parametrize("name", ["numberrequest", "stockwrite", "difference"])
@pytest.mark.parametrize("size", [1, 3])
def test_lists_of_numbers_cost_the_same_at_any_size(
    client: Client, account: Account, name: str, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(size):
        listing = make_listing(account, f"item-{number}", make_variant())
        make_write(account, listing, "1")
        make_difference(account, listing, number)
        NumberRequest.objects.create(listing=listing, requested_at=now(), due_at=now(), held_as="fall")
    client.get(reverse("admin:channels_account_changelist"))

    with django_assert_num_queries(9):
        page = client.get(reverse(f"admin:channels_{name}_changelist"))

    assert page.context["cl"].result_count == size


def test_the_accounts_page_lists_its_last_twenty_differences(client: Client, account: Account, listing: Listing) -> None:
    for number in range(25):
        make_difference(account, listing, number)

    page = client.get(reverse("admin:channels_account_change", args=[account.pk]))

    formset = page.context["inline_admin_formsets"][1].formset
    assert [form.instance.seen for form in formset.forms] == [Decimal(number) for number in range(24, 4, -1)]


def test_publishing_today_asks_for_every_number_of_the_account(client: Client, account: Account, listing: Listing) -> None:
    assert operate(client, account, "publish") == ["Done: Publish today's numbers."]

    assert NumberRequest.objects.get().listing == listing
    assert [entry.verb for entry in history_of(account)] == ["stock_published"]


def test_numbers_are_compared_now(client: Client, account: Account, shop: MemoryShop, listing: Listing) -> None:
    make_window(listing.variant, "terramare", 5, window="terramare|mug|")
    shop.numbers = {"mug": 9}

    assert operate(client, account, "compare") == ["Done: Compare numbers now."]
    assert [(each.seen, each.expected, each.verdict) for each in Difference.objects.all()] == [(9, 5, "open")]


def test_a_run_is_undone_with_todays_numbers(client: Client, account: Account, listing: Listing, write: StockWrite) -> None:
    other = make_listing(account, "plate", make_variant())
    make_write(account, other, "run-1")
    make_write(account, make_listing(account, "bowl", make_variant()), "run-2")

    assert operate(client, write, "undo") == ["Done: Undo this run: publish today's numbers."]

    assert sorted(NumberRequest.objects.values_list("listing__external_item", flat=True)) == ["mug", "plate"]


def test_what_cannot_be_done_is_said_and_changes_nothing(client: Client, account: Account, listing: Listing, write: StockWrite) -> None:
    assert operate(client, account, "allow") == ["The numbers of “Terramare” are not stopped; nothing waits."]
    assert operate(client, listing, "mend") == ["“mug” is sold from counted stock already."]
    Account.objects.update(stock_paused=True)
    silent = ["No number leaves for “Terramare” now: it is not live, or its stock is paused. Resume it first."]
    assert (operate(client, account, "publish"), operate(client, write, "undo")) == (silent, silent)

    assert NumberRequest.objects.count() == 0


def test_operations_on_numbers_need_their_permission(client: Client, account: Account, write: StockWrite) -> None:
    client.force_login(User.objects.create_user("anna", is_staff=True))

    for row, key in ((account, "publish"), (account, "allow"), (account, "compare"), (write, "undo")):
        assert client.post(reverse(f"admin:channels_{row._meta.model_name}_operate", args=[row.pk, key])).status_code == 403
    assert NumberRequest.objects.count() == 0
