"""From weighted parts to a ranking that says how sure it is: pure functions over vectors and scores.

embeddings and weights --compose--> one query vector --scores--> Chance: what stands out
ranked vectors --collapse--> groups of pictures that look nearly the same
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FEWEST = 20
"""Pictures that a distribution of scores is judged by; fewer tell nothing about chance."""

SAMPLE = 4096
"""Pictures that the spread of a part's scores is taken over."""

MARGIN = 1.5
"""How far above the best of chance a score must be to stand out. Scores fall off slower than the normal
distribution, and what shares a shape with a drawing is not quite chance; docs/page.md has the figures."""

ALIKE = 0.96
"""Cosine of two embeddings from which on their pictures are near-duplicates; docs/page.md has the reasons."""


def compose(
    parts: Sequence[tuple[NDArray[np.float32], float]], gallery: NDArray[np.float32]
) -> NDArray[np.float32]:
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
    if len(parts) == 1 and parts[0][1] > 0:
        return parts[0][0]
    some = gallery[:: max(1, len(gallery) // SAMPLE)]
    query = np.zeros(gallery.shape[1], np.float64)
    for embedding, weight in parts:
        spread = float((some @ embedding).std()) if len(some) > 1 else 0.0
        query += weight * embedding / (spread if spread > 1e-6 else 1.0)
    length = float(np.linalg.norm(query))
    return (query / length if length > 1e-9 else np.zeros_like(query)).astype(np.float32)


@dataclass(frozen=True)
class Chance:
    """What scores pictures reach that have nothing to do with a question.

    Attributes:
        middle: the median score of the library.
        reach: from this far above it on, a score stands out.
    """

    middle: float
    reach: float

    @classmethod
    def of(cls, scores: NDArray[np.float32]) -> Chance | None:
        """Judge a library's scores for one question; None where they are too few or all the same.

        Most pictures of a library have nothing to do with a question, so its middle and its spread are
        theirs. The best of n normal values is expected near the quantile 1 - 1/n; `MARGIN` times that many
        standard deviations are asked for. The cut so follows the question and the size of the library.
        """
        if len(scores) < FEWEST:
            return None
        best_of_chance = NormalDist().inv_cdf(1 - 1 / len(scores))
        reach = MARGIN * best_of_chance * float(scores.std())
        return cls(float(np.median(scores)), reach) if reach > 1e-6 else None

    def strength(self, score: float) -> float:
        """How far a score stands above the middle; from 1 on it stands out."""
        return (score - self.middle) / self.reach

    def outstanding(self, scores: NDArray[np.float32]) -> int:
        """How many scores stand out."""
        return int(np.count_nonzero(scores >= self.middle + self.reach))


def collapse(vectors: NDArray[np.float32], limit: int, threshold: float = ALIKE) -> list[list[int]]:
    """Group ranked pictures that look nearly the same: each joins the first group whose best is like it.

    Args:
        vectors: (R, D) float32 of unit length, best first.
        limit: how many groups; pictures that would begin a further one are left out.
        threshold: least cosine with a group's best picture.

    Returns:
        Positions in ``vectors``, best first in each group and from group to group.
    """
    heads = np.empty((min(limit, len(vectors)), vectors.shape[1]), np.float32)
    groups: list[list[int]] = []
    for position, vector in enumerate(vectors):
        near = heads[: len(groups)] @ vector >= threshold
        if near.any():
            groups[int(near.argmax())].append(position)
        elif len(groups) < limit:
            heads[len(groups)] = vector
            groups.append([position])
    return groups
