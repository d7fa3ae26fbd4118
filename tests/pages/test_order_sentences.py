"""Every verb that is recorded of an order, its shipments and its invoice has a sentence with a subject."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.html import format_html
from django.utils.translation import override

from erp.pages.order.sentences import SENTENCES, TECHNICAL

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("orders", "inventory/shipping", "channels/services/notifying")
OF_OTHERS = {"printed", "not_waited_for", "sent_to_printer", "list_printed", "labels_tried_now"}
"""Of batches, lists and carriers, which have pages of their own."""
NAMED_BY_VARIABLE = {"held", "resumed"}


def recorded() -> Iterator[str]:
    for place in PLACES:
        for path in (ROOT / place).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and len(node.args) > 1:
                    yield from (
                        each.value for each in ast.walk(node.args[1]) if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    )


def test_every_recorded_verb_has_its_sentence() -> None:
    told = {verb for _kind, verb in SENTENCES}

    assert (set(recorded()) | NAMED_BY_VARIABLE) - OF_OTHERS - told == set()


def test_technical_steps_are_among_the_sentences() -> None:
    assert set(SENTENCES) >= TECHNICAL


@pytest.mark.parametrize("key", sorted(SENTENCES), ids=":".join)
@pytest.mark.parametrize("language", ["en", "it"])
def test_a_sentence_stands_even_where_details_are_missing(key: tuple[str, str], language: str) -> None:
    with override(language):
        said = SENTENCES[key](format_html("<b>{}</b>", "Anna"), {})

    assert "{" not in said
    assert said.strip()
