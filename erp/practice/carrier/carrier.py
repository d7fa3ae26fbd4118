"""The carrier in one place: its store, its doors (REST, pages, control), its faults."""

from erp.core import clock
from erp.practice.carrier.control import ControlDoor
from erp.practice.carrier.door import PREFIX, CarrierDoor
from erp.practice.carrier.pages import Pages
from erp.practice.carrier.store import CarrierStore
from erp.practice.faults import Faults
from erp.practice.serving import Answer, Request, RunningSite


class Carrier:
    """Answers requests without a network too (`answer`); `serve` puts it on an address. `faults` is the switchboard.

    `keeps_references`: a second call under one reference gets the first parcel, as some carriers do; others make another.
    """

    def __init__(self, store: CarrierStore, *, keeps_references: bool = False) -> None:
        self.store = store
        self.faults = Faults(store.log_fault)
        self._rest = CarrierDoor(store, self.faults, keeps_references=keeps_references)
        self._pages = Pages(store)
        self._control = ControlDoor(store, self.faults, self._rest.land)

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(f"{PREFIX}/"):
            return self._rest.answer(request)
        if request.path.startswith("/_practice/"):
            return self._control.answer(request)
        return self._pages.answer(request)

    def date(self) -> str:
        return clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")

    def stop(self) -> None:
        self._rest.stop()
        self.store.close()


def serve(carrier: Carrier, port: int = 0) -> RunningSite:
    """Open the carrier on 127.0.0.1, on a free port unless one is named; `stop()` closes it and its store."""
    return RunningSite(carrier, port=port, tls=False, folder=carrier.store.path.parent, on_stop=carrier.stop)
