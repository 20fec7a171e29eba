"""Encoders over other encoders: what both domains see stays, what comes out is changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sketchseek.encoders import Encoder
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Over(ABC):
    """An encoder whose embeddings are another one's, changed; it lacks the identity and the change.

    Attributes:
        inner: the other one.
    """

    inner: Encoder

    @property
    def source(self) -> str:
        """The name that it is found by: the inner one's."""
        return self.inner.source

    @property
    def dim(self) -> int:
        """Length of an embedding: as the inner one's."""
        return self.inner.dim

    @property
    def photo(self) -> PhotoInput:
        """What is expected of photos."""
        return self.inner.photo

    @property
    def sketch(self) -> SketchInput:
        """What is expected of drawings."""
        return self.inner.sketch

    @abstractmethod
    def change(self, rows: Floats, domain: Literal["photo", "sketch"]) -> Floats:
        """(N, D) embeddings of one domain -> (N, dim) float32, rows of unit length."""

    def embed_photos(self, pixels: NDArray[np.uint8]) -> Floats:
        """(N, S, S, 3) uint8 -> (N, dim) float32, rows of unit length."""
        return self.change(self.inner.embed_photos(pixels), "photo")

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> Floats:
        """(N, S, S) uint8 -> (N, dim) float32, rows of unit length."""
        return self.change(self.inner.embed_sketches(rasters), "sketch")
