"""Raw bodies go after the account's months, or at once on request; the rows stay."""

from datetime import timedelta

import pytest

from channels.models import Account, InboxMessage, Listing
from channels.services.importing.pulling import pull_orders
from channels.services.retention import forget_old_bodies, redact_order
from erp.core.clock import now
from erp.core.history import history_of
from tests.factories.channels import MemoryShop
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def read(account: Account, shop: MemoryShop, listing: Listing) -> None:
    shop.sell("1", {"mug": 1})
    shop.sell("2", {"mug": 1})
    pull_orders(account.pk)


def bodies() -> list[tuple[str, bool]]:
    return [(message.external_id, message.body != "") for message in InboxMessage.objects.order_by("external_id")]


def test_only_bodies_older_than_the_accounts_months_go(account: Account, read: None) -> None:
    InboxMessage.objects.filter(external_id="1").update(received_at=now() - timedelta(days=24 * 30 + 1))

    assert (forget_old_bodies(), forget_old_bodies(), bodies()) == (1, 0, [("1", False), ("2", True)])


def test_what_still_waits_is_never_forgotten(account: Account, read: None) -> None:
    InboxMessage.objects.update(received_at=now() - timedelta(days=3000), state="parked")

    assert forget_old_bodies() == 0


def test_a_person_may_have_an_order_redacted_at_once(account: Account, read: None) -> None:
    anna = make_user()

    assert redact_order(account.pk, "2", by=anna) == 1

    entry = history_of(account).order_by("-pk")[0]
    assert (bodies(), entry.verb, entry.by) == ([("1", True), ("2", False)], "bodies_redacted", anna)


def test_a_redacted_order_is_read_again_only_when_it_changes(account: Account, shop: MemoryShop, read: None) -> None:
    redact_order(account.pk, "2", by=make_user())

    report = pull_orders(account.pk)

    assert report is not None
    assert (report.unchanged, bodies()) == (2, [("1", True), ("2", False)])
