"""A webhook door that writes down what knocks and answers what it is told to."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from erp.practice.woocommerce import Store


@dataclass
class Knock:
    at: float
    headers: Message
    body: bytes

    @property
    def topic(self) -> str:
        return str(self.headers.get("X-WC-Webhook-Topic", "ping"))


PATIENCE_SECONDS = 60.0  # no measure: only so that nothing waits for ever


class Listener:
    def __init__(self) -> None:
        self.knocks: list[Knock] = []
        self.status = 200
        self._changed = threading.Condition()
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with listener._changed:
                    listener.knocks.append(Knock(time.time(), self.headers, body))
                    listener._changed.notify_all()
                self.send_response(listener.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "Listener":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, number: int, topic: str = "", seconds: float = PATIENCE_SECONDS) -> list[Knock]:
        """The first `number` knocks of a topic (all but pings where none is named), or what came in time."""

        def fitting() -> list[Knock]:
            return [knock for knock in self.knocks if (knock.topic == topic if topic else knock.topic != "ping")]

        with self._changed:
            self._changed.wait_for(lambda: len(fitting()) >= number, seconds)
            return fitting()


def until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait for what another thread of the shop is about to do."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def is_put_off(store: Store) -> bool:
    """A fault has struck a delivery, which waits for its new moment."""
    return bool(store.rows("SELECT id FROM deliveries WHERE state = 'queued' AND faults = 'webhook_late'"))


def let_late_leave(store: Store) -> None:
    """What waits for its moment leaves now."""
    assert until(lambda: is_put_off(store))
    with store.write() as change:
        change.db.execute("UPDATE deliveries SET due = 0 WHERE state = 'queued'")
