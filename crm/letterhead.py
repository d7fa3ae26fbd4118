"""The head of every printed paper: who we are, in our colour, with our logo if there is one."""

import base64
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.models import Company
from erp.core.images import for_print

BLACK = "#000000"
LEAST_CONTRAST = 4.5
"""Of text on white, WCAG 2.2."""
LOGO_WIDTH, LOGO_HEIGHT = 1300, 380
"""Pixels: 600 to the inch in the 55 x 16 mm that papers have for it."""


@dataclass(frozen=True)
class Letterhead:
    """Lines in the language that is active. `logo` is a `data:` address or ""; `ink` is the colour where it is dark enough to be read.

    `language` and `time_zone` are the company's own, for papers that stay in the house.
    """

    name: str
    address_lines: tuple[str, ...] = ()
    tax_lines: tuple[str, ...] = ()
    contact_lines: tuple[str, ...] = ()
    colour: str = BLACK
    logo: str = ""
    country: str = "IT"
    language: str = "it"
    time_zone: str = "Europe/Rome"

    @property
    def lines(self) -> tuple[str, ...]:
        return self.address_lines + self.tax_lines + self.contact_lines

    @property
    def address(self) -> str:
        return ", ".join(self.address_lines)

    @property
    def ink(self) -> str:
        return self.colour if contrast_on_white(self.colour) >= LEAST_CONTRAST else BLACK


def letterhead() -> Letterhead:
    """One statement. An installation without a company row has an empty head rather than no papers."""
    company = Company.objects.filter(pk=1).order_by("pk").first()
    if company is None:
        return Letterhead("")
    place = " ".join(part for part in (company.postcode, company.city, company.province) if part)
    return Letterhead(
        name=company.name,
        address_lines=(", ".join(part for part in (company.street, place) if part),),
        tax_lines=_tax_lines(company),
        contact_lines=tuple(line for line in (" · ".join(part for part in (company.phone, company.email) if part),) if line),
        colour=company.colour,
        logo=_logo(company),
        country=str(company.country),
        language=company.language,
        time_zone=company.time_zone,
    )


def contrast_on_white(colour: str) -> float:
    """Of `#rrggbb`, by the formula of WCAG 2.2."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _tax_lines(company: Company) -> tuple[str, ...]:
    if company.partita_iva and company.partita_iva == company.codice_fiscale:
        return (_("VAT no. and tax code %(number)s") % {"number": company.partita_iva},)
    lines = []
    if company.partita_iva:
        lines.append(_("VAT no. %(number)s") % {"number": company.partita_iva})
    if company.codice_fiscale:
        lines.append(_("Tax code %(number)s") % {"number": company.codice_fiscale})
    return (" · ".join(lines),) if lines else ()


def _logo(company: Company) -> str:
    """A logo whose file is gone leaves the paper without one."""
    if not company.logo:
        return ""
    try:
        with company.logo.open("rb") as file:
            picture = for_print(file.read(), width=LOGO_WIDTH, height=LOGO_HEIGHT)
    except OSError:  # no picture can be read from it, either
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
