"""Webhooks are looked after: switched off by the shop, they are made again, and silence is told."""

from datetime import timedelta

import pytest

from channels.contract import Permanent, Temporary
from channels.models import Account, InboxMessage
from channels.services.connecting.webhooks import check_webhooks, register_webhooks, retry_card, usual_gap, webhook_url
from erp.core.clock import now
from erp.core.models import Card
from erp.core.refusals import Refused
from tests.factories.channels import MemoryShop
from tests.factories.users import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def hear(account: Account, *hours_ago: float) -> None:
    present = now()
    for place, hours in enumerate(hours_ago, InboxMessage.objects.count()):
        moment = present - timedelta(hours=hours)
        InboxMessage.objects.create(
            account=account, kind="other", external_id=str(place), body_hash="x", body="", via="webhook", received_at=moment, due_at=moment
        )


def test_they_are_registered_at_our_door(account: Account, shop: MemoryShop) -> None:
    made = register_webhooks(account.pk, by=make_user())

    account.refresh_from_db()
    assert webhook_url(account) == "http://127.0.0.1:8000/webhooks/terramare/"
    assert ([each.url for each in made], account.health["webhook_topics"]) == ([webhook_url(account)], ["order.updated"])


def test_a_shop_that_takes_none_is_told_in_words(account: Account, shop: MemoryShop) -> None:
    shop.failures = [Permanent("webhooks are not allowed here")]

    with pytest.raises(Refused, match="webhooks are not allowed here"):
        register_webhooks(account.pk)


def test_pain_03_sleeping_ones_are_made_again_with_a_card(account: Account, shop: MemoryShop) -> None:
    register_webhooks(account.pk)
    assert check_webhooks(account.pk) is True
    shop.webhooks = []

    assert check_webhooks(account.pk) is False

    card = Card.objects.get()
    assert (card.kind, shop.calls.count("register"), len(shop.webhooks)) == ("channels.webhooks_asleep", 2, 1)
    retry_card(card.subject, by=make_user())
    assert Card.objects.filter(closed_at=None).count() == 0


def test_a_shop_that_does_not_answer_is_refused_not_judged(account: Account, shop: MemoryShop) -> None:
    shop.failures = [Temporary("502")]

    with pytest.raises(Refused, match="502"):
        check_webhooks(account.pk)

    assert Card.objects.count() == 0


def test_pain_03_silence_of_many_times_the_usual_is_told(account: Account, shop: MemoryShop) -> None:
    register_webhooks(account.pk)
    hear(account, *[8 + 0.5 * place for place in range(12)])
    assert usual_gap(account) == timedelta(minutes=30)

    check_webhooks(account.pk)
    card = Card.objects.get(closed_at=None)
    assert (card.kind, card.params["hours"], card.params["usual"]) == ("channels.silent", "8.0", "0.5")

    hear(account, 0)
    check_webhooks(account.pk)
    assert Card.objects.filter(closed_at=None).count() == 0


def test_a_shop_that_was_hardly_heard_is_not_called_silent(account: Account, shop: MemoryShop) -> None:
    register_webhooks(account.pk)
    hear(account, 90, 91, 92)

    check_webhooks(account.pk)

    assert (usual_gap(account), Card.objects.count()) == (None, 0)
