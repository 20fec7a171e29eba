"""Pairs, triplets and class batches: what meets is what was asked for, and follows the seed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sketchseek.errors import BadDataset
from sketchseek.training.samplers import class_batches, draw_pairs, draw_triplets

SKETCHES = ["a", "a", "b", "c", "b"]
PHOTOS = ["a"] * 12 + ["b"] * 3 + ["c"] * 4


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_ten_and_ten_pairs_a_sketch() -> None:
    pairs = draw_pairs(SKETCHES, PHOTOS, rng())
    assert len(pairs) == 20 * len(SKETCHES)
    for position, label in enumerate(SKETCHES):
        mine = pairs.sketches == position
        assert pairs.same[mine].sum() == 10
        assert (~pairs.same[mine]).sum() == 10
        for photo, same in zip(pairs.photos[mine], pairs.same[mine], strict=True):
            assert (PHOTOS[photo] == label) == same


def test_photos_are_repeated_only_where_they_run_out() -> None:
    pairs = draw_pairs(SKETCHES, PHOTOS, rng())
    first = Counter(pairs.photos[(pairs.sketches == 0) & pairs.same].tolist())
    assert max(first.values()) == 1
    rare = Counter(pairs.photos[(pairs.sketches == 2) & pairs.same].tolist())
    assert sorted(rare.values()) == [3, 3, 4]


def test_batches_are_all_pairs_once() -> None:
    pairs = draw_pairs(SKETCHES, PHOTOS, rng(), positives=2, negatives=1)
    parts = list(pairs.batches(4, rng()))
    assert [len(part) for part in parts] == [4, 4, 4, 3]
    seen = sorted(
        (s, p, y) for part in parts for s, p, y in zip(part.sketches, part.photos, part.same, strict=True)
    )
    assert seen == sorted(zip(pairs.sketches, pairs.photos, pairs.same, strict=True))


def test_triplets() -> None:
    rows = draw_triplets(SKETCHES, PHOTOS, rng(), each=3)
    assert rows.shape == (15, 3)
    for sketch, near, far in rows:
        assert SKETCHES[sketch] == PHOTOS[near] != PHOTOS[far]


@pytest.mark.parametrize("draw", [draw_pairs, draw_triplets])
def test_draws_follow_the_seed(draw: object) -> None:
    def drawn(seed: int) -> np.ndarray:
        made = draw(SKETCHES, PHOTOS, rng(seed))  # type: ignore[operator]
        return made if isinstance(made, np.ndarray) else made.photos

    assert np.array_equal(drawn(1), drawn(1))
    assert not np.array_equal(drawn(1), drawn(2))


@pytest.mark.parametrize("photos", [["a"] * 4, ["b", "c"]])
def test_a_sketch_that_cannot_be_paired_is_an_error(photos: list[str]) -> None:
    with pytest.raises(BadDataset, match="'a'"):
        draw_pairs(["a"], photos, rng())


def test_class_batches() -> None:
    batches = list(class_batches(SKETCHES * 3, PHOTOS, rng(), classes=2, each=3))
    assert len(batches) == 3
    for sketches, photos in batches:
        counts = [Counter(SKETCHES[n % 5] for n in sketches), Counter(PHOTOS[n] for n in photos)]
        assert counts[0] == counts[1]
        assert list(counts[0].values()) == [3, 3]


def test_class_batches_go_through_all_items_of_a_class_before_one_comes_again() -> None:
    batches = list(class_batches(["a"] * 8, ["a"] * 4, rng(), classes=1, each=2))
    sketches = np.concatenate([batch[0] for batch in batches])
    photos = np.concatenate([batch[1] for batch in batches])
    assert sorted(sketches.tolist()) == list(range(8))
    assert sorted(photos[:4].tolist()) == sorted(photos[4:].tolist()) == [0, 1, 2, 3]


def test_class_batches_need_enough_classes() -> None:
    with pytest.raises(BadDataset, match="3 have both"):
        next(class_batches(SKETCHES, PHOTOS, rng(), classes=4, each=1))
