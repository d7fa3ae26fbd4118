"""What a channel, a counter or a colleague hands over: one order as it stands now, in our words.

Pure values. Money is `Decimal` in the order's one currency, to the cent; quantities are `Decimal` with three places.
Every amount is net unless its name says otherwise; `totals.py` says how they add up to the channel's total.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from crm.people import Person, PostalAddress

Treatment = Literal["live", "wait_for_money", "history", "ignore"]
AdjustmentName = Literal["discount", "shipping", "fee", "rounding", "gift_card"]
PaymentName = Literal["captured", "authorised", "on_delivery", "pending", "failed", "refunded", "voided"]
ZERO = Decimal("0.00")


def pieces_put_back(quantity: Decimal, restock: bool | None) -> Decimal:
    """Refunded pieces that went back into stock; where nobody says so, they count as put back."""
    return ZERO if restock is False else quantity


@dataclass(frozen=True, slots=True)
class NewLine:
    """One line as the channel keeps it now.

    `net` is the line before discounts; `tax` is the line's own tax after discounts, equal to its tax rows.
    `variant_id` None with `needs_stock` True is a line that waits for its product. `components` are the variants, each with the
    quantity in one unit, when the variant is a kit. `window` is the stock window that sold it, None when sold over our own counter.
    `lowered`: pieces by which the shop's number is down for this line now, what it has put back not among them; None where the channel
    does not say, which counts as the quantity less what refunds have put back.
    """

    external_id: str
    variant_id: int | None
    sku: str
    title: str
    quantity: Decimal
    net: Decimal
    tax: Decimal = ZERO
    components: tuple[tuple[int, Decimal], ...] = ()
    window: str | None = None
    needs_stock: bool = True
    needs_shipping: bool = True
    external_item: str = ""
    allows_decimals: bool = False
    lowered: Decimal | None = None


@dataclass(frozen=True, slots=True)
class NewAdjustment:
    """What moves the total beside the lines.

    `net` is positive for what the buyer pays (shipping, fee) and also for what is taken off (discount, gift card): the kind gives the
    sign. A negative fee stays a negative fee. A rounding row carries its sign and, in `title`, its reason.
    A discount's `tax` is the tax it saved, information only: the lines' tax is already after discounts.
    """

    kind: AdjustmentName
    title: str
    net: Decimal
    tax: Decimal = ZERO
    line_external_id: str | None = None
    code: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class NewTax:
    """One tax row of a target: `line:<external id>`, `shipping:<i>`, `fee:<i>` (i counts that kind from 0) or `order`.

    `rate` in per cent; None is a rate that the channel does not name, which is not the same as 0.
    """

    target: str
    code: str
    rate: Decimal | None
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money promised or taken. `method` is the channel's gateway code; `state` says where the money is.

    `on_delivery` is cash on delivery still to be collected, `pending` a bank transfer or a late payment still awaited.
    """

    method: str
    title: str
    state: PaymentName
    amount: Decimal
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class NewHold:
    """A reason not to ship yet. `keeps_stock` says whether the pieces stay reserved meanwhile."""

    kind: str
    keeps_stock: bool = True
    expires_at: datetime | None = None
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewRefundLine:
    """Pieces of a refund. `quantity` 0 is money only. `restock` None is unknown."""

    line_external_id: str
    quantity: Decimal
    net: Decimal = ZERO
    tax: Decimal = ZERO
    restock: bool | None = None

    @property
    def put_back(self) -> Decimal:
        return pieces_put_back(self.quantity, self.restock)


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund as the channel keeps it; its natural key is (order, `external_id`). `amount` is gross and positive."""

    external_id: str
    amount: Decimal
    refunded_at: datetime
    reason: str = ""
    lines: tuple[NewRefundLine, ...] = ()


@dataclass(frozen=True, slots=True)
class NewOrder:
    """The whole order. Its natural key is (`source`, `external_id`).

    `treatment` comes from the account's status table. `residual` is `total` minus everything else, 0 when all is explained.
    `first_seen_cancelled`: the order is cancelled in the shop. Placed like that, it lowered the shop's number and put it back before we
    read it: a sale and a restock; an order that never lowered the number comes as `history`. An order that we hold already is cancelled.
    `restocked` False beside it: cancelled, but the shop did not put the pieces back.
    `is_finished_there`: the shop's own people have finished it, or somebody for them; one that is open here was shipped elsewhere then,
    `left_our_stock` says out of whose stock. `is_told_by_us`: its status is the one that we gave it when we told the shop what had left.
    `refunds` None says nothing about refunds; otherwise it is all of them, and one that we know and that is missing was deleted.
    `party_id` where the buyer is a party that we know already; `customer` is looked for otherwise.
    `buyer_currency` and `buyer_total` keep the other set of amounts where a shop sells in one currency and keeps books in another.
    """

    source: str
    external_id: str
    external_number: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    customer: Person
    billing: PostalAddress
    total: Decimal
    lines: tuple[NewLine, ...]
    shipping: PostalAddress | None = None
    adjustments: tuple[NewAdjustment, ...] = ()
    taxes: tuple[NewTax, ...] = ()
    payments: tuple[NewPayment, ...] = ()
    holds: tuple[NewHold, ...] = ()
    treatment: Treatment = "live"
    customer_note: str = ""
    gift_message: str = ""
    is_test: bool = False
    prices_include_tax: bool = False
    residual: Decimal = ZERO
    residual_reason: str = ""
    refunds: tuple[NewRefund, ...] | None = None
    first_seen_cancelled: bool = False
    restocked: bool = True
    is_finished_there: bool = False
    left_our_stock: bool = True
    is_told_by_us: bool = False
    channel_status: str = ""
    buyer_currency: str = ""
    buyer_total: Decimal | None = None
    exchange_rate: Decimal | None = None
    party_id: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """The answer of placing: which order it is, and whether this call made it."""

    order_id: int
    created: bool
