from channels.models.account import Account, FirstStock, LocationMap
from channels.models.differences import Difference, Verdict
from channels.models.inbox import Cursor, InboxMessage, OrderLease, Via
from channels.models.jobs import Job
from channels.models.listing import Binding, Listing
from channels.models.pushes import CancelPush, FulfilmentPush
from channels.models.writes import Answer, HeldAs, NumberRequest, StockWrite

__all__ = [
    "Account",
    "Answer",
    "Binding",
    "CancelPush",
    "Cursor",
    "Difference",
    "FirstStock",
    "FulfilmentPush",
    "HeldAs",
    "InboxMessage",
    "Job",
    "Listing",
    "LocationMap",
    "NumberRequest",
    "OrderLease",
    "StockWrite",
    "Verdict",
    "Via",
]
