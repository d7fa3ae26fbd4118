"""Who may open what: strangers meet the door, roles see what their table says, and nothing stands inline in our own pages."""

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from erp.pages.roles import LABELS, READS, ROLES, permissions_of
from tests.pages.seeding import PASSWORD, make_merchant, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]

PAGES = ["/", "/today/live/", "/attention/", "/stock/", "/menu/"]
STRICT = {
    "base-uri 'self'",
    "default-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "object-src 'none'",
}


@pytest.fixture
def roles() -> None:
    call_command("ensure_roles", verbosity=0)


@pytest.mark.parametrize("address", PAGES)
def test_a_stranger_is_sent_to_the_door(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"


@pytest.mark.parametrize("address", PAGES)
def test_an_account_without_staff_is_refused_in_words(client: Client, address: str) -> None:
    user = make_staff()
    user.is_staff = False
    user.save()
    client.force_login(user)
    client.cookies["django_language"] = "en"

    page = client.get(address)

    assert page.status_code == 403
    assert "This account is no staff account. The owner can change that in Administration, Users." in page.content.decode()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_works_with_the_daily_pages(client: Client, roles: None, role: str) -> None:
    variant = make_merchant(1)["variants"][0]
    client.force_login(make_staff(role=role))

    assert [client.get(address).status_code for address in [*PAGES, f"/stock/{variant.pk}/"]] == [200] * 6


def test_what_a_person_may_do_follows_at_once(client: Client, roles: None) -> None:
    """Nothing of it is remembered between two pages: a role taken away, a right given, an account shut."""
    user = make_staff(role="order_desk")
    client.force_login(user)
    answers = [client.get("/orders/new/").status_code]
    user.groups.clear()
    answers.append(client.get("/orders/new/").status_code)
    user.user_permissions.add(Permission.objects.get(codename="sell_over_counter"))
    answers.append(client.get("/orders/new/").status_code)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert answers == [200, 403, 200]
    assert client.get("/orders/new/")["Location"] == "/accounts/login/?next=/orders/new/"


def test_the_navigation_leads_only_where_the_person_may_go(client: Client) -> None:
    client.force_login(make_staff())
    client.cookies["django_language"] = "en"

    groups = client.get("/").context["shell"].groups

    assert [entry.name for group in groups for entry in group.entries] == ["today", "attention", "admin"]
    assert client.get("/stock/").status_code == 403


@pytest.mark.parametrize(
    ("role", "permission", "may"),
    [
        ("owner", "auth.add_user", True),
        ("order_desk", "orders.cancel_order", True),
        ("order_desk", "channels.bind_listing", True),
        ("order_desk", "inventory.adjust_stock", False),
        ("warehouse", "inventory.adjust_stock", True),
        ("warehouse", "orders.cancel_order", False),
        ("customer_service", "orders.hold_order", True),
        ("customer_service", "orders.record_payment", False),
        ("purchasing", "catalog.add_product", True),
        ("purchasing", "orders.hold_order", False),
        ("accountant", "orders.record_payment", True),
        ("accountant", "catalog.change_product", False),
        ("integrator", "channels.connect_account", True),
        ("integrator", "orders.cancel_order", False),
    ],
)
def test_a_role_may_what_its_table_says(client: Client, roles: None, role: str, permission: str, may: bool) -> None:
    assert make_staff(role=role).has_perm(permission) is may


def test_every_pattern_of_the_table_names_a_permission() -> None:
    permissions = list(Permission.objects.select_related("content_type"))
    patterns = {pattern for patterns in ROLES.values() for pattern in patterns}

    idle = [pattern for pattern in sorted(patterns) if not _matches(pattern, permissions)]

    assert idle == []
    assert set(LABELS) == set(ROLES)
    assert all(set(READS) <= set(patterns) for role, patterns in ROLES.items() if role != "owner")


def _matches(pattern: str, permissions: list[Permission]) -> bool:
    ROLES["probe"] = (pattern,)
    try:
        return bool(permissions_of("probe", permissions))
    finally:
        del ROLES["probe"]


def test_making_the_roles_twice_keeps_what_the_owner_added(roles: None) -> None:
    group = Group.objects.get(name="warehouse")
    group.permissions.add(Permission.objects.get(codename="cancel_order"))
    before = group.permissions.count()

    call_command("ensure_roles", verbosity=0)

    assert Group.objects.count() == len(ROLES)
    assert group.permissions.count() == before


@pytest.mark.parametrize("address", [*PAGES, "/accounts/login/", "/accounts/logout/", "/accounts/password/change/", "/nowhere/"])
def test_our_own_pages_carry_no_inline_script_or_style(owner: Client, address: str) -> None:
    make_merchant(1)
    if address == "/accounts/login/":
        owner.logout()

    page = owner.get(address)

    assert set(page["Content-Security-Policy"].split("; ")) == STRICT
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=", page.content.decode()) == []


def test_the_administration_has_a_looser_policy_and_a_main_landmark(owner: Client) -> None:
    page = owner.get("/admin/")

    policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert page.content.decode().count("<main") == 1


def test_the_administration_has_one_door(client: Client) -> None:
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"


def test_signing_in_leads_to_the_page_that_was_asked_for(client: Client) -> None:
    make_staff("laura")

    answer = client.post("/accounts/login/?next=/menu/", {"login": "laura", "password": PASSWORD, "next": "/menu/"})

    assert answer["Location"] == "/menu/"


def test_guessing_passwords_is_stopped(client: Client) -> None:
    cache.clear()
    make_staff("laura")

    for _ in range(6):
        page = client.post("/accounts/login/", {"login": "laura", "password": "sbagliata"}, headers={"accept-language": "en"})
    right = client.post("/accounts/login/", {"login": "laura", "password": PASSWORD})

    assert page.content.decode().count("Too many failed login attempts. Try again later.") == 1
    assert right.status_code == 200
    cache.clear()


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_nobody_signs_up(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_the_language_is_the_readers(client: Client) -> None:
    client.force_login(make_staff())

    italian = client.get("/", headers={"accept-language": "it"}).context["headline"]
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    english = client.get("/").context["headline"]

    assert (italian, english) == ("Niente aspetta di essere spedito.", "Nothing waits to be shipped.")


def test_a_chosen_theme_is_there_from_the_first_byte(owner: Client) -> None:
    owner.cookies["regia_theme"] = "dark"
    dark = owner.get("/menu/").content.decode()
    owner.cookies["regia_theme"] = '"><script>'
    plain = owner.get("/menu/").content.decode()

    assert '<html lang="en" data-theme="dark">' in dark
    assert '<html lang="en">' in plain
