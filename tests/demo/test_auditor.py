"""The auditor sees each broken promise, and only that one; it reads the shops' stores and PostgreSQL's rows."""

import io
import json
from decimal import Decimal

import pytest
from django.utils import translation

from channels.models import Account
from erp.core import clock
from erp.practice.demo.concluding import conclude
from erp.practice.demo.terminal import Terminal
from erp.practice.woocommerce import staff
from inventory.models import WindowPolicy
from orders.models import Order, TaxRow

pytestmark = pytest.mark.django_db
KEPT = {"duplicates": 0, "lost": 0, "oversold": 0, "oversold_share": 0, "oversold_by_hand": 0, "cents_unexplained": 0}


@pytest.fixture
def run(shops, tmp_path):
    """The end of `make demo ONCE=1`: exit code, figures, and what was said after the verdict."""

    def conclude_once():
        said = io.StringIO()
        file = tmp_path / "demo.json"
        with translation.override("en"):
            code = conclude({shop.source: shop.file for shop in shops}, json_file=file, terminal=Terminal(said))
        figures = json.loads(file.read_text())
        return code, figures, [line.removeprefix("- ") for line in said.getvalue().splitlines() if line.startswith("- ")]

    return conclude_once


@pytest.fixture
def two_orders(shops, house):
    """One order in each shop, both faultlessly here."""
    terramare, outlet = shops
    return house.mirror("terramare", terramare.sell(2)), house.mirror("outlet", outlet.sell(1))


def figures_of(figures):
    return {key: figures[key] for key in KEPT}


def test_a_faultless_house_breaks_no_promise(run, two_orders):
    code, figures, sentences = run()

    assert (code, sentences) == (0, [])
    assert figures == {
        **KEPT,
        "sold": 2,
        "documents": 0,
        "imported": 2,
        "faults_injected": 0,
        "faults_survived": 0,
        "needs_attention": 0,
    }


def test_one_lost_order_is_seen(run, two_orders, shops):
    number = shops[0].sell(1)["id"]

    code, figures, sentences = run()

    assert code == 1
    assert figures_of(figures) == {**KEPT, "lost": 1}
    assert (figures["sold"], figures["imported"]) == (3, 2)
    assert sentences == [f"1 order of the shops is not here as it stands there: terramare {number} (missing)."]


def test_one_doubled_order_is_seen(run, two_orders, shops, house):
    number = two_orders[0].external_id
    house.mirror("terramare", shops[0].read(int(number)), external_id=f"#{number}")

    code, figures, sentences = run()

    assert code == 1
    assert figures_of(figures) == {**KEPT, "duplicates": 1}
    assert sentences == [f"1 order is here more than once: terramare {number}."]


def test_one_oversold_piece_is_seen(run, shops, house):
    """Each shop was allowed five of ten; one of them sold a sixth."""
    terramare, outlet = shops
    house.mirror("terramare", terramare.sell(5))
    house.mirror("outlet", outlet.sell(5))
    with outlet.store.write() as change:
        change.db.execute("UPDATE products SET stock_quantity = 1")
    house.mirror("outlet", outlet.sell(1), short=1)

    code, figures, sentences = run()

    assert code == 1
    assert figures_of(figures) == {**KEPT, "oversold": 1}
    assert sentences == ["1 piece was sold that did not exist, of a divided product: MUG-1."]


def test_one_missing_cent_is_seen(run, two_orders):
    TaxRow.objects.filter(order=two_orders[0]).update(amount=two_orders[0].tax - Decimal("0.01"))

    code, figures, sentences = run()

    assert code == 1
    assert figures_of(figures) == {**KEPT, "cents_unexplained": 1}
    assert sentences == ["1 cent is explained by nothing."]


def test_each_is_seen_beside_the_others(run, two_orders, shops, house):
    terramare, outlet = shops
    lost = terramare.sell(3)["id"]
    house.mirror("terramare", terramare.read(int(two_orders[0].external_id)), external_id="twice")
    outlet.sell(4)
    with outlet.store.write() as change:
        change.db.execute("UPDATE products SET stock_quantity = 1")
    oversold = outlet.sell(1)
    TaxRow.objects.filter(order=two_orders[1]).update(amount=two_orders[1].tax + Decimal("0.01"))

    code, figures, sentences = run()

    assert code == 1
    assert figures_of(figures) == {**KEPT, "lost": 3, "duplicates": 1, "oversold": 1, "cents_unexplained": 1}
    assert len(sentences) == 4
    assert f"terramare {lost} (missing)" in sentences[0]
    assert f"outlet {oversold['id']} (missing)" in sentences[0]


def test_an_order_cancelled_in_the_shop_must_be_cancelled_here(run, two_orders, shops):
    number = int(two_orders[0].external_id)
    staff.cancel_order(shops[0].store, order_id=number)

    code, figures, sentences = run()

    assert code == 1
    assert figures["lost"] == 1
    assert sentences == [
        f"1 order of the shops is not here as it stands there: terramare {number} (status cancelled / processing released).",
        f"The pieces set aside for 1 order are not those that it sold: terramare {number}.",
    ]


def test_an_order_changed_in_the_shop_must_be_changed_here(run, two_orders, shops):
    number = int(two_orders[0].external_id)
    staff.change_quantity(shops[0].store, order_id=number, quantity=1)

    _code, _figures, sentences = run()

    assert sentences[0] == f"1 order of the shops is not here as it stands there: terramare {number} (lines)."


def test_a_refund_that_is_not_here_is_lost_and_its_cents_are_unexplained(run, two_orders, shops):
    number = int(two_orders[0].external_id)
    staff.refund(shops[0].store, order_id=number, amount="3.00")

    code, figures, _sentences = run()

    assert (code, figures["lost"], figures["cents_unexplained"]) == (1, 1, 300)


def test_pieces_that_staff_of_the_shop_sold_beyond_its_number_are_listed_apart(run, shops, house):
    terramare, outlet = shops
    house.mirror("terramare", terramare.sell(5))
    house.mirror("outlet", outlet.sell(5))
    by_hand = staff.create_order(outlet.store, product_id=outlet.product, quantity=2)
    house.mirror("outlet", outlet.read(by_hand["id"]), short=2)

    code, figures, sentences = run()

    assert (code, sentences) == (0, [])
    assert figures_of(figures) == {**KEPT, "oversold_by_hand": 2}


def test_pieces_of_a_cancelled_order_may_be_sold_again(run, shops, house):
    terramare, outlet = shops
    first = terramare.sell(5)
    house.mirror("outlet", outlet.sell(5))
    staff.cancel_order(terramare.store, order_id=first["id"])
    house.mirror("terramare", terramare.read(first["id"]))
    house.mirror("terramare", terramare.sell(5))

    code, figures, _sentences = run()

    assert (code, figures_of(figures)) == (0, KEPT)


def test_an_order_that_no_shop_knows_is_seen(run, two_orders, house, shops):
    Order.objects.filter(pk=two_orders[1].pk).update(external_id="900", external_number="900")

    code, figures, sentences = run()

    assert code == 1
    assert (figures["imported"], figures["lost"]) == (1, 1)
    assert sentences[1] == "1 order is here that no shop knows: outlet 900."


def test_a_ledger_that_does_not_hold_is_seen(run, two_orders, house):
    house.level.on_hand += 1
    house.level.save()

    code, _figures, sentences = run()

    assert code == 1
    assert sentences[0] == (
        f"The stock's books do not hold: variant {house.variant.pk} in warehouse {house.warehouse.pk}: 11.000/3.000, 10.000/3.000."
    )
    assert len(sentences) == 2
    assert sentences[1].startswith("check_ledger says: ")


def send_numbers(house, shops, *, is_split):
    for shop in shops:
        Account.objects.create(
            code=shop.source,
            name=shop.source,
            connector="woocommerce",
            base_url="http://127.0.0.1",
            state="live",
            start_at=clock.now(),
            stock_ready_at=clock.now(),
            created_at=clock.now(),
        )
    house.level.is_split = is_split
    house.level.save()


def test_numbers_that_sell_the_same_piece_twice_are_seen(run, two_orders, shops, house):
    """Ten pieces, three promised; the shops show 3 and 4, and one of them is raised to 5."""
    send_numbers(house, shops, is_split=True)
    assert run()[0] == 0
    with shops[1].store.write() as change:
        change.db.execute("UPDATE products SET stock_quantity = 5")

    code, _figures, sentences = run()

    assert code == 1
    assert sentences == ["The shops together show more than there is of 1 divided product: MUG-1."]


def test_a_shared_number_that_is_not_what_there_is_is_seen(run, two_orders, shops, house):
    send_numbers(house, shops, is_split=False)
    WindowPolicy.objects.update(mode="share")
    with shops[0].store.write() as change:
        change.db.execute("UPDATE products SET stock_quantity = 7")

    code, _figures, sentences = run()

    assert code == 1
    assert sentences == ["1 number in the shops is not what there is: outlet MUG-1 (4 / 7)."]
