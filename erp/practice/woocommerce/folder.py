"""Shops kept side by side in one folder: one store file per shop, named after it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from erp.practice.serving import RunningSite
from erp.practice.woocommerce import seeding
from erp.practice.woocommerce.shop import Shop, serve
from erp.practice.woocommerce.store import Store

SUFFIX = ".sqlite3"
EXAMPLES = (
    ("Moka 3 tazze", "24.90", "MOKA-3", 40, ""),
    ("Tazza in ceramica", "12.90", "TAZ-1", 60, ""),
    ("Caffè in grani 1 kg", "18.50", "CAF-1KG", 80, "aliquota-10"),
    ("Ricettario di casa", "29.00", "LIB-1", 15, "aliquota-4"),
)


def stores_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def make_example(folder: Path, name: str) -> Path:
    """A small shop with four goods and one key, for whoever starts with an empty folder."""
    store = Store(folder / f"{name}{SUFFIX}")
    seeding.set_up_italy(store, name=name.capitalize())
    for title, price, sku, stock, tax_class in EXAMPLES:
        seeding.add_product(store, title, price=price, sku=sku, stock=stock, tax_class=tax_class)
    seeding.add_key(store)
    store.close()
    return folder / f"{name}{SUFFIX}"


@contextmanager
def open_shops(files: Sequence[Path], *, port: int = 0, tls: bool = False) -> Iterator[dict[str, RunningSite]]:
    """Serve one shop per store file, on ports counted up from `port` or on free ones; all are closed at the end."""
    running: dict[str, RunningSite] = {}
    try:
        for position, file in enumerate(files):
            running[file.stem] = serve(Shop(Store(file)), port=port + position if port else 0, tls=tls)
        yield running
    finally:
        for site in running.values():
            site.stop()
