"""Binary codes: an orthogonal rotation, a loss that falls, distances by hand, better than chance."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from sketchseek.evaluation import hashing
from sketchseek.evaluation.hashing import distances, fit, random_rotation, rank
from sketchseek.evaluation.metrics import metric


def clusters(seed: int, count: int = 20, each: int = 30, dim: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors around random centres, and which centre each is of."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(count), each)
    spread = np.linspace(2, 0.2, dim)  # some directions vary more than others
    points = (rng.normal(0, 1, (count, dim)) * spread)[labels] + rng.normal(
        0, 0.8, (count * each, dim)
    ) * spread
    return points / np.linalg.norm(points, axis=1, keepdims=True), labels


def test_the_rotation_and_the_axes_are_orthogonal() -> None:
    hasher = fit(clusters(0)[0], 32)
    np.testing.assert_allclose(hasher.rotation.T @ hasher.rotation, np.eye(32), atol=1e-10)
    np.testing.assert_allclose(hasher.axes.T @ hasher.axes, np.eye(32), atol=1e-10)
    rotation = random_rotation(16, 3)
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(16), atol=1e-12)
    assert (random_rotation(16, 3) == rotation).all()
    assert not np.allclose(random_rotation(16, 4), rotation)


def test_the_loss_never_rises_and_falls_in_all() -> None:
    hasher = fit(clusters(1)[0], 32, iterations=40)
    assert len(hasher.losses) == 41
    assert (np.diff(hasher.losses) <= 1e-9).all()
    assert hasher.losses[-1] < hasher.losses[0]


def test_a_cube_turned_away_is_found_again() -> None:
    # Corners of a cube in some other orientation: a rotation exists that needs no rounding at all.
    rng = np.random.default_rng(5)
    corners = np.where(rng.random((400, 4)) > 0.5, 1.0, -1.0)
    losses = [fit(corners @ random_rotation(4, 9), 4, seed=seed).losses[-1] for seed in range(5)]
    assert min(losses) < 0.05  # not zero: the mean of 400 corners is not quite the cube's centre


def test_distances_by_hand_and_by_loop() -> None:
    one = np.array([[0b00000000, 0b11110000]], np.uint8)
    two = np.array([[0b00000001, 0b11110000], [0b11111111, 0b00001111]], np.uint8)
    assert distances(one, two).tolist() == [[1, 16]]
    rng = np.random.default_rng(6)
    asked, given = rng.integers(0, 256, (7, 8), dtype=np.uint8), rng.integers(0, 256, (9, 8), dtype=np.uint8)
    expected = [
        [sum(int(a ^ b).bit_count() for a, b in zip(q, g, strict=True)) for g in given] for q in asked
    ]
    assert distances(asked, given).tolist() == expected
    with pytest.raises(ValueError, match="8 and 2 bytes do not compare"):
        distances(asked, one)


def test_equal_distances_stand_in_gallery_order() -> None:
    gallery = np.array([[3], [1], [2], [0], [1]], np.uint8)
    found = rank(np.array([[0]], np.uint8), gallery, gallery_ids=["a", "b", "c", "d", "e"], k=4)
    assert found.items.tolist() == [[3, 1, 2, 4]]
    assert found.scores.tolist() == [[0, -1, -1, -1]]
    assert rank(np.array([[0]], np.uint8), gallery).items.tolist() == [[3, 1, 2, 4, 0]]


@pytest.mark.parametrize("width", [1, 3, 8, 16])
@pytest.mark.parametrize("k", [0, 1, 20, 700, None])
def test_the_nearest_are_those_of_a_stable_sort(
    width: int, k: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "_BLOCK", 64)
    rng = np.random.default_rng(width)
    asked, given = (rng.integers(0, 256, (count, width), dtype=np.uint8) for count in (5, 700))
    given = given[np.argsort(distances(asked[:1], given)[0])[::-1]]  # the first finds ever nearer ones
    found, apart = rank(asked, given, k=k), distances(asked, given)
    wanted = np.argsort(apart, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(found.items, wanted)
    np.testing.assert_array_equal(found.scores, -np.take_along_axis(apart.astype(np.float32), wanted, axis=1))


def test_a_search_holds_no_row_of_distances() -> None:
    rng = np.random.default_rng(0)
    asked, given = (rng.integers(0, 256, (count, 8), dtype=np.uint8) for count in (1, 500_000))
    names = [""] * len(given)
    tracemalloc.start()
    try:
        rank(asked, given, gallery_ids=names, k=10)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_codes_beat_random_hyperplanes_on_clusters() -> None:
    points, labels = clusters(2)
    asked, relevance = points[::5], labels[::5, None] == labels
    found = {}
    for bits in (16, 32):
        learnt = fit(points, bits)
        chance = replace(learnt, axes=np.random.default_rng(bits).standard_normal((48, bits)))
        for name, hasher in (("learnt", learnt), ("chance", chance)):
            scores = -distances(hasher.codes(asked), hasher.codes(points)).astype(np.float64)
            found[name, bits] = metric("map@all")(scores, relevance).mean()
    assert found["learnt", 16] > found["chance", 16] + 0.05
    assert found["learnt", 32] > found["chance", 32] + 0.05
    assert found["learnt", 32] > found["learnt", 16]


def test_what_is_fitted_does_not_depend_on_queries() -> None:
    points, _ = clusters(3)
    hasher = fit(points, 16)
    one = hasher.codes(points[:1] + 5)
    np.testing.assert_array_equal(one, hasher.codes(points[:10] + 5)[:1])
    assert hasher.codes(points).shape == (600, 2)
    assert fit(points, 16).losses == hasher.losses


@pytest.mark.parametrize(("count", "bits"), [(100, 49), (10, 10), (100, 0)])
def test_more_bits_than_there_is_to_tell_are_refused(count: int, bits: int) -> None:
    with pytest.raises(ValueError, match=f"not {bits}"):
        fit(clusters(4)[0][:count], bits)
