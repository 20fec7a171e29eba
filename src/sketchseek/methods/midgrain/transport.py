"""Alignment by optimal transport: pairs are guessed, and guessed again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sketchseek.methods.midgrain.affine import (
    NO_PAIRS,
    Affine,
    Alignment,
    Float,
    Pairs,
    Points,
    squared_distances,
    towards,
)


def transport(
    sketches: Points,
    photos: Points,
    pairs: Pairs = NO_PAIRS,
    *,
    ridge: float = 0.1,
    sharpness: float = 20.0,
    rounds: int = 10,
) -> Alignment:
    """Guess which sketches and photos belong together, move the sketches there, and guess again.

    In turn, the entropic optimal transport plan between the moved sketches and the photos (Cuturi, "Sinkhorn
    Distances", NIPS 2013), and the map of `ltm` towards each sketch's transported place, the mean of the
    photos weighted by the plan. It begins with the two means brought together, and needs no pairs.

    Args:
        sketches: (S, P).
        photos: (I, P).
        pairs: not used.
        ridge: as in `ltm`.
        sharpness: mean cost over entropy; larger plans are nearer to one photo a sketch.
        rounds: turns.
    """
    centre = photos.mean(axis=0)
    found = Affine(np.eye(len(centre)), centre - sketches.mean(axis=0))
    aims = (photos - centre).astype(np.float32)  # a plan needs no more digits, and takes half the time
    for _ in range(rounds):
        moved = (found(sketches) - centre).astype(np.float32)
        plan = sinkhorn(squared_distances(moved, aims), sharpness)
        places = centre + plan @ aims / plan.sum(axis=1, keepdims=True)
        found = towards(sketches, places, np.ones(len(sketches)), ridge)
    return Alignment(found, Affine.identity(len(centre)))


def sinkhorn(
    cost: NDArray[Float], sharpness: float, *, rounds: int = 20, within: float = 1e-4
) -> NDArray[Float]:
    """The entropic transport plan (S, I) between even weights: rows sum to 1/S, columns nearly to 1/I.

    Args:
        cost: (S, I), at least 0; the plan is of its precision.
        sharpness: mean cost over entropy.
        rounds: the most turns between rows and columns.
        within: the share by which no column misses its sum when the turns end before.
    """
    tiny = np.finfo(cost.dtype).tiny
    # From the nearest of each row, then of each column, so that in none all underflow.
    kernel: NDArray[Float] = cost.min(axis=1, keepdims=True) - cost
    kernel -= kernel.max(axis=0)
    kernel *= cost.dtype.type(sharpness / (float(cost.mean()) or 1.0))
    np.exp(kernel, out=kernel)
    rows, columns = (np.ones(count, cost.dtype) for count in cost.shape)
    for turn in range(rounds):
        sums = cost.shape[1] * np.maximum(rows @ kernel, tiny)
        if turn and np.abs(columns * sums - 1).max() <= within:
            break
        columns = 1 / sums
        rows = 1 / (len(cost) * np.maximum(kernel @ columns, tiny))
    kernel *= columns
    kernel *= rows[:, None]
    return kernel
