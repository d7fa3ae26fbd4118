"""Values as a reader writes them, in the language that is active."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from django.utils import formats, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erp.core.barcodes import can_encode, encode, svg

GTIN_SYMBOLOGIES = {8: "ean", 12: "ean", 13: "ean", 14: "itf14"}
USUAL_MODULE_MM = 0.28
SMALLEST_MODULE_MM = 0.17
"""A good printer and any scanner still manage it."""


def pieces(quantity: Decimal) -> str:
    """`6`, `1,5`: no more decimals than there are."""
    whole = quantity.to_integral_value()
    return str(int(whole)) if whole == quantity else formats.number_format(quantity.normalize(), use_l10n=True)


def pieces_counted(quantity: Decimal) -> str:
    """`1 piece`, `6 pieces`, `1,5 pieces`."""
    count = int(quantity) if quantity == int(quantity) else 2
    return ngettext("%(pieces)s piece", "%(pieces)s pieces", count) % {"pieces": pieces(quantity)}


def day(moment: datetime | None, zone: str) -> str:
    return formats.date_format(moment.astimezone(ZoneInfo(zone)), "SHORT_DATE_FORMAT") if moment else ""


def day_and_hour(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{formats.date_format(local, 'SHORT_DATE_FORMAT')}, {formats.date_format(local, 'TIME_FORMAT')}"


def kilos(grams: int) -> str:
    """`2,6 kg`, rounded up to a tenth: a carrier never weighs less than that."""
    tenths = -(-grams // 100)
    return _("%(weight)s kg") % {"weight": formats.number_format(Decimal(tenths) / 10, decimal_pos=1, use_l10n=True)}


def town_line(address: Mapping[str, str]) -> str:
    """`50124 FIRENZE FI`, capitals as the sorting machines like them."""
    return " ".join(part for part in (address.get("postcode", ""), address.get("city", "").upper(), address.get("province", "")) if part)


def country_name(address: Mapping[str, str], home: str) -> str:
    """The country in the reader's language, "" at home."""
    code = (address.get("country") or home).upper()
    if code == home.upper():
        return ""
    try:
        return str(Locale.parse(translation.get_language() or "it", sep="-").territories.get(code, code))
    except (UnknownLocaleError, ValueError):
        return code


def address_lines(address: Mapping[str, str], home: str) -> list[str]:
    """Without the name: company, street, the rest of the street, town, country when it is another one."""
    town = " ".join(part for part in (address.get("postcode", ""), address.get("city", ""), address.get("province", "")) if part)
    lines = (address.get("company", ""), address.get("street", ""), address.get("street2", ""), town, country_name(address, home))
    return [line for line in lines if line]


def product_bars(gtin: str, sku: str, *, width_mm: float, height_mm: float) -> SafeString | str:
    """The bar code that stands on the product: its GTIN, else our SKU; "" when neither fits in legibly."""
    kind = GTIN_SYMBOLOGIES.get(len(gtin), "")
    if kind and can_encode(kind, gtin):
        return _fitting(kind, gtin, width_mm, height_mm)
    return _fitting("code128", sku, width_mm, height_mm) if can_encode("code128", sku) else ""


def _fitting(symbology: str, text: str, width_mm: float, height_mm: float) -> SafeString | str:
    code = encode(symbology, text)
    module = min(USUAL_MODULE_MM, width_mm / (code.before + code.modules + code.after))
    return svg(symbology, text, module_mm=module, height_mm=height_mm) if module >= SMALLEST_MODULE_MM else ""
