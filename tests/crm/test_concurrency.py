"""Two pages that make the same new customers at the same moment: first the race without the guard, then the guard (PAINS row 2)."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from crm.models import Address, ChannelIdentity, ContactPoint, Evidence, MergeSuggestion, Party
from crm.people import Person
from crm.services.parties import resolve_parties
from erp.core import clock
from erp.core.transactions import atomic
from tests.databases import somebody_waits
from tests.factories.crm import anna, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow(seconds=0.2)]

PAGE = [anna(number) for number in range(1, 51)]
WAIT_SECONDS = 300  # no measure: only so that nothing waits for ever


def in_threads(*works: Callable[[], object]) -> list[object]:
    def alone(work: Callable[[], object]) -> object:
        try:
            return work()
        except OperationalError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [job.result(WAIT_SECONDS) for job in [pool.submit(alone, work) for work in works]]


def wait_until_someone_waits() -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            if somebody_waits(cursor):
                return
        time.sleep(0.005)
    raise AssertionError("nobody waits for a lock")


def make_unguarded(page: list[Person], barrier: threading.Barrier) -> list[int]:
    """Look first, then insert, in the order of the page: what `resolve_parties` must not do."""
    known = {told.email: Party.objects.filter(evidence__value=told.email).first() for told in page}
    barrier.wait()
    with transaction.atomic():
        made = []
        for told in page:
            party = known[told.email] or Party.objects.create(name=told.name, sort_name=told.name, created_at=clock.now())
            Evidence.objects.bulk_create([Evidence(kind="email", value=told.email, party=party)], ignore_conflicts=True)
            made.append(party.pk)
            if len(made) == 1 < len(page):
                barrier.wait()
        return made


def test_without_the_guard_pages_in_opposite_order_deadlock() -> None:
    barrier, page = threading.Barrier(2, timeout=WAIT_SECONDS), PAGE[:2]

    results = in_threads(lambda: make_unguarded(page, barrier), lambda: make_unguarded(page[::-1], barrier))

    assert [type(result) for result in results].count(OperationalError) == 1
    assert "deadlock detected" in str(next(result for result in results if isinstance(result, OperationalError)))


def test_without_the_guard_one_customer_becomes_two() -> None:
    barrier, page = threading.Barrier(2, timeout=WAIT_SECONDS), PAGE[:1]

    results = in_threads(lambda: make_unguarded(page, barrier), lambda: make_unguarded(page, barrier))

    assert (Party.objects.count(), Evidence.objects.count()) == (2, 1)
    assert results[0] != results[1]


def test_pain_02_a_page_waits_for_the_other_and_takes_its_customers() -> None:
    """The second page is let in while the first has written and not committed, so that both certainly meet."""
    has_written = threading.Event()

    @atomic
    def first() -> list[int]:
        made = resolve_parties(PAGE)
        has_written.set()
        wait_until_someone_waits()
        return made

    def second() -> list[int]:
        has_written.wait(WAIT_SECONDS)
        return resolve_parties([*PAGE[::-1], anna(51)])

    made, found = in_threads(first, second)

    assert isinstance(found, list)
    assert found[:50] == made[::-1]  # type: ignore[index]
    assert Party.objects.count() == 51
    assert [model._base_manager.count() for model in (Evidence, ChannelIdentity, Address, ContactPoint)] == [102, 51, 51, 102]
    assert set(Evidence.objects.values_list("party_id", flat=True)) == set(Party.objects.values_list("pk", flat=True))


def test_pain_02_pages_in_opposite_order_neither_deadlock_nor_make_anybody_twice() -> None:
    barrier = threading.Barrier(4, timeout=WAIT_SECONDS)

    def importer(backwards: bool) -> list[list[int]]:
        seen = []
        for start in range(0, 500, 50):
            page = [anna(start + each) for each in range(1, 51)]
            barrier.wait()
            parties = resolve_parties(page[::-1] if backwards else page)
            seen.append(parties[::-1] if backwards else parties)
        return seen

    results = in_threads(*(lambda each=each: importer(bool(each % 2)) for each in range(4)))  # type: ignore[misc]

    assert results[1:] == results[:1] * 3
    assert [model._base_manager.count() for model in (Party, Evidence, ChannelIdentity, Address, MergeSuggestion)] == [
        500,
        1000,
        500,
        500,
        0,
    ]


def test_pain_02_one_account_with_two_mailboxes_at_the_same_moment_is_one_customer() -> None:
    barrier = threading.Barrier(2, timeout=WAIT_SECONDS)

    def buy(email: str) -> int:
        barrier.wait()
        return resolve_parties([person(external_id="17", email=email)])[0]

    one, other = in_threads(lambda: buy("home@example.com"), lambda: buy("work@example.com"))

    assert one == other
    assert sorted(Evidence.objects.values_list("value", "party_id")) == [("home@example.com", one), ("work@example.com", one)]
