"""Clock, money, states, numbers, secrets, ids and cards."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from erp.core import clock as the_clock
from erp.core.cards import cause_of, close_card, close_card_by_hand, open_card, retry_card
from erp.core.history import history_of
from erp.core.ids import parse_id, public_id
from erp.core.models import Card, NumberSeries, Secret
from erp.core.money import round_cents, split_pro_rata, unit_price
from erp.core.numbering import take_number
from erp.core.refusals import Refused
from erp.core.registry import Registry
from erp.core.secrets import Credentials, store_secret
from erp.core.transactions import atomic
from tests.clocks import TUESDAY, ClockHand

D = Decimal


def test_the_clock_shows_real_time_until_it_is_moved(tmp_path, monkeypatch):
    monkeypatch.setenv("REGIA_CLOCK", str(tmp_path / "clock.json"))
    grain, day = timedelta(milliseconds=1), timedelta(days=1)
    assert the_clock.real_now() - grain < the_clock.now() < the_clock.real_now() + grain

    ClockHand(tmp_path / "clock.json").advance(86400)

    assert the_clock.real_now() - grain < the_clock.now() - day < the_clock.real_now() + grain


def test_two_changes_of_the_clock_are_seen_however_quickly_one_follows_the_other(clock):
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(50)]

    shown = []
    for moment in moments:
        clock.stand_at(moment)
        shown.append(the_clock.now())

    assert [abs(each - moment) < timedelta(milliseconds=1) for each, moment in zip(shown, moments, strict=True)] == [True] * 50


def test_the_clock_is_shared_by_processes_and_keeps_its_moment_when_its_speed_changes(clock):
    clock.advance(3600)
    clock.run(faster=1000)
    before = the_clock.now()
    command = "from erp.core import clock; print(clock.now().timestamp())"
    other = subprocess.run([sys.executable, "-c", command], env=os.environ, capture_output=True, text=True, check=True)

    assert before.timestamp() < float(other.stdout) < the_clock.now().timestamp()
    assert before >= TUESDAY + timedelta(hours=1)


@pytest.mark.parametrize(("amount", "cents"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("2.6749", "2.67")])
def test_cents_round_half_up(amount, cents):
    assert round_cents(D(amount)) == D(cents)


@given(st.integers(-100_000, 100_000), st.lists(st.integers(0, 1000), min_size=1, max_size=8))
def test_a_split_sums_to_its_amount_to_the_cent(cents, weights):
    amount = D(cents) / 100
    parts = split_pro_rata(amount, [D(weight) for weight in weights])
    assert (len(parts), sum(parts)) == (len(weights), amount)


def test_a_unit_price_has_eight_decimals():
    assert unit_price(D("27.77"), D(7)) == D("3.96714286")


def test_a_registry_refuses_unknown_names_in_words():
    carriers = Registry[int]("carrier")
    carriers.register("brt", 1)
    with pytest.raises(Refused, match="brt"):
        carriers.get("gls")
    with pytest.raises(RuntimeError):
        carriers.register("brt", 2)


def test_public_ids_carry_their_kind():
    assert parse_id("ord", public_id("ord", 1042)) == 1042
    for wrong in ("ord_", "shp_1042", "ord_1042x", "ord_²"):
        with pytest.raises(Refused):
            parse_id("ord", wrong)


@pytest.mark.django_db(transaction=True)
def test_numbers_are_gapless_also_when_an_issue_is_refused_and_issued_in_parallel():
    def issue(times: int) -> None:
        for turn in range(times):
            try:
                with atomic():
                    taken.append(take_number("FT", 2026))
                    if turn % 3 == 0:
                        taken.pop()
                        raise Refused("no")
            except Refused:
                pass
        connection.close()

    taken: list[int] = []
    threads = [Thread(target=issue, args=[12]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(1, 25))
    assert NumberSeries.objects.get().last == 24


@pytest.mark.django_db
def test_credentials_are_stored_encrypted_and_read_at_use():
    store_secret("shop", {"key": "ck_123", "secret": "cs_456"})
    credentials = Credentials("shop")
    store_secret("shop", {"key": "ck_new", "secret": "cs_new"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM core_secret")
        (stored,) = cursor.fetchone()
    assert "ck_" not in stored
    assert credentials.current() == {"key": "ck_new", "secret": "cs_new"}
    assert Secret.objects.count() == 1
    with pytest.raises(Refused, match="other"):
        Credentials("other").current()


@pytest.mark.django_db(transaction=True)
def test_a_card_opens_once_refreshes_and_closes():
    for error in ("first", "second"):
        with atomic():
            open_card("core.parked_delivery", "delivery:1", event="e", handler="h", error=error)
    card = Card.objects.get()
    assert "second" in cause_of(card)

    close_card("core.parked_delivery", "delivery:1")
    with atomic():
        open_card("core.parked_delivery", "delivery:1", event="e", handler="h", error="third")

    assert Card.objects.filter(closed_at=None).count() == 1
    assert Card.objects.count() == 2
    with pytest.raises(Refused) as refused:
        retry_card(card.pk, by=User())
    assert refused.value.code == "settled"


@pytest.mark.django_db(transaction=True)
def test_who_settles_a_card_by_hand_is_kept_once():
    with atomic():
        open_card("core.parked_delivery", "delivery:1", event="e", handler="h", error="first")
    card, who = Card.objects.get(), User.objects.create(username="ada")

    for _again in range(2):
        close_card_by_hand(card.pk, by=who)

    card.refresh_from_db()
    assert card.closed_at is not None
    assert [(entry.verb, entry.by) for entry in history_of(card)] == [("settled", who)]
