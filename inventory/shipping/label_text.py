"""What a label says, ready to be printed; the PDF and the label printer's ZPL say the same. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelText:
    """`recipient` and `sender` are lines. `parcel` is "1/2". `cash` is empty when nothing is collected, else amount and currency."""

    carrier: str
    service: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    barcode: str
    tracking: str
    reference: str
    order_number: str
    parcel: str
    routing: str = ""
    weight: str = ""
    cash: str = ""
    phone: str = ""
    note: str = ""
