"""Accounts are set up and operated, listings bound, messages tried again: POST only, own permission, refusals in words."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from catalog.models import Variant
from channels.contract import AuthExpired, Temporary
from channels.models import Account, InboxMessage, Listing
from channels.services.connections import secret_name
from channels.services.importing.pulling import pull_orders
from erp.core.history import history_of
from erp.core.models import Card
from erp.core.secrets import Credentials
from orders.models import Order
from tests.factories.channels import MemoryShop, listing_of, make_listing, shops
from tests.factories.inventory import make_variant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def owner(client: Client, db: None) -> User:
    user = User.objects.create_superuser("owner")
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user


def shown(client: Client, row: object) -> str:
    opts = row._meta  # type: ignore[attr-defined]
    return client.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])).content.decode()  # type: ignore[attr-defined]


def operate(client: Client, row: object, key: str, **fields: str) -> list[str]:
    opts = row._meta  # type: ignore[attr-defined]
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_operate", args=[row.pk, key])  # type: ignore[attr-defined]
    response = client.post(url, {f"{key}-{name}": value for name, value in fields.items()}, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_an_account_is_opened_with_its_keys_which_are_never_shown(client: Client, owner: User) -> None:
    shops["altomare"] = MemoryShop()
    form = {
        "code": "altomare",
        "name": "Altomare",
        "connector": "memory",
        "base_url": "https://altomare.example",
        "settings": "{}",
        "status_table": "{}",
        "stop_percent": "5",
        "stop_least": "3",
        "notify_customer": "on",
        "body_months": "24",
        "keys": "consumer_key = ck_1\nconsumer_secret = cs_1",
        "locations-TOTAL_FORMS": "0",
        "locations-INITIAL_FORMS": "0",
    }
    response = client.post(reverse("admin:channels_account_add"), form)

    account = Account.objects.get()
    keys = Credentials(secret_name(account)).current()
    assert (response.status_code, account.state, keys["consumer_key"], keys["consumer_secret"]) == (302, "draft", "ck_1", "cs_1")
    page = client.get(reverse("admin:channels_account_change", args=[account.pk])).content.decode()
    assert ("ck_1" in page, "cs_1" in page, 'name="code"' in page) == (False, False, False)


def test_a_new_account_without_keys_comes_back_with_a_sentence(client: Client, owner: User) -> None:
    response = client.post(reverse("admin:channels_account_add"), {"code": "altomare", "connector": "memory"})

    assert (response.status_code, Account.objects.count()) == (200, 0)
    assert "A new account needs its keys." in response.content.decode()


def test_it_is_connected_step_by_step(client: Client, owner: User, account: Account, shop: MemoryShop, mug: object) -> None:
    Account.objects.update(state="draft", start_at=None)
    shop.listings = [listing_of("mug")]

    assert operate(client, account, "live") == ["“Terramare” was not rehearsed yet. Rehearse it, look at the plan, then go live."]
    for key in ("check", "match", "rehearse", "regia", "live"):
        assert len(operate(client, account, key)) == 1

    account.refresh_from_db()
    assert (account.state, account.first_stock, shop.calls[-1]) == ("live", "regia", "register")
    assert operate(client, account, "pause") == ["Done: Pause account."]
    account.refresh_from_db()
    assert account.state == "paused"


def test_a_shop_that_refuses_is_a_sentence(client: Client, owner: User, account: Account, shop: MemoryShop) -> None:
    shop.failures = [AuthExpired("no such key")]

    (told,) = operate(client, account, "check")

    assert told == "“Terramare” does not do what was asked: “no such key”. Check its keys and its address, then try again."


def test_without_the_permission_nothing_is_operated(client: Client, account: Account) -> None:
    anna = User.objects.create(username="anna", is_staff=True)
    anna.user_permissions.add(Permission.objects.get(codename="view_account"))
    client.force_login(anna)

    response = client.post(reverse("admin:channels_account_operate", args=[account.pk, "pause"]))

    account.refresh_from_db()
    assert (response.status_code, account.state) == (403, "live")


def test_an_account_is_never_deleted(client: Client, owner: User, account: Account) -> None:
    assert client.post(reverse("admin:channels_account_delete", args=[account.pk]), {"post": "yes"}).status_code == 403
    assert Account.objects.count() == 1


def test_one_action_stops_all_stock(client: Client, owner: User, account: Account) -> None:
    chosen = {"action": "stop_all_stock", "_selected_action": [str(account.pk)]}

    client.post(reverse("admin:channels_account_changelist"), chosen)

    account.refresh_from_db()
    assert (account.stock_paused, account.orders_paused) == (True, False)


def test_a_listing_is_bound_by_the_sku_that_a_person_types(client: Client, owner: User, account: Account, mug: object) -> None:
    row = make_listing(account, "cup")

    assert operate(client, row, "bind", sku="NONE") == ["No product has the SKU “NONE”. Check it, or make the product first."]
    assert operate(client, row, "bind", sku="mug") == ["Done: Bind to product."]

    row.refresh_from_db()
    assert (row.variant_id, row.binding) == (mug.pk, "manual")  # type: ignore[attr-defined]


def test_many_listings_are_said_to_be_not_ours_at_once(client: Client, owner: User, account: Account, listing: Listing) -> None:
    rows = [make_listing(account, item) for item in ("a", "b")]
    chosen = {"action": "ignore_chosen", "_selected_action": [str(each.pk) for each in (*rows, listing)]}

    client.post(reverse("admin:channels_listing_changelist"), chosen)

    assert list(Listing.objects.order_by("pk").values_list("binding", flat=True)) == ["exact", "ignored", "ignored"]


def test_a_parked_message_is_tried_again(client: Client, owner: User, account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1}, placed="soon")
    pull_orders(account.pk)
    message = InboxMessage.objects.get()

    assert operate(client, message, "retry") == ["Done: Try again."]

    message.refresh_from_db()
    assert (message.state, Card.objects.filter(closed_at=None).count()) == ("waiting", 0)


def test_one_order_is_read_again_by_its_id(client: Client, owner: User, account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("7", {"mug": 1})

    assert operate(client, account, "again", external_id=" 7 ") == ["Done: Read one order again."]
    assert Order.objects.get().external_id == "7"
    assert history_of(account).get().by == owner

    shop.failures = [Temporary("away")]
    assert operate(client, account, "again", external_id="7") == ["Order 7 could not be read now. See what needs you, or try again later."]


@pytest.mark.parametrize("name", ["account", "locationmap", "listing", "inboxmessage", "cursor", "job"])
def test_every_list_opens(client: Client, owner: User, account: Account, shop: MemoryShop, listing: Listing, name: str) -> None:
    pull_orders(account.pk)

    assert client.get(reverse(f"admin:channels_{name}_changelist")).status_code == 200


def test_a_listing_without_product_offers_those_that_it_may_mean(client: Client, owner: User, account: Account, mug: Variant) -> None:
    row = make_listing(account, "x", sku="mug", title="Tazza")
    stranger = make_listing(account, "y", sku="nothing", title="Zzz")
    other = make_variant("OTHER", title="Altro")
    assert f'<option value="{mug.pk}">MUG ' in shown(client, row)
    assert ("Bind to this product" in shown(client, row), "Bind to this product" in shown(client, stranger)) == (True, False)

    operate(client, row, "suggested", variant_id=str(other.pk))
    row.refresh_from_db()
    assert row.variant_id is None
    operate(client, row, "suggested", variant_id=str(mug.pk))

    row.refresh_from_db()
    assert (row.variant_id, row.binding, "Bind to this product" in shown(client, row)) == (mug.pk, "manual", False)
