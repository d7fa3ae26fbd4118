"""Sizes: a page of code is read in one go."""

import ast
from pathlib import Path

from tests.architecture.test_ladder import ROOT, sources

MODULE_LINES = 300
CONNECTOR_LINES = 250
TEST_LINES = 400
TEMPLATE_LINES = 150
FUNCTION_LINES = 60
USUAL_FUNCTION_LINES = 25


def lines(path: Path) -> int:
    return path.read_text().count("\n")


def test_modules_fit():
    long = {str(path): lines(ROOT / path) for path, _ in sources() if lines(ROOT / path) > MODULE_LINES}
    assert long == {}


def test_connector_files_fit():
    folder = ROOT / "channels" / "connectors"
    assert {path.name: lines(path) for path in folder.rglob("*.py") if lines(path) > CONNECTOR_LINES} == {}


def test_test_files_and_templates_fit():
    tests = {str(path): lines(path) for path in (ROOT / "tests").rglob("*.py") if lines(path) > TEST_LINES}
    templates = {str(path): lines(path) for path in (ROOT / "templates").rglob("*.html") if lines(path) > TEMPLATE_LINES}
    assert {**tests, **templates} == {}


def test_nine_functions_in_ten_within_25_lines_and_none_over_60():
    lengths = [
        (node.end_lineno - node.lineno + 1, f"{path}:{node.lineno} {node.name}")
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    assert [name for length, name in lengths if length > FUNCTION_LINES] == []
    usual = sum(length <= USUAL_FUNCTION_LINES for length, _ in lengths)
    assert usual / len(lengths) >= 0.9
