"""Unfinished sketches: areas by hand, against the curve's own sum, at their bounds. What coarse ones keep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sketchseek.errors import BadBenchmark, BadSketch
from sketchseek.evaluation.benchmarks import benchmark, parse
from sketchseek.evaluation.metrics import metric
from sketchseek.evaluation.partial import coarse, coarser, m_at_a, m_at_b, prefix_ranks
from sketchseek.evaluation.trial import prepare
from sketchseek.sketch import Sketch


def test_areas_by_hand() -> None:
    ranks = np.array([[5, 3, 1], [2, 2, 2]])
    assert m_at_a(ranks, 5) == pytest.approx([(0 + 2 / 4 + 1) / 3, 3 / 4])
    assert m_at_b(ranks) == pytest.approx([(1 / 5 + 1 / 3 + 1) / 3, 1 / 2])


def test_ranks_by_hand() -> None:
    # Three photos, the second is right; it is last, then ties with the first, then stands alone.
    scores = np.array([[[0.9, 0.1, 0.5], [0.6, 0.6, 0.2], [0.1, 0.8, 0.2]]])
    relevance = np.array([[False, True, False]])
    ranks = prefix_ranks(scores, relevance)
    assert ranks.tolist() == [[3, 2, 1]]
    assert m_at_a(ranks, 3) == pytest.approx([(0 + 1 / 2 + 1) / 3])
    assert m_at_b(ranks) == pytest.approx([(1 / 3 + 1 / 2 + 1) / 3])


def test_ranks_count_distances_up_to_the_true_one() -> None:
    rng = np.random.default_rng(7)
    distances = rng.integers(0, 6, (200, 8, 12)) / 4  # few levels: many ties
    true = rng.integers(0, 12, 200)
    expected = [
        [sum(step[other] <= step[place] for other in range(12)) for step in sketch]
        for sketch, place in zip(distances, true, strict=True)
    ]
    ranks = prefix_ranks(-distances, np.arange(12) == true[:, None])
    np.testing.assert_array_equal(ranks, expected)
    areas = [np.mean([(12 - rank) / 11 for rank in row]) for row in expected]
    np.testing.assert_allclose(m_at_a(ranks, 12), areas)
    np.testing.assert_allclose(m_at_b(ranks), [np.mean([1 / rank for rank in row]) for row in expected])


def test_one_prefix_is_the_metric_of_the_whole_sketch() -> None:
    rng = np.random.default_rng(8)
    scores, relevance = rng.random((50, 20)), rng.random((50, 20)) < 0.2
    relevance[:, 0] = True
    ranks = prefix_ranks(scores[:, None], relevance)
    np.testing.assert_allclose(m_at_a(ranks, 20), metric("rank-percentile")(scores, relevance))


@pytest.mark.parametrize(
    ("ranks", "gallery", "message"),
    [
        ([[1, 2]], 1, "at least 2 photos"),
        ([[1, 4]], 3, r"1\.\.3, got 1\.\.4"),
        ([[0, 1]], 3, "must lie in"),
        ([1, 2], 3, r"must be \(Q, P\)"),
    ],
)
def test_ranks_that_cannot_be_are_refused(ranks: list[object], gallery: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        m_at_a(np.array(ranks), gallery)


def test_shapes_and_ranks_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(Q, P, G\)"):
        prefix_ranks(np.zeros((2, 3, 4)), np.ones((2, 5), bool))
    with pytest.raises(ValueError, match="must lie in"):
        m_at_b(np.array([[0, 1]]))


def line(length: float, y: float) -> NDArray[np.float32]:
    return np.array([[0, y], [length / 2, y], [length, y]], np.float32)


def test_coarse_sketches_keep_their_longest_strokes_in_order() -> None:
    sketch = Sketch((line(10, 0), line(40, 1), line(5, 2), line(30, 3), line(15, 4)))

    def left(share: float) -> list[float]:
        return [float(stroke[0, 1]) for stroke in coarse(sketch, share).strokes]

    assert left(1) == [0, 1, 2, 3, 4]
    assert left(0.95) == [0, 1, 3, 4]
    assert left(0.86) == [0, 1, 3, 4]
    assert left(0.85) == [1, 3, 4]
    assert left(0.7) == [1, 3]
    assert left(0.01) == [1]


def test_dots_stay_and_pictures_are_refused() -> None:
    dots = Sketch((np.zeros((1, 2), np.float32), np.ones((1, 2), np.float32)))
    assert coarse(dots, 0.5) is dots
    with pytest.raises(BadSketch, match="single strokes"):
        coarse(Sketch((), np.zeros((4, 4), np.uint8)), 0.5)


def test_a_coarse_benchmark_asks_coarse_sketches() -> None:
    asked = prepare(replace(benchmark("synthetic/instance"), detail=0.5))
    whole = prepare(benchmark("synthetic/instance"))
    assert asked.benchmark.digest != whole.benchmark.digest
    for item in asked.queries[:20]:
        few, wanted = asked.dataset.sketch(item).strokes, coarse(whole.dataset.sketch(item), 0.5).strokes
        assert len(few) == len(wanted)
        assert all(np.array_equal(one, other) for one, other in zip(few, wanted, strict=True))
    less, all_ = (
        sum(len(trial.dataset.sketch(item).strokes) for item in trial.queries[:60])
        for trial in (asked, whole)
    )
    assert less < 0.8 * all_
    assert coarser(whole.dataset, 0.5).photos == whole.dataset.photos


@pytest.mark.parametrize("detail", [0, -1, 1.5])
def test_a_share_out_of_range_is_refused(detail: float) -> None:
    words = dict.fromkeys(("title", "description", "dataset"), "")
    rules = {"queries": {}, "gallery": {}, "relevance": "class", "metrics": ["map@all"], "unseen": "photos"}
    with pytest.raises(BadBenchmark, match="a share above 0 and at most 1 is wanted"):
        parse("mine", words | rules | {"detail": detail})
