"""What a variant's codes, figures and options must look like, told in whole sentences. Pure: values in, faults out.

One set of rules for the services, which refuse, for imports, which reject the row, and for forms, which show it beside the field.
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django_countries import countries

from catalog.gtin import check_digit, compact, has_shape
from erp.core.money import MAX_AMOUNT
from erp.core.sorting import sort_name

MAX_SKU_LENGTH = 64
MAX_OPTION_LENGTH = 60
MAX_MEASURE = 100_000_000
MEASURES = ("weight_grams", "length_mm", "width_mm", "height_mm")


def cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields without what people type around codes: blanks, dashes, dots, lower case. Only those that were given."""
    clean = dict(fields)
    for name, tidy in (("sku", str.strip), ("hs_code", _digits_of_hs), ("origin_country", _upper)):
        if name in clean:
            clean[name] = tidy(str(clean[name] or ""))
    if "gtin" in clean:
        clean["gtin"] = compact(str(clean["gtin"] or "")) or None
    if "list_price" in clean:
        clean["list_price"] = _decimal(clean["list_price"])
    return clean


def faults(fields: Mapping[str, Any]) -> dict[str, str]:
    """Field -> sentence for what is wrong with cleaned fields; only those given are looked at."""
    checks: dict[str, Callable[[Any], str]] = {
        "sku": sku_fault,
        "gtin": gtin_fault,
        "hs_code": hs_code_fault,
        "origin_country": country_fault,
        "list_price": price_fault,
        **dict.fromkeys(MEASURES, measure_fault),
    }
    found = {name: check(fields[name]) for name, check in checks.items() if name in fields}
    return {name: sentence for name, sentence in found.items() if sentence}


def sku_fault(sku: str) -> str:
    if not sku:
        return _("A variant needs an SKU. Type one.")
    if len(sku) > MAX_SKU_LENGTH:
        return _("SKU “%(sku)s…” is longer than 64 characters. Shorten it.") % {"sku": sku[:20]}
    if not sku.isprintable():
        return _("SKU “%(sku)s” contains characters that cannot be printed. Type it again.") % {
            "sku": sku.encode("unicode_escape").decode()
        }
    return ""


def gtin_fault(gtin: str | None) -> str:
    if not gtin:
        return ""
    if not has_shape(gtin):
        return _("“%(gtin)s” is not a GTIN: it has 8, 12, 13 or 14 digits. Correct it, or leave it empty.") % {"gtin": gtin[:40]}
    right = check_digit(gtin[:-1])
    if right != gtin[-1]:
        text = _("The last digit of GTIN %(gtin)s must be %(right)s, not %(wrong)s. Look at the bar code and correct the number.")
        return text % {"gtin": gtin, "right": right, "wrong": gtin[-1]}
    return ""


def hs_code_fault(code: str) -> str:
    if code and not re.fullmatch(r"[0-9]{6}|[0-9]{8}|[0-9]{10}", code):
        return _("“%(code)s” is not an HS code: it has 6, 8 or 10 digits. Correct it, or leave it empty.") % {"code": code[:40]}
    return ""


def country_fault(code: str) -> str:
    if code and code not in countries:
        return _("“%(code)s” is not the two-letter code of a country. Write it as IT or DE.") % {"code": code[:40]}
    return ""


def price_fault(price: Decimal | None) -> str:
    if price is None:
        return _("This price is not a number. Write it with digits, as 12.30.")
    if price < 0:
        return _("A list price cannot be negative: %(price)s. Type zero or more.") % {"price": price}
    if price > MAX_AMOUNT:
        return _("A list price of %(price)s is more than can be kept. Check the number.") % {"price": price}
    if price != round(price, 2):
        return _("A list price has at most two decimals: %(price)s has more. Round it.") % {"price": price}
    return ""


def measure_fault(measure: int | None) -> str:
    if measure is not None and not 0 <= measure <= MAX_MEASURE:
        return _("A weight or size of %(measure)s is not possible. Type zero or more.") % {"measure": measure}
    return ""


def options_fault(pairs: Collection[tuple[str, str]]) -> str:
    """Of (option, value) names; two spellings of an option in another case or with another accent are one."""
    if not all(option.strip() and value.strip() for option, value in pairs):
        return _("An option needs a name and a value. Type both.")
    if len({sort_name(option) for option, _value in pairs}) < len(pairs):
        return _("A variant has one value per option. Leave out the second one.")
    if any(len(text.strip()) > MAX_OPTION_LENGTH for pair in pairs for text in pair):
        return _("An option and its value have at most 60 characters each. Shorten them.")
    return ""


def taken_sentence(other_sku: str, other_title: str, sku: str, gtin: str) -> str:
    if sku and other_sku.upper() == sku.upper():
        text = _("SKU %(sku)s exists already: “%(title)s”. Choose another SKU, or change that variant.")
        return text % {"sku": other_sku, "title": other_title}
    text = _("GTIN %(gtin)s belongs to %(sku)s, “%(title)s”. Check the number, or change that variant.")
    return text % {"gtin": gtin, "sku": other_sku, "title": other_title}


def _decimal(raw: Any) -> Decimal | None:
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _digits_of_hs(raw: str) -> str:
    return re.sub(r"[\s.]", "", raw)


def _upper(raw: str) -> str:
    return raw.strip().upper()
