"""Parts of the zero-shot systems, typed from their equations: one item at a time, sums in plain Python.

Numbers are floats or scalars of torch, so that gradients go through.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Vector = Sequence[Any]
Matrix = Sequence[Vector]


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x)."""
    return 1 / (1 + (-x).exp())


def relu(x: Any) -> Any:
    """max(0, x)."""
    return x if x > 0 else x * 0


def affine(weight: Matrix, x: Vector, bias: Vector) -> list[Any]:
    """W x + b."""
    return [sum(w * v for w, v in zip(row, x, strict=True)) + b for row, b in zip(weight, bias, strict=True)]


def length(x: Vector) -> Any:
    """|x|."""
    return sum(v * v for v in x) ** 0.5


def unit(x: Vector) -> list[Any]:
    """x / |x|."""
    norm = length(x)
    return [v / norm for v in x]


def plus(a: Vector, b: Vector) -> list[Any]:
    """a + b."""
    return [x + y for x, y in zip(a, b, strict=True)]


def minus(a: Vector, b: Vector) -> list[Any]:
    """a - b."""
    return [x - y for x, y in zip(a, b, strict=True)]


def gates(
    cells: Matrix, w1: Matrix, b1: Vector, w2: Matrix, b2: Vector, column: Vector, y: float
) -> list[Any]:
    """SAKE: z = GAP(u); e = ReLU(W1 z + b1); W2 [e; y] + b2, before the sigmoid. ``cells``: u by places."""
    z = [sum(cell[c] for cell in cells) / len(cells) for c in range(len(cells[0]))]
    e = [relu(v) for v in affine(w1, z, b1)]
    whole = [[*row, last] for row, last in zip(w2, column, strict=True)]
    return affine(whole, [*e, y], b2)


def excited(cells: Matrix, *weights: Any) -> list[list[Any]]:
    """SAKE: out = a ⊙ u, a = σ(W2 [e; y] + b2)."""
    a = [sigmoid(v) for v in gates(cells, *weights)]
    return [[g * v for g, v in zip(a, cell, strict=True)] for cell in cells]


def scaled(cells: Matrix, *weights: Any) -> list[list[Any]]:
    """out = 2 a ⊙ u: 1 where W2 and b2 are zeros."""
    return [[2 * v for v in cell] for cell in excited(cells, *weights)]


def attended(cells: Matrix, w1: Matrix, b1: Vector, w2: Vector, b2: Any) -> list[Any]:
    """Doodle to Search: mask = softmax over cells of w2 (W1 x + b1) + b2; (mean x + Σ mask x) / 2."""
    logits = [sum(w * h for w, h in zip(w2, affine(w1, x, b1), strict=True)) + b2 for x in cells]
    total = sum(v.exp() for v in logits)
    mask = [v.exp() / total for v in logits]
    return [
        (sum(x[c] for x in cells) / len(cells) + sum(m * x[c] for m, x in zip(mask, cells, strict=True))) / 2
        for c in range(len(cells[0]))
    ]


def triplets(anchors: Matrix, near: Matrix, far: Matrix, margin: float) -> Any:
    """mean max(0, μ + |a - p| - |a - n|)."""
    terms = [
        relu(margin + length(minus(a, p)) - length(minus(a, n)))
        for a, p, n in zip(anchors, near, far, strict=True)
    ]
    return sum(terms) / len(terms)


def late_fusion(s: Matrix, p: Matrix, n: Matrix, w: Matrix, v: Matrix, margin: float) -> Any:
    """Prototype 2: the triplet of m(s, c), m(p, c) and m(n, c'), m(x, c) = (u(x) + W t(c)) at unit length.

    ``w`` and ``v`` have W t(c) and W t(c').
    """
    return triplets(composed(s, w), composed(p, w), composed(n, v), margin)


def composed(x: Matrix, words: Matrix) -> list[list[Any]]:
    """m(x, c)."""
    return [unit(plus(unit(one), word)) for one, word in zip(x, words, strict=True)]


def pull(s: Matrix, p: Matrix, n: Matrix, w: Matrix, v: Matrix) -> Any:
    """Prototype 3: Σ over s, p and n of mean |m(x, c) - u(x)|."""
    total: Any = 0
    for x, words in ((s, w), (p, w), (n, v)):
        apart = [length(minus(m, unit(one))) for m, one in zip(composed(x, words), x, strict=True)]
        total = total + sum(apart) / len(apart)
    return total


def same_class(s: Matrix, p: Matrix, n: Matrix, w: Matrix, margin: float) -> Any:
    """Prototype 4: the triplet in which all three carry the positive class."""
    return triplets(composed(s, w), composed(p, w), composed(n, w), margin)


def itq_loss(v: Matrix, rotation: Matrix) -> float:
    """|B - V R|² / N, B = sign(V R)."""
    turned = [[sum(a * row[k] for a, row in zip(x, rotation, strict=True)) for k in range(len(x))] for x in v]
    return sum(((1 if z > 0 else -1) - z) ** 2 for x in turned for z in x) / len(v)


def turn(angle: float) -> list[list[float]]:
    """A rotation of the plane."""
    return [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
