"""Numbers as people type them, in either language."""

from decimal import Decimal, InvalidOperation

LONGEST = 20


def typed_number(text: str) -> Decimal | None:
    """`1.234,56`, `1234.56`, `12 €`; None where nothing is typed. Raises ValueError for what is no number."""
    plain = text.strip().replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace("€", "")
    if not plain:
        return None
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    if len(plain) > LONGEST:
        raise ValueError(text)
    try:
        number = Decimal(plain)
    except InvalidOperation as wrong:
        raise ValueError(text) from wrong
    if not number.is_finite():
        raise ValueError(text)
    return number
