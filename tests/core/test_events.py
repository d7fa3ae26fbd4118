"""Events are rows of the transaction, delivered at least once to each handler of its own accord."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User

from erp.core import clock as the_clock
from erp.core import events, tasks
from erp.core.delivering import MAX_ATTEMPTS, deliver_pending, prune_events, prune_exchanges, retry_delivery
from erp.core.events import handles, publish
from erp.core.history import history_of
from erp.core.models import Card, Delivery, Event, HttpExchange
from erp.core.transactions import atomic

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class CupBroken:
    number: int


@pytest.fixture
def heard() -> Iterator[dict[str, list[list[int]]]]:
    """Two handlers: `swept` takes everything, `glued` fails while the number 13 is in its list."""
    calls: dict[str, list[list[int]]] = {"swept": [], "glued": []}
    name = events.name_of(CupBroken)

    @handles(CupBroken)
    def swept(news: list[CupBroken]) -> None:
        calls["swept"].append([cup.number for cup in news])

    @handles(CupBroken, lane="backlog")
    def glued(news: list[CupBroken]) -> None:
        if any(cup.number == 13 for cup in news):
            raise ValueError("thirteen cannot be glued")
        calls["glued"].append([cup.number for cup in news])

    yield calls
    for subscription in events._subscriptions.pop(name):
        events._by_key.pop(subscription.key)


def break_cups(*numbers: int) -> None:
    for number in numbers:
        with atomic():
            publish(CupBroken(number))


def test_each_handler_gets_a_list_of_different_news(heard):
    break_cups(1, 2, 2)

    assert deliver_pending() == 6

    assert heard == {"swept": [[1, 2]], "glued": [[1, 2]]}
    assert Delivery.objects.count() == 0
    assert Event.objects.count() == 3


def test_equal_news_of_one_transaction_is_one_event_in_its_first_place(heard):
    with atomic():
        for number in (2, 1, 2, 2):
            publish(CupBroken(number))

    assert list(Event.objects.order_by("pk").values_list("payload", flat=True)) == [{"number": 2}, {"number": 1}]


def test_news_of_a_failed_transaction_is_never_told(heard):
    with pytest.raises(ValueError), atomic():
        publish(CupBroken(1))
        raise ValueError

    assert deliver_pending() == 0
    assert Event.objects.count() == 0


def test_a_failing_handler_holds_up_neither_the_other_nor_the_other_news(heard):
    break_cups(1, 13, 2)

    deliver_pending()

    assert heard == {"swept": [[1, 13, 2]], "glued": [[1], [2]]}
    assert [(row.attempts, row.error) for row in Delivery.objects.all()] == [(1, "ValueError: thirteen cannot be glued")]


def test_a_failed_delivery_is_repeated_with_growing_delay_then_parked_with_a_card(heard, clock):
    break_cups(13)

    tried = 0
    for _attempt in range(MAX_ATTEMPTS + 3):
        tried += deliver_pending("backlog")
        clock.advance(2**MAX_ATTEMPTS + 1)

    assert tried == MAX_ATTEMPTS
    parked = Delivery.objects.get(handler__endswith="glued")
    assert parked.parked_at is not None
    card = Card.objects.get()
    assert (card.kind, card.subject, card.closed_at) == ("core.parked_delivery", f"delivery:{parked.pk}", None)

    who = User.objects.create(username="ada")
    retry_delivery(card.subject, by=who)

    assert [(entry.verb, entry.by) for entry in history_of(f"core.delivery:{parked.pk}")] == [("retried", who)]
    assert deliver_pending("backlog") == 1
    card.refresh_from_db()
    assert card.closed_at is not None


def test_a_failed_delivery_waits_before_its_next_attempt(heard, clock):
    break_cups(13)

    assert deliver_pending("backlog") == 1
    assert deliver_pending("backlog") == 0
    clock.advance(3)
    assert deliver_pending("backlog") == 1
    clock.advance(3)
    assert deliver_pending("backlog") == 0


def test_a_claim_whose_worker_died_is_taken_again_after_its_lease(heard):
    break_cups(1)
    Delivery.objects.update(leased_until="2000-01-01T00:00Z", attempts=1)

    assert deliver_pending() == 2
    assert heard["swept"] == [[1]]


def test_a_claim_of_a_living_worker_is_left_alone(heard):
    break_cups(1)
    Delivery.objects.update(leased_until="2200-01-01T00:00Z")

    assert deliver_pending() == 0


def test_a_wake_up_that_fails_loses_nothing(heard, monkeypatch, caplog):
    class AwayBroker:
        def apply_async(self, **_options: object) -> None:
            raise ConnectionError("broker away")

    monkeypatch.setattr(tasks, "deliver", AwayBroker())
    monkeypatch.setattr(events, "_no_wake_before", 0.0)
    events.hear_wake_up("live")

    break_cups(1)
    break_cups(2)

    assert len([r for r in caplog.records if "wake-up" in r.message]) == 1
    assert deliver_pending() == 4


def test_one_wake_up_waits_for_all_that_commits_before_it_is_heard(heard, monkeypatch):
    sent = []

    class Broker:
        def apply_async(self, *, kwargs: dict[str, str], **_options: object) -> None:
            sent.append(kwargs["lane"])

    monkeypatch.setattr(tasks, "deliver", Broker())
    monkeypatch.setattr(events, "_no_wake_before", 0.0)
    monkeypatch.setattr(events, "WAKE_MARK_SECONDS", 60)
    events.hear_wake_up("live")

    break_cups(1)
    break_cups(2)
    events.hear_wake_up("live")
    break_cups(3)
    events.hear_wake_up("live")

    assert sent.count("live") == 2


def test_events_are_kept_thirty_days(heard, clock):
    break_cups(1)
    deliver_pending()

    assert prune_events() == 0
    clock.advance(31 * 86400)
    assert prune_events() == 1


def test_the_log_of_outbound_calls_keeps_thirty_days(clock):
    HttpExchange.objects.create(at=the_clock.now(), source="shop", method="GET", url="http://shop/", milliseconds=5)

    assert prune_exchanges() == 0
    clock.advance(31 * 86400)
    assert prune_exchanges() == 1
