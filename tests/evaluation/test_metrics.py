"""Metrics: by hand, against other implementations, against definitions read aloud; where namesakes differ."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sketchseek.errors import BadConfig, UnknownName
from sketchseek.evaluation.metrics import FAMILIES, class_means, measure, metric, metrics

# Five items in this order: relevant, not, relevant, not, relevant. Precision at hits: 1, 2/3, 3/5.
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
RELEVANT = np.array([True, False, True, False, True])
NAMES = [f.replace("@K", f"@{k}") for f in FAMILIES for k in ((1, 3, 7, 50) if "@K" in f else (0,))]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("map@all", (1 + 2 / 3 + 3 / 5) / 3),
        ("map@all:interpolated", (1 + 2 / 3 + 3 / 5) / 3),
        ("map@3", (1 + 2 / 3) / 3),
        ("map@2", 1 / 2),
        ("map@3:hits", (1 + 2 / 3) / 2),
        ("map@2:hits", 1.0),
        ("map@3:interpolated", (1 + 2 / 3) / 3),
        ("p@2", 1 / 2),
        ("p@4", 2 / 4),
        ("p@100", 3 / 5),
        ("p@4:relevant", 2 / 3),
        ("p@2:relevant", 1 / 2),
        ("acc@1", 1.0),
        ("rank-percentile", 1.0),
    ],
)
def test_five_items_by_hand(name: str, value: float) -> None:
    assert metric(name)(SCORES, RELEVANT) == pytest.approx([value])


def test_the_interpolated_curve_lifts_a_late_gain() -> None:
    relevant = np.array([False, True, False, True, True])  # precision at hits: 1/2, 2/4, 3/5
    assert metric("map@all")(SCORES, relevant) == pytest.approx([(1 / 2 + 1 / 2 + 3 / 5) / 3])
    assert metric("map@all:interpolated")(SCORES, relevant) == pytest.approx([3 / 5])
    # Cut at 4, the gain at rank 5 is out of sight, and three relevant items remain the normaliser.
    assert metric("map@4:interpolated")(SCORES, relevant) == pytest.approx([(1 / 2 + 1 / 2) / 3])


def test_one_hit_shows_how_the_namesakes_differ() -> None:
    scores, relevant = -np.arange(100.0), np.arange(100) % 99 == 0  # relevant: the first and the last
    found = {name: float(metric(name)(scores, relevant)[0]) for name in ("map@10", "map@10:hits", "map@all")}
    assert found == pytest.approx({"map@10": 0.5, "map@10:hits": 1.0, "map@all": (1 + 2 / 100) / 2})
    precision = {name: float(metric(name)(scores, relevant)[0]) for name in ("p@10", "p@10:relevant")}
    assert precision == pytest.approx({"p@10": 0.1, "p@10:relevant": 0.5})


def test_ties_count_against() -> None:
    tied = np.array([0.5, 0.5, 0.5, 0.1])
    relevant = np.array([True, False, False, False])
    assert metric("acc@1")(tied, relevant) == 0.0
    assert metric("acc@2")(tied, relevant) == 0.0
    assert metric("acc@3")(tied, relevant) == 1.0
    assert metric("p@1")(tied, relevant) == 0.0
    assert metric("map@2:hits")(tied, relevant) == 0.0
    assert metric("map@all")(tied, relevant) == pytest.approx([1 / 3])


def test_a_rank_is_the_number_of_distances_up_to_the_true_one() -> None:
    rng = np.random.default_rng(4)
    distances = rng.integers(0, 6, (50, 12)) / 4
    true = rng.integers(0, 12, 50)
    relevance = np.arange(12) == true[:, None]
    rank = (distances <= distances[np.arange(50), true][:, None]).sum(axis=1)
    for k in (1, 3, 5, 10):
        np.testing.assert_array_equal(metric(f"acc@{k}")(-distances, relevance), rank <= k)


def test_step_wise_agrees_with_scikit_learn_also_on_ties() -> None:
    average_precision_score = pytest.importorskip("sklearn.metrics").average_precision_score
    rng = np.random.default_rng(0)
    for _ in range(200):
        size = int(rng.integers(2, 60))
        scores = rng.integers(0, int(rng.integers(1, 40)) + 1, size) / 7  # few levels: many ties
        relevance = rng.random(size) < rng.uniform(0.05, 0.9)
        relevance[rng.integers(size)] = True
        expected = average_precision_score(relevance, scores)
        assert metric("map@all")(scores, relevance) == pytest.approx([expected], abs=1e-12)


def test_hits_normaliser_agrees_with_scikit_learn_on_the_first_k() -> None:
    average_precision_score = pytest.importorskip("sklearn.metrics").average_precision_score
    rng = np.random.default_rng(1)
    compared = 0
    for _ in range(200):
        scores, relevance = rng.permutation(50) / 50, rng.random(50) < 0.2
        relevance[0] = True
        first = np.argsort(-scores)[:10]
        expected = average_precision_score(relevance[first], scores[first]) if relevance[first].any() else 0.0
        compared += bool(relevance[first].any())
        assert metric("map@10:hits")(scores, relevance) == pytest.approx([expected], abs=1e-12)
    assert compared > 100


def rankings(seed: int, count: int = 200, size: int = 30) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Random rankings full of ties; every gallery is as large, and none is without anything to find."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        scores = rng.integers(0, int(rng.integers(2, 20)), size) / 7
        relevance = rng.random(size) < rng.uniform(0.05, 0.5)
        relevance[rng.integers(size)] = True
        yield scores, relevance


def put_against(scores: np.ndarray, relevance: np.ndarray) -> np.ndarray:
    """Scores without ties: the same order, irrelevant items before relevant ones of their score."""
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], relevance[i]))
    untied = np.empty(len(scores))
    untied[order] = np.arange(len(scores), 0, -1) / len(scores)
    return untied


def test_namesakes_agree_with_torchmetrics_once_ties_stand_against() -> None:
    retrieval = pytest.importorskip("torchmetrics.functional.retrieval")
    torch = pytest.importorskip("torch")
    for scores, relevance in rankings(5):
        untied = put_against(scores, relevance)
        asked = torch.from_numpy(untied), torch.from_numpy(relevance)
        for k in (1, 5, 10, 100):
            expected = float(retrieval.retrieval_precision(*asked, top_k=min(k, 30)))
            assert metric(f"p@{k}")(scores, relevance) == pytest.approx([expected], abs=1e-6)
            expected = float(retrieval.retrieval_hit_rate(*asked, top_k=k))
            assert metric(f"acc@{k}")(scores, relevance) == [expected]
            expected = float(retrieval.retrieval_average_precision(*asked, top_k=k))
            assert metric(f"map@{k}:hits")(untied, relevance) == pytest.approx([expected], abs=1e-6)
        expected = float(retrieval.retrieval_average_precision(*asked))
        assert metric("map@all")(untied, relevance) == pytest.approx([expected], abs=1e-6)
        expected = float(retrieval.retrieval_r_precision(*asked))
        assert metric("p@100:relevant")(scores, relevance) == pytest.approx([expected], abs=1e-6)
        rank = round(1 / float(retrieval.retrieval_reciprocal_rank(*asked)))
        assert metric("rank-percentile")(scores, relevance) == pytest.approx([(30 - rank) / 29])


RANX = """
import json, sys
from ranx import Qrels, Run, evaluate
given = json.load(sys.stdin)
run = {f"q{n:03}": {f"d{i:02}": s for i, s in enumerate(row)} for n, row in enumerate(given["scores"])}
right = {f"q{n:03}": {f"d{i:02}": 1 for i in row} for n, row in enumerate(given["relevant"])}
found = evaluate(Qrels(right), Run(run), given["metrics"], return_mean=False)
print(json.dumps({name: values.tolist() for name, values in found.items()}))
"""


def test_namesakes_agree_with_ranx_once_ties_stand_against() -> None:
    pytest.importorskip("ranx")
    ours = ("map@all", "p@5", "p@10", "acc@1", "acc@5", "p@100:relevant", "rank-percentile")
    theirs = ("map", "precision@5", "precision@10", "hit_rate@1", "hit_rate@5", "r-precision", "mrr")
    cases = [(put_against(scores, relevance), relevance) for scores, relevance in rankings(6, count=60)]
    given = {
        "scores": [scores.tolist() for scores, _ in cases],
        "relevant": [np.flatnonzero(relevance).tolist() for _, relevance in cases],
        "metrics": theirs,
    }
    # Another process, since numba reads its switch once: it takes longer to compile ranx than to run it.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RANX],
        input=json.dumps(given),
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = {name: np.array(values) for name, values in json.loads(done.stdout).items()}
    told["mrr"] = (30 - 1 / told["mrr"]) / 29
    found = measure(metrics(ours), *(np.stack(side) for side in zip(*cases, strict=True)))
    for own, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(found[own], told[other], atol=1e-12, err_msg=f"{own}, {other}")


def test_a_rank_percentile_by_hand() -> None:
    relevant = np.array([False, False, True, False, True])  # the best stands third of five
    assert metric("rank-percentile")(SCORES, relevant) == pytest.approx([(5 - 3) / 4])
    assert metric("rank-percentile")(np.zeros(5), relevant) == pytest.approx([(5 - 4) / 4])  # ties against
    assert metric("rank-percentile")(-SCORES, np.arange(5) == 0) == [0.0]
    assert metric("rank-percentile")(SCORES[:1], np.array([True])) == [1.0]  # nothing else to stand before it


def voc_loop(relevance: list[bool], top: int | None) -> float:
    """Area under the interpolated curve, rank by rank, as its definition reads."""
    normaliser = sum(relevance) if top is None else min(top, sum(relevance))
    area, best = 0.0, 0.0
    seen = relevance if top is None else relevance[:top]
    for rank in range(len(seen), 0, -1):
        best = max(best, sum(seen[:rank]) / rank)
        if seen[rank - 1]:
            area += best / normaliser
    return area


def test_interpolated_agrees_with_the_definition_read_aloud() -> None:
    rng = np.random.default_rng(2)
    for _ in range(100):
        scores, relevance = rng.permutation(40) / 40, rng.random(40) < 0.3
        relevance[3] = True
        order = np.argsort(-scores)
        for name, top in (("map@all:interpolated", None), ("map@15:interpolated", 15)):
            expected = voc_loop(relevance[order].tolist(), top)
            assert metric(name)(scores, relevance) == pytest.approx([expected], abs=1e-12)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    size = draw(st.integers(1, 20))
    scores = draw(hnp.arrays(np.float32, (3, size), elements=st.integers(-3, 3).map(float)))
    relevance = draw(hnp.arrays(np.bool_, (3, size)))
    relevance[:, draw(st.integers(0, size - 1))] = True
    return scores, relevance


@settings(max_examples=60)
@given(cases(), st.integers(0, 2**32 - 1))
def test_laws_that_hold_for_every_metric(case: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    scores, relevance = case
    found = measure(metrics(NAMES), scores, relevance)
    for name, values in found.items():
        assert values.shape == (3,)
        assert ((values >= 0) & (values <= 1 + 1e-12)).all(), name
    order = np.random.default_rng(seed).permutation(scores.shape[1])
    shuffled = measure(metrics(NAMES), scores[:, order], relevance[:, order])
    rescaled = measure(metrics(NAMES), scores * 3 + 1, relevance)
    for name, values in found.items():
        np.testing.assert_allclose(shuffled[name], values, atol=1e-12, err_msg=name)
        np.testing.assert_allclose(rescaled[name], values, atol=1e-12, err_msg=name)
    assert (found["map@all:interpolated"] >= found["map@all"] - 1e-12).all()
    assert (found["map@3:interpolated"] >= found["map@3"] - 1e-12).all()
    assert (found["map@3:hits"] >= found["map@3"] - 1e-12).all()
    np.testing.assert_allclose(found["map@50"], found["map@all"], atol=1e-12)
    np.testing.assert_allclose(found["map@50:hits"], found["map@all"], atol=1e-12)
    np.testing.assert_allclose(found["map@50:interpolated"], found["map@all:interpolated"], atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_ranking_scores_one(name: str) -> None:
    relevance = np.array([True] * 7 + [False] * 43)
    value = metric(name)(-np.arange(50.0), relevance)
    assert value == pytest.approx([7 / 50 if name == "p@50" else 1.0])


def test_a_model_that_scores_everything_alike_never_looks_good() -> None:
    relevance = np.arange(50) < 5  # the gallery happens to begin with the relevant ones
    found = measure(metrics(["map@all", "map@5", "p@5", "acc@5"]), np.zeros((1, 50)), relevance[None])
    assert {name: value[0] for name, value in found.items()} == pytest.approx(
        {"map@all": 0.1, "map@5": 0.0, "p@5": 0.0, "acc@5": 0.0}
    )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("map@al", "'map@all'"),
        ("mapp@100", "'map@100'"),
        ("map@100:hit", "'map@100:hits'"),
        ("mAP@all", "'map@all'"),
    ],
)
def test_an_unknown_name_lists_near_ones(name: str, hint: str) -> None:
    with pytest.raises(UnknownName, match=f"Did you mean .*{hint}"):
        metric(name)


@pytest.mark.parametrize("name", ["map@K", "p@0", "acc@05"])
def test_k_must_be_a_whole_number_from_one(name: str) -> None:
    with pytest.raises(BadConfig, match="K"):
        metric(name)


def test_a_query_without_anything_to_find_is_refused() -> None:
    with pytest.raises(ValueError, match="query 1 has no relevant item"):
        metric("p@1")(np.ones((2, 3)), np.array([[True, False, False], [False, False, False]]))


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        metric("map@all")(np.array([1.0, np.nan]), np.array([True, False]))


@pytest.mark.parametrize(("scores", "relevance"), [((2, 3), (2, 4)), ((0,), (0,))])
def test_shapes_that_disagree_are_refused(scores: tuple[int, ...], relevance: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="must be equal"):
        metric("map@all")(np.zeros(scores), np.ones(relevance, bool))


def test_every_metric_says_its_formula_and_who_uses_it() -> None:
    for name in NAMES:
        found = metric(name)
        assert found.name == name
        assert found.formula
        assert found.used_by


def test_class_means_weigh_queries_within_a_class_only() -> None:
    assert class_means(np.array([1.0, 0.0, 0.5]), ["bat", "bat", "ant"]) == {"ant": 0.5, "bat": 0.5}
