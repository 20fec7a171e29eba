"""A model that compares pairs, in ONNX Runtime on the CPU.

Three graphs: ``photo_regions.onnx`` and ``sketch_regions.onnx`` turn a picture and its boxes into regions,
once a picture; ``pair.onnx`` compares the regions of one sketch and one photo. Comparing costs far more than
an inner product, so it is meant for a shortlist, which the model's encoder makes.

A graph is fed what it asks for: pictures that are parted by a grid need no boxes, and pairs no sizes.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from sketchseek.encoders import Encoder
from sketchseek.encoders.onnx import OnnxEncoder, first_line, open_session
from sketchseek.errors import BadModel
from sketchseek.images import PhotoInput
from sketchseek.model import Model, RegionInput
from sketchseek.rerankers.regions import Boxes, filled, of_photo, of_sketch, ordered
from sketchseek.sketch import Sketch, SketchInput

PICTURES = 8
"""Pictures in one run of a graph."""

PAIRS = 128
"""Pairs in one run of a graph."""

Arrays = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class Regions:
    """N pictures as regions.

    Attributes:
        values: (N, R, D) float32; what lies behind a picture's last region means nothing. D is the graph's.
        sizes: (N,) int64, how many regions each has.
        boxes: (N, R, 4) float32 in shares of the square that the model saw; zeros behind the last.
        merges: (N, R - 1, 2) int64, what lies in what, from the inside out, named as in `Reasons`; -1 behind
            a picture's last, and where the model chooses what is merged.
        strokes: of drawings, the numbers of the strokes in each region; empty for photos.
    """

    values: NDArray[np.float32]
    sizes: NDArray[np.int64]
    boxes: NDArray[np.float32]
    merges: NDArray[np.int64]
    strokes: tuple[tuple[tuple[int, ...], ...], ...] = ()

    def take(self, rows: NDArray[np.int64]) -> Regions:
        """Some of the pictures, by position."""
        strokes = tuple(self.strokes[row] for row in rows) if self.strokes else ()
        return Regions(self.values[rows], self.sizes[rows], self.boxes[rows], self.merges[rows], strokes)

    def packed(self) -> list[bytes]:
        """Each picture as bytes, to be kept: the boxes that are there and their values, both as float16."""
        both = (
            np.concatenate([boxes[:size], values[:size]], axis=1).astype("<f2")
            for boxes, values, size in zip(self.boxes, self.values, self.sizes.tolist(), strict=True)
        )
        return [len(some).to_bytes(2, "little") + some.tobytes() for some in both]


@dataclass(frozen=True, eq=False)
class Reasons:
    """Why a pair has its score.

    Attributes:
        score: higher is better: minus the squared distance of two vectors of unit length, 0 at best; of
            cells a mean of cosines, 1 at best.
        sketch_merges: (m - 1, 2) which of the sketch's m regions were merged, in order: 0 to m - 1 are those
            it began with, the k-th merge makes region m + k. Empty where the model grows no trees.
        photo_merges: (n - 1, 2), of the photo's.
        to_photo: (m, n) where each region of the sketch looked at first; rows sum to 1. Zeros without
            co-attention. Of cells, what each of the sketch's adds to the score by its likeness to one of the
            photo's: the sum of all is the score.
        to_sketch: (n, m), likewise of the photo's; of cells the same the other way round.
    """

    score: float
    sketch_merges: NDArray[np.int64]
    photo_merges: NDArray[np.int64]
    to_photo: NDArray[np.float32]
    to_sketch: NDArray[np.float32]


class PairScorer:
    """Scores pairs with a model folder; may be called from several threads.

    Args:
        model: a folder whose card tells regions.
        threads: how many threads a call may use; as many as ONNX Runtime likes where not given.

    Raises:
        BadModel: the model gives embeddings, and compares no pairs.
    """

    def __init__(self, model: Model, *, threads: int | None = None) -> None:
        if model.card.regions is None:
            raise BadModel(
                f"model {model.path} gives embeddings alone: it knows no regions and compares no pairs. "
                f"`sketchseek train hierarchy` or `sketchseek train instance` makes one that does"
            )
        self.model = model
        self.regions: RegionInput = model.card.regions
        self.threads = threads
        self._lock = threading.Lock()
        self._sessions: dict[str, ort.InferenceSession] = {}

    @cached_property
    def model_id(self) -> str:
        """The model's identity; reads the weights once to find it."""
        return self.model.identity

    @property
    def photo(self) -> PhotoInput:
        """What the model expects of photos."""
        return self.model.card.photo

    @property
    def sketch(self) -> SketchInput:
        """What the model expects of drawings."""
        return self.model.card.sketch

    def load(self) -> None:
        """Open the graphs of drawings and of pairs now, not at the first search.

        Raises:
            BadModel: one cannot be loaded.
        """
        for graph in ("sketch_regions", "pair"):
            self._session(graph)

    def photos(self, pixels: NDArray[np.uint8], boxes: Sequence[Boxes] | None = None) -> Regions:
        """(N, S, S, 3) uint8 pictures as `images.fit` makes them -> their regions.

        Args:
            pixels: the pictures.
            boxes: of each, where they are known, the whole first: `of_elements` makes them.

        Raises:
            BadModel: the graph cannot be loaded or run.
        """
        if boxes is None:
            boxes = [of_photo(one, self.regions.most, self.regions.finder) for one in pixels]
        return self._side("photo_regions", pixels, boxes)

    def sketches(self, sketches: Sequence[Sketch]) -> Regions:
        """Drawings -> their regions.

        Raises:
            EmptySketch: nothing is drawn in one of them.
            BadModel: the graph cannot be loaded or run.
        """
        found = [
            of_sketch(sketch, self.sketch, self.regions.most, self.regions.finder) for sketch in sketches
        ]
        size = self.sketch.size
        drawn = [sketch.render(self.sketch) for sketch in sketches]
        pixels = np.stack(drawn) if drawn else np.empty((0, size, size), np.uint8)
        boxes, strokes = [one.boxes for one in found], tuple(one.strokes for one in found)
        return self._side("sketch_regions", pixels, boxes, strokes)

    def unpacked(self, kept: Sequence[bytes]) -> Regions:
        """The pictures that `Regions.packed` made bytes of.

        Raises:
            ValueError: these are no such bytes.
        """
        both = []
        for some in kept:
            size = int.from_bytes(some[:2], "little")
            both.append(np.frombuffer(some, "<f2", offset=2).reshape(size, -1).astype(np.float32))
        width = both[0].shape[1] - 4 if both else 0
        values = np.zeros((len(both), self.regions.most, width), np.float32)
        for place, one in zip(values, both, strict=True):
            place[: len(one)] = one[:, 4:]
        return self._parted(values, [one[:, :4] for one in both])

    def scores(self, sketches: Regions, photos: Regions) -> NDArray[np.float32]:
        """(Q, G) scores of every sketch with every photo, higher is better.

        Raises:
            BadModel: the graph cannot be loaded or run.
        """
        total = len(photos.sizes)
        left, right = np.divmod(np.arange(len(sketches.sizes) * total), max(total, 1))
        parts = []
        for start in range(0, len(left), PAIRS):
            some = slice(start, start + PAIRS)
            found = self._pairs(sketches.take(left[some]), photos.take(right[some]), ["score"])
            parts.append(found["score"])
        scores: NDArray[np.float32] = np.concatenate([np.empty(0, np.float32), *parts])
        return scores.reshape(-1, total)

    def reasons(self, sketch: Regions, photo: Regions) -> Reasons:
        """What the score of one sketch and one photo comes from.

        Raises:
            BadModel: the graph cannot be loaded or run.
        """
        found = {name: part[0] for name, part in self._pairs(sketch, photo).items()}
        m, n = int(sketch.sizes[0]), int(photo.sizes[0])
        none = np.empty((0, 2), np.int64)
        merges = (found.get(f"{side}_merges", none) for side in ("sketch", "photo"))
        to_photo = found["to_photos"][:m, :n]
        to_sketch = found["to_sketches"][:n, :m] if "to_sketches" in found else to_photo.T
        left, right = (some[some[:, 0] >= 0] for some in merges)
        return Reasons(float(found["score"]), left, right, to_photo, to_sketch)

    def _side(
        self,
        graph: str,
        pixels: NDArray[np.uint8],
        boxes: Sequence[NDArray[np.float32]],
        strokes: tuple[tuple[tuple[int, ...], ...], ...] = (),
    ) -> Regions:
        places = filled(boxes, self.regions.most)
        parts = []
        for start in range(0, len(pixels), PICTURES):
            some = slice(start, start + PICTURES)
            parts.append(self._run(graph, {"pixels": pixels[some], "boxes": places[some]})["regions"])
        values = np.concatenate(parts) if parts else np.empty((0, self.regions.most, 0), np.float32)
        return self._parted(values, boxes, strokes)

    def _parted(
        self,
        values: NDArray[np.float32],
        boxes: Sequence[Boxes],
        strokes: tuple[tuple[tuple[int, ...], ...], ...] = (),
    ) -> Regions:
        most = self.regions.most
        sizes = np.array([len(some) for some in boxes], np.int64)
        told = self.regions.merges == "contained"
        merges = ordered(boxes, most) if told else np.full((len(boxes), most - 1, 2), -1, np.int64)
        return Regions(values, sizes, filled(boxes, most), merges, strokes)

    def _pairs(
        self, sketches: Regions, photos: Regions, wanted: list[str] | None = None
    ) -> dict[str, NDArray[Any]]:
        fed: Arrays = {
            "sketches": sketches.values,
            "sketch_sizes": sketches.sizes,
            "sketch_order": sketches.merges,
            "photos": photos.values,
            "photo_sizes": photos.sizes,
            "photo_order": photos.merges,
        }
        return self._run("pair", fed, wanted)

    def _run(self, graph: str, fed: Arrays, wanted: list[str] | None = None) -> dict[str, NDArray[Any]]:
        """A graph's outputs by name, those that are wanted; it is fed what it asks for."""
        session = self._session(graph)
        names = wanted or [port.name for port in session.get_outputs()]
        try:
            found = session.run(names, {port.name: fed[port.name] for port in session.get_inputs()})
        except Exception as error:  # the run time raises its own kinds, none of them public
            raise BadModel(
                f"{self.model.graph(graph)} cannot be run: {first_line(error)}. Copy the whole folder again."
            ) from error
        return dict(zip(names, found, strict=True))

    def _session(self, graph: str) -> ort.InferenceSession:
        with self._lock:
            if graph not in self._sessions:
                self._sessions[graph] = open_session(self.model.graph(graph), self.threads or 0)
            return self._sessions[graph]


def scorer_of(encoder: Encoder, *, threads: int | None = None) -> PairScorer | None:
    """What compares pairs with an encoder's model, with so many threads; None where that compares none."""
    if isinstance(encoder, OnnxEncoder) and encoder.model.card.regions:
        return PairScorer(encoder.model, threads=threads)
    return None


def length_of(kept: bytes) -> int:
    """The length D of the regions that `Regions.packed` made bytes of; 0 where these are no such bytes."""
    size = int.from_bytes(kept[:2], "little")
    wide, rest = divmod(len(kept) - 2, 2 * size) if size else (0, 0)
    return 0 if rest else max(0, wide - 4)
