"""The family of errors that connectors raise; callers never see HTTP."""

from erp.core.http.errors import (
    AuthExpired,
    ContractBroken,
    Forbidden,
    NotFound,
    OutsideError,
    Permanent,
    RateLimited,
    Rejected,
    Temporary,
    Unknown,
)


class BadSignature(Permanent):
    """A webhook that was not signed with our secret: answer 401 and store nothing."""


class StockConflict(Permanent):
    """Compare-and-set found another number than expected."""


__all__ = [
    "AuthExpired",
    "BadSignature",
    "ContractBroken",
    "Forbidden",
    "NotFound",
    "OutsideError",
    "Permanent",
    "RateLimited",
    "Rejected",
    "StockConflict",
    "Temporary",
    "Unknown",
]
