"""Images of products: checked, described, in order."""

from collections.abc import Sequence

from django.core.files.base import File
from django.utils.translation import gettext as _

from catalog.locks import lock_product
from catalog.models import Media, Variant
from erp.core.history import By
from erp.core.images import FORMATS, read_image
from erp.core.masterdata import delete_master, save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic


@atomic
def add_image(product_id: int, *, by: By, file: "File[bytes]", alt: str, variant_id: int | None = None, position: int | None = None) -> int:
    """Store a picture that Pillow can read, after the others unless `position` says otherwise. Returns the key."""
    lock_product(product_id)
    kind, width, height = read_image(file)
    _refuse_stranger(variant_id, product_id)
    if position is None:
        position = Media.objects.filter(product_id=product_id).count()
    media = Media(product_id=product_id, variant_id=variant_id, alt=_described(alt), position=position, width=width, height=height)
    name = (file.name or "image").rsplit("/", 1)[-1].rsplit(".", 1)[0][:80]
    media.file.save(f"{name}.{FORMATS[kind]}", file, save=False)
    save_master(media, by=by)
    return media.pk


@atomic
def change_image(media_id: int, *, by: By, alt: str, variant_id: int | None = None) -> None:
    media = _lock_image(media_id)
    _refuse_stranger(variant_id, media.product_id)
    media.alt, media.variant_id = _described(alt), variant_id
    save_master(media, by=by)


@atomic
def order_images(product_id: int, media_ids: Sequence[int], *, by: By) -> None:
    """Show them in this order; images not named follow in the order that they had."""
    lock_product(product_id)
    rows = list(Media.objects.filter(product_id=product_id).order_by("position", "pk"))
    wanted = {media_id: place for place, media_id in enumerate(media_ids)}
    rows.sort(key=lambda row: wanted.get(row.pk, len(wanted)))
    for place, row in enumerate(rows):
        if row.position != place:
            row.position = place
            save_master(row, by=by)


@atomic
def remove_image(media_id: int, *, by: By) -> None:
    """Take it off the product. The file stays: papers and shops may still show it."""
    delete_master(_lock_image(media_id), by=by)


def _lock_image(media_id: int) -> Media:
    """Under its product's lock, so that nothing done to its neighbours meanwhile is lost."""
    lock_product(Media.objects.values_list("product_id", flat=True).get(pk=media_id))
    return Media.objects.get(pk=media_id)


def _described(alt: str) -> str:
    if not alt.strip():
        raise Refused(_("An image needs a few words that say what it shows. Type them."), code="alt")
    return alt.strip()[:250]


def _refuse_stranger(variant_id: int | None, product_id: int) -> None:
    if variant_id and not Variant.objects.filter(pk=variant_id, product_id=product_id).exists():
        raise Refused(_("This variant belongs to another product. Choose one of this product's variants."), code="variant")
