"""How a variant is called on lists, labels and papers. Pure."""

from collections.abc import Sequence

MAX_TITLE_LENGTH = 330


def variant_title(product: str, values: Sequence[str]) -> str:
    """`Camicia di lino – azzurro / M`."""
    return (f"{product} – {' / '.join(values)}" if values else product)[:MAX_TITLE_LENGTH]
