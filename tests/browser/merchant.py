"""A merchant's working day for a walk in Chromium: practice shops and a practice carrier over HTTP, the workers turned by hand."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from channels.models import Account
from erp.core.documents import render_pending
from erp.core.transactions import atomic
from erp.practice.mail import Mailbox, RunningMail, serve_mail
from erp.practice.serving import RunningSite
from erp.practice.woocommerce import Shop, Store, seeding, serve
from inventory.models import Bin, Cause, Warehouse, WindowPolicy
from inventory.services.posting import Move, open_ledger, post
from inventory.shipping.models import Carrier
from inventory.shipping.services.labelling import close_days, work_due_labels
from inventory.shipping.services.printing import settle_due_batches
from orders.invoices.services.configuring import set_invoice_settings
from orders.invoices.services.mailing import send_due_mails
from tests.clocks import ClockHand
from tests.factories.carriers import CarrierDesk, open_desk
from tests.factories.crm import make_company
from tests.factories.inventory import make_variant, make_warehouse
from tests.flows.house import PracticeAccount, Wheels, connect

SELLER_VAT = "00743110157"
GOODS = (
    ("PIA-ONDA-27-SAL", "Piatto piano Onda 27 cm, salvia", "39.00", "A01-2", 640),
    ("CIO-ONDA-16-SAL", "Ciotola Onda 16 cm, salvia", "33.80", "A01-4", 420),
    ("TAZ-ONDA-30-BIA", "Tazza Onda 30 cl, bianca", "18.50", "B03-1", 310),
    ("CAN-FICO-220", "Candela foglia di fico, 220 g", "24.00", "C02-3", 390),
    ("TOV-LINO-180-NAT", "Tovaglia in lino 180 x 180 cm, naturale, orlo a giorno fatto a mano", "119.00", "D04-1", 880),
    ("OLI-EVO-500", "Olio extravergine Brisighella, 500 ml", "21.90", "E01-1", 900),
)
PIECES = 200
BUYERS = (
    ("Giulia", "Rinaldi", "Via Mazzini 14", "40121", "Bologna", "BO", "+39 333 4567890"),
    ("Marco", "De Santis", "Corso Vittorio Emanuele II 101, scala B, interno 12", "00186", "Roma", "RM", "+39 347 1122334"),
    ("Elena", "Brambilla", "Via Torino 3", "20123", "Milano", "MI", "+39 02 5550101"),
    ("Salvatore", "Esposito", "Via Toledo 256", "80132", "Napoli", "NA", "+39 338 7654321"),
    ("Chiara", "Ferrari", "Via Roma 8", "37121", "Verona", "VR", "+39 340 9988776"),
    ("Anna Maria", "Montanari Zauli", "Via Granarolo 175", "48018", "Faenza", "RA", "+39 0546 555022"),
    ("Paolo", "Cattaneo", "Via Garibaldi 77", "16124", "Genova", "GE", "+39 335 2468135"),
    ("Francesca", "Russo", "Via Etnea 210", "95131", "Catania", "CT", "+39 328 1357924"),
)
COMPANY_VAT = {"_billing_piva": "01114601006", "_billing_codice_destinatario": "ABC1234"}


@dataclass
class Merchant:
    """Two shops, one shelf, one carrier; `work` lets the workers and the clockwork do what waits."""

    shops: tuple[PracticeAccount, PracticeAccount]
    desk: CarrierDesk
    mail: RunningMail
    wheels: Wheels

    def work(self, turns: int = 1) -> None:
        for _turn in range(turns):
            self.wheels.settle(2)
            work_due_labels()
            settle_due_batches()
            render_pending()
            send_due_mails()
            close_days()
        self.wheels.turn()

    def sell(self, number: int) -> tuple[PracticeAccount, dict[str, Any]]:
        """The order of the `number`th buyer, at the shops in turn: one of eight pays the courier, one is a company, one is a gift."""
        shop, place = self.shops[number % 2], number % len(BUYERS)
        skus = [GOODS[(number + step) % len(GOODS)][0] for step in range(1 + number % 3)]
        goods = {sku: 1 + (number + step) % 2 for step, sku in enumerate(skus)}
        more: dict[str, Any] = {"billing": billing(number)}
        if place == 3:
            more["payment_method"] = "cod"
        if place == 4:
            more["meta"] = COMPANY_VAT
        if place == 5:
            more["customer_note"] = "Citofono Montanari, secondo piano. Per favore suonare due volte."
        return shop, shop.sell(goods, **more)

    def stop(self) -> None:
        for running in (*(shop.site for shop in self.shops), self.desk.site, self.mail):
            running.stop()


def billing(number: int) -> dict[str, str]:
    first, last, street, postcode, city, province, phone = BUYERS[number % len(BUYERS)]
    address = {"first_name": first, "last_name": last, "address_1": street, "postcode": postcode, "city": city, "state": province}
    company = "Ferrari Arredi S.r.l." if number % len(BUYERS) == 4 else ""
    told = {"company": company, "address_2": "", "country": "IT", "email": f"cliente{number}@example.com", "phone": phone}
    return {**address, **told}


def open_merchant(folder: Path, clock: ClockHand, by: User) -> Merchant:
    """Connected and in sync, nothing sold yet."""
    make_company(partita_iva=SELLER_VAT, codice_fiscale=SELLER_VAT, name="Terramare Casa S.r.l.", email="ordini@terramare.example")
    set_invoice_settings(by=by, issue="on_shipment")
    shelf = make_warehouse("FA")
    Warehouse.objects.filter(pk=shelf.pk).update(name="Faenza, via Granarolo")
    _fill(shelf)
    WindowPolicy.objects.create(mode="share")
    shops = (_open_shop(folder, "terramare-casa"), _open_shop(folder, "terramare-outlet"))
    desk = open_desk(folder)
    Carrier.objects.update(name="Corriere Regia Express", tracking_url=f"{desk.site.url}/track/{{tracking}}")
    for shop in shops:
        code = shop.store.path.stem
        connect(shop, code, shelf, by)
        Account.objects.filter(code=code).update(name=code.replace("-", " ").title())
    merchant = Merchant(shops, desk, serve_mail(Mailbox(folder / "mail")), Wheels(clock))
    merchant.wheels.settle()
    return merchant


@atomic
def _fill(shelf: Warehouse) -> None:
    receipts = []
    for sku, title, _price, place, grams in GOODS:
        variant = make_variant(sku, title=title, sort_title=title.lower(), weight_grams=grams)
        spot = Bin.objects.create(warehouse=shelf, code=place, sort_key=place)
        receipts.append(Move(variant.pk, shelf.pk, Decimal(PIECES), Cause.RECEIPT, f"opening:{sku}", spot.pk, "opening"))
    post(open_ledger(receipts), receipts)


def _open_shop(folder: Path, name: str) -> PracticeAccount:
    store = Store(folder / f"{name}.sqlite3")
    seeding.set_up_italy(store, name=name.replace("-", " ").title())
    items = {sku: seeding.add_product(store, title, price=price, sku=sku, stock=9) for sku, title, price, _place, _grams in GOODS}
    site: RunningSite = serve(Shop(store))
    return PracticeAccount(store, site, items)
