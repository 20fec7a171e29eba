"""Losses of the dual-stage framework, typed from their formulas: sums over pairs, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = Sequence[float]


def distance(a: Vector, b: Vector) -> float:
    """d = sqrt(sum of squared differences + 1e-6)."""
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) + 1e-6)


def contrastive(sketches: Sequence[Vector], photos: Sequence[Vector], same: Sequence[int], m: float) -> float:
    """L = mean_i [ y_i d_i^2 + (1 - y_i) max(0, m - d_i)^2 ]."""
    total = 0.0
    for s, p, y in zip(sketches, photos, same, strict=True):
        d = distance(s, p)
        total += y * d**2 + (1 - y) * max(0.0, m - d) ** 2
    return total / len(same)


def triplet(anchors: Sequence[Vector], near: Sequence[Vector], far: Sequence[Vector], m: float) -> float:
    """L = mean_i max(0, m + |a_i - p_i| - |a_i - n_i|)."""
    terms = [
        max(0.0, m + distance(a, p) - distance(a, n)) for a, p, n in zip(anchors, near, far, strict=True)
    ]
    return sum(terms) / len(terms)
