"""Bar codes as SVG in millimetres: sharp at any resolution, black on white, with the quiet zone that their standard asks for."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

MODULE_MM = 0.33
HEIGHT_MM = 10.0


@dataclass(frozen=True)
class Bars:
    """`bars` are (start, width) in modules, `modules` the width of the symbol; before and after it so many modules stay white."""

    modules: int
    bars: tuple[tuple[int, int], ...]
    before: int
    after: int


_QUIET = {"code128": (10, 10), "ean": (11, 11), "itf14": (10, 10)}


def can_encode(symbology: str, text: str) -> bool:
    """`code128` takes printable ASCII, `ean` the digits of a valid GTIN-8, 12 or 13, `itf14` those of a GTIN-14."""
    if symbology == "code128":
        return bool(text) and text.isascii() and text.isprintable()
    lengths = {"ean": (8, 12, 13), "itf14": (14,)}[symbology]
    return text.isascii() and text.isdigit() and len(text) in lengths and _has_check_digit(text)


@lru_cache(maxsize=8192)
def encode(symbology: str, text: str) -> Bars:
    """The bars of a text. Raises ValueError for a text that the symbology cannot carry: ask `can_encode` first."""
    import zint  # a native library that only papers need

    if not can_encode(symbology, text):
        raise ValueError(f"{symbology} cannot carry {text!r}")
    kinds = {"code128": zint.Symbology.CODE128, "ean": zint.Symbology.EANX, "itf14": zint.Symbology.C25INTER}
    symbol = zint.Symbol()
    symbol.symbology = kinds[symbology]
    symbol.show_text = False
    if symbology == "ean":
        text = f"{text:0>13}"[:-1] if len(text) > 8 else text[:-1]  # a UPC is an EAN that begins with nought; zint adds the check digit
    symbol.encode(text)
    symbol.buffer_vector()
    found = sorted((bar.x, bar.width) for bar in symbol.vector.rectangles)
    unit = 2.0  # zint counts two of its units in a module
    first = found[0][0]
    bars = tuple((round((x - first) / unit), round(width / unit)) for x, width in found)
    before, after = _QUIET[symbology]
    return Bars(bars[-1][0] + bars[-1][1], bars, before, after)


def svg(
    symbology: str, text: str, *, module_mm: float = MODULE_MM, height_mm: float = HEIGHT_MM, has_quiet_zone: bool = True
) -> SafeString:
    """One `<svg class="bars">` of the given module width and height; without its quiet zone where the paper leaves it white itself."""
    code = encode(symbology, text)
    before, after = (code.before, code.after) if has_quiet_zone else (0, 0)
    width = before + code.modules + after
    path = "".join(f"M{before + start} 0h{size}v1h-{size}z" for start, size in code.bars)
    return format_html(
        '<svg class="bars" role="img" aria-label="{}" width="{}mm" height="{}mm" viewBox="0 0 {} 1" preserveAspectRatio="none">'
        '<path d="{}"/></svg>',
        text,
        f"{width * module_mm:.3f}",
        f"{height_mm:g}",
        width,
        path,
    )


def _has_check_digit(digits: str) -> bool:
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0
