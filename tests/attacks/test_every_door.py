"""Every address of the pages and every operation of the administration, walked by the URL patterns themselves: nonsense never is a 500."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from erp.core.delivering import deliver_pending
from erp.pages.order.deeds import DEEDS as ON_ORDER
from erp.pages.orders.deeds import DEEDS
from erp.pages.shipments.acting import DEEDS as ON_SHIPMENT
from inventory.shipping.services.dispatching import ship_shipment
from inventory.shipping.services.labelling import request_labels
from inventory.shipping.services.printing import print_batch
from tests.attacks.way_out import WayOut, is_sound, shipment_of
from tests.factories.carriers import open_desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PAGES = Path(__file__).resolve().parents[2] / "erp" / "pages"
SAID = re.compile(r"""\.get(?:list)?\(["']([a-z][\w-]*)["']""")
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
WRONG = ["", "-1", "9" * 40, "1e400", "²", "\x00", "x" * 2_000, "0001-01-01", "9999-12-31"]
METHODS = ("get", "head", "put", "patch", "delete", "options")
UNWRITTEN = frozenset({"django_session"})
"""Whoever looks has a session."""


@dataclass(frozen=True)
class Door:
    """`address` is a template of the URL patterns; `keys` fills in its numbers, `names` its words."""

    route: str
    name: str

    def addresses(self, key: int) -> Iterator[str]:
        words = {"code": DEEDS, "name": {**ON_ORDER, **ON_SHIPMENT}, "kind": {"pdf": 1, "zpl": 1}}
        slugs = [found[1] for found in ARGUMENT.findall(self.route) if found[0] == "slug"]
        for word in [*words[slugs[0]], "nothing-of-the-kind"] if slugs else [""]:
            yield "/" + ARGUMENT.sub(lambda found, word=word: word if found[1] == "slug" else str(key), self.route)  # type: ignore[misc]


def doors() -> list[Door]:
    return [Door(route, name) for route, name, module in _walk(get_resolver()) if module.startswith("erp.pages")]


def _walk(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str, str]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _walk(each, before + str(each.pattern))
        elif isinstance(each, URLPattern):
            yield before + str(each.pattern), each.name or "", each.callback.__module__


def fields() -> list[str]:
    """Every name that a page looks for in what it is sent."""
    found = {name for file in PAGES.rglob("*.py") for name in SAID.findall(file.read_text())}
    assert {"orders", "weight", "chosen", "label", "token"} < found
    return sorted(found)


@pytest.fixture
def house(transactional_db: None, tmp_path: Path) -> Iterator[WayOut]:
    """One of everything: an order on a batch, one that has left with its invoice, labels, a stock level."""
    house = WayOut()
    with open_desk(tmp_path).site:
        left = house.business()
        ship_shipment(shipment_of(left).pk, by=None)
        deliver_pending()
        print_batch([house.shipment().pk, house.shipment().pk], by=None)
        request_labels([house.shipment().pk], by=None)
        yield house


@pytest.fixture
def inside(house: WayOut) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("owner"))
    client.get("/")
    return client


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if table not in UNWRITTEN]
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in sorted(tables)))
        return dict(cursor.fetchall())


KEYS = (1, 2)
"""Of each thing there is a first; of most there is a second."""


def answer_all(client: Client, method: str, address: str, telling: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """What broke: address, what was sent, the fault."""
    for told in telling:
        cache.clear()
        answer = getattr(client, method)(address, told)
        if answer.status_code >= 500:
            yield address, str(told)[:60], repr(answer.exc_info[1] if answer.exc_info else answer.status_code)


def test_nonsense_sent_to_every_page_is_never_a_fault(inside: Client, house: WayOut) -> None:
    names = [name for name in fields() if name != "token"]
    telling = [dict.fromkeys(names, text) for text in WRONG]

    faults = [
        fault
        for door in doors()
        for key in (KEYS if "<int" in door.route else KEYS[:1])
        for address in door.addresses(key)
        for fault in answer_all(inside, "post", address, telling if key == KEYS[0] else telling[:2])
    ]

    assert faults == []
    assert is_sound()


def test_nonsense_asked_of_every_page_is_never_a_fault_and_writes_nothing(inside: Client, house: WayOut) -> None:
    names = [name for name in fields() if name != "token"]
    telling = [dict.fromkeys(names, text) for text in ("9" * 40, "\x00", "0001-01-01", "9999-12-31")]
    before = rows()

    faults = [fault for door in doors() for address in door.addresses(1) for fault in answer_all(inside, "get", address, telling)]

    assert faults == []
    assert rows() == before


def test_a_wrong_method_is_never_a_fault_and_writes_nothing(inside: Client, house: WayOut) -> None:
    before = rows()

    faults = [
        fault for door in doors() for address in door.addresses(1) for way in METHODS for fault in answer_all(inside, way, address, [{}])
    ]

    assert faults == []
    assert rows() == before


@pytest.mark.parametrize("who", ["forged", "stranger", "expired"])
def test_who_has_no_session_or_no_form_of_ours_writes_nothing(inside: Client, house: WayOut, who: str) -> None:
    """A form without our token, no session at all, a session that has ended since the page was opened."""
    client = Client(enforce_csrf_checks=who == "forged", raise_request_exception=False)
    if who != "stranger":
        client.force_login(User.objects.get(username="owner"))
    if who == "expired":
        client.session.flush()
    before = rows()

    answers = {client.post(address, {"orders": "2", "deed": "print", "chosen": "2"}).status_code for address in posting(inside)}

    assert answers == ({403} if who == "forged" else {302})
    assert rows() == before


def posting(client: Client) -> list[str]:
    """The addresses that take a form, the administration's operations among them."""
    found = [address for door in doors() for address in door.addresses(2) if client.get(address).status_code == 405]
    assert len(found) > 30
    return [*found, *(address for address, _fields in operations())]


def operations() -> Iterator[tuple[str, list[str]]]:
    """Address and fields of each operation of the administration on the newest row of its kind, where there is one."""
    for model, section in admin.site._registry.items():
        row = model._base_manager.order_by("-pk").first()
        for key, operation in getattr(section, "operations", {}).items():
            if row is not None:
                opts = model._meta
                address = reverse(f"admin:{opts.app_label}_{opts.model_name}_operate", args=[row.pk, key])
                yield address, [f"{key}-{name}" for name in (operation.form.base_fields if operation.form else ())]


def test_nonsense_sent_to_every_operation_of_the_administration_is_never_a_fault(inside: Client, house: WayOut) -> None:
    doors_of_admin = list(operations())
    assert len({address.split("/")[3] for address, _names in doors_of_admin}) >= 7

    faults = [
        fault
        for address, names in doors_of_admin
        for fault in answer_all(inside, "post", address, [dict.fromkeys(names, text) for text in (WRONG if names else WRONG[:1])])
    ]

    assert faults == []
    assert is_sound()


def test_nonsense_asked_of_the_lists_of_the_administration_is_never_a_fault(inside: Client, house: WayOut) -> None:
    models = [model for model in admin.site._registry if model._meta.app_label in ("shipping", "invoices", "orders", "inventory")]
    telling = [{"q": "\x00"}, {"q": "²"}, {"o": "99.-1.x"}, {"p": "NaN"}, {"pk__in": "a"}]

    faults = [
        fault
        for model in models
        for fault in answer_all(inside, "get", reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"), telling)
    ]

    assert faults == []
