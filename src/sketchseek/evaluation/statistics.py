"""How sure a figure is: intervals of means over queries, and paired tests between systems.

Both look at queries as a sample of such queries. They say nothing about another training seed, another
gallery or other classes: for those, train, search or draw again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

RESAMPLES = 10_000
_BLOCK = 1 << 16  # random numbers drawn at a time: they stay in the cache


@dataclass(frozen=True)
class Interval:
    """A mean's confidence interval and how it was found.

    Attributes:
        low: lower end.
        high: upper end.
        level: share of such intervals that hold the true mean, about.
        resamples: how many samples were drawn.
        seed: of the random numbers.
    """

    low: float
    high: float
    level: float
    resamples: int
    seed: int


def interval(values: Values, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0) -> Interval:
    """Percentile bootstrap interval of the mean of per-query values, queries drawn with replacement.

    Efron and Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3.

    Args:
        values: (Q,) one value a query, Q at least 1.
        level: in 0..1.
        resamples: samples of Q queries.
        seed: equal seeds give equal intervals.

    Raises:
        ValueError: there are no values, or the level is not between 0 and 1.
    """
    if values.ndim != 1 or not len(values) or not 0 < level < 1:
        raise ValueError(f"an interval needs (Q,) values and a level in 0..1, got {values.shape} and {level}")
    rng = np.random.default_rng(seed)
    total = len(values)
    means = np.concatenate(
        [
            values[rng.integers(0, total, (some, total), dtype=np.int32)].mean(axis=1)
            for some in _blocks(resamples, total)
        ]
    )
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level, resamples, seed)


def paired_test(one: Values, other: Values, *, resamples: int = RESAMPLES, seed: int = 0) -> float:
    """Two-sided p-value that two systems are alike on the same queries, by random flips of sign.

    If they are alike, each query's difference might as well have had the other sign. p is the share of flips,
    the observed one counted among them, whose mean difference is at least as large as the observed; its least
    value is 1 / (resamples + 1). Fisher's randomisation test; for retrieval: Smucker, Allan and Carterette,
    CIKM 2007.

    Args:
        one: (Q,) values of one system.
        other: (Q,) values of the other, same queries in the same order.
        resamples: random flips.
        seed: equal seeds give equal p-values.

    Raises:
        ValueError: the shapes differ or are not (Q,) with Q at least 1.
    """
    if one.shape != other.shape or one.ndim != 1 or not len(one):
        raise ValueError(f"values {one.shape} and {other.shape} must be equal (Q,), Q > 0")
    differences = one - other
    total = differences.sum()
    rng = np.random.default_rng(seed)
    least = abs(total) - 1e-9 * np.abs(differences).sum()  # equal sums differ by rounding
    reached = 0
    for some in _blocks(resamples, len(one)):
        kept = rng.integers(0, 2, (some, len(one)), dtype=np.int8) @ differences
        reached += int(np.count_nonzero(np.abs(2 * kept - total) >= least))
    return (reached + 1) / (resamples + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values of several tests, adjusted so that p < α errs anywhere among them with probability below α.

    Holm's step-down procedure: the i-th smallest of m is multiplied by m - i + 1, never below the one before,
    at most 1. Holm, Scandinavian Journal of Statistics 6, 1979.

    Args:
        p_values: in 0..1; the adjusted ones come in the same order.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for done, place in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, p_values[place] * (len(p_values) - done)))
        adjusted[place] = largest
    return adjusted


def _blocks(resamples: int, size: int) -> Iterator[int]:
    """How many resamples at a time, so that a block's numbers fit."""
    step = max(1, _BLOCK // size)
    return (min(step, resamples - start) for start in range(0, resamples, step))
