"""Large benchmarks: memory is bounded by a block of scores, and figures are those of the whole matrix."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from sketchseek.data import Dataset, Item
from sketchseek.evaluation import run
from sketchseek.evaluation.benchmarks import Benchmark
from sketchseek.evaluation.metrics import metrics
from sketchseek.evaluation.run import judge_all
from sketchseek.evaluation.trial import Trial

QUERIES, GALLERY, CLASSES = 300, 20_000, 50
NAMES = ("map@all", "map@100:hits", "p@10", "p@100:relevant", "acc@1")


@pytest.fixture
def trial(benchmark: Benchmark, dataset: Dataset) -> Trial:
    sides = [
        tuple(Item(f"{domain}/{n}", domain, str(n % CLASSES)) for n in range(count))
        for domain, count in (("sketch", QUERIES), ("photo", GALLERY))
    ]
    return Trial(benchmark, replace(dataset, items=(*sides[0], *sides[1])), *sides)


def scores_of(trial: Trial, block: slice) -> np.ndarray:
    """Whole numbers, so that ties abound, the same whatever the block."""
    rows = np.arange(len(trial.queries))[block, None]
    return ((rows * 7919 + np.arange(len(trial.gallery)) * 104_729) % 997).astype(np.float32)


def test_memory_is_bounded_by_the_block(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BLOCK", 1 << 18)
    trial.missing()  # the codes of labels are made once and kept
    wanted = metrics(NAMES)
    tracemalloc.start()
    try:
        judged = judge_all(trial, wanted, lambda block: scores_of(trial, block), lambda _: None)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * 2**20, f"{peak / 2**20:.1f} MiB; all scores are {QUERIES * GALLERY * 4 / 2**20:.1f}"
    some = slice(117, 120)
    for metric in wanted:
        expected = metric(scores_of(trial, some), trial.relevance(some))
        np.testing.assert_array_equal(judged.values[metric.name][some], expected)
    best = np.argsort(-scores_of(trial, some), axis=1, kind="stable")[:, :10]
    np.testing.assert_array_equal(judged.ranking.items[some], best)
