"""Losses of the zero-shot systems, typed from their formulas: sums in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence

Vector = Sequence[float]


def cosine(a: Vector, b: Vector) -> float:
    """<a, b> / (|a| |b|)."""
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return dot / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(y * y for y in b))


def softmax(values: Vector) -> list[float]:
    """exp(v_m) / sum_k exp(v_k)."""
    total = sum(math.exp(value) for value in values)
    return [math.exp(value) / total for value in values]


def reconstruction(predicted: Sequence[Vector], words: Sequence[Vector]) -> float:
    """Doodle to Search: L_s = mean_i (1 - cos(M x_i, w_i)) / 2."""
    return sum((1 - cosine(a, w)) / 2 for a, w in zip(predicted, words, strict=True)) / len(predicted)


def domain(groups: Sequence[Vector], truth: Sequence[int]) -> float:
    """Doodle to Search: L_d = 1/3 [ bce(s, 0) + bce(p, 1) + bce(n, 1) ] on probabilities σ(z)."""
    total = 0.0
    for logits, y in zip(groups, truth, strict=True):
        probabilities = [1 / (1 + math.exp(-z)) for z in logits]
        total += sum(-y * math.log(p) - (1 - y) * math.log(1 - p) for p in probabilities) / len(logits)
    return total / len(groups)


def distillation(
    student: Sequence[Vector],
    teacher: Sequence[Vector],
    prior: Sequence[Vector],
    photos: Sequence[int],
    lambda_1: float,
    lambda_2: float,
) -> float:
    """SAKE: the mean over photos of -sum_m q_m log softmax(o)_m, q = softmax(λ1 t + λ2 a)."""
    total = 0.0
    for o, t, a, photo in zip(student, teacher, prior, photos, strict=True):
        q = softmax([lambda_1 * x + lambda_2 * y for x, y in zip(t, a, strict=True)])
        total -= photo * sum(weight * math.log(p) for weight, p in zip(q, softmax(o), strict=True))
    return total / sum(photos)


def proxies(
    embeddings: Sequence[Vector], vectors: Sequence[Vector], labels: Sequence[int], t: float
) -> float:
    """Normalised softmax: mean_i -log softmax_c( cos(x_i, p_c) / T )_y."""
    shares = [
        softmax([cosine(x, p) / t for p in vectors])[y] for x, y in zip(embeddings, labels, strict=True)
    ]
    return -sum(math.log(share) for share in shares) / len(shares)


def infonce(
    scores: Sequence[Vector],
    right: Sequence[Sequence[bool]],
    among: Sequence[Sequence[bool]],
    smoothing: float = 0.0,
) -> float:
    """Both directions of mean_i sum_j -t_ij log( exp z_ij / sum_{k in A_i or R_i} exp z_ik ).

    t_ij is (1 - s) / |R_i| of what is right, and s / |A_i or R_i| more of all.
    """

    def one(z: Sequence[Vector], r: Sequence[Sequence[bool]], a: Sequence[Sequence[bool]]) -> float:
        losses = []
        for row, good, part in zip(z, r, a, strict=True):
            if any(good):
                there = [(v, g) for v, g, p in zip(row, good, part, strict=True) if g or p]
                total = sum(math.exp(v) for v, _ in there)
                share = (1 - smoothing) / sum(good)
                each = [
                    -(share * g + smoothing / len(there)) * math.log(math.exp(v) / total) for v, g in there
                ]
                losses.append(sum(each))
        return sum(losses) / len(losses) if losses else 0.0

    turned = [[list(column) for column in zip(*table, strict=True)] for table in (scores, right, among)]
    return (one(scores, right, among) + one(*turned)) / 2
