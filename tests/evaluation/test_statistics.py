"""Intervals and tests: by hand, against enumeration and scipy, and how often they err."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sketchseek.evaluation.statistics import holm, interval, paired_test

RNG = np.random.default_rng(11)


def test_an_interval_holds_the_mean_and_is_repeatable() -> None:
    values = RNG.random(300)
    found = interval(values)
    assert found.low < values.mean() < found.high
    assert (found.level, found.resamples, found.seed) == (0.95, 10_000, 0)
    assert interval(values) == found
    assert interval(values, seed=1) != found
    assert interval(values, level=0.5).high < found.high


def test_an_interval_of_one_answer_has_no_width() -> None:
    found = interval(np.full(20, 0.25))
    assert (found.low, found.high) == (0.25, 0.25)


def test_an_interval_agrees_with_the_normal_one_and_with_scipy() -> None:
    values = RNG.random(400) ** 2
    found = interval(values)
    error = values.std() / np.sqrt(len(values))
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.1 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.1 * error)
    scipy_stats = pytest.importorskip("scipy.stats")
    theirs = scipy_stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=5000, rng=np.random.default_rng(0)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.15 * error)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(12)
    held = 0
    for _ in range(300):
        found = interval(rng.random(60) ** 2, level=0.9, resamples=400)  # mean of the square: 1/3
        held += found.low <= 1 / 3 <= found.high
    assert 0.85 <= held / 300 <= 0.95


def test_a_paired_test_agrees_with_every_flip_counted() -> None:
    one, other = RNG.random(9), RNG.random(9)
    differences = one - other
    sums = [abs(sum(sign * d for sign, d in zip(signs, differences, strict=True))) for signs in SIGNS]
    exact = sum(found >= abs(differences.sum()) - 1e-12 for found in sums) / len(sums)
    assert paired_test(one, other) == pytest.approx(exact, abs=0.02)
    assert paired_test(other, one) == pytest.approx(exact, abs=0.02)


SIGNS = list(product((1, -1), repeat=9))


def test_a_paired_test_agrees_with_scipy() -> None:
    scipy_stats = pytest.importorskip("scipy.stats")
    one = RNG.random(80)
    other = one + RNG.normal(0.02, 0.1, 80)
    theirs = scipy_stats.permutation_test(
        (one, other),
        lambda x, y, axis: (x - y).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=9999,
        rng=np.random.default_rng(0),
    )
    assert paired_test(one, other) == pytest.approx(theirs.pvalue, abs=0.02)


def test_pairing_sees_what_means_alone_do_not() -> None:
    one = RNG.random(100)
    assert paired_test(one, one) == 1.0
    assert paired_test(one, one - 0.001) == pytest.approx(1 / 10_001)  # small, but on every query
    assert paired_test(one, RNG.permutation(one)) > 0.05


def test_systems_that_are_alike_differ_as_rarely_as_promised() -> None:
    rng = np.random.default_rng(13)
    called = sum(paired_test(rng.random(30), rng.random(30), resamples=300) < 0.05 for _ in range(400))
    assert 0.02 <= called / 400 <= 0.085


def test_holm_by_hand() -> None:
    # Ordered 0.01, 0.02, 0.03, 0.4, times 4, 3, 2, 1; the third would be 0.06 = 0.03 * 2.
    assert holm([0.03, 0.01, 0.4, 0.02]) == pytest.approx([0.06, 0.04, 0.4, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.04, 0.03]) == pytest.approx([0.06, 0.06])  # never below the one before
    assert holm([]) == []


@pytest.mark.parametrize(
    ("values", "level"), [(np.empty(0), 0.95), (np.ones((2, 2)), 0.95), (np.ones(3), 1.0)]
)
def test_an_interval_of_nothing_is_refused(values: np.ndarray, level: float) -> None:
    with pytest.raises(ValueError, match="an interval needs"):
        interval(values, level=level)


def test_values_of_other_queries_are_refused() -> None:
    with pytest.raises(ValueError, match="must be equal"):
        paired_test(np.ones(3), np.ones(4))
