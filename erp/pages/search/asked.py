"""What somebody typed, read in every way in which it may be meant. No database."""

from dataclasses import dataclass

from erp.core.sorting import sort_name

LEAST_SIGNS = 3
MOST_SIGNS = 80
LEAST_DIGITS_OF_PHONE = 5
MOST_DIGITS_OF_ORDER = 10
LEAST_SIGNS_TO_MISTYPE = 4


@dataclass(frozen=True)
class Asked:
    """`code` is the text as a code is written (upper case, no blanks, no # before it), `digits` the digits alone, `words` the words as
    names are sorted; `number` is an order's number, None where it cannot be one."""

    text: str
    code: str
    digits: str
    words: tuple[str, ...]
    number: int | None

    @property
    def is_enough(self) -> bool:
        """Three signs, or a whole number of an order."""
        return len(self.code) >= LEAST_SIGNS or self.number is not None

    @property
    def is_part(self) -> bool:
        """Long enough to be looked for inside of longer codes."""
        return len(self.code) >= LEAST_SIGNS

    @property
    def is_like_phone(self) -> bool:
        return len(self.digits) >= LEAST_DIGITS_OF_PHONE and not any(sign.isalpha() for sign in self.text)

    @property
    def can_be_mistyped(self) -> bool:
        """Words that may hold a slip of the finger: a code with digits is right or wrong."""
        return len("".join(self.words)) >= LEAST_SIGNS_TO_MISTYPE and not self.digits and "@" not in self.text

    @property
    def number_ranges(self) -> list[tuple[int, int]]:
        """The longer numbers that begin with this one: 104 -> 1040 to 1049, 10400 to 10499 ..."""
        if self.number is None or not self.is_part:
            return []
        more = range(1, MOST_DIGITS_OF_ORDER - len(self.code) + 1)
        return [(self.number * 10**count, (self.number + 1) * 10**count - 1) for count in more]


def read(typed: str) -> Asked:
    text = " ".join(typed.replace("\x00", "").split())[:MOST_SIGNS]
    code = text.removeprefix("#").replace(" ", "").upper()
    is_number = code.isascii() and code.isdigit() and len(code) <= MOST_DIGITS_OF_ORDER and not code.startswith("0")
    return Asked(
        text=text,
        code=code,
        digits="".join(sign for sign in text if sign in "0123456789"),
        words=tuple(dict.fromkeys(sort_name(text).split())),
        number=int(code) if is_number else None,
    )
