"""Drawings: the door to Sketch and SketchInput, and the formats that sketches are read from and written to.

file --read_sketch--> Sketch --render(SketchInput)--> (size, size) uint8
record, array or document --from_x--> Sketch --to_x--> record, array or document
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sketchseek import _svg
from sketchseek._drawing import (
    EMPTY,
    MAX_POINTS,
    MAX_STROKES,
    Sketch,
    SketchInput,
    extent,
    kept,
    numbers,
    resampled,
    strokes_of,
)
from sketchseek.errors import BadSketch, EmptySketch, UnsupportedFormat

__all__ = [
    "MAX_POINTS",
    "MAX_STROKES",
    "Sketch",
    "SketchInput",
    "from_qmul",
    "from_quickdraw",
    "from_stroke3",
    "from_stroke5",
    "from_svg",
    "read_sketch",
    "to_qmul",
    "to_quickdraw",
    "to_stroke3",
    "to_stroke5",
    "to_svg",
]

_MAX_JSON_BYTES = 32_000_000  # the most points, written out with times


def from_quickdraw(record: Mapping[str, Any]) -> Sketch:
    """A sketch from a Quick, Draw! record, raw or simplified.

    Args:
        record: ``{"drawing": [[[x, ...], [y, ...], [t, ...]], ...]}``, t in ms and only in the raw form;
            ``"strokes"`` instead of ``"drawing"`` is read as well, and other fields are left alone.

    Raises:
        BadSketch: not such a record.
        EmptySketch: it has no strokes.
    """
    drawing = record.get("drawing", record.get("strokes")) if isinstance(record, Mapping) else None
    if not isinstance(drawing, list | tuple):
        raise BadSketch("a drawing record has a list of strokes under 'drawing' (Quick, Draw!) or 'strokes'")
    return _drawn([numbers(axes, number).T for number, axes in enumerate(drawing, 1)])


def to_quickdraw(sketch: Sketch, *, simplified: bool = False) -> dict[str, list[list[list[float]]]]:
    """A Quick, Draw! record: ``{"drawing": [[[x, ...], [y, ...], [t, ...]], ...]}``.

    Args:
        sketch: with strokes.
        simplified: as the simplified data set: moved to 0, scaled to 255, points set 1 apart, thinned by
            Ramer-Douglas-Peucker at 2.0, whole numbers, no times. Otherwise all numbers are kept, and
            strokes without times stay without.
    """
    strokes = strokes_of(sketch, "strokes to write")
    if not simplified or not strokes:
        return {"drawing": [stroke.T.tolist() for stroke in strokes]}
    low = sketch.boxes()[:, :2].min(axis=0).astype(np.float64)
    scale = 255 / (extent(strokes) or 1.0)
    lines = [resampled((stroke[:, :2] - low) * scale, 1.0) for stroke in strokes]
    return {"drawing": [np.rint(line[kept(line, 2.0)]).astype(int).T.tolist() for line in lines]}


def from_stroke3(array: NDArray[Any]) -> Sketch:
    """A sketch from (N, 3) rows dx, dy, pen: steps from the point before, pen 1 at a stroke's last point."""
    table = _table(array, 3)
    return _drawn(_split(np.cumsum(table[:, :2], axis=0), table[:, 2]))


def to_stroke3(sketch: Sketch) -> NDArray[np.float32]:
    """(N, 3) float32 rows dx, dy, pen; the first row steps from the origin, so that places are kept."""
    rows = to_qmul(sketch).astype(np.float64)
    rows[:, :2] = np.diff(rows[:, :2], axis=0, prepend=0)
    return rows.astype(np.float32)


def from_stroke5(array: NDArray[Any]) -> Sketch:
    """A sketch from (N, 5) rows dx, dy, down, up, end; what follows the first end is padding."""
    table = _table(array, 5)
    ends = np.flatnonzero(table[:, 4] > 0.5)
    return from_stroke3(table[: ends[0] if len(ends) else None, [0, 1, 3]])


def to_stroke5(sketch: Sketch) -> NDArray[np.float32]:
    """(N + 1, 5) float32 rows dx, dy, down, up, end, one of these three 1; the last row is an end."""
    three = to_stroke3(sketch)
    five = np.zeros((len(three) + 1, 5), np.float32)
    five[:-1, :2], five[:-1, 2], five[:-1, 3] = three[:, :2], 1 - three[:, 2], three[:, 2]
    five[-1, 4] = 1
    return five


def from_qmul(array: NDArray[Any]) -> Sketch:
    """A sketch from (N, 3) rows x, y, pen: places, not steps; pen 1 at a stroke's last point."""
    table = _table(array, 3)
    return _drawn(_split(table[:, :2], table[:, 2]))


def to_qmul(sketch: Sketch) -> NDArray[np.float32]:
    """(N, 3) float32 rows x, y, pen."""
    strokes = strokes_of(sketch, "strokes to write")
    rows = [np.pad(stroke[:, :2], ((0, 0), (0, 1))) for stroke in strokes]
    for row in rows:
        row[-1, 2] = 1
    return np.concatenate([np.zeros((0, 3), np.float32), *rows])


def from_svg(document: str | bytes) -> Sketch:
    """A sketch from the outlines of an SVG's visible shapes, in the units of its own coordinates.

    Transforms are applied and curves flattened. Texts, embedded pictures and style sheets are not read, and
    nothing is fetched.

    Raises:
        BadSketch: not an SVG, or one that is too large or intricate, nests too deep or declares entities.
        EmptySketch: it has no visible shape.
    """
    data = document.encode() if isinstance(document, str) else document
    return _drawn(_svg.outlines(data), "the SVG shows no lines (its texts and pictures are not read)")


def to_svg(sketch: Sketch) -> str:
    """An SVG document of one path a stroke, in the sketch's own units; times are left out."""
    strokes = strokes_of(sketch, "strokes to write")
    if not strokes:
        raise EmptySketch(EMPTY)
    return _svg.document(strokes)


def read_sketch(path: Path) -> Sketch:
    """Read a drawing from a file; what it holds decides how, not its name.

    SVG; Quick, Draw! ndjson (its first record) or JSON of the same form; a NumPy array, (N, 5) as stroke-5
    and (N, 3) as stroke-3 where a step is negative, else as QMUL's places; or a picture of a drawing.

    Raises:
        BadSketch: no such file, or not a drawing.
        EmptySketch: nothing is drawn in it.
        BadImage: a picture that cannot be read.
    """
    from sketchseek.images import open_picture, printable

    path = Path(path)
    try:
        if path.is_dir():
            raise BadSketch("it is a folder; name the file of a drawing")
        if not path.is_file():
            raise BadSketch("there is no such file")
        with path.open("rb") as file:
            head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
        for start, read in _READERS.items():
            if head.startswith(start):
                return read(path)
        return Sketch.from_raster(open_picture(path, keep_alpha=True))
    except BadSketch as error:
        raise type(error)(f"{printable(path)}: {error}") from error
    except UnsupportedFormat as error:
        known = "SVG, Quick, Draw! ndjson, JSON, NumPy arrays and pictures"
        raise BadSketch(f"{printable(path)} is no drawing that can be read: {known} are") from error


def _read_json(path: Path) -> Sketch:
    with path.open("rb") as file:
        text = file.readline(_MAX_JSON_BYTES)
        try:
            try:
                record = json.loads(text)
            except ValueError:  # one record over several lines
                record = json.loads(text + file.read(_MAX_JSON_BYTES - len(text)))
        except (ValueError, RecursionError) as error:
            raise BadSketch(f"not a drawing in JSON, or too large: {error}") from error
    return from_quickdraw(record)


def _read_array(path: Path) -> Sketch:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)  # mapped: a header may claim any size
    except Exception as error:  # numpy's reader of headers raises whatever broken bytes lead it to
        raise BadSketch(f"not a NumPy array of numbers: {error}") from error
    if array.ndim == 2 and array.shape[1] == 5:
        return from_stroke5(array)
    table = _table(array, 3)
    return from_stroke3(table) if (table[:, :2] < 0).any() else from_qmul(table)


def _read_svg(path: Path) -> Sketch:
    with path.open("rb") as file:
        return from_svg(file.read(_svg.MAX_BYTES + 1))


_READERS = {
    b"\x93NUMPY": _read_array,
    b"{": _read_json,
    b"[": _read_json,
    b"<": _read_svg,
    b"\xff\xfe": _read_svg,
    b"\xfe\xff": _read_svg,
}


def _drawn(strokes: Sequence[NDArray[Any]], empty: str = EMPTY) -> Sketch:
    """The sketch, where there is one."""
    if not strokes:
        raise EmptySketch(empty)
    return Sketch(tuple(strokes))


def _table(array: Any, columns: int) -> NDArray[np.float64]:
    """An array of rows as float64, its shape and size checked first."""
    if np.ndim(array) != 2 or np.shape(array)[1] != columns or np.asarray(array).dtype.kind not in "biuf":
        raise BadSketch(
            f"an array of shape {np.shape(array)} is no drawing: (N, {columns}) numbers are wanted"
        )
    if len(array) > MAX_POINTS + MAX_STROKES:
        raise BadSketch(f"the array has {len(array):,} rows; at most {MAX_POINTS:,} points are read")
    return np.asarray(array, np.float64)


def _split(points: NDArray[np.float64], pen: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Strokes, each ending where the pen is 1; the last ends with the array."""
    return [part for part in np.split(points, np.flatnonzero(pen > 0.5) + 1) if len(part)]
