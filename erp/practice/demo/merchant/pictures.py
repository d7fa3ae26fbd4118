"""Product pictures, drawn here so that the demo downloads nothing: a silhouette per family, coloured by variant, patterned by seed."""

from collections.abc import Callable

from erp.practice.demo.merchant.sketch import Sketch, mixed


def draw_picture(shape: str, colour: str, seed: int) -> bytes:
    """A WebP of 320 by 320; the same arguments give the same picture."""
    sketch = Sketch(colour, seed)
    SHAPES[shape](sketch)
    return sketch.bytes()


def _plate(on: Sketch) -> None:
    on.oval(50, 50, 66, 62, on.shade(0.12))
    on.oval(50, 49, 66, 61, on.tint)
    on.ring(50, 49, 58, 53, 1.6, on.motif)
    on.oval(50, 49, 42, 38, on.shade(-0.25))
    on.dots(34, 66, 49, 4, on.chance.choice((1, 3, 5)))


def _bowl(on: Sketch) -> None:
    on.shape([(18, 40), (82, 40), (66, 78), (34, 78)], on.tint)
    on.oval(50, 40, 64, 16, on.shade(-0.35))
    on.oval(50, 41, 56, 11, on.shade(0.2))
    on.dots(28, 72, 56, 4, on.chance.choice((4, 6)))


def _mug(on: Sketch) -> None:
    on.ring(68, 55, 24, 26, 4, on.shade(0.15))
    on.box(30, 34, 66, 80, on.tint, 5)
    on.oval(48, 35, 36, 9, on.shade(0.3))
    on.stripes(30, 52, 66, 70, on.chance.choice((1, 2)))


def _teapot(on: Sketch) -> None:
    on.shape([(66, 52), (86, 38), (88, 43), (68, 68)], on.shade(0.1))
    on.ring(26, 56, 24, 28, 4, on.shade(0.15))
    on.oval(48, 58, 50, 44, on.tint)
    on.oval(48, 38, 22, 7, on.shade(0.2))
    on.oval(48, 32, 7, 7, on.motif)
    on.dots(30, 66, 58, 4, 5)


def _glass(on: Sketch) -> None:
    on.shape([(32, 30), (68, 30), (63, 80), (37, 80)], on.shade(-0.45))
    on.shape([(34, 50), (66, 50), (63, 79), (37, 79)], on.shade(-0.15))
    on.oval(50, 30, 36, 7, on.shade(-0.6))
    on.line([(38, 34), (41, 74)], 1.5, (255, 255, 255))


def _goblet(on: Sketch) -> None:
    on.oval(50, 81, 30, 6, on.shade(-0.4))
    on.line([(50, 52), (50, 80)], 2, on.shade(-0.3))
    on.shape([(36, 20), (64, 20), (62, 42), (50, 54), (38, 42)], on.shade(-0.5))
    on.shape([(37, 32), (63, 32), (62, 42), (50, 54), (38, 42)], mixed(on.tint, (110, 20, 40), 0.5))


def _carafe(on: Sketch) -> None:
    on.shape([(44, 14), (58, 14), (57, 34), (68, 52), (66, 80), (34, 80), (32, 52), (45, 34)], on.shade(-0.35))
    on.shape([(33, 56), (67, 56), (66, 79), (34, 79)], on.tint)
    on.line([(40, 54), (40, 76)], 1.4, (255, 255, 255))


def _cutlery(on: Sketch) -> None:
    for place, x in enumerate((32, 44, 56, 68)):
        on.box(x - 1.6, 40, x + 1.6, 80, on.shade(0.1), 1.5)
        if place % 2:
            on.oval(x, 31, 9, 20, on.tint)
        else:
            on.box(x - 3, 18, x + 3, 42, on.tint, 3)
        on.oval(x, 76, 4, 8, on.motif)


def _cloth(on: Sketch) -> None:
    on.shape([(20, 28), (74, 22), (82, 74), (26, 80)], on.tint)
    on.shape([(20, 28), (50, 25), (54, 77), (26, 80)], on.shade(0.06))
    for place in range(4):
        on.dots(28, 74, 36 + place * 11, 3, 6)


def _pot(on: Sketch) -> None:
    on.box(14, 50, 86, 56, on.shade(0.35), 3)
    on.box(22, 42, 78, 80, on.tint, 6)
    on.oval(50, 42, 58, 11, on.shade(-0.2))
    on.oval(50, 36, 9, 6, on.motif)
    on.stripes(22, 60, 78, 72, 1)


def _pan(on: Sketch) -> None:
    on.box(66, 56, 96, 61, on.motif, 2)
    on.oval(42, 59, 60, 26, on.shade(0.25))
    on.oval(42, 56, 60, 26, on.tint)
    on.oval(42, 56, 50, 19, on.shade(0.45))


def _board(on: Sketch) -> None:
    wood = mixed((176, 125, 74), on.tint, 0.15)
    on.box(24, 26, 66, 82, wood, 7)
    on.box(40, 12, 50, 30, wood, 4)
    on.oval(45, 17, 4, 4, on.background)
    for x in (31, 38, 46, 55, 60):
        on.line([(x, 32), (x + on.chance.uniform(-3, 3), 78)], 0.8, mixed(wood, (80, 50, 25), 0.4))


def _jar(on: Sketch) -> None:
    on.box(32, 34, 68, 81, on.tint, 6)
    on.box(35, 24, 65, 36, mixed((190, 150, 105), on.tint, 0.1), 3)
    on.box(36, 48, 64, 66, (250, 247, 240), 2)
    on.dots(39, 61, 57, 3.5, 4)


def _bed(on: Sketch) -> None:
    on.box(14, 30, 86, 50, mixed((150, 110, 80), on.tint, 0.1), 4)
    on.box(18, 44, 82, 80, on.shade(-0.55), 4)
    on.box(22, 40, 47, 54, on.shade(-0.7), 5)
    on.box(53, 40, 78, 54, on.shade(-0.7), 5)
    on.box(16, 56, 84, 82, on.tint, 4)
    on.dots(22, 78, 64, 3, 8)
    on.dots(26, 80, 74, 3, 8)


def _cushion(on: Sketch) -> None:
    on.shape([(20, 24), (50, 29), (80, 24), (76, 52), (80, 80), (50, 76), (20, 80), (24, 52)], on.tint)
    for place in range(3):
        on.dots(30, 70, 40 + place * 12, 5, 4)


def _blanket(on: Sketch) -> None:
    for place in range(3):
        on.box(20 + place, 40 + place * 12, 80 - place, 54 + place * 12, on.shade(0.08 * place), 6)
    on.stripes(21, 42, 79, 52, 2)
    for x in range(22, 80, 4):
        on.line([(x, 78), (x - 1, 86)], 0.8, on.shade(0.2))


def _towel(on: Sketch) -> None:
    on.box(12, 18, 88, 21, (120, 120, 124), 1.5)
    on.box(28, 18, 72, 78, on.tint, 2)
    on.stripes(28, 60, 72, 72, 2)
    on.line([(50, 22), (50, 58)], 0.6, on.shade(0.12))


def _bottle(on: Sketch) -> None:
    on.box(45, 10, 55, 34, on.shade(0.2), 2)
    on.shape([(45, 32), (55, 32), (66, 44), (66, 82), (34, 82), (34, 44)], on.tint)
    on.box(36, 52, 64, 72, (250, 247, 240), 2)
    on.dots(40, 60, 62, 3.5, 4)


def _lamp(on: Sketch) -> None:
    on.oval(50, 82, 30, 6, on.shade(0.3))
    on.shape([(42, 52), (58, 52), (64, 68), (56, 82), (44, 82), (36, 68)], on.tint)
    on.shape([(36, 14), (64, 14), (76, 50), (24, 50)], (252, 240, 205))
    on.dots(40, 60, 66, 3.5, 3)


def _candle(on: Sketch) -> None:
    on.oval(50, 25, 6, 14, (250, 196, 88))
    on.oval(50, 28, 3, 8, (255, 240, 200))
    on.line([(50, 32), (50, 42)], 1, (70, 60, 50))
    on.box(34, 40, 66, 81, on.tint, 4)
    on.oval(50, 41, 32, 8, on.shade(-0.5))
    on.box(39, 54, 61, 70, (250, 247, 240), 1)


def _vase(on: Sketch) -> None:
    for x, height in ((40, 10), (50, 4), (60, 12)):
        on.line([(50, 40), (x, height + 6)], 1, (96, 122, 84))
        on.oval(x, height + 4, 9, 9, mixed(on.motif, (220, 120, 110), 0.5))
    on.shape([(42, 34), (58, 34), (56, 44), (70, 60), (62, 81), (38, 81), (30, 60), (44, 44)], on.tint)
    on.stripes(32, 58, 68, 64, 1)


def _frame(on: Sketch) -> None:
    on.box(26, 16, 74, 80, mixed((150, 105, 64), on.tint, 0.35), 1)
    on.box(32, 22, 68, 74, (250, 248, 243))
    on.box(37, 28, 63, 68, (190, 214, 226))
    on.shape([(37, 68), (48, 48), (55, 58), (60, 50), (63, 56), (63, 68)], on.motif)


def _basket(on: Sketch) -> None:
    on.ring(50, 44, 44, 48, 3, mixed((176, 132, 84), on.tint, 0.1))
    on.shape([(20, 44), (80, 44), (72, 82), (28, 82)], mixed((190, 146, 92), on.tint, 0.15))
    for y in (50, 58, 66, 74):
        on.line([(22, y), (78, y)], 1.2, (140, 100, 60))
    on.box(18, 42, 82, 47, on.tint, 2)


def _tile(on: Sketch) -> None:
    on.box(24, 22, 76, 76, (250, 247, 238), 1.5)
    on.ring(50, 49, 40, 40, 2, on.tint)
    for x, y in ((50, 37), (62, 49), (50, 61), (38, 49)):
        on.oval(x, y, 12, 12, on.tint)
    on.oval(50, 49, 9, 9, on.motif)


def _tin(on: Sketch) -> None:
    on.box(20, 44, 80, 80, on.tint, 4)
    on.box(18, 36, 82, 48, on.shade(0.15), 4)
    on.dots(26, 74, 64, 6, 6)


def _book(on: Sketch) -> None:
    on.box(30, 20, 74, 82, on.shade(0.3), 1)
    on.box(28, 18, 70, 80, on.tint, 1)
    on.box(34, 28, 64, 40, (250, 247, 240), 1)
    on.oval(49, 58, 20, 20, on.motif)


SHAPES: dict[str, Callable[[Sketch], None]] = {
    "basket": _basket,
    "bed": _bed,
    "blanket": _blanket,
    "board": _board,
    "book": _book,
    "bottle": _bottle,
    "bowl": _bowl,
    "candle": _candle,
    "carafe": _carafe,
    "cloth": _cloth,
    "cushion": _cushion,
    "cutlery": _cutlery,
    "frame": _frame,
    "glass": _glass,
    "goblet": _goblet,
    "jar": _jar,
    "lamp": _lamp,
    "mug": _mug,
    "pan": _pan,
    "plate": _plate,
    "pot": _pot,
    "teapot": _teapot,
    "tile": _tile,
    "tin": _tin,
    "towel": _towel,
    "vase": _vase,
}
