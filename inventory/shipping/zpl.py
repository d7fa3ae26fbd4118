"""A label in ZPL II for label printers: 100 x 150 mm at 203 dpi, which is 8 dots to the millimetre. Pure."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from inventory.shipping.label_text import LabelText

WIDTH_DOTS, HEIGHT_DOTS, MARGIN_DOTS = 800, 1200, 30
ROOM_DOTS = WIDTH_DOTS - 2 * MARGIN_DOTS
LETTER_SHARE = 0.6
"""How wide a letter of font 0 is at most, on average, as a share of its height."""
SMALLEST_LETTER = 18
LINE_SHARE = 1.2
LONGEST_LINE = 46
BARCODE_DOTS = 190
QUIET_MODULES = 10
CODE_128_FRAME, CODE_128_SYMBOL, CODE_128_STOP_EXTRA = 3, 11, 2
"""Start, check and stop around the text, of 11 modules each; the stop has two more."""
NARROWEST_MODULE, WIDEST_MODULE = 2, 5
_SPECIAL = frozenset("^~_\\")


def label_zpl(label: LabelText) -> str:
    """One label, plain ASCII: every other letter travels as its UTF-8 bytes in hexadecimal."""
    parts = [
        f"^XA^CI28^PW{WIDTH_DOTS}^LL{HEIGHT_DOTS}^LH0,0",
        _text(MARGIN_DOTS, 30, label.carrier, 46, ROOM_DOTS * 2 // 3),
        _text(MARGIN_DOTS + ROOM_DOTS * 2 // 3, 38, label.service, 32, ROOM_DOTS // 3),
        _rule(86),
        _text(MARGIN_DOTS, 100, _("Sender"), 20, ROOM_DOTS),
        *_lines(124, 120, label.sender, 24),
        _rule(252),
        _text(MARGIN_DOTS, 268, _("Recipient"), 20, ROOM_DOTS),
        *_lines(296, 326, [part for line in label.recipient for part in _wrapped(line)], 44),
        _text(MARGIN_DOTS, 630, label.phone, 28, ROOM_DOTS // 2),
        _text(MARGIN_DOTS, 664, label.note, 24, ROOM_DOTS),
        _rule(696),
        _text(MARGIN_DOTS, 716, label.routing, 80, ROOM_DOTS * 3 // 5),
        *_cash(label.cash),
        _barcode(830, label.barcode),
        _text(MARGIN_DOTS, 1036, label.tracking, 38, ROOM_DOTS),
        _rule(1090),
        _text(MARGIN_DOTS, 1106, _("Order %(number)s") % {"number": label.order_number}, 30, ROOM_DOTS // 2),
        _text(MARGIN_DOTS + ROOM_DOTS // 2, 1106, _("Parcel %(place)s") % {"place": label.parcel}, 30, ROOM_DOTS // 4),
        _text(MARGIN_DOTS + ROOM_DOTS * 3 // 4, 1106, label.weight, 30, ROOM_DOTS // 4),
        _text(MARGIN_DOTS, 1150, label.reference, 22, ROOM_DOTS),
        "^XZ",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Field data for `^FH_`: what ZPL would take for a command, and all that is not ASCII, as `_hh`; control characters are left out."""
    letters: list[str] = []
    for letter in text:
        if letter in _SPECIAL or (not letter.isascii() and letter.isprintable()):
            letters.extend(f"_{byte:02X}" for byte in letter.encode())
        elif letter.isascii() and letter.isprintable():
            letters.append(letter)
        else:
            letters.append(" ")
    return "".join(letters)


def letter_dots(text: str, largest: int, room: int) -> int:
    """The height of letters at which the text fits into one line."""
    fitting = int(room / (LETTER_SHARE * max(len(text), 1)))
    return max(SMALLEST_LETTER, min(largest, fitting))


def _text(x: int, y: int, text: str, largest: int, room: int) -> str:
    if not text:
        return ""
    dots = letter_dots(text, largest, room)
    return f"^FO{x},{y}^A0N,{dots},{dots}^FH_^FD{escaped(text)}^FS"


def _lines(y: int, room: int, lines: Iterable[str], largest: int) -> list[str]:
    """Lines one under the other, as large as their number leaves room for."""
    rows = list(lines)
    step = min(largest * LINE_SHARE, room // max(len(rows), 1))
    return [
        _text(MARGIN_DOTS, y + int(place * step), row, min(largest, int(step / LINE_SHARE)), ROOM_DOTS) for place, row in enumerate(rows)
    ]


def _wrapped(line: str) -> list[str]:
    """A line that would become too small to be read at arm's length is parted between words, or within one that is too long alone."""
    if len(line) <= LONGEST_LINE:
        return [line]
    cut = line.rfind(" ", 1, LONGEST_LINE + 1)
    first, rest = (line[:cut], line[cut + 1 :]) if cut > 0 else (line[:LONGEST_LINE], line[LONGEST_LINE:])
    return [first, *_wrapped(rest)]


def _rule(y: int) -> str:
    return f"^FO{MARGIN_DOTS},{y}^GB{ROOM_DOTS},2,2^FS"


def _cash(cash: str) -> list[str]:
    """White on black, so that no driver overlooks it."""
    if not cash:
        return []
    left, width = MARGIN_DOTS + ROOM_DOTS * 3 // 5, ROOM_DOTS * 2 // 5
    return [
        f"^FO{left},708^GB{width},96,96^FS",
        f"^FR{_text(left + 14, 718, _('CASH ON DELIVERY'), 26, width - 28)}",
        f"^FR{_text(left + 14, 752, cash, 44, width - 28)}",
    ]


def _barcode(y: int, text: str) -> str:
    """Code 128, subsets chosen by the printer (mode A), in the widest modules that leave ten of them white on both sides."""
    if not text:
        return ""
    symbols = (len(text) + 1) // 2 + 1 if text.isascii() and text.isdigit() else len(text)
    modules = (symbols + CODE_128_FRAME) * CODE_128_SYMBOL + CODE_128_STOP_EXTRA
    dots = max(NARROWEST_MODULE, min(WIDEST_MODULE, WIDTH_DOTS // (modules + 2 * QUIET_MODULES)))
    return f"^FO{dots * QUIET_MODULES},{y}^BY{dots}^BCN,{BARCODE_DOTS},N,N,N,A^FH_^FD{escaped(text.replace('>', '>0'))}^FS"
