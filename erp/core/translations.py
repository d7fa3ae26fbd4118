"""Texts for people: extracted from the code, compared with the Italian catalogue, compiled. Pure Python, no gettext programs needed.

The catalogue `locale/it/LC_MESSAGES/django.po` holds every text of ours, and those texts of the libraries in `LIBRARIES` that neither
Django nor the library translates. Compiled `.mo` files are build products: `compile_catalogues` makes them where they are older.
"""

import ast
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

LANGUAGE = "it"
FOLDERS = ("erp", "catalog", "crm", "inventory", "orders", "channels", "templates")
LIBRARIES = ("unfold", "simple_history", "django_celery_beat", "tree_queries", "django.contrib.admin", "django.contrib.auth")
LIBRARY_SKIPPED = ("/tests/", "unfold/contrib/", "unfold_crispy")
TRANSLATED_BY = ("django.contrib.admin", "django.contrib.auth", "django.conf", "django.contrib.contenttypes", "django_celery_beat")
CALLS = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"})
CALLS |= {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
IDLE_HEADERS = tuple(f'"{name}' for name in ("POT-", "PO-Revision", "Report-", "Last-Tr", "Language-Team", "Generated"))
_TEXT = r"u?(?P<{}>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_IN_TEMPLATE = re.compile(
    r"(?<![\w.])(?P<call>n?p?gettext|_)\(\s*" + _TEXT.format("a") + r"(?:,\s*" + _TEXT.format("b") + r")?(?:,\s*" + _TEXT.format("c") + ")?"
)


@dataclass(frozen=True, order=True)
class Text:
    """One text to translate: its context ("" is none), the text, its plural ("" has none)."""

    context: str
    one: str
    many: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.one


@dataclass(frozen=True)
class Finding:
    problem: str
    text: str
    place: str = ""


def root() -> Path:
    return Path(settings.BASE_DIR)


def catalogue_file() -> Path:
    return root() / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def same_words() -> set[str]:
    """Texts that may be the same in Italian: names, codes and the trade's English words."""
    file = root() / "locale" / LANGUAGE / "same_words.txt"
    return {line.strip() for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")}


def texts_of_python(source: bytes) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        call = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        parts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if call in CALLS and parts:
            yield from _text(call.removesuffix("_lazy"), parts)


def texts_of_template(source: str) -> Iterator[Text]:
    for found in _IN_TEMPLATE.finditer(templatize(source)):
        parts = [ast.literal_eval(found[name]) for name in "abc" if found[name]]
        yield from _text(found["call"], parts)


def _text(call: str, parts: list[str]) -> Iterator[Text]:
    context = parts.pop(0) if call in {"pgettext", "npgettext"} and parts else ""
    if parts and parts[0]:
        yield Text(context, parts[0], parts[1] if call in {"ngettext", "npgettext"} and len(parts) > 1 else "")


def texts_of_folder(folder: Path) -> Iterator[tuple[Path, Text]]:
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".py" and "/migrations/" not in str(file):
            yield from ((file, text) for text in texts_of_python(file.read_bytes()))
        elif file.suffix in {".html", ".txt"} and "templates" in str(file):
            yield from ((file, text) for text in texts_of_template(file.read_text()))


def wanted_texts() -> dict[Text, set[str]]:
    """Every text that the catalogue must hold, with the files that use it."""
    wanted: dict[Text, set[str]] = {}
    for name in FOLDERS:
        for file, text in texts_of_folder(root() / name):
            _keep(wanted, text, str(file.relative_to(root())))
    known = _translated_elsewhere()
    for library in LIBRARIES:
        for _file, text in _texts_of_library(library):
            if text.key not in known:
                _keep(wanted, text, library)
    return wanted


def _keep(wanted: dict[Text, set[str]], text: Text, place: str) -> None:
    """A text used both with and without a plural is one entry, with the plural."""
    places = wanted.pop(text, set())
    kept = next((old for old in wanted if old == text), text)
    wanted[kept if kept.many else text] = places | {place}


def _texts_of_library(name: str) -> Iterator[tuple[Path, Text]]:
    spec = find_spec(name)
    if not spec or not spec.origin:
        return
    for file, text in texts_of_folder(Path(spec.origin).parent):
        if not any(part in str(file) for part in LIBRARY_SKIPPED):
            yield file, text


def _translated_elsewhere() -> set[tuple[str, str]]:
    known: set[tuple[str, str]] = set()
    for name in TRANSLATED_BY:
        spec = find_spec(name)
        if not spec or not spec.origin:
            continue
        file = Path(spec.origin).parent / "locale" / LANGUAGE / "LC_MESSAGES" / "django.mo"
        if file.exists():
            with file.open("rb") as stream:
                known |= {(message.context or "", _first(message)) for message in read_mo(stream) if message.id}
    return known


def _first(message: Message) -> str:
    """The singular of a catalogue entry."""
    return message.id[0] if isinstance(message.id, (tuple, list)) else str(message.id)


def read_catalogue() -> Catalog:
    with catalogue_file().open("rb") as stream:
        return read_po(stream, locale=LANGUAGE, domain="django")


def write_catalogue(catalogue: Catalog) -> None:
    """Without the header lines that change by themselves: two people's work then meets in the texts alone."""
    draft = io.BytesIO()
    write_po(draft, catalogue, width=140, sort_output=True, include_lineno=False)
    lines = draft.getvalue().decode().splitlines(keepends=True)
    catalogue_file().write_text("".join(line for line in lines if not line.startswith(IDLE_HEADERS)))


def update_catalogue() -> tuple[int, int]:
    """Bring the catalogue to what the code says: new texts come in empty, unused ones leave. -> (added, removed)"""
    old = {(message.context or "", _first(message)): message for message in read_catalogue() if message.id}
    wanted = wanted_texts()
    fresh = Catalog(locale=LANGUAGE, domain="django", project="Regia", version="1", header_comment="# Italian texts of Regia.", fuzzy=False)
    for text in sorted(wanted):
        kept = old.get(text.key)
        fresh.add(
            (text.one, text.many) if text.many else text.one,
            _kept_translation(kept, text),
            locations=cast(Any, [(place, None) for place in sorted(wanted[text])]),
            context=text.context or None,
            flags={flag for flag in (kept.flags if kept else ()) if flag == "fuzzy"},
        )
    write_catalogue(fresh)
    keys = {text.key for text in wanted}
    return len(keys - old.keys()), len(old.keys() - keys)


def _kept_translation(message: Message | None, text: Text) -> str | tuple[str, ...]:
    said: Any = message.string if message else ""
    if text.many:
        return tuple(said) if isinstance(said, (tuple, list)) else (said, said)
    return str(said[0] if isinstance(said, (tuple, list)) else said)


def check_catalogue() -> list[Finding]:
    """What is missing, unfinished, the same as its source, or broken in its placeholders."""
    wanted, same = wanted_texts(), same_words()
    held = {(message.context or "", _first(message)): message for message in read_catalogue() if message.id}
    findings = [Finding("unused", one) for context, one in sorted(held.keys() - {text.key for text in wanted})]
    for text, places in sorted(wanted.items()):
        message = held.get(text.key)
        place = ", ".join(sorted(places))
        if message is None:
            findings.append(Finding("missing", text.one, place))
        else:
            findings += [Finding(problem, text.one, place) for problem in _problems(message, text, same)]
    return findings


def _problems(message: Message, text: Text, same: set[str]) -> Iterator[str]:
    told: Any = message.string
    said: list[str] = list(told) if isinstance(told, (tuple, list)) else [told]
    sources = [text.one, text.many] if text.many else [text.one]
    if message.fuzzy:
        yield "fuzzy"
    if len(said) != len(sources) or not all(said):
        yield "no Italian"
        return
    if said[0] == text.one and text.one not in same:
        yield "same as its source"
    if {name for one in said for name in _placeholders(one)} != {name for one in sources for name in _placeholders(one)}:
        yield "other placeholders than its source"


def _placeholders(text: str) -> Iterable[str]:
    return re.findall(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}", text)


def compile_catalogues(*, force: bool = False) -> list[Path]:
    """Make each `.mo` that is missing or older than its `.po`; -> those made."""
    made = []
    for source in sorted((root() / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not force and target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parent.parent.name, domain=source.stem)
        draft = target.with_suffix(f".{os.getpid()}")  # several processes may start at once
        with draft.open("wb") as stream:
            write_mo(stream, catalogue)
        draft.replace(target)
        made.append(target)
    return made
