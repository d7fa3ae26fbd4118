"""The paper and pen of the product pictures: a small square, its colours, and simple shapes in units of a hundredth."""

import io
import random
from collections.abc import Sequence

from PIL import Image, ImageColor, ImageDraw

SIDE, SCALE = 320, 2
UNIT = SIDE * SCALE / 100
BACKGROUNDS = ("#efe9e0", "#e9ece6", "#e8ebf0", "#f1e8e4", "#ece7ef", "#e6eeee")
Point = tuple[float, float]
Colour = tuple[int, int, int]


class Sketch:
    """A square of 100 by 100 with the origin at the top left; `tint` is the product's colour, `motif` that of its pattern."""

    def __init__(self, colour: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self.background = _rgb(self.chance.choice(BACKGROUNDS))
        self.tint = _rgb(colour)
        self.motif = mixed(self.tint, (40, 60, 90) if sum(self.tint) > 380 else (250, 240, 220), 0.6)
        self.image = Image.new("RGB", (SIDE * SCALE, SIDE * SCALE), self.background)
        self._draw = ImageDraw.Draw(self.image)
        self._table()

    def shade(self, amount: float) -> Colour:
        """The product's colour, darker (up to 1) or lighter (down to -1)."""
        return mixed(self.tint, (30, 24, 20) if amount > 0 else (255, 255, 255), abs(amount))

    def oval(self, x: float, y: float, wide: float, high: float, fill: Colour) -> None:
        self._draw.ellipse(_box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), fill=fill)

    def ring(self, x: float, y: float, wide: float, high: float, line: float, colour: Colour) -> None:
        self._draw.ellipse(_box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), outline=colour, width=int(line * UNIT))

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, corner: float = 0) -> None:
        self._draw.rounded_rectangle(_box(left, top, right, bottom), corner * UNIT, fill=fill)

    def shape(self, points: Sequence[Point], fill: Colour) -> None:
        self._draw.polygon([(x * UNIT, y * UNIT) for x, y in points], fill=fill)

    def line(self, points: Sequence[Point], wide: float, colour: Colour) -> None:
        self._draw.line([(x * UNIT, y * UNIT) for x, y in points], fill=colour, width=int(wide * UNIT), joint="curve")

    def dots(self, left: float, right: float, y: float, size: float, number: int) -> None:
        """A row of the collection's motif."""
        for place in range(number):
            x = left + (right - left) * (place + 0.5) / number
            self.oval(x, y, size, size, self.motif)

    def stripes(self, left: float, top: float, right: float, bottom: float, number: int) -> None:
        step = (bottom - top) / (number * 2)
        for place in range(number):
            self.box(left, top + step * (2 * place + 0.5), right, top + step * (2 * place + 1.1), self.motif)

    def _table(self) -> None:
        self._draw.rectangle(_box(0, 78, 100, 100), fill=mixed(self.background, (90, 70, 50), 0.12))
        self.oval(50, 83, 62, 7, mixed(self.background, (60, 45, 35), 0.25))

    def bytes(self) -> bytes:
        output = io.BytesIO()
        self.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(output, "WEBP", quality=82, method=0)
        return output.getvalue()


def _rgb(colour: str) -> Colour:
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue


def mixed(colour: Colour, other: Colour, amount: float) -> Colour:
    red, green, blue = (round(a + (b - a) * amount) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return left * UNIT, top * UNIT, right * UNIT, bottom * UNIT
