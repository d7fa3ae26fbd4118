"""The merchant's two practice shops: what each sells, its store under the demo's home, and the process that serves it.

`python -m erp.practice.demo.shops <store> <port>` serves one shop until it is told to end.
"""

import random
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from erp.practice.demo.merchant.goods import Article, articles
from erp.practice.woocommerce import Shop, Store, seeding, serve
from erp.practice.woocommerce.folder import SUFFIX
from erp.practice.woocommerce.seeding import Variation

TAX_CLASSES = {"ordinaria": "", "ridotta": "aliquota-10", "minima": "aliquota-4"}
COUPONS = (("BENVENUTO10", "percent", "10", False), ("TERRA5", "fixed_cart", "5", False), ("CONSEGNAZERO", "fixed_cart", "0", True))
CASH_ON_DELIVERY_NET = "3.28"
KEY_NAME = "Regia"
SEED = 20260403


@dataclass(frozen=True)
class Stall:
    """One shop of the merchant. `share` of 4 collections are sold here; prices are the list price times `price_factor`."""

    code: str
    name: str
    share: int
    price_factor: Decimal
    hold_stock_minutes: int
    province: str = "RA"


STALLS = (
    Stall("terramare", "Terramare Shop", 4, Decimal(1), 60),
    Stall("outlet", "Terramare Outlet", 2, Decimal("0.85"), 1),
)


@dataclass(frozen=True)
class PracticeShop:
    """Where a stall lives on this machine; `manage.py practice` finds it there too."""

    stall: Stall
    folder: Path

    @property
    def store_file(self) -> Path:
        return self.folder / f"{self.stall.code}{SUFFIX}"

    @property
    def port_file(self) -> Path:
        return self.folder / f"{self.stall.code}.port"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The same as last time while it is free, so that Regia finds the shop where it was."""
        return int(self.port_file.read_text())

    @property
    def words(self) -> list[str]:
        """The command that serves it."""
        return [sys.executable, "-m", "erp.practice.demo.shops", str(self.store_file), str(self.port)]


def open_stalls(home: Path) -> list[PracticeShop]:
    """Both shops with their stores filled and a port chosen; nothing runs yet."""
    shops = [PracticeShop(stall, home) for stall in STALLS]
    home.mkdir(parents=True, exist_ok=True)
    for shop in shops:
        choose_port(shop.port_file)
        with closing(Store(shop.store_file)) as store:
            fill(store, shop.stall)
    return shops


def choose_port(remembered: Path, wanted: int = 0) -> int:
    """The port written down in the file, else `wanted`, else a free one; what is chosen is written down."""
    with hold_port(remembered, wanted) as held:
        return int(held.getsockname()[1])


def hold_port(remembered: Path, wanted: int = 0) -> socket.socket:
    """The same, kept by a socket that listens already: nobody else takes it before the server is there."""
    known = int(remembered.read_text()) if remembered.exists() else wanted
    for port in (known, wanted, 0):
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(("127.0.0.1", port))
            held.listen(256)
        except OSError:
            held.close()
            continue
        remembered.write_text(str(held.getsockname()[1]))
        return held
    raise OSError("No port of 127.0.0.1 is free.")


def fill(store: Store, stall: Stall) -> bool:
    """Set the shop up once, products last; False when it was ready before."""
    seeding.set_up_italy(store, name=stall.name)
    store.set("state", stall.province)
    store.set("hold_stock_minutes", stall.hold_stock_minutes)
    if store.rows("SELECT 1 FROM api_keys WHERE description = ?", KEY_NAME):
        return False
    for code, kind, amount, free_shipping in COUPONS:
        if not store.rows("SELECT 1 FROM coupons WHERE code = ?", code.lower()):
            seeding.add_coupon(store, code, discount_type=kind, amount=amount, free_shipping=free_shipping)
    seeding.add_gateway(store, "cod", "Contrassegno", pays="on delivery", surcharge=CASH_ON_DELIVERY_NET, position=4)
    known = {row["sku"] for row in store.rows("SELECT sku FROM products")}
    chance = random.Random(f"{SEED}{stall.code}")
    for article in offer(stall):
        if article.key not in known and article.variants[0].sku not in known:
            _add_article(store, article, stall, chance)
    seeding.add_key(store, description=KEY_NAME)
    return True


def offer(stall: Stall) -> Iterator[Article]:
    """What the stall sells: whole articles sold by the piece, a share of the collections."""
    for place, article in enumerate(articles()):
        if article.family.unit == "piece" and (place % 4 < stall.share):
            yield article


def _add_article(store: Store, article: Article, stall: Stall, chance: random.Random) -> None:
    tax_class = TAX_CLASSES[article.family.tax_category]
    if not article.variants[0].options:
        goods = article.variants[0]
        seeding.add_product(
            store,
            article.name,
            price=_price(goods.price, stall),
            sku=goods.sku,
            stock=_old_count(goods.pieces, chance),
            gtin=goods.gtin,
            tax_class=tax_class,
            description=article.description,
        )
        return
    variations = [
        Variation(dict(goods.options), _price(goods.price, stall), goods.sku, _old_count(goods.pieces, chance), goods.gtin)
        for goods in article.variants
    ]
    seeding.add_variable_product(store, article.name, variations, sku=article.key, tax_class=tax_class, description=article.description)


def _price(price: Decimal, stall: Stall) -> str:
    return str((price * stall.price_factor).quantize(Decimal("0.01")))


def _old_count(pieces: tuple[int, int], chance: random.Random) -> int:
    """What the shop's own books say before Regia comes: about half, and not always right."""
    return max(0, sum(pieces) // 2 + chance.choice((-2, -1, 0, 0, 0, 0, 1)))


def key_of(store_file: Path) -> tuple[str, str]:
    """Consumer key and secret of the key that was made for Regia."""
    with closing(Store(store_file)) as store:
        row = store.rows("SELECT consumer_key, consumer_secret FROM api_keys WHERE description = ?", KEY_NAME)[0]
    return row["consumer_key"], row["consumer_secret"]


def main(store_file: str, port: str) -> None:
    ended = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: ended.set())
    with serve(Shop(Store(store_file)), port=int(port)):
        ended.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
