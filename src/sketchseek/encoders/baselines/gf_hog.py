"""Gradient-field HOG: the classic descriptor of sketch-based retrieval, as a bag of visual words.

Hu and Collomosse, A performance evaluation of gradient field HOG descriptor for sketch based image retrieval,
Computer Vision and Image Understanding 117(7), 2013.

    edges of a photo, lines of a drawing                       lines.py
    -> a direction at every pixel, as smooth as the lines allow  `spread`
    -> histograms of directions in 3 x 3 cells around points of the lines, at three scales  `describe`
    -> for each the nearest of some thousand visual words -> how often each word occurs

Two things differ. The paper solves Laplace's equation for the angle, here it is solved for the doubled
angle's cosine and sine, since an angle jumps where it comes full round. The paper compares histograms by
their intersection, here it is the inner product of their square roots, Bhattacharyya's coefficient, which an
index can search: like the intersection it is 1 for equal histograms and 0 where they share no word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import MiniBatchKMeans

from sketchseek.encoders import Pictures
from sketchseek.encoders.baselines import evenly, identity, lines, settings, units
from sketchseek.errors import BadConfig
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput

Floats = NDArray[np.float32]

VERSION = 1  # of what is computed: another one, another identity
SIZE = 160  # side of a picture, pixels
BINS, GRID = 9, 3
CELLS = (10, 20, 30)  # sides of a cell, pixels
POINTS = 400  # of each picture's lines
LOOKED_AT = 300  # pictures of either domain that words are learnt from
SAMPLE = 60_000  # descriptors of either domain that words are learnt from
ROUNDS = 16  # of smoothing at each size of the field: within 5 degrees of the solution in the mean


@dataclass(frozen=True)
class Settings:
    """What may be chosen: the number of words, and the seed of their clustering."""

    words: int = 2000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.words < 2 or self.seed < 0:
            raise BadConfig(f"gf-hog takes at least 2 words and a seed from 0, not {self}")


def make(argument: str) -> GfHog:
    """GF-HOG by its settings, such as ``words=1000,seed=1``."""
    return GfHog(settings(Settings, argument))


@dataclass(frozen=True)
class GfHog:
    """GF-HOG before it has its words."""

    chosen: Settings = Settings()

    photo = PhotoInput(size=SIZE)
    sketch = SketchInput(size=SIZE, line_width=2.0)

    def fitted(self, photos: Pictures, sketches: Pictures) -> Bags:
        """Cluster descriptors, as many of photos as of sketches, into words.

        Raises:
            BadConfig: the pictures show fewer descriptors than words are wanted.
        """
        rng = np.random.default_rng(self.chosen.seed)
        seen = [
            _sample(pictures, find, rng)
            for pictures, find in ((photos, lines.of_photos), (sketches, lines.of_sketches))
            if len(pictures)
        ]
        shown = np.concatenate([np.empty((0, GRID * GRID * BINS), np.float32), *seen])
        if len(shown) < self.chosen.words:
            raise BadConfig(
                f"{self.chosen.words} words are more than the {len(shown)} descriptors to learn them from; "
                f"ask for fewer: gf-hog:words={max(2, len(shown) // 10)}"
            )
        found = MiniBatchKMeans(
            self.chosen.words,
            init="random",
            n_init=1,
            max_iter=10,
            batch_size=8192,
            random_state=self.chosen.seed,
        ).fit(shown)
        return Bags(self.chosen, found.cluster_centers_.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Bags:
    """GF-HOG with its words: an encoder.

    Attributes:
        chosen: its settings.
        words: (W, 81) float32.
    """

    chosen: Settings
    words: Floats = field(repr=False)

    photo = GfHog.photo
    sketch = GfHog.sketch

    @cached_property
    def model_id(self) -> str:
        """Of the settings and the words."""
        return identity("gf-hog", VERSION, self.chosen, self.words)

    @property
    def source(self) -> str:
        """The name that it is found by."""
        return f"gf-hog:words={self.chosen.words},seed={self.chosen.seed}"

    @property
    def settings(self) -> Mapping[str, object]:
        """As they were chosen."""
        return asdict(self.chosen)

    @property
    def dim(self) -> int:
        """The number of words."""
        return len(self.words)

    def embed_photos(self, pixels: NDArray[np.uint8]) -> Floats:
        """(N, S, S, 3) uint8 -> (N, W) float32, rows of unit length."""
        return self._embed(lines.of_photos(pixels))

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> Floats:
        """(N, S, S) uint8 -> (N, W) float32, rows of unit length."""
        return self._embed(lines.of_sketches(rasters))

    def _embed(self, masks: lines.Masks) -> Floats:
        half_squares = (self.words**2).sum(axis=1) / 2
        counts = [
            np.bincount((bag @ self.words.T - half_squares).argmax(axis=1), minlength=len(self.words))
            for bag in describe(masks)
        ]
        return units(np.sqrt(counts))


def describe(masks: lines.Masks) -> list[Floats]:
    """Masks of lines (N, S, S) -> for each its descriptors (K, 81), rows of unit length; K 0 without lines.

    A point gives one descriptor a scale: 3 x 3 cells of `CELLS` pixels with the point in their middle, each a
    histogram of the field's directions. What lies outside the picture has no direction.
    """
    sums = _summed(spread(np.stack(lines.directions(masks)), masks))
    return [
        _around(table, evenly(np.argwhere(mask), POINTS)) for table, mask in zip(sums, masks, strict=True)
    ]


def spread(values: Floats, known: lines.Masks) -> Floats:
    """Fill what is not known by Laplace's equation: every pixel becomes the mean of its four neighbours.

    From coarse to fine (a cascade): the known values' means on a grid of half the size are spread there, and
    what comes out is the start for a few rounds here. Slopes at the border are 0.

    Args:
        values: (C, N, H, W).
        known: (N, H, W), where they hold.

    Returns:
        (C, N, H, W): the values where they are known, all 0 for a picture where none is.
    """
    found = np.where(known, values, np.float32(0))
    if known.all() or min(known.shape[1:]) < 2:
        return found
    weights = _halved(known.astype(np.float32))
    coarse = spread((_halved(found) / np.maximum(weights, 1)).astype(np.float32, copy=False), weights > 0)
    height, width = known.shape[1:]
    fine = coarse.repeat(2, axis=2).repeat(2, axis=3)[:, :, :height, :width]
    found = np.where(known, values, fine)
    for _ in range(ROUNDS):
        ring = np.pad(found, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
        around = ring[..., :-2, 1:-1] + ring[..., 2:, 1:-1] + ring[..., 1:-1, :-2] + ring[..., 1:-1, 2:]
        found = np.where(known, values, around * np.float32(0.25))
    return found


def _halved(grid: Floats) -> Floats:
    """Sums over 2 x 2 pixels of the last two axes; a missing row or column counts as 0."""
    rest = [(0, 0)] * (grid.ndim - 2)
    whole = np.pad(grid, [*rest, (0, grid.shape[-2] % 2), (0, grid.shape[-1] % 2)])
    rows = whole[..., ::2, :] + whole[..., 1::2, :]
    summed: Floats = rows[..., ::2] + rows[..., 1::2]
    return summed


def _summed(fields: Floats) -> Floats:
    """Doubled-angle fields (2, N, H, W) -> (N, H + 1, W + 1, BINS), directions counted up to each corner.

    Each pixel has one vote, shared by the two bins between whose centres its direction lies.
    """
    even, odd = fields
    place = np.arctan2(odd, even) * np.float32(BINS / (2 * np.pi))
    low = np.floor(place)
    share, low = place - low, low.astype(np.int64)
    count, height, width = even.shape
    votes = np.zeros((count, height + 1, width + 1, BINS), np.float32)
    n, y, x = np.ogrid[:count, 1 : height + 1, 1 : width + 1]
    votes[n, y, x, low % BINS] = 1 - share
    votes[n, y, x, (low + 1) % BINS] = share
    return votes.cumsum(axis=1).cumsum(axis=2)


def _around(table: Floats, points: NDArray[np.int64]) -> Floats:
    """Descriptors around points (K, 2) of one picture, all scales: (K * len(CELLS), 81)."""
    found = []
    for side in CELLS:
        steps = np.arange(GRID + 1) * side - GRID * side // 2
        y = np.clip(points[:, :1] + steps, 0, table.shape[0] - 1)
        x = np.clip(points[:, 1:] + steps, 0, table.shape[1] - 1)
        corners = table[y[:, :, None], x[:, None, :]]
        cells = np.diff(np.diff(corners, axis=1), axis=2)
        cells = np.maximum(cells, 0)  # rounding may leave less
        found.append(cells.reshape(len(points), GRID * GRID * BINS))
    return units(np.concatenate(found))


def _sample(
    pictures: Pictures, find: Callable[[NDArray[np.uint8]], lines.Masks], rng: np.random.Generator
) -> Floats:
    """Descriptors of pictures of one domain."""
    chosen = [pictures[i] for i in evenly(np.arange(len(pictures)), LOOKED_AT).tolist()]
    bags = [
        bag
        for some in range(0, len(chosen), 32)
        for bag in describe(find(np.stack(chosen[some : some + 32])))
    ]
    shown = np.concatenate(bags)
    return shown[np.sort(rng.permutation(len(shown))[:SAMPLE])]
