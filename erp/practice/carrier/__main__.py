"""`python -m erp.practice.carrier <store> <port>` serves the carrier until it is told to end."""

import signal
import sys
import threading

from erp.practice.carrier.carrier import Carrier, serve
from erp.practice.carrier.store import CarrierStore


def main(store_file: str, port: str) -> None:
    ended = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: ended.set())
    with serve(Carrier(CarrierStore(store_file)), port=int(port)) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
