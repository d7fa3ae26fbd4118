"""What a channel says about one order, as facts: nothing is recomputed, nothing is dropped.

Money is `Decimal` in the order's currency. Amounts are net and positive, to the cent, unless their name says otherwise; a tax row also
keeps the amount `said`, with all the decimals that the channel gave.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from channels.contract.fulfilment import ChannelFulfilment

Treatment = Literal["live", "wait_for_money", "history", "ignore"]
PaymentState = Literal["captured", "authorised", "on_delivery", "pending", "failed"]
OrderState = Literal[
    "draft",
    "unpaid",
    "waiting",
    "open",
    "finished",
    "cancelled",
    "failed",
    "refunded",
    "trashed",
    "unknown",
]
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class ChannelAddress:
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    province: str = ""
    country: str = ""
    phone: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.street or self.city or self.postcode or self.last_name or self.company)


@dataclass(frozen=True, slots=True)
class FiscalFacts:
    """Italian fiscal data as typed in the shop, unchecked. `other` keeps keys of the map that have no field of their own."""

    codice_fiscale: str = ""
    partita_iva: str = ""
    recipient_code: str = ""
    pec: str = ""
    wants_invoice: bool | None = None
    other: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelCustomer:
    """The buyer. `external_id` is "" for a guest."""

    external_id: str
    email: str
    phone: str
    first_name: str
    last_name: str
    company: str
    language: str = ""
    fiscal: FiscalFacts = FiscalFacts()


@dataclass(frozen=True, slots=True)
class ChannelTax:
    """One tax row. `amount` to the cent: a target's rows add up to the target's tax. `rate` None: none is named, which is not 0."""

    code: str
    label: str
    rate: Decimal | None
    amount: Decimal
    said: Decimal


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """One order line as it stands now.

    `net_before_discount - discount_net == net`, `tax` is the tax on `net`. `external_item` is the listing's id ("" when the shop deleted
    the product). `lowered`: pieces by which the shop's number is down for this line now; `restocked`: pieces of it that refunds have put
    back; None where the channel does not say. `needs_shipping` None: not said. `refunded`: pieces refunded so far.
    """

    external_id: str
    external_item: str
    external_parent: str
    sku: str
    title: str
    quantity: Decimal
    net_before_discount: Decimal
    discount_net: Decimal
    net: Decimal
    tax: Decimal
    discount_tax: Decimal = ZERO
    taxes: tuple[ChannelTax, ...] = ()
    unit_price_said: Decimal | None = None
    lowered: Decimal | None = None
    restocked: Decimal | None = None
    refunded: Decimal = Decimal(0)
    needs_shipping: bool | None = None
    options: tuple[tuple[str, str], ...] = ()
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class ChannelCharge:
    """A shipping row or a fee. A fee may be negative. `code` is the shop's method."""

    external_id: str
    code: str
    title: str
    net: Decimal
    tax: Decimal
    taxes: tuple[ChannelTax, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelCoupon:
    """Information: the discount itself is on the lines."""

    code: str
    net: Decimal
    tax: Decimal
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ChannelPayment:
    """Money promised or taken. Gift cards and store credit are payments of method `gift_card`; `amount` is gross."""

    method: str
    title: str
    state: PaymentState
    amount: Decimal
    paid_at: datetime | None = None
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class ChannelTaxTotal:
    """The order's own sum per rate, as the channel prints it."""

    code: str
    label: str
    rate: Decimal | None
    tax: Decimal
    shipping_tax: Decimal
    is_compound: bool = False


@dataclass(frozen=True, slots=True)
class ChannelRefundLine:
    """Pieces or money given back for one order line; all amounts positive. `restocked` None is unknown and counts as restocked."""

    line_external_id: str
    external_item: str
    sku: str
    title: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    taxes: tuple[ChannelTax, ...] = ()
    restocked: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChannelRefund:
    """One refund; its key is (order, `external_id`). `amount` is gross and positive and is what the buyer got.

    `has_details` False: only the summary inside the order was read. A refund by amount has no lines; the amount that no row explains is
    the `residual`. `is_paid_back`: the gateway returned the money by itself.
    """

    external_id: str
    order_external_id: str
    amount: Decimal
    refunded_at: datetime | None
    reason: str = ""
    lines: tuple[ChannelRefundLine, ...] = ()
    charges: tuple[ChannelCharge, ...] = ()
    is_paid_back: bool | None = None
    has_details: bool = True
    residual: Decimal = ZERO
    residual_reason: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelOrder:
    """The whole order. Always: sum of line nets before discount - discounts + shipping + fees + taxes + `residual` == `total`.

    `declared_total` is the channel's own word; `total` is what the goods cost: the two differ only by gift cards that the channel has
    already taken off. `residual` is 0 or has a `residual_reason` (a code of `channels.contract.reasons`). `state` is `status` in our
    words; the account's status table, not `state`, decides the treatment. `never_lowered`: surely no piece of it ever left the shop's
    number. `fulfilments`: what the channel knows to have left, as far as it says. `finished_by_us`: it stands as finished because we told
    the channel so when the last of it had left. `unknown` lists the paths that the mapper does not know (they stay in the stored body),
    `problems` what was broken in the body.
    """

    external_id: str
    number: str
    status: str
    state: OrderState
    currency: str
    declared_total: Decimal
    total: Decimal
    prices_include_tax: bool
    placed_at: datetime | None
    updated_at: datetime | None
    paid_at: datetime | None
    completed_at: datetime | None
    customer: ChannelCustomer
    billing: ChannelAddress
    shipping_address: ChannelAddress | None
    lines: tuple[ChannelLine, ...]
    shipping: tuple[ChannelCharge, ...] = ()
    fees: tuple[ChannelCharge, ...] = ()
    coupons: tuple[ChannelCoupon, ...] = ()
    tax_totals: tuple[ChannelTaxTotal, ...] = ()
    payments: tuple[ChannelPayment, ...] = ()
    refunds: tuple[ChannelRefund, ...] = ()
    tax: Decimal = ZERO
    discount_net: Decimal = ZERO
    residual: Decimal = ZERO
    residual_reason: str = ""
    payment_method: str = ""
    payment_title: str = ""
    is_paid: bool = False
    is_test: bool = False
    never_lowered: bool = False
    customer_note: str = ""
    gift_message: str = ""
    created_via: str = ""
    buyer_currency: str = ""
    buyer_total: Decimal | None = None
    fulfilments: tuple[ChannelFulfilment, ...] = ()
    finished_by_us: bool = False
    unknown: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def gift_cards(self) -> Decimal:
        return sum(
            (payment.amount for payment in self.payments if payment.method == "gift_card"),
            ZERO,
        )

    @property
    def is_over(self) -> bool:
        """Nothing of it will be sold any more: cancelled, failed, refunded in full or thrown away."""
        return self.state in {"cancelled", "failed", "refunded", "trashed"}
