"""A draft that waits for a decision comes back as it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from orders.drafts import NewHold, NewLine
from orders.written import read_draft, write_draft
from tests.factories.orders import draft, refund


def test_what_is_read_equals_what_was_written():
    line = NewLine("1", 7, "SKU", "Articolo", Decimal("1.500"), Decimal("10.00"), components=((3, Decimal(2)),), lowered=Decimal(1))
    hold = NewHold("trashed", expires_at=datetime(2026, 12, 1, tzinfo=UTC), params={"status": "trash"})
    told = draft(
        [line, replace(line, external_id="2", window="w", lowered=None)], holds=(hold,), refunds=(refund("r", "1.00", [("1", 1)]),)
    )

    assert read_draft(json.loads(json.dumps(write_draft(told)))) == told
    assert read_draft(json.loads(json.dumps(write_draft(replace(told, refunds=None, shipping=None))))).refunds is None
