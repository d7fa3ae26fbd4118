from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from pytest_django import Settings

from catalog.models import Media
from catalog.services.media import add_image, change_image, order_images, remove_image
from erp.core.refusals import Refused
from erp.core.transactions import attempt
from tests.factories.catalog import make_product, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_folder(settings: Settings, tmp_path: object) -> None:
    settings.MEDIA_ROOT = tmp_path


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    drawn = BytesIO()
    Image.new("RGB", size, "teal").save(drawn, kind)
    return drawn.getvalue()


def test_an_image_is_kept_with_its_size_description_and_place() -> None:
    product = make_product()

    first, second = (
        add_image(product.pk, by=None, file=ContentFile(picture(kind), f"../tazza.{kind}.exe"), alt=f" Tazza {kind} ")
        for kind in ("PNG", "JPEG")
    )
    order_images(product.pk, [second], by=None)

    rows = {row.pk: row for row in Media.objects.all()}
    assert [(rows[key].alt, rows[key].position, rows[key].width, rows[key].height) for key in (first, second)] == [
        ("Tazza PNG", 1, 4, 3),
        ("Tazza JPEG", 0, 4, 3),
    ]
    assert [rows[key].file.name.rsplit("/", 1)[1] for key in (first, second)] == ["tazza.PNG.png", "tazza.JPEG.jpg"]
    with rows[first].file.open() as stored:
        assert stored.read() == picture()


@pytest.mark.parametrize(
    ("content", "alt", "sentence"),
    [
        (picture(), " ", "An image needs a few words that say what it shows. Type them."),
        (b"", "x", "“tazza.png” is not an image that can be shown. Use a JPEG, PNG, WebP or GIF file."),
        (b"<svg onload='alert(1)'/>", "x", "“tazza.png” is not an image that can be shown. Use a JPEG, PNG, WebP or GIF file."),
        (picture()[:60], "x", "“tazza.png” is not an image that can be shown. Use a JPEG, PNG, WebP or GIF file."),
        (picture("BMP"), "x", "“tazza.png” is not an image that can be shown. Use a JPEG, PNG, WebP or GIF file."),
        (picture("PNG", (8000, 8000)), "x", "This image has more than 60 million pixels. Make it smaller and try again."),
        (b"x" * (20 * 1024 * 1024 + 1), "x", "This image is larger than 20 MB. Make it smaller and try again."),
    ],
    ids=["no words", "empty", "svg", "cut off", "bmp", "too many pixels", "too many bytes"],
)
def test_what_is_no_image_is_refused_in_words(content: bytes, alt: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal, attempt():
        add_image(make_product().pk, by=None, file=ContentFile(content, "tazza.png"), alt=alt)

    assert (str(refusal.value), Media.objects.count()) == (sentence, 0)


def test_an_image_belongs_to_a_variant_of_its_product_only() -> None:
    variant = make_variant("A")
    media = add_image(variant.product_id, by=None, file=ContentFile(picture(), "a.png"), alt="A", variant_id=variant.pk)

    with pytest.raises(Refused) as refusal, attempt():
        change_image(media, by=None, alt="B", variant_id=make_variant("B").pk)

    assert str(refusal.value) == "This variant belongs to another product. Choose one of this product's variants."
    assert Media.objects.values_list("alt", "variant_id").get() == ("A", variant.pk)


def test_a_removed_image_leaves_its_file_and_its_history() -> None:
    media = add_image(make_product().pk, by=None, file=ContentFile(picture(), "a.png"), alt="A")
    file = Media.objects.get().file

    remove_image(media, by=None)

    assert (Media.objects.count(), file.storage.exists(file.name)) == (0, True)
    assert list(Media.history.order_by("history_id").values_list("history_type", flat=True)) == ["+", "-"]
