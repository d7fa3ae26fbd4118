"""A practice shop of its own for each test, and our connector to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.connectors.woocommerce.connector import WooCommerceConnector
from erp.core.http import close_all
from erp.practice.serving import RunningSite
from erp.practice.woocommerce import Buyer, Control, Shop, Store, seeding, serve
from tests.fixtures.woocommerce.connecting import Keys, connect


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
    close_all()


@pytest.fixture
def keys(store: Store) -> Keys:
    key, secret = seeding.add_key(store)
    return Keys(consumer_key=key, consumer_secret=secret)


@pytest.fixture
def shop(running: RunningSite, keys: Keys) -> WooCommerceConnector:
    return connect(running.url, keys=keys)


@pytest.fixture
def buyer(running: RunningSite) -> Iterator[Buyer]:
    with Buyer(running.url) as buyer:
        yield buyer


@pytest.fixture
def control(running: RunningSite) -> Iterator[Control]:
    with Control(running.url) as control:
        yield control


@pytest.fixture
def mug(store: Store) -> int:
    return seeding.add_product(store, "Tazza", price="12.90", sku="TAZZA", stock=10)
