"""Events in, one service call out."""

from channels.events import AccountWentLive, ListingBound, ListingReleased, PullEnded, WindowSeen
from channels.services.connecting.first_stock import settle_read_accounts
from channels.services.notifying.cancelling import request_cancels, settle_cancels
from channels.services.notifying.requesting import follow_labels, request_completion, request_fulfilments
from channels.services.publishing.fencing import close_fences_of
from channels.services.publishing.judging import judge_differences
from channels.services.publishing.requesting import request_numbers_of_variants
from channels.services.publishing.windows import (
    close_windows_of_listings,
    look_at_windows,
    open_windows_of_account,
    open_windows_of_listings,
)
from channels.services.resuming import resume_orders
from erp.core.events import handles
from inventory.events import StockChanged
from inventory.shipping.events import LabelFailed, LabelReady, ShipmentShipped
from orders.events import OrderCancelled, OrderChanged, OrderFulfilled


@handles(ListingBound)
def resume_waiting_orders(events: list[ListingBound]) -> None:
    resume_orders([event.listing_id for event in events])


@handles(PullEnded)
def settle_first_stocks(events: list[PullEnded]) -> None:
    settle_read_accounts([event.account_id for event in events])


@handles(StockChanged)
def look_at_numbers(events: list[StockChanged]) -> None:
    request_numbers_of_variants([event.variant_id for event in events])


@handles(PullEnded)
def close_fences(events: list[PullEnded]) -> None:
    close_fences_of([event.account_id for event in events])


@handles(PullEnded)
def tell_differences(events: list[PullEnded]) -> None:
    judge_differences([event.account_id for event in events])


@handles(AccountWentLive)
def open_windows(events: list[AccountWentLive]) -> None:
    for event in events:
        open_windows_of_account(event.account_id)


@handles(ListingBound)
def open_bound_windows(events: list[ListingBound]) -> None:
    open_windows_of_listings([event.listing_id for event in events])


@handles(ListingReleased)
def close_released_windows(events: list[ListingReleased]) -> None:
    close_windows_of_listings([event.listing_id for event in events])


@handles(WindowSeen)
def look_at_seen_windows(events: list[WindowSeen]) -> None:
    look_at_windows([event.listing_id for event in events])


@handles(ShipmentShipped)
def tell_shops_what_left(events: list[ShipmentShipped]) -> None:
    request_fulfilments([event.shipment_id for event in events])


@handles(LabelReady)
def tell_shops_numbers(events: list[LabelReady]) -> None:
    follow_labels([event.label_id for event in events])


@handles(LabelFailed)
def tell_shops_without_number(events: list[LabelFailed]) -> None:
    follow_labels([event.label_id for event in events])


@handles(OrderFulfilled)
def tell_shops_that_all_has_left(events: list[OrderFulfilled]) -> None:
    request_completion([event.order_id for event in events])


@handles(OrderCancelled)
def tell_shops_what_is_cancelled(events: list[OrderCancelled]) -> None:
    request_cancels([event.order_id for event in events])


@handles(OrderChanged)
def settle_cancels_that_were_read(events: list[OrderChanged]) -> None:
    settle_cancels([event.order_id for event in events])
