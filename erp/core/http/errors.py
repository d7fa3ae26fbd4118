"""How a call to the outside can end badly: one family, by what the caller has to do."""

from collections.abc import Sequence
from datetime import timedelta


class OutsideError(Exception):
    """Base of the family. `detail` is the other side's own words, without secrets, for the log and for staff."""

    def __init__(self, detail: str = "", *, status: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status


class Temporary(OutsideError):
    """Nothing happened there, or only a read failed: the same call may be made again later."""


class RateLimited(Temporary):
    """Too many calls; nothing happened. Wait at least `wait`."""

    def __init__(self, detail: str = "", *, wait: timedelta, status: int | None = None) -> None:
        super().__init__(detail, status=status)
        self.wait = wait


class Unknown(OutsideError):
    """A write was sent and has no clear answer: it may have happened, or may still. Never repeat it without asking first."""


class Permanent(OutsideError):
    """The same call will fail again: a person or other data is needed."""


class AuthExpired(Permanent):
    """The credentials are not accepted (any more)."""


class Forbidden(Permanent):
    """The credentials are good, but not for this; `scope` names the missing right where the other side says it."""

    def __init__(self, detail: str = "", *, scope: str = "", status: int | None = None) -> None:
        super().__init__(detail, status=status)
        self.scope = scope


class NotFound(Permanent):
    """The thing is not there."""


class Rejected(Permanent):
    """The other side understood and refused; `code` is its word for it, `items` the parts that it names."""

    def __init__(
        self,
        detail: str = "",
        *,
        code: str = "",
        items: Sequence[str] = (),
        status: int | None = None,
    ) -> None:
        super().__init__(detail, status=status)
        self.code = code
        self.items = tuple(items)


class ContractBroken(Permanent):
    """An answer or a body does not have the shape that the contract promises; `path` says where."""

    def __init__(self, path: str, detail: str = "") -> None:
        super().__init__(f"{path}: {detail}" if detail else path)
        self.path = path
