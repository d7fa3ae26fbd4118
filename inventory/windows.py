"""The name of a window: one number in one shop at one location, opaque to everybody but channels."""

SEPARATOR = "|"


def window_key(source: str, external_item: str, location: str = "") -> str:
    """The window's name; it is never taken apart again, the source is kept beside it."""
    return SEPARATOR.join((source, external_item, location))
