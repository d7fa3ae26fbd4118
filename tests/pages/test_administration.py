"""The administration: every section opens, operations are buttons that post, and it speaks Italian to the end."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from erp.core.admin import DocumentAdmin
from erp.core.refusals import Refused
from inventory.models import Warehouse
from orders.models import Order
from tests.factories.inventory import make_warehouse
from tests.pages.seeding import make_merchant, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]

SECTIONS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.filterwarnings("ignore:\\s*The 'queue' task attribute")  # Celery's list of tasks, shown in a field
@pytest.mark.parametrize("model", SECTIONS, ids=lambda model: model._meta.label_lower)
def test_every_section_opens(owner: Client, model: type[Model]) -> None:
    make_merchant(1)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    listed = owner.get(reverse(f"{name}_changelist"))
    first = model._default_manager.order_by("pk").first()
    opened = owner.get(reverse(f"{name}_change", args=[first.pk])) if first else listed
    offered = owner.get(reverse(f"{name}_add")).status_code

    assert (listed.status_code, opened.status_code) == (200, 200)
    assert offered == (200 if admin.site._registry[model].has_add_permission(listed.wsgi_request) else 403)


@pytest.mark.filterwarnings("ignore:\\s*The 'queue' task attribute")
@pytest.mark.parametrize("model", SECTIONS, ids=lambda model: model._meta.label_lower)
def test_a_list_costs_the_same_with_one_and_with_three_rows(owner: Client, model: type[Model]) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    owner.get(address)

    assert _cost_of(owner, address, size=3) == _cost_of(owner, address, size=1)


def _cost_of(client: Client, address: str, *, size: int) -> int:
    with transaction.atomic():
        make_merchant(size)
        with CaptureQueriesContext(connection) as statements:
            client.get(address)
        transaction.set_rollback(True)
    return len(statements)


def test_operations_are_buttons_that_post_with_their_own_permission(client: Client) -> None:
    make_merchant(1)
    order = Order.objects.order_by("pk").first()
    client.force_login(make_staff("laura", "orders.view_order"))
    address = reverse("admin:orders_order_change", args=[order.pk])
    keys = _operations(Order)

    shown = client.get(address).content.decode()
    got = [client.get(f"/admin/orders/order/{order.pk}/do/{key}/").status_code for key in keys]
    posted = [client.post(f"/admin/orders/order/{order.pk}/do/{key}/").status_code for key in keys]

    assert re.findall(r"/do/([\w-]+)/", shown) == []
    assert got == [405] * len(keys)
    assert posted == [403] * len(keys)


def test_whoever_may_sees_the_button(owner: Client) -> None:
    make_merchant(1)
    order = Order.objects.order_by("pk").first()

    shown = owner.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()

    assert sorted(set(re.findall(r"/do/([\w-]+)/", shown))) == sorted(_operations(Order))


def test_every_operation_names_a_permission_that_exists() -> None:
    known = {f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.select_related("content_type")}
    asked = {operation.permission for section in admin.site._registry.values() for operation in getattr(section, "operations", {}).values()}

    assert asked - known == set()


def test_documents_cannot_be_added_or_deleted_in_forms(owner: Client) -> None:
    request = owner.get("/admin/").wsgi_request
    documents = [section for section in admin.site._registry.values() if isinstance(section, DocumentAdmin)]

    rights = {type(one).__name__: (one.has_add_permission(request), one.has_delete_permission(request)) for one in documents}

    assert rights == {type(one).__name__: (False, False) for one in documents}


def test_a_refusal_in_a_form_brings_the_form_back_with_its_sentence(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, request: object, obj: Warehouse, form: object, change: bool) -> None:
        obj.save()
        raise Refused("There is a reason. Do it otherwise.")

    monkeypatch.setattr(type(admin.site._registry[Warehouse]), "save_model", refuse)

    page = owner.post("/admin/inventory/warehouse/add/", {"code": "NEW", "name": "Nuovo", "priority": "1", "is_active": "on"})

    assert page.status_code == 200
    assert page.context["adminform"].form.non_field_errors() == ["There is a reason. Do it otherwise."]
    assert page.context["adminform"].form["name"].value() == "Nuovo"
    assert Warehouse.objects.count() == 0


def test_a_refused_delete_is_told_and_nothing_goes(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, request: object, obj: Warehouse) -> None:
        raise Refused("It is in use. Switch it off instead.")

    warehouse = make_warehouse()
    monkeypatch.setattr(type(admin.site._registry[Warehouse]), "delete_model", refuse)

    page = owner.post(f"/admin/inventory/warehouse/{warehouse.pk}/delete/", {"post": "yes"}, follow=True)

    assert [str(message) for message in page.context["messages"]] == ["It is in use. Switch it off instead."]
    assert Warehouse.objects.count() == 1


def _operations(model: type[Model]) -> list[str]:
    return list(admin.site._registry[model].operations)


def test_every_column_has_a_heading_that_can_be_translated() -> None:
    """A property of a model would be headed by its name in the code."""
    bare = [
        f"{type(section).__name__}.{name}"
        for model, section in admin.site._registry.items()
        for name in section.list_display
        if isinstance(name, str) and not _has_heading(model, section, name)
    ]

    assert bare == []


def _has_heading(model: type[Model], section: admin.ModelAdmin, name: str) -> bool:  # type: ignore[type-arg]
    if name in {field.name for field in model._meta.get_fields()} | {"__str__", "action_checkbox"}:
        return True
    shown = getattr(section, name, None) or getattr(model, name)
    return hasattr(getattr(shown, "fget", shown), "short_description")
