from __future__ import annotations

import numpy as np
import pytest

from sketchseek.ranking import compose
from sketchseek.server.asking import FEWEST, Chance, collapse


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture
def gallery() -> np.ndarray:
    return unit(np.random.default_rng(0).standard_normal((500, 16)))


def test_one_part_is_the_query_itself_whatever_its_weight(gallery: np.ndarray) -> None:
    for weight in (0.1, 1.0):
        assert compose([(gallery[3], weight)], gallery) is not None
        assert np.array_equal(compose([(gallery[3], weight)], gallery), gallery[3])
    assert np.allclose(compose([(gallery[3], -1.0)], gallery), -gallery[3], atol=1e-6)


def test_parts_are_ranked_by_their_weighted_standard_scores(gallery: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    gallery = unit(gallery * np.linspace(0.2, 3, 16))  # scores of different parts are spread differently
    parts = [(unit(rng.standard_normal(16)), weight) for weight in (1.0, 0.5, -0.7)]
    expected = np.zeros(500)
    for embedding, weight in parts:
        scores = gallery @ embedding
        expected += weight * (scores - scores.mean()) / scores.std()
    query = compose(parts, gallery)
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(np.argsort(gallery @ query)[-50:], np.argsort(expected)[-50:])


def test_opposite_parts_cancel(gallery: np.ndarray) -> None:
    assert not compose([(gallery[0], 0.5), (gallery[0], -0.5)], gallery).any()
    assert compose([(gallery[0], 1.0), (gallery[1], 1.0)], gallery[:1]).any()  # no spread to divide by


@pytest.mark.parametrize("size", [50, 500, 20_000])
def test_chance_stands_out_seldom_and_a_find_does(size: int) -> None:
    rng = np.random.default_rng(size)
    seldom = 0
    for _ in range(50):
        scores = rng.normal(0.2, 0.05, size).astype(np.float32)
        chance = Chance.of(scores)
        assert chance is not None
        seldom += chance.outstanding(scores) > 0
        scores[7] = 0.2 + 0.05 * 8
        chance = Chance.of(scores)
        assert chance is not None
        assert chance.strength(float(scores[7])) > 1
        assert chance.outstanding(scores) == np.count_nonzero(scores >= chance.middle + chance.reach) >= 1
    assert seldom <= 2


def test_strength_does_not_depend_on_the_scale_of_scores() -> None:
    scores = np.random.default_rng(2).normal(0, 1, 300).astype(np.float32)
    one, other = Chance.of(scores), Chance.of(scores * 0.03 + 0.4)
    assert one is not None
    assert other is not None
    assert one.strength(3.0) == pytest.approx(other.strength(3.0 * 0.03 + 0.4), rel=1e-4)


def test_too_few_and_equal_scores_tell_nothing() -> None:
    assert Chance.of(np.arange(FEWEST - 1, dtype=np.float32)) is None
    assert Chance.of(np.arange(FEWEST, dtype=np.float32)) is not None
    assert Chance.of(np.full(100, 0.5, np.float32)) is None


def test_near_duplicates_join_the_best_they_are_like() -> None:
    a, b, c = np.eye(8, dtype=np.float32)[:3]
    near_a, near_b = unit(a + 0.1 * c), unit(b + 0.1 * c)
    ranked = np.stack([a, b, near_b, c, near_a, a])
    assert collapse(ranked, 10) == [[0, 4, 5], [1, 2], [3]]
    assert collapse(ranked, 1) == [[0, 4, 5]]  # the others would begin groups of their own
    assert collapse(ranked, 10, threshold=0.999) == [[0, 5], [1], [2], [3], [4]]
    assert collapse(ranked[:0], 10) == []


@pytest.mark.parametrize("limit", [3, 12, 500])
def test_groups_are_the_same_however_many_are_asked_for(limit: int) -> None:
    rng = np.random.default_rng(2)
    ranked = unit(rng.standard_normal((12, 16))[rng.integers(12, size=300)] + rng.normal(0, 0.05, (300, 16)))
    groups: list[list[int]] = []
    for position, vector in enumerate(ranked):  # one after the other, as it is defined
        near = [group for group in groups if ranked[group[0]] @ vector >= 0.9]
        if near:
            near[0].append(position)
        elif len(groups) < limit:
            groups.append([position])
    assert collapse(ranked, limit, threshold=0.9) == groups
    assert len(groups) == min(limit, 12)
