"""Public ids: opaque strings of kind and key, `ord_1042`."""

from django.utils.translation import gettext as _

from erp.core.refusals import Refused


def public_id(kind: str, key: int | str) -> str:
    return f"{kind}_{key}"


def parse_id(kind: str, value: str) -> int:
    """The key in a public id. Raises Refused for an id of another kind or shape."""
    prefix, _sep, key = value.partition("_")
    if prefix != kind or not (key.isascii() and key.isdigit()):
        raise Refused(
            _("“%(value)s” is not an id of this kind; it should look like %(example)s.") % {"value": value, "example": f"{kind}_1042"}
        )
    return int(key)
