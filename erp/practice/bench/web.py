"""The web process under the bench: how long the webhook door takes, and how much memory one worker holds."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psutil
from django.conf import settings

from channels.models import Account, InboxMessage
from channels.services.connecting.opening import WEBHOOK_SECRET
from channels.services.connections import secret_name
from erp.core.secrets import store_secret
from erp.practice.bench.bodies import Shopper, order_body
from erp.practice.bench.timing import Run
from erp.processes import free_port

SECRET = "bench"  # of a shop that does not exist
DELIVERIES = 1_000
SENDERS = 4
MIB = 1024 * 1024


def webhooks(account: Account, first: int) -> dict[str, float]:
    """A thousand different deliveries by four senders over kept connections; then the resident memory of the worker that took them."""
    store_secret(secret_name(account), {WEBHOOK_SECRET: SECRET, "consumer_key": "ck_bench", "consumer_secret": "cs_bench"})
    before = InboxMessage.objects.filter(account=account, via="webhook").count()
    with served() as (port, process):
        shares = [range(first + sender, first + DELIVERIES, SENDERS) for sender in range(SENDERS)]
        with ThreadPoolExecutor(SENDERS) as senders:
            seconds = [each for share in senders.map(lambda share: _send(port, account.code, share), shares) for each in share]
        memory = max(child.memory_info().rss for child in psutil.Process(process.pid).children()) / MIB
    stored = InboxMessage.objects.filter(account=account, via="webhook").count() - before
    if stored != DELIVERIES:
        raise RuntimeError(f"{DELIVERIES} webhooks were answered, {stored} are stored")
    return {"webhook_p99_ms": round(Run(seconds).percentile_ms(99), 1), "web_worker_mib": round(memory, 1)}


def _send(port: int, code: str, numbers: range) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    return [_deliver(connection, code, number) for number in numbers]


def _deliver(connection: http.client.HTTPConnection, code: str, number: int) -> float:
    body = order_body(number, Shopper(number), [(1, 1)]).encode()
    headers = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Topic": "order.created",
        "X-WC-Webhook-Resource": "order",
        "X-WC-Webhook-Event": "created",
        "X-WC-Webhook-Delivery-ID": str(number),
        "X-WC-Webhook-Signature": base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode(),
    }
    started = time.perf_counter()
    connection.request("POST", f"/webhooks/{code}/", body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 300:
        raise RuntimeError(f"the door answered {answer.status}: {json.dumps(dict(answer.getheaders()))}")
    return time.perf_counter() - started


@contextlib.contextmanager
def served() -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """One gunicorn worker with eight threads, as the demo runs it; its pages are opened once so that everything is imported."""
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "erp.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"]
    process = subprocess.Popen([*words, "--no-control-socket", "--log-level", "error"], env=os.environ, cwd=settings.BASE_DIR)
    try:
        _wait_for_pages(port)
        yield port, process
    finally:
        process.terminate()
        process.wait(30)


def _wait_for_pages(port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            for path in ("/accounts/login/", "/", "/admin/"):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", path)
                connection.getresponse().read()
                connection.close()
            return
        time.sleep(0.2)
    raise RuntimeError("the web process did not open its pages")
