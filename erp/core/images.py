"""Pictures that people hand in: read before they are kept, refused in words."""

import io
import warnings
from functools import lru_cache

from django.core.files.base import File
from django.utils.translation import gettext as _

from erp.core.refusals import Refused

FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 60_000_000


def read_image(file: "File[bytes]") -> tuple[str, int, int]:
    """Format, width and height in pixels; Refused for anything that is no whole picture of a format that browsers show."""
    from PIL import Image  # its plugins are heavy and only this needs them

    if (file.size or 0) > MAX_BYTES:
        raise Refused(_("This image is larger than 20 MB. Make it smaller and try again."), code="image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=list(FORMATS)) as image:
                kind, (width, height) = str(image.format), image.size
                image.verify()
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError) as error:
        text = _("“%(name)s” is not an image that can be shown. Use a JPEG, PNG, WebP or GIF file.")
        raise Refused(text % {"name": file.name}, code="image") from error
    file.seek(0)
    if width * height > MAX_PIXELS:
        raise Refused(_("This image has more than 60 million pixels. Make it smaller and try again."), code="image")
    return kind, width, height


@lru_cache(maxsize=8)
def for_print(content: bytes, *, width: int, height: int) -> bytes:
    """A JPEG on white of at most so many pixels: papers take it in as it is; other pictures are packed anew for each."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(content), formats=list(FORMATS)) as image:
        whole = ImageOps.exif_transpose(image).convert("RGBA")
    whole.thumbnail((width, height), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", whole.size, "white")
    sheet.paste(whole, mask=whole)
    packed = io.BytesIO()
    sheet.save(packed, "JPEG", quality=95, subsampling=0)
    return packed.getvalue()
