"""Sketch and SketchInput: what is drawn, how a model wants it drawn. ``sketchseek.sketch`` is the door."""

from __future__ import annotations

from collections.abc import Collection, Sequence, Sized
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek import _ink
from sketchseek.errors import BadConfig, BadSketch, EmptySketch

MAX_STROKES = 10_000
MAX_POINTS = 500_000
EMPTY = "the sketch is empty: draw at least one line"


@dataclass(frozen=True)
class SketchInput:
    """A model's input contract for drawings.

    Attributes:
        size: side of the square raster, in pixels, 8 to 2048.
        margin: empty border as a share of the side, 0 to below 0.5; no ink enters it.
        line_width: pixels at ``size``.
        polarity: ink and paper.
        mean: per channel, applied inside the model's graph; recorded for training.
        std: per channel, likewise.
    """

    size: int = 224
    margin: float = 0.05
    line_width: float = 3.0
    polarity: Literal["black-on-white", "white-on-black"] = "black-on-white"
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)

    def __post_init__(self) -> None:
        if not 8 <= self.size <= 2048:
            raise BadConfig(f"sketch size {self.size}: a side of 8 to 2048 pixels is drawn")
        if not 0 <= self.margin < 0.5:
            raise BadConfig(f"sketch margin {self.margin}: a share of the side from 0 to below 0.5 is wanted")
        if not 0 < self.line_width <= self.size * (1 - 2 * self.margin) / 2:
            raise BadConfig(
                f"sketch line_width {self.line_width}: above 0, and at most half the drawn square"
            )
        if self.polarity not in ("black-on-white", "white-on-black"):
            raise BadConfig(f"sketch polarity {self.polarity!r}: 'black-on-white' or 'white-on-black'")


@dataclass(frozen=True, eq=False)
class Sketch:
    """A drawing: its strokes in the order they were drawn, or the ink of a picture where these are unknown.

    Attributes:
        strokes: each (n, 2) float32 x, y or (n, 3) x, y, t; y grows downward, t in ms, any units of length.
        raster: (H, W) uint8, black ink (0) on white (255); only where there are no strokes.

    Raises:
        BadSketch: a stroke of another shape, without points or with a point that is not finite; more than
            10,000 strokes or 500,000 points; strokes and a raster together.
    """

    strokes: tuple[NDArray[np.float32], ...]
    raster: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        if len(self.strokes) > MAX_STROKES:
            raise BadSketch(f"the sketch has {len(self.strokes):,} strokes; at most {MAX_STROKES:,} are read")
        total = sum(
            len(stroke) if isinstance(stroke, Sized) and np.iterable(stroke) else 0 for stroke in self.strokes
        )
        if total > MAX_POINTS:
            raise BadSketch(f"the sketch has {total:,} points; at most {MAX_POINTS:,} are read")
        strokes = tuple(_stroke(stroke, number) for number, stroke in enumerate(self.strokes, 1))
        object.__setattr__(self, "strokes", strokes)
        if self.raster is not None:
            object.__setattr__(self, "raster", _raster(self.raster, strokes))

    @property
    def is_empty(self) -> bool:
        """True where nothing is drawn."""
        return not self.strokes and (self.raster is None or not bool((self.raster < 192).any()))

    def render(self, spec: SketchInput) -> NDArray[np.uint8]:
        """Draw as a model sees it: fitted to the square, centred, anti-aliased, the same bytes every time.

        Strokes become lines of ``spec.line_width`` with round caps and joins. The lines of a raster are
        widened or thinned towards that width.

        Returns:
            (spec.size, spec.size) uint8.

        Raises:
            EmptySketch: nothing is drawn.
        """
        if self.is_empty:
            raise EmptySketch(EMPTY)
        frame = (spec.size, spec.margin, spec.line_width)
        ink = _ink.draw(self.strokes, *frame) if self.raster is None else _ink.place(self.raster, *frame)
        levels = np.rint(ink * 255).astype(np.uint8)
        return levels if spec.polarity == "white-on-black" else 255 - levels

    def prefix(self, fraction: float) -> Sketch:
        """The first share of the drawing by drawn length, as it stood when the pen had gone that far.

        The last line is cut where the share ends. A drawing of dots alone is counted by dots.

        Args:
            fraction: above 0, at most 1.

        Raises:
            BadConfig: the share is out of range.
            EmptySketch: nothing is drawn.
            BadSketch: a raster has no order of drawing.
        """
        if not 0 < fraction <= 1:
            raise BadConfig(f"prefix {fraction}: a share above 0 and at most 1 is wanted")
        strokes = strokes_of(self, "an order of drawing")
        if not strokes:
            raise EmptySketch(EMPTY)
        lengths = [along(stroke) for stroke in strokes]
        total = sum(float(length[-1]) for length in lengths)
        if total == 0:
            return Sketch(strokes[: int(np.ceil(fraction * len(strokes)))])
        left = fraction * total
        done: list[NDArray[np.float32]] = []
        for stroke, length in zip(strokes, lengths, strict=True):
            if fraction < 1 and length[-1] > left:
                if left > 0 or not done:
                    done.append(cut(stroke, length, left))
                break
            done.append(stroke)
            left -= float(length[-1])
        return Sketch(tuple(done))

    def without(self, strokes: Collection[int]) -> Sketch:
        """The sketch less some strokes, by number from 0; it may be left empty.

        Raises:
            BadSketch: no stroke has such a number, or a raster has no strokes.
        """
        have = strokes_of(self, "single strokes")
        for number in strokes:
            if not 0 <= number < len(have):
                raise BadSketch(f"no stroke {number}: the sketch has {len(have)}, counted from 0")
        return Sketch(tuple(stroke for number, stroke in enumerate(have) if number not in strokes))

    def boxes(self) -> NDArray[np.float32]:
        """(n_strokes, 4) float32 x0, y0, x1, y1 around each stroke's points; no rows for a raster."""
        boxes = [(*stroke[:, :2].min(axis=0), *stroke[:, :2].max(axis=0)) for stroke in self.strokes]
        return np.array(boxes, np.float32).reshape(-1, 4)

    def boxes_on(self, spec: SketchInput) -> NDArray[np.float32]:
        """(n_strokes, 4) float32 x0, y0, x1, y1 around each stroke's ink in `render(spec)`, in its pixels.

        No rows for a raster. A box may reach past the lines by less than a pixel.
        """
        half = spec.line_width / 2
        boxes = [(*(part.min(axis=0) - half), *(part.max(axis=0) + half)) for part in self.lines_on(spec)]
        return np.array(boxes, np.float32).reshape(-1, 4)

    def lines_on(self, spec: SketchInput) -> tuple[NDArray[np.float64], ...]:
        """Where each stroke's points lie in `render(spec)`, (n, 2) x, y in its pixels; none for a raster."""
        if not self.strokes:
            return ()
        points = _ink.fitted(self.strokes, spec.size, spec.margin, spec.line_width)
        return tuple(np.split(points, np.cumsum([len(stroke) for stroke in self.strokes])[:-1]))

    def simplify(self, tolerance: float = 2.0) -> Sketch:
        """Fewer points: Ramer-Douglas-Peucker, each stroke's ends kept, units and times as they were.

        Args:
            tolerance: greatest distance of a dropped point from the new line, in units of a drawing whose
                longer side is 255 (the convention of Quick, Draw!, where it is 2.0).

        Raises:
            BadSketch: a raster has no strokes.
            BadConfig: the tolerance is negative.
        """
        if not tolerance >= 0:
            raise BadConfig(f"simplify tolerance {tolerance}: 0 or more is wanted")
        strokes = strokes_of(self, "points to simplify")
        reach = tolerance * extent(strokes) / 255
        return Sketch(tuple(stroke[kept(stroke, reach)] for stroke in strokes))

    @classmethod
    def from_raster(cls, image: Image.Image | NDArray[Any]) -> Self:
        """A sketch without strokes, from a picture of a drawing.

        Dark on light or light on dark, transparent, scanned or photographed on paper in uneven light: the
        ink is found and kept as black on white, at most 1,024 pixels on a side.

        Args:
            image: a picture, or uint8 or bool (H, W), (H, W, 3) or (H, W, 4).

        Raises:
            BadSketch: an array of another shape or type.
            EmptySketch: nothing is drawn.
        """
        ink = _ink.clean(image if isinstance(image, Image.Image) else _ink.picture(image))
        if ink is None:
            raise EmptySketch("the picture shows no drawing: no line stands out from its background")
        return cls((), 255 - np.rint(ink * 255).astype(np.uint8))


def extent(strokes: Sequence[NDArray[np.floating[Any]]]) -> float:
    """The longer side of the box around all points; 0 for a lone point or none."""
    if not strokes:
        return 0.0
    points = np.concatenate([stroke[:, :2] for stroke in strokes]).astype(np.float64)
    return float(np.ptp(points, axis=0).max())


def along(stroke: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Length drawn up to each point."""
    steps = np.diff(stroke[:, :2].astype(np.float64), axis=0)
    return np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])


def cut(stroke: NDArray[np.float32], lengths: NDArray[np.float64], length: float) -> NDArray[np.float32]:
    """The stroke up to ``length`` of it, ending between two points where need be."""
    before = int(np.searchsorted(lengths, length))
    end = [np.interp(length, lengths, stroke[:, axis]) for axis in range(stroke.shape[1])]
    return np.concatenate([stroke[:before], np.array([end], np.float32)])


def resampled(line: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """Points ``spacing`` apart along the line, and its last."""
    lengths = along(line)
    places = np.append(np.arange(0, lengths[-1], spacing), lengths[-1])
    return np.stack([np.interp(places, lengths, axis) for axis in line.T], axis=1)


def kept(stroke: NDArray[np.floating[Any]], reach: float) -> NDArray[np.bool_]:
    """Which points Ramer-Douglas-Peucker keeps, by distance from the segment between two kept ones.

    Source: Douglas and Peucker 1973, with a stack instead of recursion.
    """
    points = stroke[:, :2].astype(np.float64)
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    todo = [(0, len(points) - 1)]
    while todo:
        first, last = todo.pop()
        if last - first < 2:
            continue
        offset, line = points[first + 1 : last] - points[first], points[last] - points[first]
        square = float(line @ line)
        share = np.clip(offset @ line / square, 0, 1) if square else np.zeros(len(offset))
        off = offset - share[:, None] * line
        far = np.hypot(off[:, 0], off[:, 1])
        worst = int(far.argmax())
        if far[worst] > reach:
            middle = first + 1 + worst
            keep[middle] = True
            todo += [(first, middle), (middle, last)]
    return keep


def strokes_of(sketch: Sketch, wanted: str) -> tuple[NDArray[np.float32], ...]:
    """The strokes of a drawing that is made of them."""
    if sketch.raster is not None:
        raise BadSketch(f"this sketch came from a picture and has not {wanted}: use a drawing with strokes")
    return sketch.strokes


def numbers(values: Any, number: int) -> NDArray[np.float32]:
    """Values of the stroke of this number as an array, whatever its shape."""
    try:
        with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, and is told then
            return np.array(values, np.float32)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadSketch(f"stroke {number} is not lists of numbers, all of one length: {error}") from error


def _stroke(points: Any, number: int) -> NDArray[np.float32]:
    stroke = numbers(points, number)
    if stroke.ndim != 2 or stroke.shape[1] not in (2, 3) or len(stroke) == 0:
        raise BadSketch(f"stroke {number} has shape {stroke.shape}; (n, 2) x, y or (n, 3) x, y, t is wanted")
    if not np.isfinite(stroke).all():
        raise BadSketch(f"stroke {number} has a point that is not a finite number")
    stroke.setflags(write=False)
    return stroke


def _raster(raster: Any, strokes: tuple[NDArray[np.float32], ...]) -> NDArray[np.uint8]:
    array = np.array(raster)
    if strokes:
        raise BadSketch("a sketch has strokes or a raster, not both")
    if array.dtype != np.uint8 or array.ndim != 2 or array.size == 0:
        raise BadSketch(f"a raster is (H, W) uint8, not {array.shape} {array.dtype}: see Sketch.from_raster")
    array.setflags(write=False)
    return array
