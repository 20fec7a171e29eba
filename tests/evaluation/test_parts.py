"""Which part of a query decides, on hand-made vectors."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from sketchseek.evaluation.parts import GALLERIES, Gallery, deciding

AXES = np.eye(8, dtype=np.float32)
CLASSES = ("ant", "bee", "cow")


def pictures(each: int, spread: float, seed: int) -> tuple[np.ndarray, list[str]]:
    """Unit vectors around the first three axes."""
    rng = np.random.default_rng(seed)
    labels = [name for name in CLASSES for _ in range(each)]
    rows = np.repeat(AXES[:3], each, axis=0) + spread * rng.standard_normal((3 * each, 8))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels


def words(axis: int, size: float) -> dict[str, np.ndarray]:
    return {name: size * AXES[axis + n] for n, name in enumerate(CLASSES)}


def test_loud_words_on_a_labelled_gallery_decide_alone() -> None:
    """Words along axes of their own: all of the gallery's labels, none of its pictures."""
    sketches, photos = pictures(5, 2.0, 0), pictures(12, 2.0, 1)
    found = deciding(sketches, photos, words(5, 50.0), "labelled")
    assert found.both == found.word == pytest.approx(1)
    assert found.sketch < 0.9
    assert (found.to_word, found.follows_word, found.follows_sketch) == pytest.approx((1, 1, 0))
    assert found.diversity < 0.5
    bare = deciding(sketches, photos, words(5, 50.0), "unlabelled")
    assert bare.word < 0.9
    assert bare.sketch == pytest.approx(found.sketch, abs=0.3)


def test_words_of_no_size_leave_it_to_the_sketch() -> None:
    sketches, photos = pictures(5, 0.1, 0), pictures(12, 0.1, 1)
    for gallery in GALLERIES:
        found = deciding(sketches, photos, words(0, 1e-6), gallery)
        assert found.both == pytest.approx(1)
        assert found.sketch == pytest.approx(1)
        assert (found.follows_word, found.follows_sketch) == pytest.approx((0, 1))
        assert found.diversity > 0


def test_two_halves_need_each_other() -> None:
    """Sketches tell only whether it is the first class, words only whether it is the last."""
    photos = pictures(10, 0.3, 1)
    sketches = pictures(10, 0.0, 0)
    sketches[0][10:] = (AXES[1] + AXES[2]) / np.sqrt(2)
    said = {"ant": AXES[0] + AXES[1], "bee": AXES[0] + AXES[1], "cow": 1.4 * AXES[2]}
    found = deciding(sketches, photos, said, "unlabelled")
    assert found.both > max(found.sketch, found.word) + 0.1


def test_the_asked_gallery_carries_the_querys_word() -> None:
    sketches, photos = pictures(4, 0.1, 0), pictures(6, 0.1, 1)
    said = words(4, 1.0)
    found = deciding(sketches, photos, said, "asked")
    assert found.both == pytest.approx(1)
    assert found.follows_sketch == pytest.approx(0.6)  # all six of its class among the first ten
    query = sketches[0][0] + said["ant"]
    shown = photos[0] + said["ant"]
    cosines = shown @ query / np.linalg.norm(shown, axis=1)
    assert [photos[1][n] for n in np.argsort(-cosines)[:6]] == ["ant"] * 6


@pytest.mark.parametrize("gallery", GALLERIES)
def test_the_same_question_has_the_same_answer(gallery: Gallery) -> None:
    sketches, photos = pictures(5, 0.5, 0), pictures(7, 0.5, 1)
    one, again = (deciding(sketches, photos, words(0, 0.5), gallery, seed=3) for _ in range(2))
    assert astuple(one) == astuple(again)
    assert all(0 <= value <= 1 for value in astuple(one))
