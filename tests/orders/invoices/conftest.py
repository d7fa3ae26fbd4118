"""A company that may issue, and orders that were paid."""

from decimal import Decimal
from typing import Any

import pytest

from crm.models import Company
from crm.people import Person
from orders.drafts import NewAdjustment, NewLine, NewTax
from orders.services.placing import place_order
from tests.factories.crm import anna, make_company
from tests.factories.orders import draft

SELLER_VAT = "00743110157"


@pytest.fixture
def company(db: Any) -> Company:
    return make_company(partita_iva=SELLER_VAT, email="ordini@bottega.example")


def business(number: int = 1, **fields: Any) -> Person:
    return anna(number, **{"company": f"Locanda {number} S.r.l.", "partita_iva": "12345670017", "recipient_code": "ABC1234", **fields})


def sold(gross: str, rate: str = "22", *, external_id: str = "1", quantity: str = "1", title: str = "Tazza", **fields: Any) -> NewLine:
    """A virtual line, paid `gross` in all; its net is rounded as a shop would."""
    whole = Decimal(gross)
    net = (whole * 100 / (100 + Decimal(rate))).quantize(Decimal("0.01"))
    told = {"external_id": external_id, "variant_id": None, "sku": f"SKU-{external_id}", "title": title, "quantity": Decimal(quantity)}
    return NewLine(**{**told, "net": net, "tax": whole - net, "needs_stock": False, "needs_shipping": False, **fields})


def carriage(gross: str, rate: str = "22") -> NewAdjustment:
    whole = Decimal(gross)
    net = (whole * 100 / (100 + Decimal(rate))).quantize(Decimal("0.01"))
    return NewAdjustment("shipping", "Corriere", net, whole - net)


def rate_rows(lines: Any, adjustments: Any, rate: str = "22") -> tuple[NewTax, ...]:
    rows = [NewTax(f"line:{line.external_id}", "IVA", Decimal(rate), line.net, line.tax) for line in lines]
    shipping = [each for each in adjustments if each.kind == "shipping"]
    return tuple(rows) + tuple(NewTax(f"shipping:{i}", "IVA", Decimal(rate), each.net, each.tax) for i, each in enumerate(shipping))


def make_order(lines: Any = None, adjustments: Any = (), *, rate: str = "22", **fields: Any) -> int:
    """A paid order of virtual goods, closed at once; its key."""
    lines = tuple(lines or [sold("19.90")])
    fields.setdefault("taxes", rate_rows(lines, adjustments, rate))
    return place_order(draft(lines, adjustments=tuple(adjustments), prices_include_tax=True, **fields), actor="shop").order_id
