"""The kinds within a class: clusters of its aligned sketches and photos, and who is typical of each.

ACCV 2018, section 3.3. Every clustering takes (N, P) points and a seed. Points that it leaves out as noise
join the nearest cluster, as its least typical members; where it finds no cluster at all, all points are one.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN, KMeans, MeanShift, estimate_bandwidth
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from sketchseek.methods.midgrain.affine import Points, squared_distances
from sketchseek.registry import check_name

MOST = 12  # clusters of a class that the automatic count tries
_SAMPLE = 200  # points that the bandwidth of mean shift is judged by, as released, and its starts


@dataclass(frozen=True)
class Clusters:
    """K clusters of N points.

    Attributes:
        centres: (K, P).
        members: (N,) int64, each point's cluster.
        typical: (N,) log p(x | its cluster), but for a constant of the clustering.
    """

    centres: Points
    members: NDArray[np.int64]
    typical: Points

    def shares(self, chosen: NDArray[np.bool_]) -> Points:
        """How likely each of some points of one cluster is drawn: ``typical`` as shares that sum to 1."""
        logs = self.typical[chosen]
        raw = np.exp(logs - logs.max())
        shares: Points = raw / raw.sum()
        return shares


def kmeans(points: Points, seed: int, *, count: int = 5) -> Clusters:
    """A fixed number of clusters, seeded by k-means++; fewer where there are fewer different points."""
    count = min(count, len(np.unique(points, axis=0)))
    found = KMeans(count, init="k-means++", n_init=3, random_state=seed).fit(points)
    return _by_distance(points, found.cluster_centers_, found.labels_)


def gmm(points: Points, seed: int, *, most: int = MOST) -> Clusters:
    """Gaussians with diagonal covariance, as many as the Bayesian information criterion asks for.

    The count grows until the criterion has been worse than its best for two steps (after Roberts et al.,
    "Bayesian Approaches to Gaussian Mixture Modeling", PAMI 1998, as the released code has it).
    p(x | cluster) is the Gaussian's density.
    """
    if len(points) < 2:
        return _one(points)
    best: GaussianMixture | None = None
    lowest, worse = np.inf, 0
    for count in range(1, min(most, len(np.unique(points, axis=0))) + 1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture = GaussianMixture(
                count, covariance_type="diag", tol=1e-4, reg_covar=1e-5, random_state=seed
            )
            score = mixture.fit(points).bic(points)
        best, lowest, worse = (mixture, score, 0) if score < lowest else (best, lowest, worse + 1)
        if worse == 2:
            break
    assert best is not None  # noqa: S101  (one cluster always has a score)
    members = best.predict(points)
    spread = best.covariances_[members]
    apart = (points - best.means_[members]) ** 2 / spread
    return _made(best.means_, members, -0.5 * (apart + np.log(spread)).sum(axis=1))


def mean_shift(points: Points, seed: int) -> Clusters:
    """The peaks of the density that are climbed to from 200 points, by which the bandwidth is judged, too.

    Points, not the bins of a grid: in many dimensions a bin's centre has no point near it.
    """
    width = estimate_bandwidth(points, n_samples=min(_SAMPLE, len(points)), random_state=seed)
    if not width:
        return _one(points)
    chosen = np.random.default_rng(seed).permutation(len(points))[:_SAMPLE]
    found = MeanShift(bandwidth=width, seeds=points[chosen]).fit(points)
    return _by_distance(points, found.cluster_centers_, found.labels_)


def dbscan(points: Points, seed: int, *, radius: float = 0.5, least: int = 5) -> Clusters:
    """Regions of enough neighbours within a radius; the defaults are scikit-learn's."""
    labels = DBSCAN(eps=radius, min_samples=least).fit(points).labels_
    if labels.max() < 0:
        return _one(points)
    centres = np.stack([points[labels == label].mean(axis=0) for label in range(labels.max() + 1)])
    nearest = squared_distances(points, centres).argmin(axis=1)
    return _by_distance(points, centres, np.where(labels < 0, nearest, labels))


CLUSTERINGS: dict[str, Callable[..., Clusters]] = {
    "kmeans": kmeans,
    "gmm": gmm,
    "mean_shift": mean_shift,
    "dbscan": dbscan,
}


def cluster(name: str, points: NDArray[np.floating], seed: int) -> Clusters:
    """Cluster points by the clustering of a name.

    Raises:
        UnknownName: no such clustering.
        ValueError: there is no point.
    """
    check_name(name, CLUSTERINGS, "clustering")
    if not len(points):
        raise ValueError("no points to cluster")
    return CLUSTERINGS[name](points.astype(np.float64), seed)


def with_both(found: Clusters, points: Points, is_photo: NDArray[np.bool_]) -> Clusters:
    """Join clusters of one domain to the nearest that has both, so that each can be drawn from.

    Where no cluster has both domains, all points become one.
    """
    kinds = [set(is_photo[found.members == place].tolist()) for place in range(len(found.centres))]
    whole = np.array([place for place, kind in enumerate(kinds) if len(kind) == 2], np.int64)
    if not len(whole):
        return _one(points)
    if len(whole) == len(found.centres):
        return found
    aim = squared_distances(found.centres, found.centres[whole]).argmin(axis=1)
    members = aim[found.members]
    centres = np.stack([points[members == place].mean(axis=0) for place in range(len(whole))])
    return _by_distance(points, centres, members)


def _one(points: Points) -> Clusters:
    return _by_distance(points, points.mean(axis=0, keepdims=True), np.zeros(len(points), np.int64))


def _by_distance(points: Points, centres: Points, members: NDArray[np.int64]) -> Clusters:
    """p(x | cluster) falls with the distance from its centre, as exp(-d)."""
    return _made(centres, members, -np.linalg.norm(points - centres[members], axis=1))


def _made(centres: Points, members: NDArray[np.int64], typical: Points) -> Clusters:
    """The clusters that hold a point."""
    held, places = np.unique(members, return_inverse=True)
    return Clusters(np.asarray(centres, np.float64)[held], places.astype(np.int64), typical)
