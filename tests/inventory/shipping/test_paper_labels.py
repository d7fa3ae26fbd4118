"""The 100 x 150 mm label: exactly that size, black only, everything on it whatever the address, its bar code read back equal."""

from itertools import pairwise

import pypdfium2
import pytest
from PIL import ImageChops

from erp.core.documents import render_paper
from inventory.models import Warehouse
from inventory.shipping.models import Label, Parcel
from inventory.shipping.papers.labels import QUIET_MM, build_label, tracking_bars
from inventory.shipping.papers.wording import kilos
from tests.factories.crm import make_company
from tests.factories.inventory import make_warehouse
from tests.factories.papers import MUG, bars_of, carrier_service, codes_of, pages_of, paper_shipment, picture, ready_label, sizes_of

pytestmark = pytest.mark.django_db

DPI = 300
WORST = {
    "name": "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Maximiliane Alexandrina",
    "company": "Gesellschaft für den Vertrieb handgemachter Keramikwaren und Kunstgewerbe mbH & Co. KG Süddeutschland",
    "street": "Oberer Untermühlbachweg an der alten Ziegelei 144 Hinterhaus Aufgang C dritte Etage links",
    "street2": "c/o Wohngemeinschaft Müller-Lüdenscheidt, bitte klingeln",
    "postcode": "83627-1234",
    "city": "Garmisch-Partenkirchen-Untergrainau am Kramerspitz",
    "province": "BY",
    "country": "DE",
    "phone": "+49 8821 1234567890",
}


@pytest.fixture
def warehouse() -> Warehouse:
    make_company(language="en", name="Terramare Casa S.r.l.")
    return make_warehouse("FA")


def pdf_of(label: Label) -> bytes:
    return render_paper(build_label(f"shipping.label:{label.pk}"))


def millimetres(pixels: float) -> float:
    return pixels / DPI * 25.4


def test_the_label_fits_its_medium_exactly_and_is_read_back(warehouse: Warehouse) -> None:
    label = ready_label(paper_shipment(warehouse, "10517", service=carrier_service()))

    pdf = pdf_of(label)

    assert sizes_of(pdf) == [(100.0, 150.0)]
    assert codes_of(pdf) == ["1ZB04471182"]
    text = pages_of(pdf)[0]
    said = (
        "BRT Express",
        "From: Terramare Casa S.r.l., Via Etnea 1, 95124 Catania CT",
        "Marta Rinaldi Via dei Serragli 48 50124 FIRENZE FI Tel. +39 055 012 34 56",
        "051-214 7A",
        "1 of 1",
        "2.6 kg",
        "10517",
        label.reference,
        "1ZB04471182",
    )
    assert [words for words in said if words not in text] == []
    assert "CASH" not in text


def test_the_bar_code_has_its_white_on_both_sides_and_bars_of_whole_printer_dots(warehouse: Warehouse) -> None:
    label = ready_label(paper_shipment(warehouse), "GB12345678901234567890")

    corners = bars_of(pdf_of(label), dpi=DPI)[0].position

    assert millimetres(corners.top_left.x) >= QUIET_MM
    assert 100 - millimetres(corners.top_right.x) >= QUIET_MM
    assert 'width="66.750mm"' in tracking_bars("GB12345678901234567890")


def test_cash_on_delivery_is_told_in_large(warehouse: Warehouse) -> None:
    label = ready_label(paper_shipment(warehouse), cash="1234.50")

    assert "CASH ON DELIVERY €1,234.50" in pages_of(pdf_of(label))[0]


def test_only_black_is_printed(warehouse: Warehouse) -> None:
    image = picture(pdf_of(ready_label(paper_shipment(warehouse), cash="61.00"))).convert("RGB")

    red, green, blue = image.split()
    assert ImageChops.difference(red, green).getbbox() is None
    assert ImageChops.difference(green, blue).getbbox() is None


def test_town_and_postcode_are_the_largest_words_of_the_address(warehouse: Warehouse) -> None:
    page = pypdfium2.PdfDocument(pdf_of(ready_label(paper_shipment(warehouse), routing="")))[0]
    text = page.get_textpage()
    heights = {}
    for words in ("Marta", "Serragli", "50124", "FIRENZE", "Tel."):
        place = text.search(words).get_next()[0]
        box = text.get_charbox(place, loose=True)
        heights[words] = round(box[3] - box[1], 1)

    assert heights["50124"] == heights["FIRENZE"] == max(heights.values())
    assert heights["Marta"] < heights["50124"]


def test_the_worst_address_leaves_everything_legible(warehouse: Warehouse) -> None:
    shipment = paper_shipment(warehouse, "30000-EXTRA-LONG-77", [MUG], recipient=WORST)
    label = ready_label(shipment, "JD0140000000000000000123456789", cash="12345.67", routing="DE-83627-GAP-0042-A7")
    label.sent["recipient"]["note"] = "Bitte nicht beim Nachbarn abgeben, der Hund ist bissig und das Tor klemmt. Danke sehr."
    label.save()

    pdf = pdf_of(label)

    assert len(sizes_of(pdf)) == 1
    assert codes_of(pdf) == ["JD0140000000000000000123456789"]
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    said = ("Wolfes", "83627-1234", "GERMANY", "Tel.", "Nachbarn", "DE-83627")
    boxes = [text.get_charbox(text.search(words).get_next()[0]) for words in said]
    assert [above[1] >= below[3] for above, below in pairwise(boxes)] == [True] * 5
    reference = text.get_charbox(text.search(label.reference).get_next()[0])
    assert reference[0] + 70 < 100 / 25.4 * 72  # the last cell stays on the paper
    top_of_bars = 150 - millimetres(bars_of(pdf, dpi=DPI)[0].position.top_left.y)
    assert reference[1] / 72 * 25.4 > top_of_bars


def test_a_parcel_of_many_says_which_one_it_is(warehouse: Warehouse) -> None:
    shipment = paper_shipment(warehouse, "10517")
    Parcel.objects.create(shipment=shipment, position=2)

    assert "1 of 2" in pages_of(pdf_of(ready_label(shipment)))[0]


def test_a_tracking_number_that_no_bar_code_carries_stands_in_words(warehouse: Warehouse) -> None:
    pdf = pdf_of(ready_label(paper_shipment(warehouse), "Ü-1"))

    assert codes_of(pdf) == []
    assert "Ü-1" in pages_of(pdf)[0]


@pytest.mark.parametrize(("grams", "told"), [(1, "0.1 kg"), (2580, "2.6 kg"), (2500, "2.5 kg"), (30000, "30.0 kg")])
def test_weights_are_rounded_up(grams: int, told: str) -> None:
    assert kilos(grams) == told
