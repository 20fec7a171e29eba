"""Chamfer-like matching of edges as an inner product: nothing is learnt, nothing is trained.

A photo tells of every place and direction how near its nearest edge of that direction is, exp(-distance / τ);
a drawing tells where its lines are and how they run. Their inner product is the mean nearness of the photo's
edges to the drawing's lines: the one-sided chamfer distance (Barrow et al., IJCAI 1977) by direction, with an
exponential in place of a cut, so that a line without a partner costs no more than one far from it. Photos are
of unit length: one that is full of edges is near to everything, but gains nothing by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sketchseek.encoders.baselines import identity, lines, settings, units
from sketchseek.errors import BadConfig
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput

Floats = NDArray[np.float32]

VERSION = 1  # of what is computed: another one, another identity
SIZE, CELL = 160, 8  # side of a picture and of a cell, pixels
CHANNELS = 6  # directions told apart


@dataclass(frozen=True)
class Settings:
    """What may be chosen: ``tau``, the distance at which nearness has fallen to 0.37, pixels of 160."""

    tau: float = 9.0

    def __post_init__(self) -> None:
        if not 0 < self.tau <= SIZE:
            raise BadConfig(f"edges takes a tau above 0 and up to {SIZE}, not {self.tau}")


def make(argument: str) -> Edges:
    """The encoder by its settings, such as ``tau=4``."""
    return Edges(settings(Settings, argument))


@dataclass(frozen=True)
class Edges:
    """Nearness of edges, by direction and cell: an encoder."""

    chosen: Settings = Settings()

    photo = PhotoInput(size=SIZE)
    sketch = SketchInput(size=SIZE, line_width=2.0)
    dim = CHANNELS * (SIZE // CELL) ** 2

    @cached_property
    def model_id(self) -> str:
        """Of the settings."""
        return identity("edges", VERSION, self.chosen)

    @property
    def source(self) -> str:
        """The name that it is found by."""
        return f"edges:tau={self.chosen.tau}"

    @property
    def settings(self) -> Mapping[str, object]:
        """As they were chosen."""
        return asdict(self.chosen)

    def embed_photos(self, pixels: NDArray[np.uint8]) -> Floats:
        """(N, S, S, 3) uint8 -> (N, D) float32, rows of unit length."""
        masks = lines.of_photos(pixels)
        low, share = _channels(masks)
        nearest = (low + (share > 0.5)) % CHANNELS
        near = np.zeros((len(masks), CHANNELS, SIZE, SIZE), np.float32)
        for place, (mask, channel) in enumerate(zip(masks, nearest, strict=True)):
            for number in np.unique(channel[mask]).tolist():
                distance = ndimage.distance_transform_edt(~(mask & (channel == number)))
                near[place, number] = np.exp(-distance / self.chosen.tau)
        return _cells(near)

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> Floats:
        """(N, S, S) uint8 -> (N, D) float32, rows of unit length."""
        masks = lines.of_sketches(rasters)
        low, share = _channels(masks)
        drawn = np.zeros((len(masks), CHANNELS, SIZE, SIZE), np.float32)
        n, y, x = np.nonzero(masks)
        drawn[n, low[masks] % CHANNELS, y, x] = 1 - share[masks]
        drawn[n, (low[masks] + 1) % CHANNELS, y, x] = share[masks]
        return _cells(drawn)


def _channels(masks: lines.Masks) -> tuple[NDArray[np.int64], Floats]:
    """The direction at every pixel as the channel below it, and the share of the one above."""
    even, odd = lines.directions(masks)
    place = np.arctan2(odd, even) * np.float32(CHANNELS / (2 * np.pi))
    low = np.floor(place)
    return low.astype(np.int64), place - low


def _cells(maps: Floats) -> Floats:
    """(N, C, S, S) -> (N, D) the mean of each cell, rows of unit length."""
    side = SIZE // CELL
    means = maps.reshape(len(maps), CHANNELS, side, CELL, side, CELL).mean(axis=(3, 5))
    return units(means.reshape(len(maps), -1))
