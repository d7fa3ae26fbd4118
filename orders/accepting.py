"""What an order must satisfy before it is written. Pure; a refusal names the order and what to mend in the shop."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from erp.core.money import MAX_AMOUNT
from erp.core.refusals import Refused
from orders.drafts import NewLine, NewOrder
from orders.totals import CENT
from orders.treatment import MAX_QUANTITY

THOUSANDTH = Decimal("0.001")


def check_draft(draft: NewOrder) -> None:
    """Raises Refused with the whole story when the order cannot be kept as it stands; nothing is written then."""
    number = draft.external_number or draft.external_id
    for amount in _amounts(draft):
        if not amount.is_finite() or abs(amount) > MAX_AMOUNT or amount != amount.quantize(CENT):
            raise Refused(
                _("Order %(number)s has the amount %(amount)s, which is no amount in cents. Correct it in the shop, then try again.")
                % {"number": number, "amount": amount},
                code="amount",
            )
    for line in draft.lines:
        _check_quantity(number, line)
    twice = _twice(line.external_id for line in draft.lines)
    if twice:
        raise Refused(
            _("Order %(number)s has two lines with the id %(line)s. Correct it in the shop, then try again.")
            % {"number": number, "line": twice},
            code="line_twice",
        )


def _check_quantity(number: str, line: NewLine) -> None:
    quantity = line.quantity
    if not quantity.is_finite() or quantity < 0 or quantity > MAX_QUANTITY or quantity != quantity.quantize(THOUSANDTH):
        raise Refused(
            _("Order %(number)s has %(quantity)s pieces of “%(title)s”, which cannot be. Correct the quantity in the shop, then try again.")
            % {"number": number, "quantity": quantity, "title": line.title or line.sku},
            code="quantity",
        )


def _amounts(draft: NewOrder) -> Iterator[Decimal]:
    yield draft.total
    for line in draft.lines:
        yield from (line.net, line.tax)
    for adjustment in draft.adjustments:
        yield from (adjustment.net, adjustment.tax)
    for row in draft.taxes:
        yield from (row.base, row.amount)
    yield from (payment.amount for payment in draft.payments)
    for refund in draft.refunds or ():
        yield refund.amount


def _twice(names: Iterable[str]) -> str:
    return next((name for name, count in Counter(names).items() if count > 1), "")
