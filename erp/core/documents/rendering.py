"""From a paper to a PDF: WeasyPrint on our own template and style sheet, nothing fetched from anywhere.

Most of a paper's time goes into working out styles, which one document works out once however often they occur. So the single sheets of a
bundle are laid out as one document, and only what does not fit its sheet is laid out again alone.
"""

import gc
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from erp.core.documents.kinds import Bundle, Paper

STYLE_SHEET = "css/paper.css"
SHEETS_AT_ONCE = 25
"""Of one document: enough to share its styles, few enough to keep its boxes small."""
PAGE, PAGES = '" counter(page) "', '" counter(pages) "'
"""Where the style of `papers/base.html` counts."""


@dataclass(frozen=True)
class Drawn:
    content: bytes
    pages: int


def draw(paper: Paper | Bundle) -> Drawn:
    """A paper as a PDF, in its language, and how many pages it has. Pictures must be `data:` addresses: nothing else is fetched."""
    with _without_collections():
        return _draw(paper)


def _draw(paper: Paper | Bundle) -> Drawn:
    first, pages = _pages_of(paper)
    return Drawn(bytes(first.copy(pages).write_pdf()), len(pages))


def render_paper(paper: Paper | Bundle) -> bytes:
    return draw(paper).content


def _pages_of(paper: Paper | Bundle) -> tuple[Any, list[Any]]:
    """A laid out document, whose title and author the PDF has, and all pages."""
    if isinstance(paper, Paper):
        alone = _lay_out(_html_of(paper))
        return alone, alone.pages
    htmls = [_html_of(each) for each in paper.papers]
    if not htmls:
        raise ValueError("a bundle of no papers has no page")
    found = _sheets(htmls) if paper.is_of_sheets else {}
    first, pages = None, []
    for place, html in enumerate(htmls):
        document, own = found[place] if place in found else _alone(html)
        first = first or document
        pages += own
    return first, pages


def _alone(html: str) -> tuple[Any, list[Any]]:
    document = _lay_out(html)
    return document, document.pages


def _sheets(htmls: Sequence[str]) -> dict[int, tuple[Any, list[Any]]]:
    """By place in the bundle, those that take one page each; laid out together with all of the same language and style."""
    alike: dict[tuple[str, str], list[int]] = {}
    for place, html in enumerate(htmls):
        alike.setdefault(_language_and_style(html), []).append(place)
    found: dict[int, tuple[Any, list[Any]]] = {}
    for places in alike.values():
        for start in range(0, len(places), SHEETS_AT_ONCE):
            found |= _together(htmls, places[start : start + SHEETS_AT_ONCE])
    return found


def _together(htmls: Sequence[str], places: Sequence[int]) -> dict[int, tuple[Any, list[Any]]]:
    """A page belongs to the last title on it or before it; a paper of two pages counted wrong, and is not among what is returned."""
    head, body, _end = htmls[places[0]].partition("<body>")
    parts = (htmls[place].partition("<body>")[2].partition("</body>")[0] for place in places)
    sheets = "".join(f'<div class="sheet">{part}</div>' for part in parts)
    document = _lay_out(f"{head.replace(PAGE, '1').replace(PAGES, '1')}{body}{sheets}</body></html>")
    starts = [number for number, page in enumerate(document.pages) if any(level == 1 for level, *_rest in page.bookmarks)]
    if len(starts) != len(places):
        return {}
    ends = [*starts[1:], len(document.pages)]
    cuts = zip(places, starts, ends, strict=True)
    return {place: (document, document.pages[start:end]) for place, start, end in cuts if end - start == 1}


def _language_and_style(html: str) -> tuple[str, str]:
    """All in which the frames of two papers may differ and that is seen."""
    head = html.partition("<body>")[0]
    return head.partition("<head>")[0], head.partition("<style>")[2].partition("</style>")[0]


@contextmanager
def _without_collections() -> Iterator[None]:
    """Nothing of a layout is garbage before it ends, so looking for some in the middle of it only costs: an eighth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _html_of(paper: Paper) -> str:
    with translation.override(paper.language):
        return render_to_string(paper.template, {**paper.context, "language": paper.language})


def _lay_out(html: str) -> Any:
    from weasyprint import HTML, URLFetcher  # native libraries that only the task needs

    source = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols={"data"}))
    source._ua_stylesheets = lambda forms=False: []  # ours says all that papers need: a tenth of the time
    return source.render(stylesheets=[_style_sheet()], font_config=_fonts())


def page_count(pdf: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(pdf)).pages)


def merge(pdfs: Iterable[bytes]) -> bytes:
    """One PDF of many, page after page in the order given; fonts and pictures that they share are kept once."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    for pdf in pdfs:
        writer.append(io.BytesIO(pdf))
    writer.compress_identical_objects(remove_duplicates=True, remove_unreferenced=True)
    merged = io.BytesIO()
    writer.write(merged)
    return merged.getvalue()


@lru_cache(maxsize=1)
def _fonts() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@lru_cache(maxsize=1)
def _style_sheet() -> Any:
    from weasyprint import CSS

    return CSS(filename=finders.find(STYLE_SHEET), font_config=_fonts())
