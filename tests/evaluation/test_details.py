"""What a report draws: curves by hand and by definition, confusions, planes, examples."""

from __future__ import annotations

import numpy as np
import pytest
from evaluation_toy import ToyEncoder

from sketchseek.data import Dataset
from sketchseek.evaluation.benchmarks import Benchmark
from sketchseek.evaluation.details import LEVELS, curves, examples, plane
from sketchseek.evaluation.metrics import judge
from sketchseek.evaluation.run import evaluate


def test_a_curve_by_hand() -> None:
    # Right at ranks 2 and 5 of five: precision 1/2 and 2/5, so 1/2 up to recall 1/2, then 2/5.
    judged = judge(-np.arange(5.0)[None], np.array([[False, True, False, False, True]]))
    (curve,) = curves(judged)
    assert curve == pytest.approx([1 / 2 if level <= 0.5 else 2 / 5 for level in LEVELS])


def test_curves_agree_with_their_definition() -> None:
    rng = np.random.default_rng(3)
    scores, relevance = rng.permuted(np.tile(np.arange(40.0), (60, 1)), axis=1), rng.random((60, 40)) < 0.3
    relevance[:, 0] = True
    found = curves(judge(scores, relevance))
    for row, (score, right) in enumerate(zip(scores, relevance, strict=True)):
        hits = right[np.argsort(-score)]
        points = [(hits[:n].sum() / hits.sum(), hits[:n].sum() / n) for n in range(1, 41)]
        expected = [max(p for r, p in points if r >= level - 1e-12) for level in LEVELS]
        assert found[row] == pytest.approx(expected)
    assert (np.diff(found, axis=1) <= 1e-12).all()


def test_details_of_a_result(encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset) -> None:
    result = evaluate(encoder, benchmark, dataset=dataset)
    details = result.details
    # Five queries find all three of three first; the sixth finds them behind three others.
    assert details.curve == pytest.approx([(5 + 1 / 2) / 6] * 21, abs=1e-6)
    assert details.confusion == {"bar": {"bar": 3}, "pole": {"pole": 2, "bar": 1}}
    assert {example.place for example in details.examples} == {"best", "median"}  # six queries, four each
    assert [example.value for example in details.examples] == [1, 1, 1, 1, 1, 0.5]
    assert {example.label for example in details.examples[:2]} == {"bar", "pole"}
    wrong = details.examples[-1]
    assert (wrong.query, wrong.hits) == ("sketch/pole/test2-1", [False] * 3 + [True] * 3)
    assert wrong.labels == ["bar"] * 3 + ["pole"] * 3


def test_the_worst_come_last(encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset) -> None:
    result = evaluate(encoder, benchmark, dataset=dataset)
    queries = result.trial.queries * 5
    trial = type(result.trial)(benchmark, dataset, queries, result.trial.gallery)
    values = np.arange(30.0)
    ranking = type(result.ranking)(
        [q.id for q in queries],
        result.ranking.gallery,
        np.tile(result.ranking.items, (5, 1)),
        np.tile(result.ranking.scores, (5, 1)),
    )
    found = examples(trial, values, ranking)
    assert [example.place for example in found] == ["best"] * 4 + ["median"] * 4 + ["worst"] * 4
    assert found[0].value == 29
    assert {example.value for example in found[4:8]} <= set(range(10, 20))
    assert found[8].value == 0


def test_a_plane_keeps_what_varies(benchmark: Benchmark, dataset: Dataset, encoder: ToyEncoder) -> None:
    trial = evaluate(encoder, benchmark, dataset=dataset).trial
    rng = np.random.default_rng(0)
    place = np.array([[5.0, 0, 0], [-5.0, 0, 0]])
    noise = rng.normal(0, [0.1, 1, 0.01], (12, 3))
    sketches = place[[int(item.label == "pole") for item in trial.queries]] + noise[:6]
    photos = place[[int(item.label == "pole") for item in trial.gallery]] + noise[6:]
    found = plane(trial, sketches.astype(np.float32), photos.astype(np.float32))
    assert found.shares[0] > 0.9
    assert sum(found.shares) == pytest.approx(1, abs=0.01)
    for domain in ("sketch", "photo"):
        centres = found.centres[domain]
        assert abs(centres["bar"][0] - centres["pole"][0]) == pytest.approx(10, abs=0.5)
        assert len(found.points[domain]) == 6
