"""Things that stand about in the back of a photo: simple shapes, to be blurred."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

_BRIGHT = ("a83a35", "3a5f8a", "d8b04a", "e6e0d4", "4a7a5a", "5a4a44", "c87a4a", "8a6a9a")
_LEAVES = ("b8cf7a", "3f6f35", "dfe8b0", "5f8f4a", "2a4f2a", "e8d8a0")


def hex_rgb(text: str) -> NDArray[np.float64]:
    """Six hexadecimal digits as red, green, blue in 0..1."""
    return np.array([int(text[i : i + 2], 16) for i in (0, 2, 4)]) / 255


def strew(image: Image.Image, kind: str, horizon: float, rng: np.random.Generator) -> None:
    """Draw things of a kind, if any, on a backdrop whose wall or sky ends at ``horizon``."""
    if kind:
        _KINDS[kind](_Pen(image, rng), horizon)


class _Pen:
    """Draws shapes in slightly varied colours; positions and sizes are shares of the side."""

    def __init__(self, image: Image.Image, rng: np.random.Generator) -> None:
        self.draw, self.size, self.rng = ImageDraw.Draw(image), image.width, rng

    def some(self, low: float, high: float) -> float:
        return low + (high - low) * float(self.rng.random())

    def times(self, low: int, high: int) -> range:
        return range(int(self.rng.integers(low, high)))

    def one(self, options: Sequence[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    def tint(self, colour: str) -> tuple[int, int, int]:
        red, green, blue = (int(min(255.0, v)) for v in hex_rgb(colour) * 255 * self.some(0.8, 1.15))
        return red, green, blue

    def disc(self, x: float, y: float, r: float, colour: str) -> None:
        self.draw.ellipse([v * self.size for v in (x - r, y - r, x + r, y + r)], fill=self.tint(colour))

    def block(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        self.draw.rectangle([v * self.size for v in (x, y, x + wide, y + high)], fill=self.tint(colour))

    def puff(self, x: float, y: float, r: float, colour: str) -> None:
        for _ in range(6):
            self.disc(
                x + self.some(-1.2, 1.2) * r, y + self.some(-0.4, 0.5) * r, r * self.some(0.4, 0.8), colour
            )

    def ridge(self, y: float, rise: float, colour: str) -> None:
        top = [(i / 6 * self.size, (y - self.some(0, rise)) * self.size) for i in range(7)]
        self.draw.polygon(
            [*top, (self.size, y * self.size + 1), (0, y * self.size + 1)], fill=self.tint(colour)
        )

    def line(self, points: Sequence[tuple[float, float]], width: float, colour: str) -> None:
        path = [(x * self.size, y * self.size) for x, y in points]
        self.draw.line(path, fill=self.tint(colour), width=max(1, round(width * self.size)))


def _clouds(pen: _Pen, _: float) -> None:
    for _ in pen.times(1, 5):
        pen.puff(pen.some(0, 1), pen.some(0.1, 0.75), pen.some(0.06, 0.14), "f2f4f6")
    pen.ridge(pen.some(0.9, 1.05), 0.05, "5a6a5a")


def _bushes(pen: _Pen, horizon: float, number: range, colour: str) -> None:
    for _ in number:
        r = pen.some(0.04, 0.11)
        pen.puff(pen.some(0, 1), horizon - r * 0.7, r, colour)


def _trees(pen: _Pen, horizon: float) -> None:
    pen.ridge(horizon, 0.1, "7a9070")
    _bushes(pen, horizon, pen.times(3, 8), "4a6a3a")


def _hills(pen: _Pen, horizon: float) -> None:
    pen.ridge(horizon, 0.1, "8a9a9a")
    _bushes(pen, horizon, pen.times(0, 3), "4a6a3a")


def _sea(pen: _Pen, horizon: float) -> None:
    pen.block(0, horizon - 0.14, 1, 0.14, "4f7f9f")
    _bushes(pen, horizon + 0.02, pen.times(1, 4), "8a8f80")


def _houses(pen: _Pen, horizon: float) -> None:
    x = -0.1
    while x < 1:
        wide, high = pen.some(0.14, 0.3), pen.some(0.18, 0.4)
        pen.block(x, horizon - high, wide, high, pen.one(("a88a76", "b8a890", "8a8f98", "9a6a58", "c8c0b0")))
        for top in np.arange(horizon - high + 0.04, horizon - 0.06, 0.1):
            for column in range(3):
                pen.block(x + wide * (0.14 + 0.28 * column), float(top), wide * 0.16, 0.055, "4a5058")
        x += wide + pen.some(0.0, 0.08)


def _bricks(pen: _Pen, horizon: float) -> None:
    step = 0.034
    for row, y in enumerate(np.arange(horizon, 0, -step)):
        pen.line([(0, float(y)), (1, float(y))], 0.005, "8f8880")
        for column in range(9):
            x = (column + 0.5 * (row % 2)) / 8.5
            pen.line([(x, float(y)), (x, float(y) - step)], 0.005, "8f8880")


def _bokeh(pen: _Pen, _: float) -> None:
    for _ in pen.times(14, 26):
        pen.disc(pen.some(0, 1), pen.some(0, 1), pen.some(0.02, 0.11), pen.one(_LEAVES))


def _lights(pen: _Pen, horizon: float) -> None:
    for _ in pen.times(12, 22):
        pen.disc(
            pen.some(0, 1),
            pen.some(0, horizon),
            pen.some(0.02, 0.09),
            pen.one(("ffcf8a", "ffe0b0", "e08a5a")),
        )


def _bubbles(pen: _Pen, _: float) -> None:
    for _ in pen.times(3, 7):
        x, high = pen.some(0, 1), pen.some(0.2, 0.5)
        weed = [(x + pen.some(-0.06, 0.06), 1 - high * i / 3) for i in range(4)]
        pen.line(weed, 0.025, pen.one(("2f6a4a", "3f7a5a", "6a5a3a")))
    pen.ridge(1.0, 0.1, "c8b88f")
    for _ in pen.times(5, 14):
        pen.disc(pen.some(0, 1), pen.some(0, 0.9), pen.some(0.008, 0.025), "d8eef0")


def _kitchen(pen: _Pen, horizon: float) -> None:
    for _ in pen.times(2, 6):
        colour, x, wide, high = pen.one(_BRIGHT), pen.some(0, 1), pen.some(0.06, 0.16), pen.some(0.1, 0.32)
        pen.block(x - wide / 2, horizon + 0.04 - high, wide, high, colour)
        if pen.some(0, 1) < 0.5:
            pen.disc(x, horizon + 0.04 - high, wide / 2, colour)


def _frames(pen: _Pen, horizon: float) -> None:
    """Pictures on the wall."""
    for _ in pen.times(2, 5):
        x, y = pen.some(0, 1), pen.some(0.05, max(0.2, horizon - 0.35) if horizon else 0.9)
        wide, high = pen.some(0.14, 0.24), pen.some(0.14, 0.24)
        pen.block(x - wide / 2, y, wide, high, "6a5040")
        pen.block(x - wide / 2 + 0.015, y + 0.015, wide - 0.03, high - 0.03, pen.one(_BRIGHT))


def _margins(pen: _Pen, colours: Sequence[str]) -> None:
    """Odds and ends near the edges of what is seen from above."""
    for _ in pen.times(2, 6):
        along = pen.some(0, 1)
        edge = pen.some(-0.03, 0.1) if pen.some(0, 1) < 0.5 else pen.some(0.9, 1.03)
        x, y = (edge, along) if pen.some(0, 1) < 0.5 else (along, edge)
        if pen.some(0, 1) < 0.5:
            pen.disc(x, y, pen.some(0.02, 0.07), pen.one(colours))
        else:
            pen.block(x - 0.08, y - 0.06, pen.some(0.06, 0.18), pen.some(0.05, 0.15), pen.one(colours))


_KINDS: dict[str, Callable[[_Pen, float], None]] = {
    "clouds": _clouds,
    "trees": _trees,
    "hills": _hills,
    "shore": _hills,
    "sea": _sea,
    "houses": _houses,
    "bricks": _bricks,
    "bokeh": _bokeh,
    "lights": _lights,
    "bubbles": _bubbles,
    "kitchen": _kitchen,
    "furniture": _frames,
    "frames": _frames,
    "desk": lambda pen, _: _margins(pen, _BRIGHT),
    "shells": lambda pen, _: _margins(pen, ("b8a488", "d8c8b0", "a08a70")),
}
