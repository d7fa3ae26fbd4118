"""Texts that can be kept: JSON may say a NUL or half of an emoji, which no database and no printer takes."""

from typing import Any

SUBSTITUTE = "\ufffd"
_SURROGATES = range(0xD800, 0xE000)


def storable(value: Any) -> Any:
    """The same JSON value; in its texts and names each NUL and each lone half of a character pair is the sign for "unreadable"."""
    if isinstance(value, str):
        return _readable(value)
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {_readable(name): storable(each) for name, each in value.items()}
    return value


def may_be_unstorable(text: str) -> bool:
    """Whether a JSON text can hold such a sign at all: both are written as escapes, and most texts have none."""
    lower = text.lower()
    return "\\u0000" in lower or "\\ud" in lower


def _readable(text: str) -> str:
    if "\x00" not in text and (text.isascii() or not any(ord(sign) in _SURROGATES for sign in text)):
        return text
    return "".join(SUBSTITUTE if sign == "\x00" or ord(sign) in _SURROGATES else sign for sign in text)
