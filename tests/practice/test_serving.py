"""A shop as a process and as a file: served until told to end, kept for the next start, and made of nothing of Regia's."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from erp.practice.woocommerce import Buyer, Shop, Store, seeding, serve

ROOT = Path(__file__).parents[2]


def first_answer(address: str) -> int:
    connection = http.client.HTTPConnection(address.removeprefix("http://"))
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_the_folder_and_ends_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "manage.py", "practice", str(tmp_path), "--shop", "torino", "--shop", "asti"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        announced = [process.stdout.readline().split() for _ in range(2)]
        answers = [first_answer(line[1]) for line in announced if line]
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors, answers) == (0, "", [200, 200])
    assert [line[0] for line in announced] == ["torino", "asti"]
    assert sorted(file.name for file in tmp_path.glob("*.sqlite3")) == ["asti.sqlite3", "torino.sqlite3"]


def test_a_shop_remembers_everything_over_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "shop.sqlite3")
    seeding.set_up_italy(store)
    seeding.set_up_italy(store)
    mug = seeding.add_product(store, "Tazza", price="12.90", stock=10)
    with serve(Shop(store)) as running, Buyer(running.url) as buyer:
        first = buyer.check_out([(mug, 4)])
    with serve(Shop(Store(tmp_path / "shop.sqlite3"))) as running, Buyer(running.url) as buyer:
        second = buyer.check_out([(mug, 6)])

    again = Store(tmp_path / "shop.sqlite3")
    assert second["order_id"] == first["order_id"] + 1
    assert again.rows("SELECT stock_quantity FROM products") == [{"stock_quantity": 0}]
    assert again.rows("SELECT COUNT(*) AS number FROM tax_rates") == [{"number": len(seeding.ITALY) + len(seeding.OSS)}]
    again.close()


def test_two_shops_at_once_know_nothing_of_each_other(tmp_path: Path) -> None:
    numbers = []
    for name in ("torino", "asti"):
        store = Store(tmp_path / f"{name}.sqlite3")
        seeding.set_up_italy(store, name=name)
        mug = seeding.add_product(store, "Tazza", price="12.90", stock=10)
        with serve(Shop(store)) as running, Buyer(running.url) as buyer:
            numbers.append(buyer.check_out([(mug, 1)])["order_id"])

    assert numbers == [2, 2]


def test_a_stopped_shop_hangs_up_and_stopping_twice_is_harmless(tmp_path: Path) -> None:
    store = Store(tmp_path / "shop.sqlite3")
    seeding.set_up_italy(store)
    running = serve(Shop(store))
    with Buyer(running.url) as buyer:
        running.stop()
        running.stop()
        with pytest.raises(OSError, match=r"."):
            buyer.check_out([(1, 1)])


def test_a_hundred_requests_a_second(tmp_path: Path) -> None:
    store = Store(tmp_path / "shop.sqlite3")
    seeding.set_up_italy(store)
    mug = seeding.add_product(store, "Tazza", price="12.90", stock=1000)
    with serve(Shop(store)) as running, Buyer(running.url) as buyer:
        seconds = []
        for _ in range(3):
            began = time.process_time()  # of shop and buyer; what else the machine does is not theirs
            for _ in range(100):
                buyer.check_out([(mug, 1)])
            seconds.append(time.process_time() - began)

    assert min(seconds) < 1


def test_the_shop_imports_nothing_of_ours_but_the_clock() -> None:
    code = "import sys; import erp.practice.woocommerce; print(*sorted(name for name in sys.modules if name.split('.')[0] in OURS))"
    ours = ("catalog", "crm", "inventory", "orders", "channels", "erp")
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    found = subprocess.run(
        [sys.executable, "-c", code.replace("OURS", repr(ours))], cwd=ROOT, capture_output=True, text=True, check=True, env=environment
    )

    loaded = [name for name in found.stdout.split() if name.startswith("erp.") and not name.startswith("erp.practice")]
    assert [name for name in found.stdout.split() if name.split(".")[0] in ours[:-1]] == []
    assert set(loaded) - {"erp.celery", "erp.core", "erp.core.clock"} == set()


def test_no_file_of_the_shop_names_a_connector_or_a_model() -> None:
    allowed = re.compile(r"^(from|import) (erp\.core( import clock|\.clock)|erp\.practice)")
    files = [*(ROOT / "erp/practice/woocommerce").rglob("*.py"), ROOT / "erp/practice/serving.py", ROOT / "erp/practice/faults.py"]
    ours = re.compile(r"^\s*(from|import) (erp|catalog|crm|inventory|orders|channels|django)\b")
    lines = [(file.name, line) for file in files for line in file.read_text().splitlines() if ours.match(line)]

    assert [one for one in lines if not allowed.match(one[1].strip())] == []
    assert len(files) > 25
