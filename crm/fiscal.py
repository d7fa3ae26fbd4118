"""Italian fiscal data as buyers type them: normalised, and a finding in words. Pure.

A *refusal* cannot be right and never goes into a fiscal document; a *warning* may be right, a person looks. The check digit of the
partita IVA is Luhn's (DM 23.12.1976), the codice fiscale's sign that of the same decree, with omocodia; recipient codes are those of
the SDI specification: 7 signs, 6 for the public administration, 0000000 for consumers and PEC, XXXXXXX for buyers abroad.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from stdnum import luhn
from stdnum.eu.vat import MEMBER_STATES
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError
from stdnum.it import codicefiscale, iva
from stdnum.util import get_cc_module

from crm.contacts import normalise_email
from crm.people import folded

OK, WARNING, REFUSAL = "ok", "warning", "refusal"
FOREIGN_CODE = "XXXXXXX"
FREE_MAIL = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "hotmail.it",
        "outlook.com",
        "outlook.it",
        "live.it",
        "live.com",
        "yahoo.com",
        "yahoo.it",
    }
    | {"libero.it", "virgilio.it", "alice.it", "tin.it", "tiscali.it", "icloud.com", "me.com", "msn.com", "email.it", "inwind.it"}
)


@dataclass(frozen=True)
class Finding:
    """`value` is the normal form, "" when there is none; `message` a whole sentence, "" when all is well."""

    level: str
    value: str = ""
    message: str = ""

    @property
    def is_usable(self) -> bool:
        return self.level != REFUSAL and self.value != ""


def check_partita_iva(raw: str, country: str = "IT") -> Finding:
    """The number without country prefix; `country` (two letters) rules unless the number brings its own prefix."""
    number = "".join(sign for sign in raw.upper() if sign.isalnum())
    if not number:
        return Finding(OK)
    country = vat_country(raw, country)
    if country != "IT":
        return _check_foreign_vat(number, country)
    number = number.removeprefix("IT")
    if not (number.isascii() and number.isdigit() and len(number) == 11):
        return Finding(
            REFUSAL, number, _("A partita IVA has 11 digits; “%(number)s” does not. Ask the buyer for it again.") % {"number": raw}
        )
    if number[:7] == "0000000" or not luhn.is_valid(number):
        return Finding(
            REFUSAL,
            number,
            _("The check digit of partita IVA %(number)s is wrong: a digit was mistyped. Ask the buyer.") % {"number": number},
        )
    if not iva.is_valid(number):
        text = _("Partita IVA %(number)s names a tax office that does not exist (%(office)s). Check it before you invoice.")
        return Finding(WARNING, number, text % {"number": number, "office": number[7:10]})
    return Finding(OK, number)


def vat_country(raw: str, country: str = "IT") -> str:
    """The country of a VAT number: its own prefix if it has one (EL is Greece), else `country`."""
    letters = "".join(sign for sign in raw.upper() if sign.isalnum())[:2]
    if letters == "EL":
        return "GR"
    if letters.lower() in MEMBER_STATES or letters in ("GB", "XI"):
        return letters
    return country.upper() or "IT"


def check_codice_fiscale(raw: str, first_name: str = "", last_name: str = "") -> Finding:
    """16 signs of a person or the 11 digits of a company; a name that does not fit the code is a warning only."""
    code = codicefiscale.compact(raw)
    if not code:
        return Finding(OK)
    if len(code) == 11:
        return check_partita_iva(code)
    try:
        codicefiscale.validate(code)
    except ValidationError as error:
        return Finding(REFUSAL, code, _codice_fiscale_sentence(code, error))
    if first_name and last_name and not _fits_name(code, first_name, last_name):
        text = _("Codice fiscale %(code)s is valid but does not fit the name %(name)s. It may be somebody else's: check it.")
        return Finding(WARNING, code, text % {"code": code, "name": f"{first_name} {last_name}"})
    return Finding(OK, code)


def check_recipient_code(raw: str, *, country: str = "IT") -> Finding:
    """The code under which SDI finds the buyer's mailbox."""
    code = "".join(raw.split()).upper()
    if not code:
        return Finding(OK)
    if not (code.isascii() and code.isalnum() and len(code) in (6, 7)):
        text = _(
            "A recipient code has 7 letters and digits (6 for a public administration); “%(code)s” has not. Ask the buyer for it again."
        )
        return Finding(REFUSAL, code, text % {"code": raw})
    if code == FOREIGN_CODE and country.upper() == "IT":
        return Finding(WARNING, code, _("XXXXXXX is for buyers abroad, but this one is in Italy. Use 0000000, or the buyer's own code."))
    if country.upper() not in ("", "IT") and code != FOREIGN_CODE:
        text = _("The buyer is not in Italy: the recipient code must be XXXXXXX, not %(code)s. Check the country.")
        return Finding(WARNING, code, text % {"code": code})
    if len(code) == 6:
        text = _("Recipient code %(code)s has %(length)d characters: 6 are for public administrations, 7 for everybody else. Check it.")
        return Finding(WARNING, code, text % {"code": code, "length": len(code)})
    return Finding(OK, code)


def check_pec(raw: str) -> Finding:
    """Whether it can be written to. Syntax cannot tell a certified mailbox from another; known free providers are a warning."""
    if not raw.strip():
        return Finding(OK)
    address = normalise_email(raw)
    if not address:
        return Finding(
            REFUSAL, "", _("“%(address)s” is not an e-mail address, so it cannot be a PEC. Ask the buyer again.") % {"address": raw}
        )
    if address.rpartition("@")[2] in FREE_MAIL:
        text = _("%(address)s is an ordinary mailbox, not a PEC: an invoice sent there does not arrive. Ask the buyer for the PEC.")
        return Finding(WARNING, address, text % {"address": address})
    return Finding(OK, address)


def _check_foreign_vat(number: str, country: str) -> Finding:
    prefix = "EL" if country == "GR" else country
    local = number.removeprefix(prefix).removeprefix(country)
    rules = get_cc_module(country, "vat")
    if not re.fullmatch(r"[A-Z0-9]{2,13}", local):
        text = _("VAT number %(number)s has letters or a length that no country uses. Ask the buyer for it again.")
        return Finding(REFUSAL, local, text % {"number": number})
    if rules is not None and not rules.is_valid(prefix + local) and not rules.is_valid(local):
        text = _("VAT number %(number)s does not follow the rules of %(country)s. Check it before you invoice.")
        return Finding(WARNING, local, text % {"number": prefix + local, "country": country})
    return Finding(OK, local)


def _codice_fiscale_sentence(code: str, error: ValidationError) -> str:
    texts: dict[type[ValidationError], Callable[[], str]] = {
        InvalidLength: lambda: _("A codice fiscale has 16 characters; “%(code)s” has %(length)d. Ask the buyer for it again."),
        InvalidFormat: lambda: _("“%(code)s” does not have the letters and digits of a codice fiscale in their places. Ask the buyer."),
        InvalidChecksum: lambda: _("The last letter of codice fiscale %(code)s does not fit the rest: a sign was mistyped. Ask the buyer."),
    }
    text = texts.get(type(error), lambda: _("Codice fiscale %(code)s names a day that is in no calendar. Ask the buyer for it again."))()
    return text % {"code": code, "length": len(code)}


def _fits_name(code: str, first_name: str, last_name: str) -> bool:
    from codicefiscale import codicefiscale as detail  # 7 MB of comuni: not for a worker that only imports orders

    return code[:6] == detail.encode_lastname(folded(last_name)) + detail.encode_firstname(folded(first_name))
