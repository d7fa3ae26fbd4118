"""Tokens that expire: two workers never spend one refresh token."""

import threading
import time

import pytest
from django.db import connection

from erp.core.refusals import Refused
from erp.core.secrets import Credentials, store_secret
from erp.core.transactions import atomic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def credentials() -> Credentials:
    store_secret("shop", {"access_token": "old", "refresh_token": "once", "client": "c"})
    return Credentials("shop")


def test_a_new_token_is_stored_beside_what_stays(credentials):
    assert credentials.refresh(if_still="old", fetch=lambda: {"access_token": "new"}) == credentials.current()
    assert credentials.current() == {"access_token": "new", "refresh_token": "once", "client": "c"}


def test_whoever_comes_later_takes_the_token_that_is_there(credentials):
    store_secret("shop", {"access_token": "newer"})
    assert credentials.refresh(if_still="old", fetch=lambda: {"access_token": "never"}) == {"access_token": "newer"}


def test_two_workers_fetch_once(credentials):
    fetched: list[int] = []

    def fetch() -> dict[str, str]:
        fetched.append(1)
        time.sleep(0.2)
        return {"access_token": "new"}

    def work() -> None:
        try:
            credentials.refresh(if_still="old", fetch=fetch)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (fetched, credentials.current()["access_token"]) == ([1], "new")


def test_a_refresh_that_fails_changes_nothing_and_frees_the_lock(credentials):
    def fail() -> dict[str, str]:
        raise Refused("no")

    with pytest.raises(Refused):
        credentials.refresh(if_still="old", fetch=fail)
    assert credentials.current()["access_token"] == "old"
    assert credentials.refresh(if_still="old", fetch=lambda: {"access_token": "new"})["access_token"] == "new"


def test_it_refuses_inside_a_transaction(credentials):
    with pytest.raises(RuntimeError, match="must not run inside a transaction"), atomic():
        credentials.refresh(if_still="old", fetch=dict)
