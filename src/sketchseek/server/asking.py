"""A ranking that says how sure it is: pure functions over vectors and scores.

scores --Chance--> what stands out
ranked vectors --collapse--> groups of pictures that look nearly the same
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FEWEST = 20
"""Pictures that a distribution of scores is judged by; fewer tell nothing about chance."""

MARGIN = 1.5
"""How far above the best of chance a score must be to stand out. Scores fall off slower than the normal
distribution, and what shares a shape with a drawing is not quite chance; docs/page.md has the figures."""

ALIKE = 0.96
"""Cosine of two embeddings from which on their pictures are near-duplicates; docs/page.md has the reasons."""


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
    done = 0
    while done < len(vectors) and len(groups) < len(heads):
        near = heads[: len(groups)] @ vectors[done] >= threshold
        if near.any():
            groups[int(near.argmax())].append(done)
        else:
            heads[len(groups)] = vectors[done]
            groups.append([done])
        done += 1
    near = vectors[done:] @ heads.T >= threshold  # no group begins any more: the rest in one product
    for place in np.flatnonzero(near.any(axis=1)).tolist():
        groups[int(near[place].argmax())].append(done + place)
    return groups
