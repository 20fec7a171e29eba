"""Who is drawn with whom: pools of one kind of one class, and the nearest pool of another class.

ACCV 2018, section 3.4. A class is drawn evenly, one of its pools by its size, a sketch and a photo of the
pool by how typical they are of it, and a photo of the nearest impostor: the pool of another class with the
nearest centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sketchseek.errors import BadDataset
from sketchseek.methods.midgrain.affine import NO_PAIRS, Alignment, Pairs, Points, squared_distances
from sketchseek.methods.midgrain.alignment import align
from sketchseek.methods.midgrain.clusters import Clusters, cluster, with_both

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """The members of one cluster.

    Attributes:
        label: its class, as a number.
        sketches: positions of its sketches.
        photos: positions of its photos.
        typical: p(x | cluster) of the sketches, then of the photos, each summing to 1.
    """

    label: int
    sketches: Positions
    photos: Positions
    typical: tuple[Points, Points]

    @property
    def size(self) -> int:
        """How many sketches and photos it has."""
        return len(self.sketches) + len(self.photos)


@dataclass(frozen=True)
class Pools:
    """All pools of a training set.

    Attributes:
        pools: K of them, by class.
        centres: (K, P) where photos live.
        impostors: (K,) the nearest pool of another class.
        variance: mean squared distance of items from the centre of their pool.
    """

    pools: tuple[Pool, ...]
    centres: Points
    impostors: Positions
    variance: float

    @cached_property
    def labels(self) -> Positions:
        """(K,) the pools' classes."""
        return np.array([pool.label for pool in self.pools], np.int64)

    @cached_property
    def _by_class(self) -> list[tuple[Positions, Points]]:
        """For each class its pools by position, and how likely each is drawn, summing to 1."""
        sizes = np.array([pool.size for pool in self.pools], np.float64)
        places = [np.flatnonzero(self.labels == label) for label in np.unique(self.labels)]
        return [(mine, sizes[mine] / sizes[mine].sum()) for mine in places]

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Positions, Positions]:
        """(n, 3) triplets of sketch, positive and negative photo, and (n, 2) the pools they are of."""
        triplets, homes = np.empty((count, 3), np.int64), np.empty((count, 2), np.int64)
        for row in range(count):
            mine, chances = self._by_class[rng.integers(len(self._by_class))]
            home = mine[rng.choice(len(mine), p=chances)]
            away = self.impostors[home]
            own, other = self.pools[home], self.pools[away]
            triplets[row] = (
                rng.choice(own.sketches, p=own.typical[0]),
                rng.choice(own.photos, p=own.typical[1]),
                rng.choice(other.photos, p=other.typical[1]),
            )
            homes[row] = home, away
        return triplets, homes


@dataclass(frozen=True)
class How:
    """How the kinds within a class are found.

    Attributes:
        alignment: a name in `ALIGNMENTS`.
        clustering: a name in `CLUSTERINGS`.
        directions: at most so many, the leading ones of the aligned class, are clustered in. A class with
            fewer items than an embedding has numbers shows no kinds in all of them at once: a second
            Gaussian never pays for its parameters.
        alpha: weight of pairs against neighbours in the alignment ``manifold``.
        seed: of the clustering.
    """

    alignment: str
    clustering: str
    directions: int = 8
    alpha: float = 2.0
    seed: int = 0


@dataclass(frozen=True)
class Side:
    """One domain of a training set.

    Attributes:
        embeddings: (N, P).
        labels: (N,) classes as numbers.
        instances: N names, equal for a sketch and a photo that are a pair; None: in no pair.
    """

    embeddings: NDArray[np.floating]
    labels: Positions
    instances: tuple[str | None, ...]


def find(sketches: Side, photos: Side, how: How) -> Pools:
    """Align and cluster each class that has both domains, and measure how the pools lie.

    Raises:
        BadDataset: less than two classes have both sketches and photos.
        UnknownName: no such alignment or clustering.
    """
    pools: list[Pool] = []
    centres: list[Points] = []
    squares, count = 0.0, 0
    for label in np.intersect1d(sketches.labels, photos.labels):
        mine = np.flatnonzero(sketches.labels == label), np.flatnonzero(photos.labels == label)
        u = sketches.embeddings[mine[0]].astype(np.float64)
        v = photos.embeddings[mine[1]].astype(np.float64)
        pairs = pairs_of([sketches.instances[n] for n in mine[0]], [photos.instances[n] for n in mine[1]])
        found, aligned, _ = kinds(u, v, pairs, how)
        is_photo = np.arange(len(found.members)) >= len(u)
        home = aligned.photo.back(found.centres, v.mean(axis=0))
        squares += float(((np.concatenate([u, v]) - home[found.members]) ** 2).sum())
        count += len(found.members)
        centres.append(home)
        for place in range(len(found.centres)):
            drawn, shown = ((found.members == place) & (is_photo == side) for side in (False, True))
            pools.append(
                Pool(
                    int(label),
                    mine[0][drawn[: len(u)]],
                    mine[1][shown[len(u) :]],
                    (found.shares(drawn), found.shares(shown)),
                )
            )
    if len(centres) < 2:
        raise BadDataset(f"{len(centres)} classes have both sketches and photos; at least 2 are needed")
    stacked = np.concatenate(centres)
    labels = np.array([pool.label for pool in pools])
    apart = squared_distances(stacked, stacked)
    apart[labels[:, None] == labels[None]] = np.inf
    variance = max(squares / count, float(np.finfo(np.float32).eps))
    return Pools(tuple(pools), stacked, apart.argmin(axis=1).astype(np.int64), variance)


def kinds(sketches: Points, photos: Points, pairs: Pairs, how: How) -> tuple[Clusters, Alignment, Points]:
    """The kinds within one class: its clusters, how it was aligned, and the points that were clustered.

    Args:
        sketches: (S, P).
        photos: (I, P).
        pairs: which belong together, by position.
        how: they are found.

    Returns:
        Clusters of S + I points, sketches first, each with both domains where the class has both, their
        centres in the aligned space (d numbers); the alignment; the points (S + I, k).

    Raises:
        UnknownName: no such alignment or clustering.
    """
    aligned = align(how.alignment, sketches, photos, pairs, alpha=how.alpha, directions=how.directions)
    moved = np.concatenate([aligned.sketch(sketches), aligned.photo(photos)])
    middle = moved.mean(axis=0)
    axes = np.linalg.svd(moved - middle, full_matrices=False)[2][: how.directions]
    points = (moved - middle) @ axes.T
    is_photo = np.arange(len(points)) >= len(sketches)
    found = with_both(cluster(how.clustering, points, how.seed), points, is_photo)
    return replace(found, centres=middle + found.centres @ axes), aligned, points


def pairs_of(sketches: Sequence[str | None], photos: Sequence[str | None]) -> Pairs:
    """Which sketches and photos are pairs, by position: those of one name."""
    place = {name: n for n, name in enumerate(photos) if name}
    found = [(n, place[name]) for n, name in enumerate(sketches) if name in place]
    return np.array(found, np.int64) if found else NO_PAIRS
