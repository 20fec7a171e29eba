"""Manifold alignment: both domains move so that pairs meet and neighbours stay neighbours."""

from __future__ import annotations

import numpy as np
from scipy.linalg import block_diag, eigh
from scipy.sparse import block_array, csr_array

from sketchseek.methods.midgrain.affine import Affine, Alignment, Pairs, Points, squared_distances

_EMPTY = 0.5  # of a direction's unit of Z' D Z and ridge, the share that items make up


def manifold(
    sketches: Points,
    photos: Points,
    pairs: Pairs,
    *,
    neighbours: int = 10,
    bandwidth: float = 0.0,
    alpha: float = 2.0,
    directions: int | None = None,
    ridge: float = 1e-3,
) -> Alignment:
    """Move both domains so that pairs meet and neighbours stay neighbours: equation 3.

    Solves ``Z' L Z f = l Z' D Z f`` for the smallest eigenvalues. Z = blockdiag(U, V) holds centred
    embeddings, which leaves no room for the constant, the trivial solution. L and D are of the graph that
    joins each item to its nearest of its own domain with ``exp(-d^2 / bandwidth^2)`` and each pair with u:
    linear manifold alignment, Wang and Mahadevan, "Heterogeneous Domain Adaptation using Manifold Alignment",
    IJCAI 2011. The cost of pairs counts each twice in that form, so alpha = 2 u.

    Both maps are scaled alike, so that the photos keep their total variance.

    Args:
        sketches: (S, P).
        photos: (I, P).
        pairs: (M, 2) of sketch and photo by position; an item may be in several.
        neighbours: of each item in the graph of its domain.
        bandwidth: of the kernel, in the unit of the embeddings; 0: the median distance of neighbours.
        alpha: weight of pairs against neighbours, 2.0 in the paper.
        directions: d, of the common space; P where not given, as in the paper, whose classes have many more
            items than P. Where they have fewer, there are hardly P directions in which items differ at all:
            the last of them are those in which pairs and neighbours lie farthest apart.
        ridge: added to ``Z' D Z``, as a share of its mean diagonal; few items leave it singular.
    """
    dim, count = photos.shape[1], len(sketches)
    means = sketches.mean(axis=0), photos.mean(axis=0)
    sides = sketches - means[0], photos - means[1]
    across = csr_array((np.full(len(pairs), alpha / 2), pairs.T), shape=(count, len(photos)))
    graph = block_array(
        [
            [_neighbours(sketches, neighbours, bandwidth), across],
            [across.T, _neighbours(photos, neighbours, bandwidth)],
        ],
        format="csr",
    )
    degrees = graph.sum(axis=1)
    joint = np.zeros((count + len(photos), 2 * dim))
    joint[:count, :dim], joint[count:, dim:] = sides
    right = block_diag(
        *(side.T @ (d[:, None] * side) for side, d in zip(sides, _split(degrees, count), strict=True))
    )
    left = right - joint.T @ (graph @ joint)
    size = np.trace(right) / len(right)
    held = right + (ridge * size if size else 1.0) * np.eye(len(right))
    vectors = eigh(left, held)[1]
    # A direction in which no item differs costs nothing and says nothing; one that parts the graph is best.
    empty = np.einsum("ij,ij->j", vectors, right @ vectors) < _EMPTY
    chosen = vectors[:, np.argsort(empty, kind="stable")[: directions or dim]]
    flat = sides[1] @ chosen[dim:]
    scale = np.sqrt(photos.var(axis=0).sum() / max(flat.var(axis=0).sum(), np.finfo(float).tiny))
    maps = chosen[:dim] * scale, chosen[dim:] * scale
    return Alignment(*(Affine(found, -mean @ found) for found, mean in zip(maps, means, strict=True)))


def _split(values: Points, count: int) -> tuple[Points, Points]:
    return values[:count], values[count:]


def _neighbours(points: Points, count: int, bandwidth: float) -> csr_array:
    """(N, N) symmetric kernel weights between each point and its nearest."""
    count = min(count, len(points) - 1)
    if count < 1:
        return csr_array((len(points), len(points)))
    squares = squared_distances(points, points)
    np.fill_diagonal(squares, np.inf)
    nearest = np.argpartition(squares, count - 1, axis=1)[:, :count]
    rows = np.repeat(np.arange(len(points)), count)
    found = squares[rows, nearest.ravel()]
    width = bandwidth**2 or float(np.median(found)) or 1.0
    near = csr_array((np.exp(-found / width), (rows, nearest.ravel())), shape=squares.shape)
    return near.maximum(near.T)
