"""Stock is operated from its pages: POST only, own permission, a refusal is a sentence."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from inventory.models import StockException, StockLevel, WindowPolicy
from inventory.services import allotting
from inventory.services.policies import apply_policy, drop_policy, recheck_kit, set_policy
from inventory.services.reserving import reserve
from tests.factories.inventory import claim, make_kit, make_variant, make_warehouse, make_window, put


@pytest.fixture
def level(db):
    return put(make_variant("MUG"), make_warehouse("CT"), 5)


@pytest.fixture
def owner(client, db):
    user = User.objects.create_superuser("owner")
    client.force_login(user)
    return user


def operate(client, row, key, **fields):
    opts = row._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_operate", args=[row.pk, key])
    response = client.post(url, {f"{key}-{name}": value for name, value in fields.items()}, follow=True)
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize(
    ("key", "fields", "on_hand"),
    [
        ("receive", {"quantity": "3", "reference": "PO-1"}, 8),
        ("adjust", {"difference": "-2", "cause": "damage", "reason": "broken"}, 3),
        ("count", {"counted": "4"}, 4),
    ],
)
def test_a_level_is_operated(client, owner, level, key, fields, on_hand):
    messages = operate(client, level, key, **fields)

    level.refresh_from_db()
    assert (level.on_hand, len(messages)) == (on_hand, 1)


def test_pieces_are_moved_and_safety_stock_is_set(client, owner, level):
    milano = make_warehouse("MI")
    operate(client, level, "transfer", to_warehouse_id=milano.pk, quantity="2")
    operate(client, level, "safety", quantity="1")

    level.refresh_from_db()
    assert (level.on_hand, level.safety_stock, StockLevel.objects.get(warehouse=milano).on_hand) == (3, 1, 2)


@pytest.mark.django_db(transaction=True)
def test_first_goods_are_received_on_the_page_of_the_warehouse(client, owner, level):
    cup = make_variant("CUP")
    operate(client, level.warehouse, "receive", sku="cup", quantity="2")

    assert StockLevel.objects.get(variant=cup).on_hand == 2
    with_typo = operate(client, level.warehouse, "receive", sku="CUPP", quantity="2")
    assert len(with_typo) == 1


@pytest.mark.django_db(transaction=True)
def test_a_refusal_and_a_field_left_out_change_nothing(client, owner, level):
    refused = operate(client, level, "receive", quantity="-1")
    left_out = operate(client, level, "adjust", difference="-1")

    level.refresh_from_db()
    assert level.on_hand == 5
    assert (len(refused), len(left_out)) == (1, 2)


def test_each_operation_has_its_own_permission(client, level):
    user = User.objects.create_user("picker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_stocklevel"), Permission.objects.get(codename="count_stock"))
    client.force_login(user)

    page = client.get(reverse("admin:inventory_stocklevel_change", args=[level.pk]))
    assert [each["key"] for each in page.context["operations"]] == ["count"]
    url = reverse("admin:inventory_stocklevel_operate", args=[level.pk, "adjust"])
    assert client.post(url).status_code == 403
    assert client.get(url).status_code == 405


LISTS = ["warehouse", "bin", "windowpolicy", "stocklevel", "movement", "reservation", "allotment", "stockexception"]


@pytest.mark.parametrize("model", LISTS)
def test_every_list_opens(client, owner, level, model):
    make_window(level.variant, ceiling=1)
    reserve([claim(level.variant, 1)])

    assert client.get(reverse(f"admin:inventory_{model}_changelist")).status_code == 200


def test_a_policy_edited_by_staff_moves_the_windows(client, owner, level, deliver):
    make_window(level.variant, ceiling=5)
    fields = {"variant": level.variant.pk, "mode": "split", "auto_threshold": 5, "margin": 2}

    assert client.post(reverse("admin:inventory_windowpolicy_add"), fields).status_code == 302

    row = WindowPolicy.objects.get()
    assert (row.mode, row.history.get().history_user) == ("split", owner)
    apply_policy(level.variant.pk)
    assert StockLevel.objects.get().is_split


def test_a_policy_of_the_company_concerns_every_window_and_a_dropped_one_falls_back(level, owner):
    make_window(level.variant, ceiling=5)
    set_policy(None, mode="split", by=owner)
    apply_policy(None)
    assert StockLevel.objects.get().is_split

    set_policy(level.variant.pk, mode="share", by=owner)
    apply_policy(level.variant.pk)
    assert not StockLevel.objects.get().is_split
    drop_policy(level.variant.pk, by=owner)
    apply_policy(level.variant.pk)
    assert StockLevel.objects.get().is_split


def test_a_kit_that_was_changed_excepts_what_does_not_hold_any_more(level):
    kit = make_kit("PAIR", {level.variant: 2})
    make_window(kit, ceiling=2)
    set_policy(kit.pk, mode="split", by=None)
    assert allotting.mark_split_if_books_hold([kit.pk]) == {level.variant.pk}
    kit.components.update(quantity=Decimal(3))

    recheck_kit(kit.pk)
    recheck_kit(kit.pk)

    assert list(_open_exceptions()) == [("kit_changed", 1)]


def _open_exceptions():
    return StockException.objects.filter(closed_at=None).values_list("cause", "quantity")
