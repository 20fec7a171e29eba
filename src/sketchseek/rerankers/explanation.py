"""Why a pair has its score, as data: the regions of both pictures, what each looks at, what was merged.

`PairScorer.reasons` tells it in numbers; here these meet the pictures that a reader knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek.images import PhotoInput, fit
from sketchseek.rerankers.pairs import PairScorer, Reasons
from sketchseek.rerankers.regions import Boxes
from sketchseek.sketch import Sketch, SketchInput

Side = Literal["sketch", "photo"]

SIDE = 672
"""Pixels of a side of the pictures that are shown: models see fewer, readers want more."""

_DARK = 128  # below it a pixel is ink


@dataclass(frozen=True)
class Link:
    """What one region of the sketch has to do with one of the photo.

    Attributes:
        sketch: the region's number.
        photo: the region's number.
        weight: how much of all its looking goes there, 0 to 1; of cells, what it adds to the score.
    """

    sketch: int
    photo: int
    weight: float


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture of a pair, as the square that the model sees.

    Attributes:
        pixels: (S, S, 3) uint8, finer than the model sees them; a drawing is black on white.
        boxes: (n, 4) float32, its regions in shares of the square's side; of regions the first is the whole.
        strokes: of a drawing, the numbers of the strokes in each region; else empty.
        lines: of a drawing, its strokes in shares of the square's side, (k, 2) each; none of a raster.
    """

    pixels: NDArray[np.uint8]
    boxes: Boxes
    strokes: tuple[tuple[int, ...], ...] = ()
    lines: tuple[NDArray[np.float64], ...] = ()

    def middle(self, region: int) -> NDArray[np.float64]:
        """The middle of a region's box, (2,) x and y in shares of the square's side."""
        box = self.boxes[region].astype(np.float64)
        return np.asarray((box[:2] + box[2:]) / 2)

    def ink(self, region: int) -> NDArray[np.float64] | None:
        """The ink nearest to the `middle` of a drawing's region, likewise; None in one without ink."""
        left, top, right, bottom = np.rint(self.boxes[region] * len(self.pixels)).astype(int).tolist()
        rows, columns = np.nonzero(self.pixels[top:bottom, left:right, 0] < _DARK)
        if not len(rows):
            return None
        places = (np.stack([columns + left, rows + top], axis=1) + 0.5) / len(self.pixels)
        return np.asarray(places[np.linalg.norm(places - self.middle(region), axis=1).argmin()])


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a pair has its score.

    Attributes:
        parts: "regions" that look at each other and are merged, or "cells" that are matched one by one.
        reasons: the numbers.
        sketch: the drawing.
        photo: the photo.
    """

    parts: Literal["regions", "cells"]
    reasons: Reasons
    sketch: Shown
    photo: Shown

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Of each region of the sketch, the one of the photo that it looks at most; none without looking."""
        table = self.reasons.to_photo
        rows = np.flatnonzero(table.any(axis=1)).tolist()
        found = ((row, int(np.abs(table[row]).argmax())) for row in rows)
        return tuple(Link(row, column, float(table[row, column])) for row, column in found)

    @cached_property
    def drawn(self) -> tuple[Link, ...]:
        """The links of regions that hold ink: of cells, most are bare paper."""
        return tuple(link for link in self.links if self.sketch.ink(link.sketch) is not None)


def explain(scorer: PairScorer, sketch: Sketch, photo: Image.Image) -> Explanation:
    """Score one pair and tell why.

    Raises:
        EmptySketch: nothing is drawn.
        BadModel: a graph cannot be loaded or run.
    """
    left, right = scorer.sketches([sketch]), scorer.photos(fit(photo, scorer.photo)[None])
    reasons = scorer.reasons(left, right)
    m, n = reasons.to_photo.shape
    return Explanation(
        "cells" if scorer.regions.finder == "cells" else "regions",
        reasons,
        shown_sketch(sketch, scorer.sketch, left.boxes[0, :m], left.strokes[0]),
        shown_photo(photo, scorer.photo, right.boxes[0, :n]),
    )


def shown_sketch(
    sketch: Sketch, spec: SketchInput, boxes: Boxes, strokes: tuple[tuple[int, ...], ...]
) -> Shown:
    """A drawing as a model with this contract sees it, and its regions.

    Raises:
        EmptySketch: nothing is drawn.
    """
    width = spec.line_width * SIDE / spec.size
    drawn = sketch.render(replace(spec, size=SIDE, line_width=width, polarity="black-on-white"))
    lines = tuple(line / spec.size for line in sketch.lines_on(spec))
    return Shown(np.repeat(drawn[..., None], 3, axis=2), boxes, strokes, lines)


def shown_photo(photo: Image.Image, spec: PhotoInput, boxes: Boxes) -> Shown:
    """A photo as a model with this contract sees it, and its regions."""
    return Shown(fit(photo, replace(spec, size=SIDE)), boxes)


def growth(merges: NDArray[np.int64], count: int) -> tuple[list[int], list[tuple[float, float]]]:
    """How a tree is drawn: its leaves in an order in which no two branches cross, and where its nodes stand.

    Args:
        merges: (n - 1, 2) which two became one, named as in `Reasons`.
        count: n.

    Returns:
        The n leaves from left to right; of each of the 2 n - 1 nodes x, the leaf's place or the mean of what
        was merged, and y, 0 for leaves and k for the k-th merge.
    """
    below = [[leaf] for leaf in range(count)]
    for one, other in merges.tolist():
        below.append(below[one] + below[other])
    order = below[-1]
    places = [(float(order.index(leaf)), 0.0) for leaf in range(count)]
    for step, (one, other) in enumerate(merges.tolist(), 1):
        places.append(((places[one][0] + places[other][0]) / 2, float(step)))
    return order, places


def name_of(number: int, side: Side) -> str:
    """What a region is called: the whole "all", a sketch's others by number, a photo's by letter.

    After "Z" comes "A2".
    """
    if number == 0:
        return "all"
    if side == "sketch":
        return str(number)
    again, letter = divmod(number - 1, 26)
    return chr(ord("A") + letter) + (str(again + 1) if again else "")
