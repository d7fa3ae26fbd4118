"""The CSV that goes to a carrier's own program and comes back with tracking numbers. Pure.

Semicolons and a byte order mark, as Italian spreadsheets expect; read back with semicolons, commas or tabs. Columns are found by name.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from erp.core.refusals import Refused
from inventory.shipping.carriers.contract import ParcelRequest

BYTE_ORDER_MARK = "\ufeff"
COLUMNS = (
    "riferimento", "ordine", "servizio", "destinatario", "presso", "indirizzo", "cap", "localita", "provincia", "nazione", "telefono",
    "note", "peso_kg", "contrassegno", "divisa", "tracking",
)  # fmt: skip
REFERENCE, TRACKING, REASON = "riferimento", "tracking", "motivo"
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx, .ods and .xls begin."""
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One row that came back; `place` is its line in the file, the heading being line 1."""

    place: int
    reference: str
    number: str


def write_parcels(requests: Sequence[ParcelRequest]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for request in requests:
        to = request.recipient
        cash = "" if request.cash is None else f"{request.cash:.2f}".replace(".", ",")
        weight = f"{request.weight_grams / 1000:.3f}".replace(".", ",")
        address = (to.name, to.care_of, to.street, to.postcode, to.town, to.province, to.country, to.phone, to.note)
        cells = (request.reference, request.order_number, request.service, *address, weight, cash, request.currency if cash else "", "")
        writer.writerow([harmless(cell) for cell in cells])
    return BYTE_ORDER_MARK + file.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula is text: a buyer's name must not compute anything."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def decode_sheet(content: bytes) -> str:
    """The text of a file as spreadsheets save it: UTF-8, UTF-16 or Windows-1252. Raises Refused for what is no text."""
    if content.startswith(WORKBOOKS):
        raise Refused(_("This is a workbook and no CSV file. Save it as CSV in the spreadsheet, then upload that file."))
    for encoding in ("utf-16",) if content.startswith(WIDE_MARKS) else ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused(_no_csv())


def _no_csv() -> str:
    return _("This is no CSV file that can be read. Save it as CSV in the spreadsheet, then upload that file.")


def read_numbers(text: str) -> list[NumberRow]:
    """The rows of a file; those without a number are parcels that still wait and are left out.

    Raises Refused when a column is missing, and for a file whose quotes do not close.
    """
    text = text.removeprefix(BYTE_ORDER_MARK)
    heading = text.partition("\n")[0]
    delimiter = max(";,\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _numbers_in(reader)
    except csv.Error as broken:
        raise Refused(_no_csv()) from broken


def _numbers_in(reader: Any) -> list[NumberRow]:
    names = [cell.strip().casefold() for cell in next(reader, [])]
    for column in (REFERENCE, TRACKING):
        if column not in names:
            raise Refused(_("The file has no column “%(column)s”: keep the heading of the exported file.") % {"column": column})
    places = names.index(REFERENCE), names.index(TRACKING)
    rows = []
    for cells in reader:
        reference, number = (_plain(cells[place]) if place < len(cells) else "" for place in places)
        if number:
            rows.append(NumberRow(reader.line_num, reference, number))
    return rows


def _plain(cell: str) -> str:
    """Without what makes a spreadsheet take digits for text: `="0123"`, or the apostrophe that we write ourselves."""
    cell = cell.strip()
    if cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1]
    return cell.removeprefix("'").strip()


def write_refused(rows: Sequence[tuple[str, str, str]]) -> str:
    """Reference, number and reason of rows that were refused; corrected, the file can be uploaded as it is."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow((REFERENCE, TRACKING, REASON))
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + file.getvalue()
