"""What the platform answers when it refuses."""

from typing import Any


class RestError(Exception):
    """Becomes `{code, message, data: {status, params}}` with the same HTTP status."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.data = status, code, message, data

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "data": {"status": self.status, **self.data}}


def invalid_params(problems: dict[str, str], kinds: dict[str, str] | None = None) -> RestError:
    """The envelope for arguments that do not fit, one sentence per argument."""
    kinds = kinds or {}
    details = {name: {"code": kinds.get(name, "rest_invalid_type"), "message": why, "data": None} for name, why in problems.items()}
    return RestError(400, "rest_invalid_param", f"Invalid parameter(s): {', '.join(problems)}", params=problems, details=details)


def not_found(what: str) -> RestError:
    """`what` is the platform's own word in its code, for instance `shop_order`."""
    return RestError(404, f"woocommerce_rest_{what}_invalid_id", "Invalid ID.")
