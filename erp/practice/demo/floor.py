"""The warehouse's day: what may leave is printed, packed and handed over, through the services that its staff use."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from erp.core import clock
from erp.core.refusals import Refused
from erp.practice.demo.patience import Patience
from inventory.shipping.models import Label, Shipment
from inventory.shipping.services.dispatching import ship_shipments
from inventory.shipping.services.packing import pack_shipment
from inventory.shipping.services.printing import print_batch
from inventory.shipping.states import LabelStatus, ShipmentStatus

BATCH = 50
LOOK_SECONDS = 1.0
GENTLE_AGE = timedelta(minutes=3)
Say = Callable[[str], None]


@dataclass
class Tally:
    """For the display only."""

    printed: int = 0
    shipped: int = 0


@dataclass
class Floor:
    """Two hands in the warehouse. `age` is how long an order is left for people before these hands take it."""

    by: User
    say: Say
    age: timedelta = timedelta()
    tally: Tally = field(default_factory=Tally)

    def turn(self) -> int:
        """One round: print what is ready, pack and hand over what has its label. Returns how much was moved on."""
        return self._print() + self._ship()

    def _print(self) -> int:
        ready = Shipment.objects.workable().filter(status=ShipmentStatus.READY, opened_at__lte=clock.now() - self.age)
        keys = list(ready.order_by("warehouse", "pk").values_list("pk", flat=True)[:BATCH])
        if not keys:
            return 0
        try:
            batch = print_batch(keys, by=self.by)
        except Refused as refusal:
            self.say(str(refusal))
            return 0
        printed = len(keys) - len(batch.refused)
        self.tally.printed += printed
        if printed:
            self.say(_("Warehouse: %(number)d shipments are on the pick list") % {"number": printed})
        return printed

    def _ship(self) -> int:
        labelled = Label.objects.filter(status=LabelStatus.READY).values("parcel__shipment")
        going = Shipment.objects.workable().filter(status__in=[ShipmentStatus.PICKING, ShipmentStatus.PACKED], pk__in=labelled)
        keys = list(going.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not keys:
            return 0
        for key in Shipment.objects.filter(pk__in=keys, status=ShipmentStatus.PICKING).order_by("pk").values_list("pk", flat=True):
            self._pack(key)
        refused = ship_shipments(keys, by=self.by)
        shipped = len(keys) - len(refused)
        self.tally.shipped += shipped
        if shipped:
            self.say(_("Warehouse: %(number)d shipments left with the carrier") % {"number": shipped})
        return shipped

    def _pack(self, shipment_id: int) -> None:
        try:
            pack_shipment(shipment_id, by=self.by)
        except Refused as refusal:  # held or changed in this moment: the next round looks again
            self.say(str(refusal))


class Shift(threading.Thread):
    """The floor at work beside everything else, until `ended`; what stops one round is said, and the next one tries again."""

    def __init__(self, floor: Floor, ended: threading.Event) -> None:
        super().__init__(name="floor", daemon=True)
        self._floor, self._ended = floor, ended
        self._language = translation.get_language() or "en"

    def run(self) -> None:
        translation.activate(self._language)  # a thread does not inherit it
        try:
            while not self._ended.wait(LOOK_SECONDS):
                self._turn()
        finally:
            connection.close()

    def _turn(self) -> None:
        try:
            self._floor.turn()
        except Exception as error:  # a deadlock, a server that is away: the demo goes on, and people read why nothing leaves
            connection.close()
            if not self._ended.is_set():
                self._floor.say(_("Warehouse: one round was given up (%(error)s)") % {"error": f"{type(error).__name__}: {error}"})


def clear_the_floor(floor: Floor, *, seconds: float, check: Callable[[], None]) -> int:
    """Work until nothing workable is left, or nothing has moved for `seconds`; how many shipments are left."""
    patience = Patience(seconds)
    while True:
        check()
        moved = floor.turn()
        left = Shipment.objects.workable().count()
        wanted = Label.objects.filter(status=LabelStatus.WANTED).count()
        if not left or patience.is_over(left, wanted, floor.tally.printed, floor.tally.shipped):
            return left
        if not moved:
            time.sleep(LOOK_SECONDS)
