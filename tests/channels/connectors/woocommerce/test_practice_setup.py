"""Connecting to a running practice shop: keys, clock, settings, listings, webhooks."""

from datetime import timedelta

import pytest

from channels.connectors.woocommerce.webhooks import TOPICS
from channels.contract import AuthExpired, Budget
from channels.contract.reasons import sentence
from erp.core import clock as the_clock
from erp.core.http import close_all
from erp.practice.woocommerce import Shop, seeding, serve, staff
from erp.practice.woocommerce.seeding import Variation
from tests.fixtures.woocommerce.connecting import Keys, connect

DOOR = "https://regia.example/webhooks/terramare/"


def listings(shop, items: int = 50):
    found, cursor, more = [], None, True
    while more:
        page = shop.pull_listings(cursor, Budget(items))
        found, cursor, more = [*found, *page.listings], page.cursor, page.more
    return {row.external_item: row for row in found}


def codes(report) -> dict[str, str]:
    return {finding.code: finding.level for finding in report.findings}


def test_a_healthy_shop_tells_everything_that_matters(shop):
    report = shop.health()

    assert (report.is_ok, report.can_write, report.version, report.currency, report.timezone) == (True, True, "9.9.5", "EUR", "Europe/Rome")
    assert (report.prices_include_tax, report.hold_stock_minutes) == (True, 60)
    assert abs(report.clock_skew) < timedelta(seconds=5)
    assert codes(report) == {"timezone": "ok", "plain_http": "warning", "keys_accepted": "ok", "currency": "ok", "tax_mode": "ok"}
    assert [finding for finding in report.findings if not sentence(finding.code, finding.params).endswith(".")] == []


def test_wrong_keys_are_refused_in_words(running):
    report = connect(running.url, keys=Keys(consumer_key="ck_x", consumer_secret="cs_x")).health()
    assert (report.is_ok, codes(report)["keys_refused"]) == (False, "refusal")


def test_keys_that_may_only_read_are_found_out_without_writing(running, store):
    key, secret = seeding.add_key(store, permissions="read")
    report = connect(running.url, keys=Keys(consumer_key=key, consumer_secret=secret)).health()
    assert (report.is_ok, report.can_write, codes(report)["keys_read_only"]) == (False, False, "refusal")
    assert store.rows("SELECT COUNT(*) AS number FROM stock_writes")[0]["number"] == 0


def test_a_skewed_clock_is_seen_even_where_it_makes_the_keys_fail(shop, control):
    control.add_fault("clock_skew", seconds=3600)
    report = shop.health()
    assert (report.is_ok, round(report.clock_skew.total_seconds() / 60), codes(report)["clock_skew"]) == (False, 60, "warning")


def test_signing_follows_regias_clock(running, keys):
    ahead = connect(running.url, keys=keys, now=lambda: the_clock.now() + timedelta(hours=1))
    with pytest.raises(AuthExpired):
        ahead.webhook_status(DOOR)


def test_a_shop_that_keeps_no_stock_for_unpaid_orders_is_pointed_out(shop, control):
    control.settings(hold_stock_minutes=0)
    report = shop.health()
    assert (report.hold_stock_minutes, codes(report)["no_stock_hold"]) == (None, "warning")


def test_an_address_where_nothing_answers_is_refused_in_words(running, keys):
    running.stop()
    report = connect(running.url, keys=keys).health()
    assert (report.is_ok, codes(report)) == (False, {"plain_http": "warning", "shop_unreachable": "refusal"})


def test_over_tls_basic_is_enough(store, keys, monkeypatch):
    secure = serve(Shop(store), tls=True)
    try:
        monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
        assert connect(secure.url, keys=keys).webhook_status(DOOR) == []
    finally:
        secure.stop()
        close_all()


def test_pain_23_listings_name_what_is_needed_to_match_them(shop, store):
    mug = seeding.add_product(store, "Tazza", price="12.90", sku="TAZZA", stock=10, gtin="8001234567892")
    sizes = [Variation({"Taglia": size}, "19.90", sku=f"M-{size}", stock=5) for size in ("S", "M")]
    parent, (small, medium) = seeding.add_variable_product(store, "Maglia", sizes)

    found = listings(shop)

    assert list(found) == [str(mug), str(small), str(medium)]
    row = found[str(mug)]
    assert (row.sku, row.gtin, row.title, row.quantity, row.stock_item, row.cannot_split) == (
        "TAZZA",
        "8001234567892",
        "Tazza",
        10,
        str(mug),
        "",
    )
    assert [(row.external_parent, row.title, row.sku) for row in (found[str(small)], found[str(medium)])] == [
        (str(parent), "Maglia - S", "M-S"),
        (str(parent), "Maglia - M", "M-M"),
    ]


def test_what_cannot_be_split_says_why(shop, store):
    untracked = seeding.add_product(store, "Buono", price="10.00")
    backorders = seeding.add_product(store, "Sedia", price="99.00", stock=1)
    staff.edit_product(store, product_id=backorders, backorders="notify")

    found = listings(shop)

    assert [found[str(item)].cannot_split for item in (untracked, backorders)] == ["stock_not_tracked", "backorders_allowed"]
    assert [sentence(found[str(item)].cannot_split)[-1] for item in (untracked, backorders)] == [".", "."]


def test_listings_come_in_pages_and_a_deletion_in_between_hides_none(shop, store):
    items = [seeding.add_product(store, f"P{n}", price="1.00", stock=1) for n in range(7)]
    assert list(listings(shop, 3)) == [str(item) for item in items]

    first = shop.pull_listings(None, Budget(3))
    staff.remove_product(store, product_id=items[0])
    seen, cursor, more = {row.external_item for row in first.listings}, first.cursor, True
    while more:
        page = shop.pull_listings(cursor, Budget(3))
        seen |= {row.external_item for row in page.listings}
        cursor, more = page.cursor, page.more
    assert seen == {str(item) for item in items}


def test_webhooks_are_made_once_woken_when_asleep_and_removed(shop, store):
    made = shop.register_webhooks(DOOR)
    assert [(row.topic, row.is_active, row.url) for row in made] == [(topic, True, DOOR) for topic in TOPICS]

    with store.write() as change:
        change.db.execute("UPDATE webhooks SET status = 'disabled' WHERE id = ?", (int(made[1].external_id),))
    assert [row.status for row in sorted(shop.webhook_status(DOOR), key=lambda row: int(row.external_id))] == [
        "active",
        "disabled",
        "active",
        "active",
    ]

    again = shop.register_webhooks(DOOR)
    assert [(row.external_id, row.is_active) for row in again] == [(row.external_id, True) for row in made]
    assert shop.remove_webhooks(DOOR) == 4
    assert shop.webhook_status(DOOR) == []


def test_another_programs_webhooks_are_left_alone(shop):
    shop.register_webhooks("https://other.example/hook")
    shop.register_webhooks(DOOR)
    assert shop.remove_webhooks(DOOR) == 4
    assert len(shop.webhook_status("https://other.example/hook")) == 4
