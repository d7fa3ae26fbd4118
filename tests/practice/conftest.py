"""A running shop per test, on a store of its own, and a client that signs as a plain-HTTP caller must."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from erp.practice.serving import RunningSite
from erp.practice.woocommerce import Buyer, Control, Shop, Store, seeding, serve
from tests.practice.caller import Caller
from tests.practice.listener import Listener


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "shop.sqlite3")
    seeding.set_up_italy(store)
    return store


@pytest.fixture
def running(store: Store) -> Iterator[RunningSite]:
    site = serve(Shop(store))
    yield site
    site.stop()


@pytest.fixture
def api(store: Store, running: RunningSite) -> Iterator[Caller]:
    with Caller(running.url, *seeding.add_key(store)) as caller:
        yield caller


@pytest.fixture
def buyer(running: RunningSite) -> Iterator[Buyer]:
    with Buyer(running.url) as buyer:
        yield buyer


@pytest.fixture
def control(running: RunningSite) -> Iterator[Control]:
    with Control(running.url) as control:
        yield control


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def mug(store: Store) -> int:
    return seeding.add_product(store, "Tazza", price="12.90", sku="TAZZA", stock=10)
