"""What shipping is told and what it answers. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class NewShipmentLine:
    """Pieces of one variant for one line of the order; a kit's line has one for each component, `kit_title` names the kit.

    `quantity` is what the line wants in all; how many go from which warehouse is what is reserved there. `takes_stock` False: nothing is
    reserved for it, it goes along with the first shipment.
    """

    line: str
    title: str
    variant_id: int
    quantity: Decimal
    sku: str = ""
    gtin: str = ""
    kit_title: str = ""
    takes_stock: bool = True


@dataclass(frozen=True, slots=True)
class NewShipment:
    """All that the papers of an order's shipments print. `recipient` has the keys of `crm.people.PostalAddress`.

    `cash_to_collect` is what its shipments that have not left collect in all, None for nothing. `is_partial`: a colleague ships what is
    there although pieces are missing.
    """

    order_reference: str
    order_number: str
    source: str
    placed_at: datetime
    recipient_name: str
    currency: str
    lines: tuple[NewShipmentLine, ...]
    shop_number: str = ""
    recipient: Mapping[str, str] = field(default_factory=dict)
    language: str = "it"
    customer_note: str = ""
    gift_message: str = ""
    cash_to_collect: Decimal | None = None
    method: str = ""
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class NewParcel:
    weight_grams: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


class Refusal(NamedTuple):
    """One of many that was not done, and why, in the reader's language."""

    shipment_id: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Picking:
    """The answer of `make_pick_list`: a list per warehouse, the shipments on them in walking order, and those that were refused."""

    pick_list_ids: tuple[int, ...] = ()
    taken: tuple[int, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def pick_list_id(self) -> int | None:
        """The only list, or the first of several warehouses."""
        return self.pick_list_ids[0] if self.pick_list_ids else None
