"""Screens of apps of our own making, and drawings of them: trees of elements from a seed.

Nothing is downloaded or stored. A screen is laid out as a tree (`layout`), painted as pixels (`paint`) and
drawn by an unsteady hand (`wire`), so that what lies on what is known of both: of every element of the screen
and of every stroke. It stands in for SWIRE and Rico where an explicit hierarchy is to be measured.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek.data.check import count
from sketchseek.data.items import Dataset, DatasetCard, Item, Reader
from sketchseek.data.screens.elements import Chance, Element
from sketchseek.data.screens.layout import screen
from sketchseek.data.screens.paint import paint
from sketchseek.data.screens.wire import draw as _draw
from sketchseek.data.synthetic.stroke import LEVELS, Drawing
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.sketch import Sketch

__all__ = ["READER", "Element", "draw", "draw_sketch", "elements", "load", "render_photo", "tree"]

CARD = DatasetCard(
    name="screens",
    title="Synthetic screens of apps",
    licence="Apache-2.0",
    source="Made by sketchseek itself",
    citation="",
    layout="none: it is drawn from a seed",
    redistributable=True,
    notes=("Sketches come at three levels in turn: detailed, plain, coarse.",),
)

_LABEL = "screen"
_HEIGHT = 480  # of a screen, pixels
_LAYOUT, _PIXELS, _HAND = range(3)  # what each source of chance decides


def load(
    root: Path | None = None, *, seed: int = 0, instances: int = 400, sketches_per_screen: int = 3
) -> Dataset:
    """The table of a data set; its pictures are made when they are opened.

    Args:
        root: not used; there are no files.
        seed: another seed, other screens.
        instances: screens.
        sketches_per_screen: they go through the levels in turn.

    Raises:
        BadConfig: a number out of range.
    """
    if seed < 0 or instances < 1 or sketches_per_screen < 0:
        raise BadConfig("screens: seed >= 0, instances >= 1 and sketches_per_screen >= 0, please")
    items: list[Item] = []
    for number in range(instances):
        instance, key = f"{_LABEL}/{number:05d}", f"{seed}/{number}"
        items.append(Item(f"photo/{instance}", "photo", _LABEL, instance, key=key))
        for hand in range(sketches_per_screen):
            level = tuple(LEVELS)[hand % len(LEVELS)]
            name, drawn = f"sketch/{instance}-{hand + 1}", f"{key}/{level}/{hand}"
            items.append(Item(name, "sketch", _LABEL, instance, level, key=drawn))
    return Dataset("screens", None, tuple(items), CARD, draw_sketch, render_photo, elements)


def tree(item: Item) -> Element:
    """The elements of a screen, or of the screen that a sketch is of; boxes in shares of the canvas."""
    seed, number, *_ = _key(item)
    return screen(_chance(seed, number, _LAYOUT))


def elements(item: Item) -> NDArray[np.float32]:
    """The boxes of all elements of a screen but itself, (n, 4) in shares of its sides, outer ones first."""
    whole, *inside = (element.box for _, element in tree(item).walk())
    low, side = np.array(whole[:2]), np.array(whole[2:]) - whole[:2]
    places: NDArray[np.float32] = ((np.array(inside).reshape(-1, 2, 2) - low) / side).astype(np.float32)
    return places.reshape(-1, 4)


def render_photo(item: Item, at_least: int | None = None) -> Image.Image:
    """The pixels of a screen, RGB. ``at_least`` is there for readers of files; it changes nothing."""
    seed, number, *_ = _key(item)
    return paint(tree(item), _HEIGHT, _chance(seed, number, _PIXELS))


def draw(item: Item) -> Drawing:
    """The strokes of a sketch, and for each the path of the element that it is of, as in `tree`."""
    seed, number, level, hand = _key(item)
    if level not in LEVELS:
        raise BadDataset(f"{item.id} is a screen, not a sketch")
    return _draw(tree(item), LEVELS[level], _chance(seed, number, _HAND, int(hand)))


def draw_sketch(item: Item) -> Sketch:
    """The strokes of a sketch: points x, y in 0..256 and milliseconds."""
    return draw(item).sketch


def _key(item: Item) -> tuple[int, int, str, str]:
    parts = str(item.key).split("/")
    if len(parts) not in (2, 4) or not (parts[0] + parts[1]).isdecimal():
        raise BadDataset(f"{item.key!r} is no key of the screens")
    level, hand = parts[2:] or ("", "0")
    return int(parts[0]), int(parts[1]), level, hand


def _chance(*numbers: int) -> Chance:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(numbers)))


def _count(root: Path | None) -> dict[str, int]:
    return count(load(root))


READER = Reader(CARD, load, _count)
