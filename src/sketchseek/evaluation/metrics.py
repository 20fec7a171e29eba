"""Retrieval metrics under names that say which definition they are.

A metric maps one query's scores over a gallery, and what is relevant to it, to a number in 0..1, higher
better:

    map@all               step-wise average precision over the whole ranking
    map@all:interpolated  the same under the interpolated precision curve
    map@K                 average precision of the first K, normaliser min(K, relevant items)
    map@K:hits            average precision of the first K, normaliser relevant items among them
    map@K:interpolated    interpolated, first K, normaliser min(K, relevant items)
    p@K                   share of relevant items among the first min(K, gallery)
    p@K:relevant          share of relevant items among the first min(K, relevant items)
    acc@K                 1 if a relevant item is among the first K, else 0
    rank-percentile       where the best relevant item stands: 1 first of the gallery, 0 last

Ties. No metric depends on the order in which a gallery is stored. Where a ranking is cut at K, equal scores
count against the system: irrelevant items stand before relevant ones. Inside the part that is scored, the
step-wise metrics take items of equal score as one threshold, as scikit-learn does. So ``map@G`` over a
gallery of G items equals ``map@all``, and a model that scores everything alike never looks good.

The published systems' own code was read for the definitions; `docs/metrics.md` says who uses which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sketchseek.errors import BadConfig
from sketchseek.registry import check_name

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Q rankings of a gallery of G items, reduced to what metrics need: where the relevant items stand.

    Attributes:
        ranks: (Q, R) int64, from 1, ascending, ties against; a query with fewer than R relevant items has
            ranks beyond the gallery in their place.
        ends: (Q, R) bool, whether it is the last relevant item of its score.
        relevant: (Q,) int64, how many of the gallery are relevant, at least 1.
        size: how many ranks count: G, or where the rankings were cut.
    """

    ranks: NDArray[np.int64]
    ends: NDArray[np.bool_]
    relevant: NDArray[np.int64]
    size: int

    @property
    def hits(self) -> NDArray[np.bool_]:
        """(Q, R) bool, whether the relevant item is among the ranks that count."""
        return self.ranks <= self.size

    def cut(self, k: int) -> Judged:
        """The first ``k`` ranks; ``relevant`` still counts the whole gallery."""
        k = min(k, self.size)
        ranks, ends = self.ranks[:, :k], self.ends[:, :k].copy()
        ends[:, -1] = True
        ends[:, :-1] |= ranks[:, 1:] > k
        return Judged(ranks, ends, self.relevant, k)


def judge(scores: NDArray[np.floating], relevance: NDArray[np.bool_]) -> Judged:
    """Find the ranks of relevant items by descending score, ties against.

    Args:
        scores: (Q, G) floating, higher is better.
        relevance: (Q, G) bool.

    Raises:
        ValueError: the shapes differ, a score is not a number, or a query has no relevant item (where average
            precision is undefined, and a silent zero would be averaged in).
    """
    if scores.shape != relevance.shape or scores.ndim != 2 or not scores.shape[1]:
        raise ValueError(f"scores {scores.shape} and relevance {relevance.shape} must be equal (Q, G), G > 0")
    if np.isnan(scores).any():
        raise ValueError("scores hold NaN: such items have no rank")
    relevant = np.count_nonzero(relevance, axis=1).astype(np.int64)
    if not relevant.all():
        raise ValueError(f"query {int(np.argmin(relevant))} has no relevant item in the gallery")
    size = scores.shape[1]
    ranks = np.full((len(scores), relevant.max(initial=0)), size + 1, np.int64)
    ends = np.zeros(ranks.shape, bool)
    for row, count in enumerate(relevant.tolist()):
        # Sorting values is several times faster than sorting positions, and tells the relevant ones' ranks.
        right = np.sort(scores[row, relevance[row]])
        below = np.searchsorted(np.sort(scores[row]), right) - np.searchsorted(right, right)  # irrelevant
        ranks[row, :count] = (size - np.arange(count) - below)[::-1]
        ends[row, :count] = np.append(True, right[1:] != right[:-1])[::-1]
    return Judged(ranks, ends, relevant, size)


def best_ranks(judged: Judged) -> NDArray[np.int64]:
    """(Q,) the rank of the best relevant item, from 1, ties against.

    It is 1 + the number of irrelevant items that score at least as high: with one relevant item the number of
    distances up to and including the true one, as the QMUL line counts.
    """
    return judged.ranks[:, 0]


@dataclass(frozen=True)
class Metric:
    """One metric by its whole name, with the formula in words and the systems that report it."""

    name: str
    k: int | None  # the cut, None for the whole ranking
    formula: str
    used_by: str
    compute: Callable[[Judged], Values]  # rankings, already cut at k, to (Q,) values

    def of(self, judged: Judged) -> Values:
        """(Q,) values of rankings that have been judged over their whole galleries."""
        return self.compute(judged if self.k is None else judged.cut(self.k))

    def __call__(self, scores: NDArray[np.floating], relevance: NDArray[np.bool_]) -> Values:
        """(Q,) values for (Q, G) scores and relevance; one query may be given as (G,) and (G,).

        Raises:
            ValueError: as `judge`.
        """
        return self.of(judge(np.atleast_2d(scores), np.atleast_2d(relevance)))


def measure(
    metrics: Sequence[Metric], scores: NDArray[np.floating], relevance: NDArray[np.bool_]
) -> dict[str, Values]:
    """Per-query values (Q,) of several metrics by name, ordering the gallery once.

    Raises:
        ValueError: as `judge`.
    """
    judged = judge(scores, relevance)
    return {metric.name: metric.of(judged) for metric in metrics}


def class_means(values: Values, classes: Sequence[str]) -> dict[str, float]:
    """The mean of (Q,) values per class of query, classes in alphabetical order."""
    names, index = np.unique(np.asarray(classes), return_inverse=True)
    means = np.bincount(index, weights=values) / np.bincount(index)
    return {str(name): float(mean) for name, mean in zip(names, means, strict=True)}


# -- definitions -------------------------------------------------------------------------------------------


def _precision(judged: Judged) -> Values:
    """(Q, R) precision at each relevant item; 0 beyond the ranks that count."""
    found = np.arange(1, judged.ranks.shape[1] + 1)
    precision: Values = np.where(judged.hits, found / judged.ranks, 0.0)
    return precision


def _stepwise(judged: Judged) -> Values:
    """Sum over hits of the precision at the last item of the same score, not yet normalised."""
    places = np.arange(judged.ranks.shape[1])
    later = np.where(judged.ends, places, places[-1])
    last = np.minimum.accumulate(later[:, ::-1], axis=1)[:, ::-1]
    total: Values = (np.take_along_axis(_precision(judged), last, axis=1) * judged.hits).sum(axis=1)
    return total


def envelope(judged: Judged) -> Values:
    """(Q, R) the interpolated curve: the best precision at each relevant item or a later one.

    The best precision of a group of equal scores is that at its end, so ties need no rule of their own.
    """
    best: Values = np.maximum.accumulate(_precision(judged)[:, ::-1], axis=1)[:, ::-1]
    return best


def _interpolated(judged: Judged) -> Values:
    """Sum over hits of the best precision at this rank or later, not yet normalised."""
    total: Values = (envelope(judged) * judged.hits).sum(axis=1)
    return total


def _found(judged: Judged) -> Values:
    """(Q,) how many hits there are."""
    counts: Values = np.count_nonzero(judged.hits, axis=1).astype(np.float64)
    return counts


def _map(judged: Judged) -> Values:
    return _stepwise(judged) / judged.relevant


def _map_interpolated(judged: Judged) -> Values:
    return _interpolated(judged) / judged.relevant


def _map_k(judged: Judged) -> Values:
    return _stepwise(judged) / np.minimum(judged.size, judged.relevant)


def _map_k_hits(judged: Judged) -> Values:
    return _stepwise(judged) / np.maximum(_found(judged), 1.0)


def _map_k_interpolated(judged: Judged) -> Values:
    return _interpolated(judged) / np.minimum(judged.size, judged.relevant)


def _p_k(judged: Judged) -> Values:
    return _found(judged) / judged.size


def _p_k_relevant(judged: Judged) -> Values:
    cut: Values = np.minimum(judged.size, judged.relevant).astype(np.float64)
    within: Values = np.count_nonzero(judged.ranks <= cut[:, None], axis=1) / cut
    return within


def _acc_k(judged: Judged) -> Values:
    return np.minimum(_found(judged), 1.0)


def _rank_percentile(judged: Judged) -> Values:
    last = judged.size - 1
    return (judged.size - best_ranks(judged)) / last if last else np.ones(len(judged.ranks))


# name -> (definition, formula in words, who reports it). K stands for a whole number.
FAMILIES: dict[str, tuple[Callable[[Judged], Values], str, str]] = {
    "map@all": (
        _map,
        "Σ (R_n - R_{n-1}) P_n over the distinct scores of the whole ranking, equal scores one threshold",
        "Doodle2Search, SEM-PCYC (scikit-learn's average_precision_score); Sketch_LVM",
    ),
    "map@all:interpolated": (
        _map_interpolated,
        "Σ (R_n - R_{n-1}) max_{m ≥ n} P_m over the whole ranking; never below map@all",
        "SAKE, ZSE-SBIR",
    ),
    "map@K": (
        _map_k,
        "Σ of the precision at each relevant item among the first K, over min(K, relevant items)",
        "the textbook form; ZSE-SBIR's alternative",
    ),
    "map@K:hits": (
        _map_k_hits,
        "Σ of the precision at each relevant item among the first K, over their number; 0 if there are none",
        "SEM-PCYC's mAP@200, the dual-stage framework's MAP@100",
    ),
    "map@K:interpolated": (
        _map_k_interpolated,
        "Σ of max precision at this rank or later within the first K, over min(K, relevant items)",
        "ZSE-SBIR's mAP@200, an option of SAKE",
    ),
    "p@K": (
        _p_k,
        "relevant items among the first min(K, gallery), over min(K, gallery)",
        "SAKE, SEM-PCYC",
    ),
    "p@K:relevant": (
        _p_k_relevant,
        "relevant items among the first min(K, relevant items), over min(K, relevant items)",
        "ZSE-SBIR's Prec@100 and Prec@200",
    ),
    "acc@K": (
        _acc_k,
        "1 if fewer than K irrelevant items score at least as high as the best relevant one, else 0",
        "the QMUL line (Triplet-SN to Cross-Modal Hierarchical Modelling)",
    ),
    "rank-percentile": (
        _rank_percentile,
        "(G - r) / (G - 1), r the rank of the best relevant item among G, ties against; 1 if G is 1",
        "Bhunia et al., Sketch Less for More (CVPR 2020), for unfinished sketches",
    ),
}


def metric(name: str) -> Metric:
    """The metric of a name such as ``map@all`` or ``p@100``.

    Raises:
        UnknownName: no such metric; the message names the nearest.
        BadConfig: K is zero or has leading zeros.
    """
    match = re.search(r"@(\d+)", name)
    k = match.group(1) if match else "K"
    known = {family.replace("@K", f"@{k}"): family for family in FAMILIES}
    family = known[check_name(name, known, "metric")]
    if family == name and "@K" in name:
        raise BadConfig(f"metric {name!r} needs a number for K: {name.replace('@K', '@100')!r}, for example")
    if k.startswith("0"):
        raise BadConfig(f"metric {name!r}: K is a whole number from 1, written without leading zeros")
    compute, formula, used_by = FAMILIES[family]
    return Metric(name, int(k) if "@K" in family else None, formula, used_by, compute)


def metrics(names: Iterable[str]) -> tuple[Metric, ...]:
    """The metrics of several names.

    Raises:
        UnknownName, BadConfig: as `metric`.
    """
    return tuple(metric(name) for name in names)
