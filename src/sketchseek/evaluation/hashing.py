"""Binary codes by iterative quantisation, and rankings by Hamming distance.

Gong and Lazebnik, Iterative Quantization: A Procrustean Approach to Learning Binary Codes, CVPR 2011. Fit it
on what a system may have seen, training or gallery embeddings, never on the queries: the mean, the axes and
the rotation are then part of the system, the same for both domains. SEM-PCYC's released code does otherwise:
it fits them on the test sketches and centres each domain on its own test mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sketchseek.ranking import Ranking

Codes = NDArray[np.uint8]

Words = NDArray[np.uint64]

_BLOCK = 1 << 14  # codes that all queries are compared with at a time: they stay near the processor


@dataclass(frozen=True)
class Hasher:
    """Turns embeddings into codes.

    Attributes:
        mean: (D,) of the embeddings it was fitted on.
        axes: (D, B) their first principal components, orthonormal.
        rotation: (B, B) orthogonal.
        losses: mean squared distance of the rotated embeddings from their codes in -1 and 1, per embedding,
            before each turn of the rotation and after the last.
    """

    mean: NDArray[np.float64] = field(repr=False)
    axes: NDArray[np.float64] = field(repr=False)
    rotation: NDArray[np.float64] = field(repr=False)
    losses: tuple[float, ...] = field(repr=False)

    @property
    def bits(self) -> int:
        """Length of a code."""
        return len(self.rotation)

    def codes(self, embeddings: NDArray[np.floating]) -> Codes:
        """(N, D) embeddings -> (N, ceil(B / 8)) uint8, eight bits a byte."""
        return np.packbits((embeddings - self.mean) @ self.axes @ self.rotation > 0, axis=1)


def fit(embeddings: NDArray[np.floating], bits: int = 64, *, iterations: int = 50, seed: int = 0) -> Hasher:
    """Find principal axes and the rotation that brings the embeddings nearest to the corners of a cube.

    In turn, codes B = sign(V R) for the rotation R, and the rotation for the codes: with the singular value
    decomposition Bᵀ V = S Ω Ŝᵀ, R = Ŝ Sᵀ (sections 2.1 and 2.2). Neither step raises the loss.

    Args:
        embeddings: (N, D), of training or gallery items.
        bits: B, at most D and less than N.
        iterations: turns, 50 in the paper.
        seed: of the rotation it begins with.

    Raises:
        ValueError: more bits than the embeddings can carry, or less than one.
    """
    count, dim = embeddings.shape
    if not 1 <= bits <= min(dim, count - 1):
        raise ValueError(
            f"{count} embeddings of {dim} numbers carry 1 to {min(dim, count - 1)} bits, not {bits}"
        )
    mean = embeddings.mean(axis=0, dtype=np.float64)
    centred = embeddings - mean
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :bits]
    projected = centred @ axes
    rotation = random_rotation(bits, seed)
    losses = []
    for _ in range(iterations):
        rotated = projected @ rotation
        signs = np.where(rotated > 0, 1.0, -1.0)
        losses.append(_loss(rotated, signs))
        left, _, right = np.linalg.svd(signs.T @ projected)
        rotation = right.T @ left.T
    rotated = projected @ rotation
    losses.append(_loss(rotated, np.where(rotated > 0, 1.0, -1.0)))
    return Hasher(mean, axes, rotation, tuple(losses))


def random_rotation(size: int, seed: int) -> NDArray[np.float64]:
    """(B, B) a random orthogonal matrix, every one as likely: QR of normal numbers, signs settled."""
    q, r = np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))
    rotation: NDArray[np.float64] = q * np.sign(np.diag(r))
    return rotation


def distances(queries: Codes, gallery: Codes) -> NDArray[np.uint16]:
    """(Q, G) Hamming distances of (Q, W) and (G, W) packed codes.

    Raises:
        ValueError: the codes are of different lengths.
    """
    found = np.empty((len(queries), len(gallery)), np.uint16)
    asked, given = _words(queries, gallery)
    for row, query in enumerate(asked.T):
        found[row] = _apart(query, given)
    return found


def rank(
    queries: Codes,
    gallery: Codes,
    *,
    query_ids: Sequence[str] | None = None,
    gallery_ids: Sequence[str] | None = None,
    k: int | None = None,
) -> Ranking:
    """Rank a gallery by Hamming distance, exactly: nearest first, equal ones in gallery order.

    Memory grows with the codes and the result alone. The score is minus the distance. Distances take few
    values, so ties are many: metrics count them by rules of their own, this order is for showing.

    Args:
        queries: (Q, W) packed codes.
        gallery: (G, W) packed codes.
        query_ids: Q names; positions where not given.
        gallery_ids: G names; positions where not given.
        k: how many to keep; all where not given.

    Raises:
        ValueError: the codes are of different lengths.
    """
    total = len(gallery)
    k = total if k is None else min(k, total)
    asked, given = _words(queries, gallery)
    best = [(np.empty(0, np.int64), np.empty(0, np.uint16))] * len(queries)
    for start in range(0, total if k else 0, _BLOCK):
        some = given[:, start : start + _BLOCK]
        for row, query in enumerate(asked.T):
            best[row] = _nearest(*best[row], _apart(query, some), start, k)
    return Ranking(
        queries=query_ids if query_ids is not None else [str(i) for i in range(len(queries))],
        gallery=gallery_ids if gallery_ids is not None else [str(i) for i in range(total)],
        items=np.array([items for items, _ in best], np.int64).reshape(len(queries), k),
        scores=-np.array([apart for _, apart in best], np.float32).reshape(len(queries), k),
    )


def _nearest(
    items: NDArray[np.int64],
    apart: NDArray[np.uint16],
    others: NDArray[np.unsignedinteger],
    start: int,
    k: int,
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """The ``k`` nearest, nearest first, of those found so far and of others that come after them.

    Once there are k, another counts only if it is nearer than the farthest of them. Distances are whole
    numbers of 16 bits, which numpy sorts by counting.

    Args:
        items: positions of those found, k at most.
        apart: their distances.
        others: (N,) distances.
        start: position of the first of the others.
        k: at least 1.
    """
    near = np.flatnonzero(others < apart[-1]) if len(apart) == k else np.arange(len(others))
    if not len(near):
        return items, apart
    items, apart = (
        np.concatenate([items, near + start]),
        np.concatenate([apart, others[near]], dtype=np.uint16),
    )
    order = np.argsort(apart, kind="stable")[:k] if len(apart) >= k else slice(None)
    return items[order], apart[order]


def _apart(query: Words, gallery: Words) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """(G,) distances of one code, (n,), from others, (n, G)."""
    ones: list[NDArray[np.uint8]] = [
        np.bitwise_count(given ^ asked) for asked, given in zip(query, gallery, strict=True)
    ]
    if len(ones) == 1:
        return ones[0]
    found: NDArray[np.uint16] = np.sum(ones, axis=0, dtype=np.uint16)
    return found


def _words(queries: Codes, gallery: Codes) -> tuple[Words, Words]:
    """Both sides' codes (N, W) as words of 64 bits, (n, N) each; no copy where they are of 64 bits."""
    if queries.shape[1] != gallery.shape[1]:
        raise ValueError(f"codes of {queries.shape[1]} and {gallery.shape[1]} bytes do not compare")
    lacking = ((0, 0), (0, -gallery.shape[1] % 8))
    if any(lacking[1]):
        queries, gallery = np.pad(queries, lacking), np.pad(gallery, lacking)
    asked, given = (np.ascontiguousarray(side).view(np.uint64).T for side in (queries, gallery))
    return asked, np.ascontiguousarray(given)


def _loss(rotated: NDArray[np.float64], signs: NDArray[np.float64]) -> float:
    return float(((signs - rotated) ** 2).sum(axis=1).mean())
