"""Services nest for nothing; what they collect is written once, at the end of the outermost transaction."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from erp.core.events import publish
from erp.core.history import history_of, record
from erp.core.models import Card, Event, HistoryEntry
from erp.core.transactions import atomic, attempt, collect, forbid_transaction, in_transaction, replay, require_transaction


@dataclass(frozen=True)
class Happened:
    number: int


@pytest.mark.django_db(transaction=True)
def test_nested_services_write_history_and_events_in_one_statement_each():
    @atomic
    def inner(number: int) -> None:
        record(f"thing:{number}", "made", actor="test")
        publish(Happened(number))

    @atomic
    def outer() -> None:
        inner(1)
        inner(2)
        inner(2)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        outer()

    assert len(queries) == 4  # BEGIN, history, events, COMMIT
    assert [entry.subject_id for entry in HistoryEntry.objects.order_by("pk")] == ["1", "2", "2"]
    assert [event.payload for event in Event.objects.order_by("pk")] == [{"number": 1}, {"number": 2}]


@pytest.mark.django_db(transaction=True)
def test_an_error_takes_the_whole_transaction_and_what_was_collected():
    @atomic
    def fails() -> None:
        record("thing:1", "made")
        raise ValueError

    with pytest.raises(ValueError), atomic():
        record("thing:0", "made")
        fails()
    with atomic():
        record("thing:2", "made")

    assert [entry.subject_id for entry in HistoryEntry.objects.order_by("pk")] == ["2"]


@pytest.mark.django_db(transaction=True)
def test_attempt_undoes_only_its_own_part():
    with atomic():
        record("thing:1", "made")
        with pytest.raises(ValueError), attempt():
            record("thing:2", "made")
            with atomic():
                Card.objects.create(kind="k", subject="s", opened_at="2026-01-01T00:00Z", seen_at="2026-01-01T00:00Z")
                raise ValueError
        record("thing:3", "made")

    assert [entry.subject_id for entry in HistoryEntry.objects.order_by("pk")] == ["1", "3"]
    assert Card.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_network_is_refused_inside_a_transaction():
    forbid_transaction("a call")
    with atomic():
        require_transaction("a write")
        with pytest.raises(RuntimeError, match="must not run inside"):
            forbid_transaction("a call")
    with pytest.raises(RuntimeError, match="belongs inside"):
        require_transaction("a write")


@pytest.mark.django_db
def test_the_transaction_around_a_test_does_not_count():
    assert not in_transaction()
    with transaction.atomic():
        assert in_transaction()


def test_nothing_can_be_collected_outside_of_a_transaction():
    with pytest.raises(RuntimeError, match="outside of atomic"):
        collect("history", object())


@pytest.mark.django_db(transaction=True)
def test_history_cannot_be_changed_or_deleted():
    with atomic():
        record("thing:1", "made")
    entry = HistoryEntry.objects.get()

    with pytest.raises(Exception, match="append-only"):
        HistoryEntry.objects.filter(pk=entry.pk).update(verb="unmade")
    with pytest.raises(Exception, match="append-only"):
        HistoryEntry.objects.filter(pk=entry.pk).delete()
    assert [(e.verb, e.actor) for e in history_of("thing:1")] == [("made", "system")]


def given_up(times, sqlstate):
    """Work that the database gives up so many times before it succeeds."""
    cause = Exception()
    cause.sqlstate = sqlstate
    tries = []

    def work():
        tries.append(1)
        if len(tries) <= times:
            raise OperationalError("given up") from cause
        return len(tries)

    return work


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_transaction_that_the_database_gave_up_is_run_again(sqlstate):
    assert replay(given_up(2, sqlstate)) == 3


def test_it_is_not_run_again_for_ever_nor_for_other_failures():
    with pytest.raises(OperationalError):
        replay(given_up(4, "40P01"))
    with pytest.raises(OperationalError):
        replay(given_up(1, "57P01"))


@pytest.mark.django_db(transaction=True)
def test_the_outermost_service_is_run_again_and_what_it_had_collected_is_forgotten():
    give_up = given_up(2, "40P01")

    @atomic
    def inner() -> int:
        record("thing:1", "made")
        return give_up()

    @atomic
    def outer() -> int:
        return inner()

    assert (outer(), HistoryEntry.objects.count()) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_a_service_inside_a_transaction_or_with_an_iterator_is_not_run_again():
    """The one around it is gone already; the other would find nothing left to do."""

    @atomic
    def service(rows: object, give_up: Callable[[], int]) -> int:
        return give_up()

    with pytest.raises(OperationalError), transaction.atomic():
        service([], given_up(1, "40P01"))
    with pytest.raises(OperationalError):
        service(iter([]), given_up(1, "40P01"))
