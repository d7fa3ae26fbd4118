"""Names in the order in which people look for them, whatever the database's collation."""

import unicodedata


def sort_name(text: str) -> str:
    """Lower case without accents and double blanks; services write it beside the name (`Éclair  Ètna` is `eclair etna`)."""
    return " ".join(unaccented(text).split())


def unaccented(text: str) -> str:
    """Lower case without accents; everything else as it stands."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
