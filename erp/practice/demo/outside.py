"""The world around the merchant besides the shops: a carrier whose van comes, and a mailbox that receives every mail."""

import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from django.contrib.auth.models import User

from erp.core.masterdata import save_master
from erp.core.secrets import store_secret
from erp.core.transactions import atomic
from erp.practice.carrier import CarrierStore
from erp.practice.demo.processes import Supervisor
from erp.practice.demo.shops import STALLS, choose_port
from inventory.shipping.models import Carrier, CarrierService, ShippingRule, ShopCarrierName

EXPRESS, BY_HAND = "corriere", "ritiro"
NAME = "Corriere Regia Express"
SERVICES = (("STANDARD", "Standard", False), ("EXPRESS", "Express", False), ("CONTRASSEGNO", "Contrassegno", True))
"""By the carrier's own codes; it collects cash with the last one only."""
COUNTER, CHOSEN_BY_HAND = "ritiro", "corriere"
PICKUP_METHOD = "Ritiro in negozio"
PICKUP = time(17, 30)
CUSTOMER = "Terramare Casa"


@dataclass(frozen=True)
class Outside:
    """Where the carrier and the mailbox live on this machine; ports are the same as last time while they are free."""

    folder: Path

    @property
    def parcels(self) -> Path:
        return self.folder / "corriere.sqlite3"

    @property
    def carrier_url(self) -> str:
        return f"http://127.0.0.1:{self._port('carrier')}"

    @property
    def mail_url(self) -> str:
        return f"http://127.0.0.1:{self._port('mail')}"

    @property
    def environment(self) -> Mapping[str, str]:
        """Where Regia's processes hand their mail over."""
        return {"EMAIL_URL": f"smtp://127.0.0.1:{self._port('smtp')}"}

    def _port(self, name: str) -> int:
        return int((self.folder / f"{name}.port").read_text())

    def start(self, supervisor: Supervisor) -> None:
        supervisor.start("carrier", [sys.executable, "-m", "erp.practice.carrier", str(self.parcels), str(self._port("carrier"))])
        words = [str(self.folder / "mail"), "--smtp-port", str(self._port("smtp")), "--port", str(self._port("mail"))]
        supervisor.start("mail", [sys.executable, "manage.py", "practice_mail", *words])


def find_outside(folder: Path) -> Outside:
    """Its ports are chosen; nothing runs yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("carrier", "mail", "smtp"):
        choose_port(folder / f"{name}.port")
    return Outside(folder)


@atomic
def hire_carriers(outside: Outside, *, by: User) -> int:
    """The carrier with our account there, pick-up by the buyer, and the rules that choose. What is there stays; the address follows."""
    with closing(CarrierStore(outside.parcels)) as store:
        user, password = store.add_account(CUSTOMER)
    store_secret(f"carrier:{EXPRESS}", {"userID": user, "password": password})
    known = Carrier.objects.filter(code=EXPRESS).order_by("pk").first()
    carrier = known or Carrier(code=EXPRESS, name=NAME, backend="practice", pickup_at=PICKUP)
    carrier.settings = {**carrier.settings, "base_url": outside.carrier_url}
    carrier.tracking_url = f"{outside.carrier_url}/track/{{tracking}}"
    save_master(carrier, by=by)
    return 0 if known else _hire(carrier, by)


def _hire(carrier: Carrier, by: User) -> int:
    by_hand = Carrier(code=BY_HAND, name="Ritiro e corrieri a mano", backend="manual", settings={"own_numbers": [COUNTER]})
    save_master(by_hand, by=by)
    services = {code: CarrierService(carrier=carrier, code=code, name=name, collects_cash=cash) for code, name, cash in SERVICES}
    services[COUNTER] = CarrierService(carrier=by_hand, code=COUNTER, name="Ritiro in negozio", collects_cash=True)
    services[CHOSEN_BY_HAND] = CarrierService(carrier=by_hand, code=CHOSEN_BY_HAND, name="Corriere manuale", collects_cash=True)
    for service in services.values():
        save_master(service, by=by)
    for rule in (
        ShippingRule(priority=10, method=PICKUP_METHOD, service=services[COUNTER]),
        ShippingRule(priority=90, payment="cash", service=services["CONTRASSEGNO"]),
        ShippingRule(priority=90, payment="paid", service=services["STANDARD"]),
    ):
        save_master(rule, by=by)
    for stall in STALLS:
        ShopCarrierName.objects.create(source=stall.code, carrier=carrier, name="Regia Express", tracking_url=carrier.tracking_url)
    return 2
