"""Affine maps of embeddings: what every alignment gives, and what several of them need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Pairs = NDArray[np.int64]
Float = TypeVar("Float", np.float32, np.float64)

_SINGULAR = 1e-2  # singular values of a map below this share of the largest are not turned round
NO_PAIRS: Pairs = np.empty((0, 2), np.int64)


@dataclass(frozen=True)
class Affine:
    """x -> x A + b.

    Attributes:
        matrix: A, (P, d).
        offset: b, (d,).
    """

    matrix: Points
    offset: Points

    def __call__(self, points: NDArray[np.floating]) -> Points:
        """(N, P) -> (N, d)."""
        return np.asarray(points @ self.matrix + self.offset, np.float64)

    def back(self, points: NDArray[np.floating], around: NDArray[np.floating]) -> Points:
        """Points that are mapped to these: (N, d) -> (N, P); of many, those nearest to ``around``, (P,).

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


def towards(given: Points, wanted: Points, weights: Points, ridge: float) -> Affine:
    """The affine map near the identity from ``given`` to ``wanted``, rows weighted."""
    dim = given.shape[1]
    total = weights.sum()
    if not total:
        return Affine.identity(dim)
    share = (weights / total)[:, None]
    centre, aim = (share * given).sum(axis=0), (share * wanted).sum(axis=0)
    centred, near = given - centre, ridge * np.eye(dim)
    heavy = (share * centred).T
    matrix = np.linalg.solve(heavy @ centred + near, heavy @ (wanted - aim) + near)
    return Affine(matrix, aim - centre @ matrix)


def squared_distances(ones: NDArray[Float], others: NDArray[Float]) -> NDArray[Float]:
    """(N, P), (M, P) -> (N, M) squared Euclidean distances, by one matrix product."""
    product: NDArray[Float] = -2 * ones @ others.T
    product += (ones**2).sum(axis=1)[:, None]
    product += (others**2).sum(axis=1)
    np.maximum(product, 0.0, out=product)
    return product
