"""A screen as designers draw it: boxes, crossed for pictures, and waves for words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sketchseek.data.screens.elements import Chance, Element
from sketchseek.data.screens.layout import SCREEN
from sketchseek.data.synthetic.geometry import Curve, between, curve, ellipse, rect, resample
from sketchseek.data.synthetic.parts import Box
from sketchseek.data.synthetic.stroke import CANVAS, STEP, Drawing, Level, by_hand
from sketchseek.sketch import Sketch

_MISPLACED = 0.003  # of an element within its parent, times how displaced a level's parts are
_BOXED = ("screen", "image", "card", "field", "button", "bubble", "switch")


def draw(screen: Element, level: Level, rng: Chance) -> Drawing:
    """Draw a screen, frame first, then element by element in the order of reading.

    Args:
        screen: the tree.
        level: how much is drawn, and how carefully.
        rng: the hand.

    Returns:
        Strokes (n, 3) of x, y in 0..256 and milliseconds, and the element of each by its path.
    """
    lines: list[Curve] = []
    paths: list[str] = []
    for path, element, box in _remembered(screen, screen.name, screen.box, level, rng):
        minor = element.detail > 0
        if element.detail > level.detail or (minor and rng.random() < level.skipped):
            continue
        for line in _lines(element, box, rng):
            lines.append(resample(line * CANVAS, STEP))
            paths.append(path)
    return Drawing(Sketch(by_hand(lines, level, rng)), tuple(paths))


def _remembered(
    element: Element, path: str, box: Box, level: Level, rng: Chance
) -> Iterator[tuple[str, Element, Box]]:
    """Every element where it is remembered: a little off within its parent, all on it with it."""
    yield path, element, box
    old, new = np.array(element.box), np.array(box)
    for child in element.children:
        share = (np.array(child.box) - np.tile(old[:2], 2)) / np.tile(old[2:] - old[:2], 2)
        place = np.tile(new[:2], 2) + share * np.tile(new[2:] - new[:2], 2)
        moved, grown = _MISPLACED * level.displaced * rng.normal(size=(2, 2))
        place += np.concatenate([moved - grown, moved + grown])
        x0, y0, x1, y1 = (float(value) for value in place)
        here = min(x0, x1 - 0.004), min(y0, y1 - 0.004), x1, y1
        yield from _remembered(child, f"{path}/{child.name}", here, level, rng)


def _lines(element: Element, box: Box, rng: Chance) -> Iterator[Curve]:
    """The lines of one element, in shares of the canvas."""
    left, top, right, bottom = box
    if element.look == "round":
        yield _closed(_ring(box))
    elif element.kind in _BOXED:
        yield _closed(rect(*box))
    if element.kind == "image":
        yield between((left, top), (right, bottom))
        yield between((right, top), (left, bottom))
    elif element.kind == "avatar":
        yield _closed(_ring(box))
    elif element.kind == "bar":
        y = bottom if top < (SCREEN[1] + SCREEN[3]) / 2 else top
        yield between((left, y), (right, y))
    elif element.kind == "row":
        yield between((left, bottom), (right, bottom))
    elif element.kind in ("text", "title"):
        yield _wave(box, rng)
    elif element.kind == "icon":
        yield from _icon(element.look, box)


def _icon(look: str, box: Box) -> Iterator[Curve]:
    left, top, right, bottom = box
    if look == "menu":
        for y in (top, (top + bottom) / 2, bottom):
            yield between((left, y), (right, y))
    elif look == "ring":
        yield _closed(_ring(box))
    elif look == "cross":
        yield between((left, top), (right, bottom))
        yield between((right, top), (left, bottom))
    elif look == "square":
        yield _closed(rect(*box))
    elif look == "triangle":
        yield _closed(curve([(left, bottom), ((left + right) / 2, top), (right, bottom)]))
    else:
        middle, r = (left + right) / 2, (bottom - top) / 8
        for y in (top + r, (top + bottom) / 2, bottom - r):
            yield _closed(ellipse(middle, y, r, n=8))


def _wave(box: Box, rng: Chance) -> Curve:
    """A line of words: up and down along it, as high as small letters."""
    left, top, right, bottom = box
    turns = max(2, round((right - left) / 0.016))
    x = np.linspace(left, right, 2 * turns + 1)
    high = (bottom - top) * (0.25 + 0.15 * rng.random(len(x)))
    y = (top + bottom) / 2 + high * np.where(np.arange(len(x)) % 2, -1, 1)
    return np.stack([x, y], axis=1)


def _ring(box: Box) -> Curve:
    left, top, right, bottom = box
    return ellipse((left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2, n=24)


def _closed(outline: Curve) -> Curve:
    return np.concatenate([outline, outline[:1]])
