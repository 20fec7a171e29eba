"""Bringing a class's sketches and photos together in one space, by a linear map for each domain.

Bui, Ribeiro, Ponti and Collomosse, "Deep Manifold Alignment for Mid-grain Sketch based Image Retrieval",
ACCV 2018, section 3.2. Every alignment takes a class's embeddings, sketches u (S, P) and photos v (I, P), and
the pairs known to belong together, and returns two affine maps into a common space; that of the photos can be
turned round, which carries what is learnt there, such as the centres of clusters, back to where photos live.

    none      both stay where they are: the control
    pca       sketches get the mean and the principal axes of the photos; needs no pairs
    ltm       the linear transform that brings pairs together, held near the identity
    manifold  both move so that pairs meet and neighbours stay neighbours (Wang and Mahadevan, 2011)
    transport pairs are guessed by optimal transport, then as ltm; needs no pairs
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag, eigh
from scipy.sparse import block_array, csr_array

from sketchseek.errors import BadConfig
from sketchseek.registry import check_name

Points = NDArray[np.float64]
Pairs = NDArray[np.int64]

_SINGULAR = 1e-2  # singular values of a map below this share of the largest are not turned round
_EMPTY = 0.5  # of a direction's unit of Z' D Z and ridge, the share that items make up
NO_PAIRS: Pairs = np.empty((0, 2), np.int64)


@dataclass(frozen=True)
class Affine:
    """x -> x A + b.

    Attributes:
        matrix: A, (P, P).
        offset: b, (P,).
    """

    matrix: Points
    offset: Points

    def __call__(self, points: NDArray[np.floating]) -> Points:
        """(N, P) -> (N, P)."""
        return np.asarray(points @ self.matrix + self.offset, np.float64)

    def back(self, points: NDArray[np.floating], around: NDArray[np.floating]) -> Points:
        """Points that are mapped to these: (N, P) -> (N, P); of many, those nearest to ``around``, (P,).

        Directions that A hardly keeps are left at ``around``: a class has fewer items than an embedding has
        numbers, and where none differ, none can say where to go.
        """
        apart = points - self(np.asarray(around))
        return np.asarray(around + apart @ np.linalg.pinv(self.matrix, rcond=_SINGULAR), np.float64)

    @classmethod
    def identity(cls, dim: int) -> Affine:
        """The map that moves nothing."""
        return cls(np.eye(dim), np.zeros(dim))


@dataclass(frozen=True)
class Alignment:
    """Both domains' maps into the common space."""

    sketch: Affine
    photo: Affine


class Align(Protocol):
    """What every alignment is: sketches (S, P), photos (I, P), pairs (M, 2) of positions -> `Alignment`."""

    def __call__(self, sketches: Points, photos: Points, pairs: Pairs) -> Alignment:
        """Align one class."""
        ...


def none(sketches: Points, photos: Points, pairs: Pairs = NO_PAIRS) -> Alignment:
    """Leave both domains where they are."""
    stay = Affine.identity(photos.shape[1])
    return Alignment(stay, stay)


def pca(sketches: Points, photos: Points, pairs: Pairs = NO_PAIRS, *, floor: float = 1e-3) -> Alignment:
    """Give the sketches the mean and the spread of the photos along matched principal axes.

    ``u <- (u - mu_S) E_S S_S^(-1/2) S_I^(1/2) E_I^T + mu_I``: equation 1. Axes are matched by the rank of
    their variance. An axis has no direction of its own; each is turned so that the third moment along it is
    positive, which both domains then share where their distributions are alike. The variances of the sketches
    are floored, so that an axis along which they hardly differ is not blown up.

    Args:
        sketches: (S, P).
        photos: (I, P).
        pairs: not used.
        floor: least variance, as a share of the largest.
    """
    (centre, axes, spread), (aim, aims, width) = _principal(sketches, floor), _principal(photos, floor)
    matrix = axes @ np.diag(np.sqrt(width / spread)) @ aims.T
    return Alignment(Affine(matrix, aim - centre @ matrix), Affine.identity(photos.shape[1]))


def _principal(points: Points, floor: float) -> tuple[Points, Points, Points]:
    """Mean (P,), axes as columns (P, P) by falling variance, variances (P,)."""
    centre = points.mean(axis=0)
    centred = points - centre
    values, axes = np.linalg.eigh(centred.T @ centred / len(points))
    values, axes = values[::-1], axes[:, ::-1]
    skews = ((centred @ axes) ** 3).mean(axis=0)
    signs = np.where(skews < 0, -1.0, 1.0)
    return centre, axes * signs, np.maximum(values, max(floor * values[0], np.finfo(float).tiny))


def ltm(sketches: Points, photos: Points, pairs: Pairs, *, ridge: float = 0.5) -> Alignment:
    """The linear transform of the sketches that brings pairs together, in closed form.

    Minimises ``1/(2M) sum |u_i W + b - v_i|^2 + ridge/2 |W - I|^2`` over W and b: equation 2, b unpenalised.
    With few pairs W stays near the identity; with none nothing moves.

    Args:
        sketches: (S, P).
        photos: (I, P).
        pairs: (M, 2) of sketch and photo by position; an item may be in several.
        ridge: the weight of staying near the identity; 0.5 in the released code.
    """
    weights = np.ones(len(pairs))
    return Alignment(
        _towards(sketches[pairs[:, 0]], photos[pairs[:, 1]], weights, ridge),
        Affine.identity(photos.shape[1]),
    )


def _towards(given: Points, wanted: Points, weights: Points, ridge: float) -> Affine:
    """The affine map near the identity from ``given`` to ``wanted``, rows weighted."""
    dim = given.shape[1]
    total = weights.sum()
    if not total:
        return Affine.identity(dim)
    share = (weights / total)[:, None]
    centre, aim = (share * given).sum(axis=0), (share * wanted).sum(axis=0)
    left = (given - centre).T @ (share * (given - centre)) + ridge * np.eye(dim)
    right = (given - centre).T @ (share * (wanted - aim)) + ridge * np.eye(dim)
    matrix = np.linalg.solve(left, right)
    return Affine(matrix, aim - centre @ matrix)


def manifold(
    sketches: Points,
    photos: Points,
    pairs: Pairs,
    *,
    neighbours: int = 10,
    bandwidth: float = 0.0,
    alpha: float = 2.0,
    ridge: float = 1e-3,
) -> Alignment:
    """Move both domains so that pairs meet and neighbours stay neighbours: equation 3.

    Solves ``Z' L Z f = l Z' D Z f`` for the P smallest eigenvalues. Z = blockdiag(U, V) holds centred
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
    chosen = vectors[:, np.argsort(empty, kind="stable")[:dim]]
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


def squared_distances(ones: Points, others: Points) -> Points:
    """(N, P), (M, P) -> (N, M) squared Euclidean distances, by one matrix product."""
    product = -2 * ones @ others.T
    product += (ones**2).sum(axis=1)[:, None]
    product += (others**2).sum(axis=1)
    return np.maximum(product, 0.0, out=product)


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
    dim = photos.shape[1]
    found = Affine(np.eye(dim), photos.mean(axis=0) - sketches.mean(axis=0))
    for _ in range(rounds):
        plan = sinkhorn(squared_distances(found(sketches), photos), sharpness)
        places = plan @ photos / plan.sum(axis=1, keepdims=True)
        found = _towards(sketches, places, np.ones(len(sketches)), ridge)
    return Alignment(found, Affine.identity(dim))


def sinkhorn(cost: Points, sharpness: float, *, rounds: int = 20) -> Points:
    """The entropic transport plan (S, I) between even weights: rows sum to 1/S, columns nearly to 1/I."""
    nearest = cost.min(axis=1, keepdims=True)  # of each row: no row underflows
    kernel = np.exp(-(cost - nearest) * (sharpness / (float(cost.mean()) or 1.0)))
    rows = np.ones(len(cost))
    for _ in range(rounds):
        columns = 1 / (cost.shape[1] * np.maximum(rows @ kernel, np.finfo(float).tiny))
        rows = 1 / (len(cost) * (kernel @ columns))
    plan: Points = rows[:, None] * kernel * columns
    return plan


ALIGNMENTS: dict[str, Callable[..., Alignment]] = {
    "none": none,
    "pca": pca,
    "ltm": ltm,
    "manifold": manifold,
    "transport": transport,
}
NEED_PAIRS = ("ltm", "manifold")


def align(name: str, sketches: NDArray[np.floating], photos: NDArray[np.floating], pairs: Pairs) -> Alignment:
    """Align one class by the alignment of a name.

    A class with less than two sketches or photos, or without the pairs that are needed, is left as it is.

    Args:
        name: of `ALIGNMENTS`.
        sketches: (S, P).
        photos: (I, P).
        pairs: (M, 2) of sketch and photo by position.

    Raises:
        UnknownName: no such alignment.
        BadConfig: the embeddings of the two domains differ in length.
    """
    check_name(name, ALIGNMENTS, "alignment")
    if sketches.shape[1] != photos.shape[1]:
        raise BadConfig(
            f"sketch embeddings of {sketches.shape[1]} numbers cannot be aligned with {photos.shape[1]}"
        )
    u, v = sketches.astype(np.float64), photos.astype(np.float64)
    if min(len(u), len(v)) < 2 or (name in NEED_PAIRS and not len(pairs)):
        return none(u, v)
    return ALIGNMENTS[name](u, v, pairs)
