"""Drawings of the page, and files that a question may name: embedded once, forgotten when the server ends."""

from __future__ import annotations

import base64
import io
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek.errors import BadSketch
from sketchseek.rerankers.pairs import Regions
from sketchseek.server.schemas import MAX_POINTS, MAX_STROKES
from sketchseek.sketch import Sketch, from_quickdraw, to_quickdraw

Kind = Literal["drawing", "photo"]

ROOM = 64  # uploads that are remembered
PREVIEW = 256  # pixels


@dataclass(frozen=True)
class Received:
    """What became of an upload: strokes, or an embedding under an id.

    Attributes:
        strokes: of a drawing that has them.
        id: else what to name it by.
        preview: a data URL of what was understood.
    """

    strokes: list[list[list[float]]] | None = None
    id: str | None = None
    preview: str | None = None


@dataclass(frozen=True, eq=False)
class Seen:
    """A part of a question, as the model sees it.

    Attributes:
        embedding: (D,) float32 of unit length.
        regions: of a drawing, where it may be compared pair by pair.
    """

    embedding: NDArray[np.float32]
    regions: Regions | None = None


class Shelf:
    """What the model saw by upload, the newest few; may be used from several threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Seen] = OrderedDict()

    def put(self, name: str, seen: Seen) -> None:
        """Keep what was seen, and let what was used longest ago go where there is no more room."""
        with self._lock:
            self._kept[name] = seen
            self._kept.move_to_end(name)
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)

    def get(self, name: str) -> Seen | None:
        """What was seen, where it is still kept."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)


def sketch_of(strokes: Sequence[Sequence[Sequence[float]]]) -> Sketch:
    """The sketch of strokes that were asked with.

    Raises:
        BadSketch: it has too many points, or some are out of reach.
    """
    points = sum(len(stroke[0]) for stroke in strokes)
    if points > MAX_POINTS:
        raise BadSketch(f"the sketch has {points:,} points; at most {MAX_POINTS:,} are searched with")
    return from_quickdraw({"drawing": strokes})


def strokes_for_the_page(sketch: Sketch) -> list[list[list[float]]]:
    """A sketch's strokes, simplified where they are more than can be asked with.

    Raises:
        BadSketch: they are too many even so.
    """
    for tolerance in (0.0, 0.5, 1.0, 2.0):
        simple = sketch.simplify(tolerance) if tolerance else sketch
        if sum(map(len, simple.strokes)) <= MAX_POINTS and len(simple.strokes) <= MAX_STROKES:
            return to_quickdraw(simple)["drawing"]
    raise BadSketch(
        f"the drawing has {len(sketch.strokes):,} strokes of {sum(map(len, sketch.strokes)):,} points; "
        f"at most {MAX_STROKES:,} of {MAX_POINTS:,} are searched with: simplify it"
    )


def preview(pixels: NDArray[np.uint8]) -> str:
    """A small picture as a data URL: PNG of a drawing (H, W), JPEG of a photo (H, W, 3)."""
    image = Image.fromarray(pixels)
    image.thumbnail((PREVIEW, PREVIEW))
    kind, out = ("PNG" if pixels.ndim == 2 else "JPEG"), io.BytesIO()
    image.save(out, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"
