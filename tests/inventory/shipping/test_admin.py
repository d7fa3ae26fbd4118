"""Shipments and lists are operated from their pages; carriers and rules are edited. Each needs its own permission."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from inventory.shipping.models import Carrier, CarrierService, Parcel, PickList, Shipment, ShippingRule, ShopCarrierName
from inventory.shipping.services.picking import make_pick_list
from tests.factories.inventory import make_warehouse
from tests.factories.shipping import make_shipment, stocked
from tests.factories.users import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def shipment():
    return make_shipment((stocked(make_warehouse("CT"), sku="MUG"), 2))


def operate(client, row, key, **fields):
    opts = row._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_operate", args=[row.pk, key])
    response = client.post(url, {f"{key}-{name}": value for name, value in fields.items()}, follow=True, headers=ENGLISH)
    return [str(message) for message in response.context["messages"]]


def login(client, *permissions):
    """A colleague who may look at shipping, and has these permissions."""
    user = make_user()
    names = [*permissions, "view_shipment", "view_picklist"]
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="shipping", codename__in=names))
    client.force_login(user)
    return user


def test_a_shipment_is_picked_packed_and_handed_over_on_its_page(client, shipment):
    login(client, "pick_shipment", "pack_shipment", "ship_shipment")

    messages = [
        *operate(client, shipment, "pick"),
        *operate(client, shipment, "pack", weights="400, 300"),
        *operate(client, shipment, "ship"),
        *operate(client, shipment, "ship"),
    ]

    shipment.refresh_from_db()
    assert (shipment.status, list(Parcel.objects.values_list("weight_grams", flat=True))) == ("shipped", [400, 300])
    assert messages == [
        "Done: Make pick list.",
        "Done: Pack shipment.",
        "Done: Hand to carrier.",
        f"Shipment {shipment.number} has left already.",
    ]


def test_a_weight_that_is_none_is_refused(client, shipment):
    login(client, "pack_shipment")

    assert len(operate(client, shipment, "pack", weights="due chili")) == 1
    assert Parcel.objects.count() == 0


@pytest.mark.parametrize("key", ["pick", "pack", "label", "ship"])
def test_without_its_permission_nothing_is_done(client, shipment, key):
    login(client)

    answer = client.post(reverse("admin:shipping_shipment_operate", args=[shipment.pk, key]))

    shipment.refresh_from_db()
    assert (answer.status_code, shipment.status) == (403, "ready")


def test_a_pick_list_is_undone_on_its_page(client, shipment):
    login(client, "pick_shipment")
    make_pick_list([shipment.pk], by=None)

    assert operate(client, PickList.objects.get(), "undo") == ["Done: Undo pick list."]
    assert Shipment.objects.get().status == "ready"


@pytest.mark.parametrize("name", ["shipment", "picklist", "label", "carrier", "shippingrule"])
def test_every_list_and_its_search_open(client, shipment, name):
    client.force_login(make_user(is_owner=True))

    assert client.get(reverse(f"admin:shipping_{name}_changelist"), {"q": "1"}).status_code == 200


def test_a_shipment_shows_its_lines(client, shipment):
    login(client)

    page = client.get(reverse("admin:shipping_shipment_change", args=[shipment.pk]))

    assert "Articolo MUG" in page.content.decode()


def test_a_carrier_is_made_with_its_services_and_shop_names(client):
    client.force_login(make_user(is_owner=True))
    fields = {"code": "corriere", "name": "Corriere", "backend": "practice", "settings": "{}", "is_active": "on", "pickup_at": "17:30"}
    services = {"services-TOTAL_FORMS": "1", "services-INITIAL_FORMS": "0", "services-0-code": "express", "services-0-name": "Express"}
    names = {"shop_names-TOTAL_FORMS": "1", "shop_names-INITIAL_FORMS": "0", "shop_names-0-source": "terramare", "shop_names-0-name": "GLS"}

    answer = client.post(reverse("admin:shipping_carrier_add"), {**fields, **services, **names})
    rule = client.post(
        reverse("admin:shipping_shippingrule_add"),
        {"priority": "5", "source": "terramare", "method": "Corriere", "service": str(CarrierService.objects.get().pk)},
    )

    assert (answer.status_code, rule.status_code) == (302, 302)
    assert (Carrier.objects.get().name, ShopCarrierName.objects.get().name, str(ShippingRule.objects.get())) == (
        "Corriere",
        "GLS",
        "terramare Corriere *",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"backend": "gsl"}, "backend"),
        ({"tracking_url": "example.com/{tracking}"}, "tracking_url"),
        ({"tracking_url": "https://example.com/"}, "tracking_url"),
        ({"settings": '{"own_numbers": "ritiro"}'}, "settings"),
        ({"settings": "[1]"}, "settings"),
    ],
)
def test_a_carrier_that_could_not_work_is_not_kept(client, changes, field):
    client.force_login(make_user(is_owner=True))
    forms = {f"{name}-{count}": "0" for name in ("services", "shop_names") for count in ("TOTAL_FORMS", "INITIAL_FORMS")}
    fields = {"code": "bus", "name": "Bus", "backend": "manual", "settings": "{}", "is_active": "on", **forms}

    answer = client.post(reverse("admin:shipping_carrier_add"), {**fields, **changes})

    assert (list(answer.context["adminform"].form.errors), Carrier.objects.count()) == ([field], 0)
    assert client.post(reverse("admin:shipping_carrier_add"), fields).status_code == 302


def test_a_rule_is_kept_as_it_is_compared(client):
    client.force_login(make_user(is_owner=True))
    service = Carrier.objects.create(code="bus", name="Bus", backend="manual").services.create(code="std", name="Standard")
    rule = {"priority": "5", "source": " terramare ", "method": " Corriere ", "country": "de", "service": service.pk}

    wrong = client.post(reverse("admin:shipping_shippingrule_add"), {**rule, "country": "1"})
    right = client.post(reverse("admin:shipping_shippingrule_add"), rule)

    assert (list(wrong.context["adminform"].form.errors), right.status_code) == (["country"], 302)
    assert ShippingRule.objects.values_list("source", "method", "country").get() == ("terramare", "Corriere", "DE")
