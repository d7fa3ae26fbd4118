"""Small pictures for tests."""

import io

from PIL import Image


def png(width: int, height: int, colour: str = "#17663A") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(content, "PNG")
    return content.getvalue()
