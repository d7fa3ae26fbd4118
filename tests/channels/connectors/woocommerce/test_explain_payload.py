"""`manage.py explain_payload`: a body in a file, explained without database and servers."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.fixtures.woocommerce import FOLDER

pytestmark = pytest.mark.slow(seconds=0.2)

ROOT = Path(__file__).parents[4]
NO_AMOUNT = '{"id":1,"status":"x","line_items":[],"currency":"EUR","total":"abc"}'


def explain(*words: str) -> str:
    out = StringIO()
    call_command("explain_payload", *words, stdout=out)
    return out.getvalue()


def program(*words: str) -> subprocess.CompletedProcess[str]:
    """As a program of its own, with addresses at which nothing listens."""
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    environment = {**os.environ, **nowhere, "DJANGO_SETTINGS_MODULE": "erp.settings"}
    command = [sys.executable, "manage.py", "explain_payload", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)


def test_an_order_is_one_json_document_on_stdout():
    done = program("woocommerce", str(FOLDER / "order_coupon_mixed_vat.json"), "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert {key: found[key] for key in ("number", "currency", "total", "residual", "residual_reason")} == {
        "number": "3001", "currency": "EUR", "total": "64.87", "residual": "0.00", "residual_reason": ""}  # fmt: skip
    assert [(line["sku"], line["quantity"], line["net"], line["tax"]) for line in found["lines"]] == [
        ("CAR-1", "2", "36.00", "7.92"),
        ("MIE-250", "3", "13.50", "1.35"),
    ]


def test_a_file_of_several_bodies_is_a_list():
    found = json.loads(explain("woocommerce", str(FOLDER / "refunds_of_3004.json"), "--json"))
    assert [(row["number"], row["total"], row["residual"], row["residual_code"]) for row in found] == [
        ("3107", "3.00", "3.00", "amount_only"),
        ("3106", "30.50", "0.00", ""),
        ("3105", "24.40", "0.00", ""),
    ]
    assert found[0]["residual_reason"].endswith(".")


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [('{"id": 3004}', "order.deleted", "3004"), ("webhook_id=12", "other", "12"), ('{"data": [{"id": 7}]}', "order.deleted", "7")],
)
def test_a_webhook_body_without_state_is_explained_too(tmp_path, text, kind, number):
    file = tmp_path / "body"
    file.write_text(text)
    found = json.loads(explain("woocommerce", str(file), "--json"))
    assert (found["kind"], found["number"], found["total"], found["lines"], found["residual"]) == (kind, number, None, [], "0.00")


def test_for_people_it_is_a_few_lines():
    lines = explain("woocommerce", str(FOLDER / "order_rounded_total.json")).splitlines()
    assert (lines[0], len(lines), "-0.01" in lines[7]) == ("order 3005: 9.94 EUR", 8, True)


@pytest.mark.parametrize("text", ["", "not json", '{"a": 1}', '"x"', NO_AMOUNT])
def test_a_bad_file_is_refused_by_name(tmp_path, text):
    file = tmp_path / "body.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=str(file)):
        explain("woocommerce", str(file), "--json")


def test_an_unknown_connector_is_refused():
    with pytest.raises(CommandError, match="wordpress"):
        explain("wordpress", str(FOLDER / "order_odd.json"))


def test_a_refusal_is_one_sentence_on_stderr_and_exit_1(tmp_path):
    done = program("woocommerce", str(tmp_path / "none.json"), "--json")
    assert (done.returncode, done.stdout, len(done.stderr.strip().splitlines())) == (1, "", 1)
