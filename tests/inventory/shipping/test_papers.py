"""Pick lists and packing slips: read back from the PDF, bar codes decoded from its picture."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.letterhead import letterhead
from crm.models import Company
from erp.core.documents import Bundle, draw, render_paper
from inventory.models import Warehouse
from inventory.shipping.models import Parcel, PickList, Shipment
from inventory.shipping.papers.pick_lists import CHUNK_ROWS, build_pick_list, chunks_of
from inventory.shipping.papers.slips import build_slip
from inventory.shipping.papers.walking import Piece, aisle_of, stops_of
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.papers import (
    BOARD,
    MUG,
    Goods,
    carrier_service,
    codes_of,
    on_a_list,
    pages_of,
    paper_shipment,
    share_variants,
    sizes_of,
)
from tests.factories.pictures import png

pytestmark = [pytest.mark.django_db, pytest.mark.slow(seconds=0.2)]

A4 = (210.0, 297.0)


@pytest.fixture
def warehouse() -> Warehouse:
    make_company(language="en")
    return make_warehouse("FA")


def piece(tote: int, place: str, sku: str, quantity: str = "1", *, walk: str = "", variant: int = 0) -> Piece:
    return Piece(tote, walk or place, place, variant or hash(sku), sku, sku, "", "", Decimal(quantity))


def slip_of(shipment: Shipment) -> bytes:
    return render_paper(build_slip(f"shipping.shipment:{shipment.pk}"))


def list_of(warehouse: Warehouse, *shipments: Shipment) -> bytes:
    share_variants(shipments)
    return render_paper(build_pick_list(f"shipping.pick_list:{on_a_list(warehouse, shipments).pk}"))


def test_stops_follow_the_pickers_walk_and_gather_what_lies_together() -> None:
    stops = stops_of(
        [
            piece(1, "B-02", "MUG", "2", walk="30"),
            piece(1, "A-09", "TRAY", walk="40"),
            piece(2, "B-02", "MUG", "3", walk="30"),
            piece(2, "", "NOWHERE"),
            piece(2, "C-01", "BOWL", walk="10"),
        ]
    )

    assert [(stop.aisle, stop.bin, stop.sku, stop.quantity, stop.totes) for stop in stops] == [
        ("C", "C-01", "BOWL", 1, ((2, 1),)),
        ("B", "B-02", "MUG", 5, ((1, 2), (2, 3))),
        ("A", "A-09", "TRAY", 1, ((1, 1),)),
        ("", "", "NOWHERE", 1, ((2, 1),)),
    ]


@pytest.mark.parametrize(("code", "aisle"), [("B-04-2", "B"), ("12-1", "12"), ("B042", ""), ("", "")])
def test_the_aisle_is_told_where_bins_are_numbered_by_it(code: str, aisle: str) -> None:
    assert aisle_of(code) == aisle


def test_a_long_list_is_cut_into_tables() -> None:
    stops = stops_of([piece(1, f"{'ABC'[row % 3]}-{row:04}", f"S{row}", variant=row + 1) for row in range(3 * CHUNK_ROWS + 30)])

    tables = chunks_of(stops)

    assert [sum(len(group["rows"]) for group in table) for table in tables] == [200, 10, 200, 10, 200, 10]
    assert sum(len(group["rows"]) for table in tables for group in table) == len(stops)


def test_the_list_fits_a4_and_its_bar_codes_are_read_back(warehouse: Warehouse) -> None:
    first = paper_shipment(warehouse, "10511", [MUG, BOARD], service=carrier_service())
    second = paper_shipment(warehouse, "10512", [MUG])

    pdf = list_of(warehouse, first, second)

    assert sizes_of(pdf) == [A4]
    number = PickList.objects.get().number
    assert codes_of(pdf) == sorted([f"L-{number}", "8057291440017", "TAG-ULIVO-35", "10511", "10512"])
    text = pages_of(pdf)[0]
    assert f"Pick list L-{number}" in text
    assert "2 orders · 13 pieces · Magazzino FA" in text
    assert text.index("Aisle B") < text.index("B-04-2") < text.index("Aisle F") < text.index("F-03-2")
    assert "Tazza Onda, bianco latte TAZ-ONDA-BIA · 8057291440 017 12 1 6 2 6" in text
    assert "10511 Marta Rinaldi 7 pieces, BRT" in text
    assert "page 1 of 1" in text


def test_the_list_of_sixty_lines_repeats_its_head_and_keeps_every_line(warehouse: Warehouse) -> None:
    goods = [Goods(f"Piatto Onda {row}", f"PIA-{row:02}", "2", f"C-{row:02}") for row in range(60)]

    pdf = list_of(warehouse, paper_shipment(warehouse, "10517", goods))

    texts = pages_of(pdf)
    assert [text.count("Put into tote") for text in texts] == [1, 1, 1]
    read = [code for page in range(len(texts)) for code in codes_of(pdf, page) if code.startswith("PIA-")]
    assert sorted(read) == [f"PIA-{row:02}" for row in range(60)]


def test_a_product_for_many_orders_names_every_tote(warehouse: Warehouse) -> None:
    shipments = [paper_shipment(warehouse, f"2{number:04}", [MUG]) for number in range(12)]

    text = pages_of(list_of(warehouse, *shipments))[0]

    assert "72 12 totes, below" in text
    assert "1 6 2 6 3 6 4 6 5 6 6 6 7 6 8 6 9 6 10 6 11 6 12 6" in text


def test_a_code_that_no_bar_code_carries_stays_in_words(warehouse: Warehouse) -> None:
    odd = [
        Goods("Perché no", "PERCHÉ-1", bin="A-1"),
        Goods("Troppo", "X" * 60, bin="A-2"),
        Goods("Rotto", "R-1", bin="A-3", gtin="8057291440018"),
    ]

    pdf = list_of(warehouse, paper_shipment(warehouse, "10517", odd))

    assert [code for code in codes_of(pdf) if not code.startswith("L-")] == ["10517", "R-1"]
    assert "PERCHÉ-1" in pages_of(pdf)[0]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_is_read_in_a_constant_number_of_statements(warehouse: Warehouse, count: int) -> None:
    shipments = [paper_shipment(warehouse, f"2{number:04}") for number in range(count)]
    subject = f"shipping.pick_list:{on_a_list(warehouse, shipments).pk}"

    with CaptureQueriesContext(connection) as queries:
        build_pick_list(subject)

    assert len(queries) == 8


def test_the_slip_says_what_is_in_the_parcel_and_carries_no_price(warehouse: Warehouse) -> None:
    kit = [Goods("Candela fico", "CAN-FICO", "2", kit="Scatola regalo"), Goods("Strofinaccio", "STR-LINO", kit="Scatola regalo")]
    shipment = paper_shipment(
        warehouse,
        "10517",
        [MUG, *kit],
        service=carrier_service(),
        shop_number="WC-5512",
        customer_note="Lasciate il pacco dal portiere",
        gift_message="Tanti auguri nonna!",
        cash_to_collect=Decimal("61.00"),
    )

    pdf = slip_of(shipment)
    text = pages_of(pdf)[0]

    assert (sizes_of(pdf), codes_of(pdf)) == ([A4], ["10517"])
    said = ("Marta Rinaldi", "BRT Express", "WC-5512", "Lasciate il pacco dal portiere", "Tanti auguri nonna!")
    assert [words for words in said if words not in text] == []
    assert text.index("Scatola regalo") < text.index("CAN-FICO Candela fico 2") < text.index("STR-LINO Strofinaccio 1")
    assert [sign for sign in ("€", "EUR", "61", "IVA", "%") if sign in text] == []


def test_an_english_customer_reads_english_and_their_country(warehouse: Warehouse) -> None:
    abroad = {"name": "Jane Smith", "company": "", "street": "12 High Street", "postcode": "EH1 3AB", "city": "Edinburgh", "country": "GB"}
    shipment = paper_shipment(warehouse, "10518", [MUG], language="en", recipient=abroad, recipient_name="Jane Smith")

    text = pages_of(slip_of(shipment))[0]

    assert "Packing slip" in text
    assert "EH1 3AB Edinburgh United Kingdom" in text
    assert "page 1 of 1" in text


@pytest.mark.parametrize(("asked", "given"), [("en-GB", "en"), ("de", "en"), ("it", "it"), ("", "en")])
def test_a_slip_is_in_a_language_that_the_receiver_reads(warehouse: Warehouse, asked: str, given: str) -> None:
    assert build_slip(f"shipping.shipment:{paper_shipment(warehouse, language=asked).pk}").language == given


def test_a_slip_of_sixty_lines_and_a_long_name_loses_nothing(warehouse: Warehouse) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Maximiliane"
    goods = [Goods(f"Piatto piano Onda {row} cm, salvia con bordo oro e decoro a mano libera", f"PIA-ONDA-{row:02}") for row in range(60)]

    texts = pages_of(slip_of(paper_shipment(warehouse, "10517", goods, recipient_name=name, language="en")))

    assert [f"page {page + 1} of {len(texts)}" in text for page, text in enumerate(texts)] == [True] * len(texts)
    assert [sum(f"PIA-ONDA-{row:02}" in text for text in texts) for row in range(60)] == [1] * 60
    assert name.replace(" ", "") in texts[0].replace(" ", "")
    assert "Pieces in all 60" in texts[-1]


def test_slips_drawn_together_say_what_they_say_alone(warehouse: Warehouse) -> None:
    plates = [Goods(f"Piatto Onda {row}", f"PIA-{row:02}") for row in range(60)]
    shipments = [
        paper_shipment(warehouse, "10517", language="en"),
        paper_shipment(warehouse, "10518", language="it"),
        paper_shipment(warehouse, "10519", plates, language="en"),
        paper_shipment(warehouse, "10520", language="en"),
    ]
    slips = [build_slip(f"shipping.shipment:{shipment.pk}") for shipment in shipments]
    alone = [render_paper(slip) for slip in slips]

    together = draw(Bundle(slips, "it", "slips.pdf", is_of_sheets=True))

    texts = pages_of(together.content)
    assert [sorted(text.split()) for text in texts] == [sorted(text.split()) for pdf in alone for text in pages_of(pdf)]
    assert together.pages == len(texts) == 6
    assert [code for page in range(6) for code in codes_of(together.content, page)] == ["10517", "10518", "10519", "10520"]


def test_a_split_order_says_that_the_rest_follows(warehouse: Warehouse) -> None:
    shipment = paper_shipment(warehouse, is_partial=True, language="en")
    Parcel.objects.create(shipment=shipment, position=2)

    text = pages_of(slip_of(shipment))[0]

    assert "2 parcels, 7 pieces The rest of your order follows in another parcel." in text


def test_the_head_has_the_companys_logo_and_colour_or_does_without(warehouse: Warehouse, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    shipment = paper_shipment(warehouse)
    plain = slip_of(shipment)
    company = make_company_with_logo()

    dressed = slip_of(shipment)

    assert (b"/Subtype /Image" in plain, b"/Subtype /Image" in dressed) == (False, True)
    assert (letterhead().colour, letterhead().ink) == ("#ffd24c", "#000000")
    company.logo.storage.delete(company.logo.name)
    assert letterhead().logo == ""


def make_company_with_logo() -> Company:
    company = Company.objects.get()
    company.colour = "#ffd24c"
    company.logo.save("logo.png", ContentFile(png(300, 80)))
    return company
