"""Losses of the baselines of mid-grain retrieval, typed from their formulas: loops in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = Sequence[float]


def apart(a: Vector, b: Vector) -> float:
    """The Euclidean distance."""
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


def hardest(
    sketches: Sequence[Vector], photos: Sequence[Vector], same: Sequence[Sequence[bool]]
) -> list[int]:
    """argmin_j { d(s_i, p_j) : j not the same as i }."""
    found = []
    for sketch, row in zip(sketches, same, strict=True):
        best, place = math.inf, -1
        for j, photo in enumerate(photos):
            if not row[j] and apart(sketch, photo) < best:
                best, place = apart(sketch, photo), j
        found.append(place)
    return found


def hard_triplet(s: Sequence[Vector], p: Sequence[Vector], same: Sequence[Sequence[bool]], m: float) -> float:
    """mean_i max(0, m + d(s_i, p_i) - min_j d(s_i, p_j)), j not the same as i."""
    places = hardest(s, p, same)
    terms = [max(0.0, m + apart(s[i], p[i]) - apart(s[i], p[j])) for i, j in enumerate(places)]
    return sum(terms) / len(terms)


def hard_contrastive(
    s: Sequence[Vector], p: Sequence[Vector], same: Sequence[Sequence[bool]], m: float
) -> float:
    """mean over i of [ d(s_i, p_i)^2 + max(0, m - min_j d(s_i, p_j))^2 ] / 2, j not the same as i."""
    places = hardest(s, p, same)
    terms = [apart(s[i], p[i]) ** 2 + max(0.0, m - apart(s[i], p[j])) ** 2 for i, j in enumerate(places)]
    return sum(terms) / len(terms) / 2


def softmax_loss(logits: Sequence[Vector], labels: Sequence[int]) -> float:
    """mean_i -log softmax(z_i)_y."""
    terms = [math.log(sum(math.exp(v) for v in z)) - z[y] for z, y in zip(logits, labels, strict=True)]
    return sum(terms) / len(terms)
