"""GTIN numbers: the four lengths, the check digit, and the 14 digits under which two spellings of one number are equal.

Rule of GS1: the digits before the last are weighted 3, 1, 3, 1 ... from the right; the last completes the sum to a multiple of ten.
"""

LENGTHS = (8, 12, 13, 14)


def compact(raw: str) -> str:
    """The digits as printed under the bar code, without the blanks and dashes that people type."""
    return "".join(raw.split()).replace("-", "")


def check_digit(body: str) -> str:
    """The digit that completes `body`, which holds all digits but the last; ValueError when it holds anything else."""
    if not (body.isascii() and body.isdigit()):
        raise ValueError(f"not digits: {body!r}")
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-weighted % 10)


def has_shape(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) in LENGTHS


def is_valid(number: str) -> bool:
    return has_shape(number) and check_digit(number[:-1]) == number[-1]


def canonical(number: str) -> str:
    """The 14 digits of a valid number, so that a UPC and the EAN-13 with a zero before it are one; "" for anything else."""
    number = compact(number)
    return number.zfill(14) if is_valid(number) else ""
