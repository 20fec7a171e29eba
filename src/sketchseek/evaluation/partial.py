"""Sketches with less in them: coarse ones, and unfinished ones with areas that tell how early it is found.

A sketch is asked P times, each time a longer prefix of it, and each prefix ranks the gallery. Both areas are
means over equally spaced prefixes; higher is better. Bhunia et al., Sketch Less for More: On-the-Fly
Fine-Grained Sketch-Based Image Retrieval, CVPR 2020.

    m@A  area under the rank percentile over the share of the sketch that is drawn
    m@B  area under 1 / rank over the same
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sketchseek._drawing import along, strokes_of
from sketchseek.data import Dataset
from sketchseek.evaluation.metrics import Values, best_ranks, judge
from sketchseek.sketch import Sketch

AREAS = ("m@A", "m@B")


def shares(prefixes: int) -> tuple[float, ...]:
    """The equally spaced shares of a drawing that are asked, the last of them the whole."""
    return tuple(step / prefixes for step in range(1, prefixes + 1))


def unfinished(dataset: Dataset, share: float) -> Dataset:
    """The data set with every sketch as it stood when this share of its length was drawn."""
    return _each(dataset, lambda sketch: sketch.prefix(share))


def coarse(sketch: Sketch, share: float) -> Sketch:
    """The longest strokes alone, as few as hold a share of the drawn length, in the order they were drawn.

    What is left out are the short strokes, the details. Papers ask coarse drawings without a word on how they
    are made; this is our rule.

    Args:
        sketch: of strokes; one of dots alone stays as it is.
        share: above 0, at most 1.

    Raises:
        BadSketch: a raster has no strokes to leave out.
    """
    strokes = strokes_of(sketch, "single strokes")
    lengths = np.array([along(stroke)[-1] for stroke in strokes])
    if share == 1 or not lengths.sum():
        return sketch
    longest = np.argsort(-lengths, kind="stable")
    held = np.cumsum(lengths[longest]) / lengths.sum()
    few = int(np.searchsorted(held, share - 1e-9)) + 1
    return sketch.without(longest[few:].tolist())


def coarser(dataset: Dataset, share: float) -> Dataset:
    """The data set with every sketch as `coarse` leaves it."""
    return _each(dataset, lambda sketch: coarse(sketch, share))


def prefix_ranks(scores: NDArray[np.floating], relevance: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The rank of the best relevant photo at every prefix: (Q, P) int64, from 1, ties against.

    Args:
        scores: (Q, P, G) floating, higher is better; prefixes from short to long.
        relevance: (Q, G) bool.

    Raises:
        ValueError: the shapes do not fit, a score is not a number, or a query has nothing to find.
    """
    if scores.ndim != 3 or scores.shape[::2] != relevance.shape:
        raise ValueError(f"scores {scores.shape} must be (Q, P, G) and relevance {relevance.shape} (Q, G)")
    flat = scores.reshape(-1, scores.shape[2])
    repeated = np.repeat(relevance, scores.shape[1], axis=0)
    return best_ranks(judge(flat, repeated)).reshape(scores.shape[:2])


def m_at_a(ranks: NDArray[np.int64], gallery: int) -> Values:
    """m@A of each query: (Q,) mean over the P prefixes of (G - rank) / (G - 1), in 0..1.

    Args:
        ranks: (Q, P) ranks from 1, as `prefix_ranks` gives them.
        gallery: G, how many photos are searched; at least 2.

    Raises:
        ValueError: a rank is not in 1..G, or there is no prefix.
    """
    if gallery < 2:
        raise ValueError(f"a rank percentile needs a gallery of at least 2 photos, got {gallery}")
    _check(ranks, gallery)
    area: Values = ((gallery - ranks) / (gallery - 1)).mean(axis=1)
    return area


def m_at_b(ranks: NDArray[np.int64]) -> Values:
    """m@B of each query: (Q,) mean over the P prefixes of 1 / rank, in 0..1.

    Args:
        ranks: (Q, P) ranks from 1, as `prefix_ranks` gives them.

    Raises:
        ValueError: a rank is below 1, or there is no prefix.
    """
    _check(ranks, None)
    area: Values = (1 / ranks).mean(axis=1)
    return area


def areas(ranks: NDArray[np.int64], gallery: int) -> dict[str, Values]:
    """Both areas of each query by name; as `m_at_a` and `m_at_b`."""
    return dict(zip(AREAS, (m_at_a(ranks, gallery), m_at_b(ranks)), strict=True))


def _each(dataset: Dataset, change: Callable[[Sketch], Sketch]) -> Dataset:
    return replace(dataset, sketch_reader=lambda item: change(dataset.sketch_reader(item)))


def _check(ranks: NDArray[np.int64], gallery: int | None) -> None:
    if ranks.ndim != 2 or not ranks.shape[1]:
        raise ValueError(f"ranks {ranks.shape} must be (Q, P) with at least one prefix")
    if ranks.size and (ranks.min() < 1 or (gallery is not None and ranks.max() > gallery)):
        raise ValueError(f"ranks must lie in 1..{gallery or 'G'}, got {ranks.min()}..{ranks.max()}")
