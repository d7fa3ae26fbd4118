"""The practice carrier, Corriere Regia Express: REST JSON in the manner of an Italian express carrier, tracking pages, faults on a switch.

    desk = Carrier(CarrierStore(folder / "corriere.sqlite3")); user, password = desk.store.add_account("Regia"); running = serve(desk)
    CarrierControl(running.url).add_fault("timeout_after", count=1, seconds=0.2)      # loses its reply after making the parcel

It makes a second parcel of a second call: like its models it does not look at our reference before, but finds parcels by it. With
`keeps_references` it is one of the others: whatever comes under a reference that it knows gets the first parcel.
The auditor reads the store's own tables: `parcels faults` (see `tables.py`). Parcels travel by Regia's clock once they were picked up.
"""

from erp.practice.carrier.carrier import Carrier, serve
from erp.practice.carrier.control import CarrierControl
from erp.practice.carrier.store import CarrierStore

__all__ = ["Carrier", "CarrierControl", "CarrierStore", "serve"]
