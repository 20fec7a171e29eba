"""Any encoder, each domain's mean taken off: what all photos share, or all drawings, tells nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from sketchseek.encoders import Encoder, Fittable, Pictures, find_encoder
from sketchseek.encoders.baselines import identity, units
from sketchseek.encoders.baselines.over import Floats, Over
from sketchseek.errors import BadConfig
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput

_BATCH = 32


def make(argument: str) -> Centring:
    """Whatever encoder the argument names, centred; ``backbone`` where it names none."""
    return Centring(find_encoder(argument or "backbone"))


@dataclass(frozen=True)
class Centring:
    """An encoder before its domains' means are known."""

    inner: Encoder | Fittable

    @property
    def photo(self) -> PhotoInput:
        """What is expected of photos."""
        return self.inner.photo

    @property
    def sketch(self) -> SketchInput:
        """What is expected of drawings."""
        return self.inner.sketch

    def fitted(self, photos: Pictures, sketches: Pictures) -> Centred:
        """Take the mean embedding of either domain.

        Raises:
            BadConfig: there are no drawings, or no photos, to take a mean of.
        """
        if not len(photos) or not len(sketches):
            raise BadConfig(
                "centring needs both photos and drawings to learn from; this benchmark has no training part "
                "that holds them"
            )
        inner = self.inner.fitted(photos, sketches) if isinstance(self.inner, Fittable) else self.inner
        means = [_mean(inner, pictures) for pictures in (photos, sketches)]
        return Centred(inner, *means)


@dataclass(frozen=True, eq=False)
class Centred(Over):
    """An encoder whose embeddings have their domain's mean taken off, and are of unit length again.

    Attributes:
        photo_mean: (D,) float32.
        sketch_mean: (D,) float32.
    """

    photo_mean: Floats = field(repr=False)
    sketch_mean: Floats = field(repr=False)

    changed = "centred"

    @cached_property
    def model_id(self) -> str:
        """Of the encoder and both means."""
        name = f"{self.inner.model_id.partition('@')[0]}+centred"
        return identity(name, self.inner.model_id, self.photo_mean, self.sketch_mean)

    @property
    def source(self) -> str:
        """The name that it is found by."""
        return f"centred:{self.inner.source}"

    def change(self, rows: Floats, domain: Literal["photo", "sketch"]) -> Floats:
        """(N, D) embeddings of one domain without its mean, rows of unit length."""
        return units(rows - (self.photo_mean if domain == "photo" else self.sketch_mean))


def _mean(encoder: Encoder, pictures: Pictures) -> Floats:
    total = np.zeros(encoder.dim)
    for start in range(0, len(pictures), _BATCH):
        some = np.stack([pictures[i] for i in range(start, min(start + _BATCH, len(pictures)))])
        rows = encoder.embed_sketches(some) if some.ndim == 3 else encoder.embed_photos(some)
        total += rows.sum(axis=0, dtype=np.float64)
    return (total / len(pictures)).astype(np.float32)
