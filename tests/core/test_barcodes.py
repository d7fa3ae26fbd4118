"""Bar codes are read back by a decoder and compared equal."""

import pytest
from weasyprint import HTML

from erp.core.barcodes import can_encode, encode, svg
from tests.factories.papers import bars_of, codes_of

pytestmark = pytest.mark.slow(seconds=0.2)

EAN, UPC, EAN_8, GTIN_14 = "8057291440017", "036000291452", "96385074", "18057291440014"


def html_to_pdf(html: str) -> bytes:
    return bytes(HTML(string=html).write_pdf())


@pytest.mark.parametrize(
    ("symbology", "text", "read"),
    [
        ("code128", "1ZB04471182", "1ZB04471182"),
        ("code128", "R1042-QX4ZT", "R1042-QX4ZT"),
        ("code128", "00380572914400000017", "00380572914400000017"),
        ("code128", 'a "quoted" <sign> & 100%', 'a "quoted" <sign> & 100%'),
        ("ean", EAN, EAN),
        ("ean", EAN_8, EAN_8),
        ("itf14", GTIN_14, GTIN_14),
    ],
)
def test_what_is_drawn_is_what_a_decoder_reads(symbology: str, text: str, read: str) -> None:
    pdf = html_to_pdf(f"<body>{svg(symbology, text)}</body>")

    assert codes_of(pdf) == [read]


def test_a_upc_is_an_ean_that_begins_with_nought() -> None:
    assert [code.lstrip("0") for code in codes_of(html_to_pdf(f"<body>{svg('ean', UPC)}</body>"))] == [UPC.lstrip("0")]


def test_the_kind_of_code_is_the_one_asked_for() -> None:
    kinds = [bars_of(html_to_pdf(f"<body>{svg(kind, text)}</body>"))[0].format.name for kind, text in (("code128", "A1"), ("ean", EAN))]
    assert kinds == ["Code128", "EAN13"]


def test_the_quiet_zone_is_part_of_the_picture_unless_it_is_not_wanted() -> None:
    code = encode("code128", "A1")
    with_zone, without = svg("code128", "A1", module_mm=1), svg("code128", "A1", module_mm=1, has_quiet_zone=False)

    assert f'width="{code.modules + 20}.000mm"' in with_zone
    assert f'width="{code.modules}.000mm"' in without


@pytest.mark.parametrize(
    ("symbology", "text"),
    [
        ("code128", ""),
        ("code128", "perché"),
        ("code128", "two\nlines"),
        ("ean", "8057291440018"),
        ("ean", "805729144001"),
        ("ean", "A057291440017"),
        ("ean", "٨057291440017"),
        ("itf14", "18057291440015"),
        ("itf14", EAN),
    ],
)
def test_what_a_code_cannot_carry_is_never_drawn(symbology: str, text: str) -> None:
    assert not can_encode(symbology, text)
    with pytest.raises(ValueError, match="cannot carry"):
        svg(symbology, text)
