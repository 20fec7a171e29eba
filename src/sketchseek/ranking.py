"""Ranking: queries x ranked gallery items with scores, the one object between search, metrics and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLOCK_BYTES = 64 << 20  # scores held at a time

SHORTLIST = 100
"""The first of a ranking that are compared pair by pair, where that is asked for and no number is told."""

SAMPLE = 4096
"""Pictures that the spread of a part's scores is taken over."""


Weighed = tuple[NDArray[np.float32], float]
"""A part of a query: an embedding (D,) of unit length, and its weight."""


@dataclass(frozen=True)
class Ranking:
    """For each of Q queries the K best of G gallery items, best first.

    Attributes:
        queries: Q query ids.
        gallery: G gallery ids.
        items: (Q, K) int64, positions in ``gallery``.
        scores: (Q, K) float32, descending along a row; equal scores stand in gallery order.
    """

    queries: Sequence[str]
    gallery: Sequence[str]
    items: NDArray[np.int64]
    scores: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.items.shape != self.scores.shape or len(self.items) != len(self.queries):
            raise ValueError(
                f"{len(self.queries)} queries, items {self.items.shape}, scores {self.scores.shape} differ"
            )
        if self.scores.shape[1] > 1 and bool((np.diff(self.scores, axis=1) > 0).any()):
            raise ValueError("scores must descend along each row")

    def __len__(self) -> int:
        return len(self.queries)

    def rows(self) -> Iterator[tuple[str, list[tuple[str, float]]]]:
        """Each query's id with its (gallery id, score) pairs, best first."""
        for query, items, scores in zip(self.queries, self.items, self.scores, strict=True):
            yield query, [(self.gallery[i], float(s)) for i, s in zip(items, scores, strict=True)]


def rank(
    queries: NDArray[np.float32],
    gallery: NDArray[np.float32],
    *,
    query_ids: Sequence[str] | None = None,
    gallery_ids: Sequence[str] | None = None,
    k: int | None = None,
) -> Ranking:
    """Rank a gallery for each query by inner product, exactly, in bounded memory.

    Args:
        queries: (Q, D) float32; unit-length rows make the score a cosine.
        gallery: (G, D) float32.
        query_ids: Q names; positions where not given.
        gallery_ids: G names; positions where not given.
        k: how many to keep; all where not given.
    """
    total = len(gallery)
    k = total if k is None else min(k, total)
    items = np.empty((len(queries), k), np.int64)
    scores = np.empty((len(queries), k), np.float32)
    step = max(1, _BLOCK_BYTES // max(1, 4 * total))
    for start in range(0, len(queries), step):
        block = queries[start : start + step] @ gallery.T
        for row, values in enumerate(block, start):
            items[row], scores[row] = top(values, k)
    return Ranking(
        queries=query_ids if query_ids is not None else [str(i) for i in range(len(queries))],
        gallery=gallery_ids if gallery_ids is not None else [str(i) for i in range(total)],
        items=items,
        scores=scores,
    )


def top(values: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The positions and values of the ``k`` largest, largest first, equal ones in their own order.

    Args:
        values: (G,) float32.
        k: how many, at most G.
    """
    if k < len(values):
        # Every value equal to the k-th competes, so that ties fall by position and not by chance.
        threshold = np.partition(values, len(values) - k)[len(values) - k] if k else np.inf
        candidates = np.flatnonzero(values >= threshold)
    else:
        candidates = np.arange(len(values))
    order = candidates[np.argsort(-values[candidates], kind="stable")][:k]
    return order.astype(np.int64, copy=False), values[order]


def compose(parts: Sequence[Weighed], gallery: NDArray[np.float32]) -> NDArray[np.float32]:
    """One query of several: ranking by it is ranking by the weighted sum of the parts' standardised scores.

    A photo's cosines with other photos are spread far wider than a drawing's; summed as they are, a drawing
    would hardly count beside a photo. So each embedding is divided by the standard deviation of its scores
    over the gallery: sum_i w_i (x.e_i - mean_i) / std_i differs from x.q, q = sum_i w_i e_i / std_i, by a
    constant only.

    Args:
        parts: (D,) float32 of unit length each, with its weight; below 0 for what is not wanted.
        gallery: (G, D) float32.

    Returns:
        (D,) float32 of unit length; zeros where the parts cancel each other.
    """
    query = shares(parts, gallery) @ np.stack([embedding for embedding, _ in parts])
    found: NDArray[np.float32] = query.astype(np.float32)
    return found


def shares(parts: Sequence[Weighed], gallery: NDArray[np.float32]) -> NDArray[np.float64]:
    """How much of each part is in the query that `compose` makes of them: (P,), zeros where they cancel."""
    if len(parts) == 1 and parts[0][1] > 0:
        return np.ones(1)
    some = gallery[:: max(1, len(gallery) // SAMPLE)]
    spreads = [float((some @ embedding).std()) if len(some) > 1 else 0.0 for embedding, _ in parts]
    found = np.array(
        [
            weight / (spread if spread > 1e-6 else 1.0)
            for (_, weight), spread in zip(parts, spreads, strict=True)
        ]
    )
    length = float(np.linalg.norm(found @ np.stack([embedding for embedding, _ in parts])))
    return found / length if length > 1e-9 else np.zeros_like(found)
