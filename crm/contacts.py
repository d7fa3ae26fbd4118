"""E-mail addresses and phone numbers in the one form under which two spellings are equal. Pure: no DNS, no database.

Whatever cannot be read gives "", which is never evidence for anybody.
"""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

# Where marketplaces forward to the buyer: the address belongs to an order or to a pair of buyer and seller, not to a person.
RELAY_DOMAINS = (
    "members.ebay.com",
    "members.ebay.it",
    "members.ebay.de",
    "members.ebay.fr",
    "members.ebay.es",
    "members.ebay.co.uk",
    "reply.ebay.com",
    "allegromail.pl",
    "allegromail.com",
    "user.allegrogroup.pl",
    "relay.walmart.com",
    "clemarche.com",
    "message.manomano.com",
    "kaufland-marktplatz.de",
    "orders.temu.com",
    "scs.tiktokw.us",
    "chat.tiktok.com",
)
RELAY_PREFIXES = ("marketplace.amazon.", "marketplace-messages.amazon.", "members.ebay.")


def normalise_email(raw: str) -> str:
    """Lower case, domain in its international form, no blanks; "" when it is no e-mail address. Dots and +tags stay: they may matter."""
    try:
        checked = validate_email(raw.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return checked.normalized.lower()


def is_relay_domain(email: str) -> bool:
    """True for a masked address of a marketplace: good for writing to, never for knowing who it is."""
    domain = email.rpartition("@")[2].lower()
    if domain.startswith(RELAY_PREFIXES):
        return True
    return any(domain == relay or domain.endswith(f".{relay}") for relay in RELAY_DOMAINS)


def normalise_phone(raw: str, country: str = "IT") -> str:
    """E.164 (`+393331234567`); `country` reads numbers without a prefix. "" when it is no possible number."""
    try:
        number = phonenumbers.parse(raw, country.upper() or "IT")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
