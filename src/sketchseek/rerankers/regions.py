"""Parts of pictures as boxes: a sketch's strokes, a photo's objects or the cells of a grid.

Boxes are (n, 4) float32 x0, y0, x1, y1 in shares of the side of the square that a model sees, so they hold
for every feature map of it; the first one is the whole picture. They are found in the very pixels, or the
very frame, that the model is given: a mirrored or cropped picture has the boxes of what is then there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek.errors import EmptySketch
from sketchseek.images import PhotoInput, frame
from sketchseek.model import Finder
from sketchseek.sketch import Sketch, SketchInput

Boxes = NDArray[np.float32]

_WHOLE = np.array([[0, 0, 1, 1]], np.float32)
_CELLS = 64  # side of the edge map
_LENGTHS = (8, 12, 17, 24, 34, 48)  # sides of windows, cells; each about √2 of the one before
_LONGEST = 3.0  # greatest ratio of a window's sides
_RIM = 2  # cells around a window in which edges tell that it cuts something
_HELD = 0.8  # of a box that lies in another one
_OVERLAP = 0.5  # of two windows that count as one, intersection over union


@dataclass(frozen=True, eq=False)
class StrokeRegions:
    """The regions of a drawing.

    Attributes:
        boxes: (n, 4), the whole first.
        strokes: the numbers of the strokes in each, from 0; none where the drawing has no strokes.
    """

    boxes: Boxes
    strokes: tuple[tuple[int, ...], ...]


def of_sketch(sketch: Sketch, spec: SketchInput, most: int = 16, finder: Finder = "edges") -> StrokeRegions:
    """The whole drawing, and each of its strokes.

    Where there are more strokes than ``most`` - 1, those drawn one after the other are joined, first the two
    whose common box has the shortest border. A drawing without strokes is looked at like a photo.

    Args:
        sketch: not empty.
        spec: how it is rendered.
        most: regions, at least 2.
        finder: "cells" for the cells of one grid, as of a photo; strokes are not told of them.

    Raises:
        EmptySketch: nothing is drawn.
    """
    if sketch.is_empty:
        raise EmptySketch("the sketch is empty: draw at least one line")
    if finder == "cells":
        return StrokeRegions(_cells(most), ((),) * most)
    if not sketch.strokes:
        boxes = of_photo(sketch.render(spec), most)
        return StrokeRegions(boxes, ((),) * len(boxes))
    boxes, groups = _joined(sketch.boxes_on(spec), most - 1)
    found = np.concatenate([_WHOLE, np.clip(boxes / np.float32(spec.size), 0, 1)])
    return StrokeRegions(found, (tuple(range(len(sketch.strokes))), *groups))


def of_photo(pixels: NDArray[np.uint8], most: int = 16, finder: Finder = "edges") -> Boxes:
    """The whole picture, and its parts: (n, 4), n at most ``most``.

    ``"edges"`` stands in for selective search, in the manner of Edge Boxes (Zitnick and Dollár, ECCV 2014)
    without its groups of edges: of windows of 6 by 6 sizes all over the picture it takes those that hold
    many edges for their size and cut few. The score is the sum of edges inside less that in a rim around,
    over the border's length, so that a contour counts alike whatever its size; the best window is taken,
    those that overlap it by more than half (intersection over union) are not, and so on. An even picture has
    no parts.

    ``"grid"`` takes the cells of grids of 2, 3 and more to a side, as many grids as fit whole. ``"elements"``
    are told by data sets (`of_elements`); of any other picture they are found by edges. ``"cells"`` are those
    of one grid, row by row, ``most`` of them; the whole is none of them.

    Args:
        pixels: (S, S, 3) or (S, S) uint8.
        most: boxes, at least 2.
        finder: how parts are found.
    """
    if finder == "cells":
        return _cells(most)
    parts = _grids(most - 1) if finder == "grid" else _windows(pixels, most - 1)
    return np.concatenate([_WHOLE, parts])


def of_elements(elements: Boxes, size: tuple[int, int], spec: PhotoInput, most: int = 16) -> Boxes:
    """The whole picture, and the largest of the elements that are told of it: (n, 4), n at most ``most``.

    Args:
        elements: (k, 4) boxes in shares of the picture's sides.
        size: the picture's width and height.
        spec: how the picture is brought to a square.
        most: boxes, at least 2.
    """
    left, top, wide, high = frame(size, spec)
    placed = elements * np.array([wide, high] * 2, np.float32) + np.array([left, top] * 2, np.float32)
    placed = np.clip(placed, 0, 1).astype(np.float32)
    areas = np.prod(placed[:, 2:] - placed[:, :2], axis=1)
    order = np.argsort(-areas, kind="stable")
    kept = [one for one in order.tolist() if areas[one] > 0][: most - 1]
    return np.concatenate([_WHOLE, placed[kept].reshape(-1, 4)])


def contained(boxes: Boxes) -> NDArray[np.int64]:
    """The merges of an explicit hierarchy: what lies in a box becomes one with it, from the inside out.

    A box lies in the smallest larger one that holds four fifths of it, else in the first, which is the whole.

    Args:
        boxes: (n, 4), the whole first.

    Returns:
        (n - 1, 2): which two become one, in order; 0 to n - 1 are the boxes, the k-th merge makes n + k.
    """
    count = len(boxes)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    rank = np.lexsort((-np.arange(count), areas))  # of equal ones the later lies in the earlier
    place = np.argsort(rank)
    names = np.arange(count)
    merges = []
    for inner in (one for one in rank.tolist() if one):
        low, high = np.maximum(boxes[inner, :2], boxes[:, :2]), np.minimum(boxes[inner, 2:], boxes[:, 2:])
        common = np.prod(np.clip(high - low, 0, None), axis=1)
        holds = (common >= _HELD * areas[inner]) & (place > place[inner])
        holds[0] = True
        outer = min(np.flatnonzero(holds).tolist(), key=lambda one: (one == 0, place[one]))
        merges.append((names[outer], names[inner]))
        names[outer] = count + len(merges) - 1
    return np.array(merges, np.int64).reshape(-1, 2)


def filled(boxes: Sequence[Boxes], most: int) -> Boxes:
    """The boxes of N pictures as (N, ``most``, 4), zeros behind each picture's last."""
    places = np.zeros((len(boxes), most, 4), np.float32)
    for place, some in zip(places, boxes, strict=True):
        place[: len(some)] = some
    return places


def ordered(boxes: Sequence[Boxes], most: int) -> NDArray[np.int64]:
    """What is `contained` in the boxes of N pictures, (N, ``most`` - 1, 2), -1 behind each picture's last."""
    merges = np.full((len(boxes), most - 1, 2), -1, np.int64)
    for place, some in zip(merges, boxes, strict=True):
        place[: len(some) - 1] = contained(some)
    return merges


def _joined(boxes: Boxes, most: int) -> tuple[Boxes, tuple[tuple[int, ...], ...]]:
    """At most so many boxes, of neighbours in the order of drawing, and which of those given are in each."""
    groups: list[tuple[int, ...]] = [(number,) for number in range(len(boxes))]
    while len(boxes) > most:
        both = np.concatenate(
            [np.minimum(boxes[:-1, :2], boxes[1:, :2]), np.maximum(boxes[:-1, 2:], boxes[1:, 2:])], axis=1
        )
        at = int((both[:, 2:] - both[:, :2]).sum(axis=1).argmin())
        boxes = np.concatenate([boxes[:at], both[at : at + 1], boxes[at + 2 :]])
        groups[at : at + 2] = [groups[at] + groups[at + 1]]
    return boxes, tuple(groups)


def _cells(most: int) -> Boxes:
    side = round(most**0.5)
    rows, columns = np.divmod(np.arange(most), side)
    found: Boxes = (np.stack([columns, rows, columns + 1, rows + 1], axis=1) / side).astype(np.float32)
    return found


def _grids(most: int) -> Boxes:
    found: list[tuple[float, float, float, float]] = []
    side = 2
    while len(found) + side * side <= most:
        found += [
            (column / side, row / side, (column + 1) / side, (row + 1) / side)
            for row in range(side)
            for column in range(side)
        ]
        side += 1
    return np.array(found, np.float32).reshape(-1, 4)


def _windows(pixels: NDArray[np.uint8], most: int) -> Boxes:
    windows = _ALL
    edges = np.pad(_edges(pixels), _RIM)
    sums = np.pad(edges.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    inside = _mass(sums, windows + _RIM)
    around = _mass(sums, windows + np.array([0, 0, 2 * _RIM, 2 * _RIM])) - inside
    border = 2 * (windows[:, 2:] - windows[:, :2]).sum(axis=1)
    score = (inside - around) / border
    kept: list[int] = []
    while len(kept) < most and (at := int(score.argmax())) >= 0 and score[at] > 0:
        kept.append(at)
        score[_overlap(windows, windows[at]) > _OVERLAP] = 0
    return (windows[kept] / _CELLS).astype(np.float32).reshape(-1, 4)


def _edges(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How steeply the picture changes in each cell, the steepest of its colours."""
    small = Image.fromarray(pixels).resize((_CELLS, _CELLS), Image.Resampling.BOX)
    values = np.asarray(small, np.float64).reshape(_CELLS, _CELLS, -1) / 255
    down, right = np.gradient(values, axis=(0, 1))
    steep: NDArray[np.float64] = np.hypot(down, right).max(axis=2)
    return np.where(steep > 0.02, steep, 0)  # noise of even surfaces


def _mass(sums: NDArray[np.float64], boxes: NDArray[np.int64]) -> NDArray[np.float64]:
    """The sums inside boxes, from the table of all sums from the corner."""
    left, top, right, bottom = boxes.T
    found: NDArray[np.float64] = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return found


def _overlap(boxes: NDArray[np.int64], one: NDArray[np.int64]) -> NDArray[np.float64]:
    """Intersection over union of each box with one."""
    low, high = np.maximum(boxes[:, :2], one[:2]), np.minimum(boxes[:, 2:], one[2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    share: NDArray[np.float64] = common / (areas + np.prod(one[2:] - one[:2]) - common)
    return share


def _places() -> NDArray[np.int64]:
    """Windows of all sizes at steps of a quarter of their shorter side, alike from left and from right."""
    found = []
    for width in _LENGTHS:
        for height in _LENGTHS:
            if max(width, height) <= _LONGEST * min(width, height):
                step = max(1, min(width, height) // 4)
                columns, rows = (
                    sorted({*range(0, _CELLS - side + 1, step), *range(_CELLS - side, -1, -step)})
                    for side in (width, height)
                )
                found += [(x, y, x + width, y + height) for y in rows for x in columns]
    return np.array(found, np.int64)


_ALL = _places()
