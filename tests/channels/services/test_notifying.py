"""One parcel, one row, one telling; what is due is told in the order's own lane."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from catalog.models import Variant
from channels.contract import AuthExpired, ContractBroken, NotFound, Rejected, Temporary, Unknown
from channels.models import Account, FulfilmentPush, Job, Listing
from channels.services.importing.pulling import pull_orders
from channels.services.jobs import due_lanes
from channels.services.notifying import lanes
from channels.services.notifying.claiming import claim_work
from channels.services.notifying.requesting import AWAITED_NUMBER, follow_labels, request_completion, request_fulfilments
from channels.services.notifying.retrying import tell_again
from channels.services.notifying.telling import MAX_UNREADABLE, tell_order
from erp.core.clock import now
from erp.core.delivering import deliver_pending
from erp.core.history import history_of
from erp.core.models import Card
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from inventory.shipping.models import Carrier, CarrierService, Label, Parcel, Shipment
from inventory.shipping.services.dispatching import ship_shipment
from inventory.shipping.services.labelling.asking import BY_HAND_DUE
from inventory.shipping.services.packing import ensure_parcels
from orders.models import Order
from orders.services.selling import take_order
from tests.clocks import ClockHand
from tests.factories.channels import MemoryShop
from tests.factories.orders import sale
from tests.flows.house import let_answers_settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]


@pytest.fixture
def courier(transactional_db: None) -> CarrierService:
    carrier = Carrier.objects.create(code="brt", name="BRT", backend="manual")
    return CarrierService.objects.create(carrier=carrier, code="STD", name="Standard")


@pytest.fixture
def shipment(account: Account, shop: MemoryShop, listing: Listing, clock: ClockHand) -> Shipment:
    shop.sell("1", {"mug": 2})
    pull_orders(account.pk)
    deliver_pending()
    shipment = Shipment.objects.get()
    ensure_parcels([shipment.pk])
    return shipment


def label(shipment: Shipment, courier: CarrierService, *, number: str = "", status: str = "ready") -> Label:
    moment = now()
    return Label.objects.create(
        parcel=Parcel.objects.get(shipment=shipment),
        service=courier,
        status=status,
        reference=f"{shipment.reference}-{number or status}",
        tracking_number=number,
        due_at=BY_HAND_DUE if status == "wanted" else moment,  # a person types its number in
        created_at=moment,
    )


def leave(shipment: Shipment) -> None:
    ship_shipment(shipment.pk, by=None)
    deliver_pending()


def tell() -> int:
    lanes.sweep_pushes()
    return sum(tell_order(account_id, lane) for account_id, lane in due_lanes(lanes.KIND))


def states() -> list[tuple[str, int]]:
    return list(FulfilmentPush.objects.order_by("pk").values_list("state", "attempts"))


def test_the_same_news_again_asks_for_nothing_more(shipment: Shipment, shop: MemoryShop) -> None:
    leave(shipment)
    request_fulfilments([shipment.pk, shipment.pk])
    assert tell() == 1
    request_fulfilments([shipment.pk])

    assert tell() == 0
    assert ([each.key for each in shop.told], states()) == ([shipment.reference], [("done", 1)])
    assert Job.objects.filter(kind=lanes.KIND).count() == 0


def test_lines_are_told_in_the_shop_s_own_words(shipment: Shipment, shop: MemoryShop, courier: CarrierService) -> None:
    label(shipment, courier, number="X1")
    leave(shipment)

    tell()

    told = shop.told[0]
    assert (told.order_external_id, dict(told.lines), told.completes) == ("1", {"1-mug": Decimal(2)}, True)
    assert [(each.tracking_number, each.carrier) for each in told.parcels] == [("X1", "BRT")]
    entry = history_of(Order.objects.get()).get(verb="shop_told")
    assert (entry.details["tracking"], entry.details["carrier"], entry.details["completes"]) == ("X1", "BRT", True)


def test_an_order_of_our_own_has_no_shop_to_tell(account: Account, mug: Variant, clock: ClockHand) -> None:
    take_order(sale((mug, 1), kind="phone"), by=User.objects.create_user("anna"))
    deliver_pending()
    for each in Shipment.objects.all():
        leave(each)

    assert (FulfilmentPush.objects.count(), Job.objects.filter(kind=lanes.KIND).count()) == (0, 0)


def test_a_parcel_that_waits_for_its_number_is_told_when_it_has_it(shipment: Shipment, shop: MemoryShop, courier: CarrierService) -> None:
    waiting = label(shipment, courier, status="wanted")
    leave(shipment)
    assert (tell(), shop.told) == (0, [])

    Label.objects.filter(pk=waiting.pk).update(status="ready", tracking_number="X9")
    follow_labels([waiting.pk])
    tell()

    assert [each.parcels[0].tracking_number for each in shop.told] == ["X9"]


def test_a_number_that_never_comes_keeps_the_shop_waiting_some_hours_only(
    shipment: Shipment, shop: MemoryShop, courier: CarrierService, clock: ClockHand
) -> None:
    waiting = label(shipment, courier, status="wanted")
    leave(shipment)
    clock.advance(AWAITED_NUMBER.total_seconds() + 1)
    assert tell() == 1
    assert shop.told[0].parcels[0].tracking_number == ""

    Label.objects.filter(pk=waiting.pk).update(status="ready", tracking_number="X9")
    follow_labels([waiting.pk])
    tell()

    assert [each.parcels[0].tracking_number for each in shop.told] == ["", "X9"]


@pytest.mark.parametrize("failure", [Temporary("busy"), AuthExpired("no")])
def test_what_surely_was_not_told_waits_and_is_told(shipment: Shipment, shop: MemoryShop, failure: Exception) -> None:
    leave(shipment)
    shop.failures.append(failure)
    assert (tell(), states(), shop.told) == (1, [("waiting", 0)], [])

    let_answers_settle()
    tell()

    assert (states(), len(shop.told)) == ([("done", 1)], 1)


def test_pain_10_a_shop_that_is_away_for_a_day_hears_it_once_it_is_back(shipment: Shipment, shop: MemoryShop, clock: ClockHand) -> None:
    leave(shipment)
    pauses = []
    for _attempt in range(10):
        shop.failures.append(Temporary("away"))
        assert (tell(), tell()) == (1, 0)
        pauses.append(round((Job.objects.get(kind=lanes.KIND).due_at - now()).total_seconds()))
        clock.advance(pauses[-1] + 1)
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    clock.advance(24 * 3600)
    shop.failures.append(ContractBroken("order"))  # its first answer is a page of its house, not of the shop
    tell()
    assert (states(), Card.objects.filter(closed_at=None).count(), shop.told) == ([("unknown", 1)], 0, [])

    let_answers_settle()
    tell()

    assert (states(), len(shop.told), Job.objects.filter(kind=lanes.KIND).count()) == ([("done", 2)], 1, 0)


def test_pain_10_a_lost_answer_is_asked_for_only_when_nothing_can_land_any_more(shipment: Shipment, shop: MemoryShop) -> None:
    leave(shipment)
    shop.lost.append(Unknown("cut off"))
    tell()
    Job.objects.update(due_at=now())
    assert (tell(), states()) == (0, [("unknown", 1)])

    let_answers_settle()
    tell()

    assert (states(), len(shop.told)) == ([("done", 2)], 1)
    assert history_of(Order.objects.get()).get(verb="shop_told").details["was_there"] is True


@pytest.mark.parametrize("failure", [Rejected("cancelled"), NotFound("gone")])
def test_a_refusal_is_a_card_and_tried_again_by_a_person_only(shipment: Shipment, shop: MemoryShop, failure: Exception) -> None:
    owner = User.objects.create_superuser("owner")
    leave(shipment)
    shop.failures.append(failure)
    tell()
    assert (tell(), states()) == (0, [("refused", 1)])
    push = FulfilmentPush.objects.get()

    tell_again(push.pk, by=owner)
    with pytest.raises(Refused) as again, attempt():
        tell_again(push.pk, by=owner)
    assert again.value.code == "settled"
    tell()

    assert (states(), Card.objects.filter(closed_at=None).count(), len(shop.told)) == ([("done", 1)], 0, 1)


def test_an_answer_that_cannot_be_read_is_asked_for_some_times_and_then_shown(shipment: Shipment, shop: MemoryShop) -> None:
    leave(shipment)
    shop.failures += [ContractBroken("order")] * MAX_UNREADABLE
    for _attempt in range(MAX_UNREADABLE + 2):
        tell()
        let_answers_settle()

    assert (states(), Card.objects.get(closed_at=None).kind) == ([("refused", MAX_UNREADABLE)], "channels.untold_shipment")


def test_a_parcel_told_while_another_waits_is_not_the_last(shipment: Shipment, shop: MemoryShop, account: Account) -> None:
    leave(shipment)
    order, later = Order.objects.get(), now() + timedelta(hours=1)
    FulfilmentPush.objects.create(account=account, order=order, shipment=shipment, key="later", requested_at=now(), due_at=later)

    tell()

    assert [each.completes for each in shop.told] == [False]


def test_a_shop_that_takes_whole_orders_only_hears_nothing_before_the_last(shipment: Shipment, account: Account) -> None:
    leave(shipment)
    order, later = Order.objects.get(), now() + timedelta(hours=1)
    FulfilmentPush.objects.create(account=account, order=order, shipment=shipment, key="later", requested_at=now(), due_at=later)

    assert claim_work(account, "1", is_partial_told=False) is None
    assert states() == [("waiting", 0), ("waiting", 0)]


def test_what_turns_out_to_have_been_the_last_is_told_so(shipment: Shipment, shop: MemoryShop, account: Account) -> None:
    leave(shipment)
    tell()
    order = Order.objects.get()
    FulfilmentPush.objects.update(completes=False)
    assert [each.completes for each in shop.told] == [True]

    request_completion([order.pk])
    assert FulfilmentPush.objects.get().state == "waiting"
    tell()
    request_completion([order.pk])

    assert FulfilmentPush.objects.values_list("state", "completes").get() == ("done", True)


def test_tellings_of_fifty_shipments_are_asked_for_in_as_many_statements_as_of_one(
    account: Account, shop: MemoryShop, listing: Listing, django_assert_num_queries: object
) -> None:
    for number in range(1, 4):
        shop.sell(str(number), {"mug": 1})
    pull_orders(account.pk)
    deliver_pending()
    keys = list(Shipment.objects.values_list("pk", flat=True))
    for key in keys:
        ship_shipment(key, by=None)

    with django_assert_num_queries(9) as one:  # type: ignore[operator]
        request_fulfilments(keys[:1])
    with django_assert_num_queries(len(one)):  # type: ignore[operator]
        request_fulfilments(keys)
