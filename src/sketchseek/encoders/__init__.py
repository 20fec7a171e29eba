"""Pictures and drawings -> embeddings: what every encoder offers, and how to get one by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek import images
from sketchseek import model as folders
from sketchseek.encoders.onnx import OnnxEncoder
from sketchseek.images import PhotoInput
from sketchseek.sketch import Sketch, SketchInput

__all__ = ["Encoder", "OnnxEncoder", "encode_photos", "encode_sketches", "load_encoder"]

_T = TypeVar("_T")


class Encoder(Protocol):
    """Turns pixels into embeddings that compare by inner product; may be called from several threads."""

    @property
    def model_id(self) -> str:
        """The model's identity, stored beside every vector."""
        ...

    @property
    def source(self) -> str:
        """What `load_encoder` takes to get this encoder again: a packaged name or an absolute path."""
        ...

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        ...

    @property
    def photo(self) -> PhotoInput:
        """What the model expects of photos."""
        ...

    @property
    def sketch(self) -> SketchInput:
        """What the model expects of drawings."""
        ...

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S, 3) uint8 -> (N, D) float32, rows of unit length."""
        ...

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, S, S) uint8 -> (N, D) float32, rows of unit length."""
        ...


def load_encoder(name: str | Path, *, threads: int | None = None) -> OnnxEncoder:
    """The encoder of a model folder, by packaged name or path; graphs are loaded when first used.

    Args:
        name: ``"default"``, or a folder.
        threads: how many threads it may use; all cores where not given.

    Raises:
        BadModel: there is no such model, or it is broken.
    """
    return OnnxEncoder(folders.load(name), threads=threads)


def encode_sketches(encoder: Encoder, sketches: Iterable[Sketch], *, batch: int = 32) -> NDArray[np.float32]:
    """Render and embed drawings: (N, D) float32, rows of unit length.

    Raises:
        EmptySketch: one of them has no ink.
    """
    found = [
        encoder.embed_sketches(np.stack([sketch.render(encoder.sketch) for sketch in some]))
        for some in _batches(sketches, batch)
    ]
    return np.concatenate(found) if found else np.empty((0, encoder.dim), np.float32)


def encode_photos(encoder: Encoder, photos: Iterable[Image.Image], *, batch: int = 32) -> NDArray[np.float32]:
    """Fit and embed pictures that `images.open_picture` has opened: (N, D) float32, rows of unit length."""
    found = [
        encoder.embed_photos(np.stack([images.fit(photo, encoder.photo) for photo in some]))
        for some in _batches(photos, batch)
    ]
    return np.concatenate(found) if found else np.empty((0, encoder.dim), np.float32)


def _batches(items: Iterable[_T], size: int) -> Iterator[Sequence[_T]]:
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
