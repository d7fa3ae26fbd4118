"""The Italian is complete, and the check that says so sees what is missing."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from django.core.management import CommandError, call_command

from erp.core import translations
from erp.core.translations import Finding, Text, check_catalogue, compile_catalogues, texts_of_python, texts_of_template, update_catalogue

pytestmark = pytest.mark.slow(seconds=0.2)

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n'


def test_every_text_has_its_italian() -> None:
    assert check_catalogue() == []


def test_texts_are_found_in_python() -> None:
    source = b'_("One")\nngettext("%(n)d piece", "%(n)d pieces", n)\npgettext_lazy("stock", "Short")\nother("No")\n'

    assert [(text.context, text.one, text.many) for text in texts_of_python(source)] == [
        ("", "One", ""),
        ("", "%(n)d piece", "%(n)d pieces"),
        ("stock", "Short", ""),
    ]


def test_texts_are_found_in_templates() -> None:
    source = (
        '{% translate "To ship" %} {% blocktranslate count n=size %}{{ n }} thing{% plural %}{{ n }} things{% endblocktranslate %}'
        ' {{ title|default:_("None") }} plain'
    )

    assert [(text.one, text.many) for text in texts_of_template(source)] == [
        ("To ship", ""),
        ("%(n)s thing", "%(n)s things"),
        ("None", ""),
    ]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root with one source file, no libraries, and a catalogue to fill."""
    (tmp_path / "locale/it/LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "locale/it/same_words.txt").write_text("SKU\n")
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders/words.py").write_text('_("Order")\n_("SKU")\n_("%(n)s left")\n')
    monkeypatch.setattr(translations, "root", lambda: tmp_path)
    monkeypatch.setattr(translations, "LIBRARIES", ())
    return tmp_path


def fill(house: Path, entries: str) -> None:
    (house / "locale/it/LC_MESSAGES/django.po").write_text(HEADER + entries)


GOOD = 'msgid "SKU"\nmsgstr "SKU"\n\nmsgid "%(n)s left"\nmsgstr "%(n)s rimasti"\n\n'


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("", "missing"),
        ('msgid "Order"\nmsgstr ""\n', "no Italian"),
        ('msgid "Order"\nmsgstr "Order"\n', "same as its source"),
        ('#, fuzzy\nmsgid "Order"\nmsgstr "Ordine"\n', "fuzzy"),
        ('msgid "Order"\nmsgstr "Ordine %(x)s"\n', "other placeholders than its source"),
    ],
)
def test_the_check_sees_each_kind_of_gap(house: Path, entry: str, problem: str) -> None:
    fill(house, GOOD + entry)

    assert check_catalogue() == [Finding(problem, "Order", "orders/words.py")]
    with pytest.raises(SystemExit) as ended:
        call_command("check_translations")
    assert ended.value.code == 1


def test_the_check_sees_texts_that_nobody_uses(house: Path) -> None:
    fill(house, GOOD + 'msgid "Order"\nmsgstr "Ordine"\n\nmsgid "Old"\nmsgstr "Vecchio"\n')

    assert check_catalogue() == [Finding("unused", "Old")]


def test_extracting_keeps_translations_and_drops_what_is_gone(house: Path) -> None:
    fill(house, 'msgid "Order"\nmsgstr "Ordine"\n\nmsgid "Old"\nmsgstr "Vecchio"\n')

    assert update_catalogue() == (2, 1)
    assert [finding.text for finding in check_catalogue()] == ["%(n)s left", "SKU"]


def test_compiling_makes_what_is_older_than_its_source(house: Path) -> None:
    fill(house, GOOD)

    assert [file.name for file in compile_catalogues()] == ["django.mo"]
    assert compile_catalogues() == []
    with (house / "locale/it/LC_MESSAGES/django.mo").open("rb") as stream:
        assert read_mo(stream).get("%(n)s left").string == "%(n)s rimasti"


def test_a_text_with_and_without_plural_is_one_entry() -> None:
    assert Text("", "piece") == Text("", "piece", "pieces")


def test_the_command_tells_how_to_go_on(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(house, GOOD)

    with pytest.raises((SystemExit, CommandError)):
        call_command("check_translations")

    assert "1 texts need work: run manage.py extract_translations" in capsys.readouterr().err
