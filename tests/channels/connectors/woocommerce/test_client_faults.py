"""Answers that no practice shop gives: half-broken ones, older shops, a refusal of a whole batch."""

import json

import pytest

from channels.contract import Budget, ContractBroken, Cursor, StockTarget, Unknown
from erp.core.http import close_all
from tests.fixtures.local_server import Asked, Reply, as_json, local_server
from tests.fixtures.woocommerce import body
from tests.fixtures.woocommerce.connecting import connect


@pytest.fixture
def server():
    with local_server() as running:
        yield running
    close_all()


def publish(server, *items: str, parent: str = ""):
    return connect(server.url).publish_stock([StockTarget(item, 3, external_parent=parent) for item in items], "k")


def test_a_parent_that_answers_404_rejects_its_variations(server):
    server.answers(as_json({"code": "woocommerce_rest_product_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}, 404))
    assert [row.error.code for row in publish(server, "5", "6", parent="4").rejected] == ["not_found", "not_found"]


def test_a_batch_refused_as_a_whole_rejects_each_with_the_shops_code(server):
    server.answers(as_json({"code": "woocommerce_rest_request_entity_too_large", "message": "Too many", "data": {"status": 413}}, 413))
    assert [row.error.code for row in publish(server, "5").rejected] == ["woocommerce_rest_request_entity_too_large"]


@pytest.mark.parametrize(
    "answer",
    [
        {"update": []},
        {"update": [{"id": 9}]},
        {},
        [],
        {"update": [{"id": 5}, {"id": 6}]},
        {"update": [{"id": 5, "stock_quantity": "many"}]},
    ],
)
def test_an_answer_that_does_not_fit_the_question_leaves_the_write_unknown(server, answer):
    server.answers(as_json(answer))
    result = publish(server, "5")
    assert ([row.external_item for row in result.unknown], type(result.failure)) == (["5"], ContractBroken)


def test_a_cut_answer_leaves_the_write_unknown(server):
    server.answers(Reply(body='{"update":[{"id":5,"stock_quantity":3}]}', cut=True))
    assert type(publish(server, "5").failure) is Unknown


def test_an_older_shop_without_the_list_of_refunds_is_asked_order_by_order(server):
    order, refunds = body("order_refunded_in_parts"), body("refunds_of_3004")

    def script(asked: Asked) -> Reply:
        if asked.path.endswith("/refunds") and "/orders/" not in asked.path:
            return as_json({"code": "rest_no_route", "message": "No route", "data": {"status": 404}}, 404)
        if asked.path.endswith("/refunds"):
            return Reply(body=json.dumps(refunds, default=str))
        return Reply(body=json.dumps([order, {**order, "id": 3009}], default=str))

    server.script = script
    connector = connect(server.url)
    complete = connector.complete_orders(connector.pull_orders(None, Budget(50)).orders)

    assert [len(connector.normalise(raw).refunds) for raw in complete] == [3, 3]
    assert [refund.has_details for raw in complete for refund in connector.normalise(raw).refunds] == [True] * 6


@pytest.mark.parametrize("answer", ["{}", '"x"'])
def test_a_page_that_is_no_list_of_orders_breaks_the_contract(server, answer):
    server.answers(Reply(body=answer))
    with pytest.raises(ContractBroken):
        connect(server.url).pull_orders(None, Budget(5))


@pytest.mark.parametrize("cursor", ["", "{}", "[]", '{"since": "yesterday"}', '{"since": "2026-11-20T10:00:00+00:00", "colour": 1}'])
def test_a_cursor_that_is_not_ours_is_refused(cursor):
    with pytest.raises(ContractBroken):
        connect("http://127.0.0.1:1").pull_orders(Cursor(cursor), Budget(5))


@pytest.mark.parametrize("answer", ["1", "null", '{"number": "5"}', '{"id": "7; DROP"}', '{"id": -3}', '{"id": null}'])
def test_a_member_that_names_no_order_is_kept_beside_the_others(server, answer):
    order = json.dumps(body("order_odd"), default=str)
    server.answers(Reply(body=f"[{answer}, {order}]"))
    raws = connect(server.url).pull_orders(None, Budget(5)).orders
    assert [(raw.external_id, raw.body) for raw in raws] == [("", answer), ("3006", order)]


def test_an_order_without_a_modified_time_is_read_and_does_not_move_the_cursor(server):
    server.answers(Reply(body=json.dumps([body("order_odd")], default=str)))
    connector = connect(server.url)
    page = connector.pull_orders(None, Budget(5))
    assert [(raw.external_id, raw.updated_at) for raw in page.orders] == [("3006", None)]
    assert json.loads(page.cursor)["since"].startswith("1999-12-31T23:50") or json.loads(page.cursor)["since"].startswith("2000-01-01")


def test_a_byte_order_mark_before_the_body_does_no_harm(server):
    server.answers(Reply(body="\ufeff" + json.dumps([body("order_odd")], default=str)))
    assert [raw.external_id for raw in connect(server.url).pull_orders(None, Budget(5)).orders] == ["3006"]


def settings_page(asked: Asked) -> Reply:
    """An old shop that counts no stock, hides its tax settings and its status page, and answers a write with a server error."""
    if asked.method == "POST":
        return Reply(500, "")
    if asked.path.endswith("/settings/products"):
        return as_json([{"id": "woocommerce_manage_stock", "value": "no"}, {"id": "woocommerce_hold_stock_minutes", "value": ""}])
    if asked.path.endswith("/settings/general"):
        return as_json([{"id": "woocommerce_currency", "value": "EUR"}])
    if asked.path.endswith("/system_status"):
        return as_json({"environment": {"version": "8.6.1"}})
    return as_json({"code": "rest_no_route", "message": "No route", "data": {"status": 404}}, 404)


def test_an_old_shop_without_stock_management_is_described(server):
    server.script = settings_page
    report = connect(server.url).health()
    found = {finding.code: finding.level for finding in report.findings}
    assert found == {
        "plain_http": "warning",
        "keys_accepted": "ok",
        "keys_write_unproved": "warning",
        "currency": "ok",
        "shop_stock_off": "warning",
        "old_version": "warning",
    }
    assert (report.version, report.can_write, report.is_ok) == ("8.6.1", False, True)


def test_a_site_without_the_shop_is_no_shop(server):
    server.script = lambda asked: (
        as_json({"namespaces": ["wp/v2"]}) if asked.path == "/wp-json/" else as_json({"code": "rest_no_route"}, 404)
    )
    report = connect(server.url).health()
    assert (report.is_ok, [finding.code for finding in report.findings]) == (False, ["not_a_shop", "plain_http"])
