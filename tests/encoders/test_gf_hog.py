"""GF-HOG: the field between lines solves Laplace's equation, descriptors count what is there."""

from __future__ import annotations

import numpy as np
import pytest

from sketchseek.encoders.baselines import gf_hog, lines
from sketchseek.encoders.baselines.gf_hog import BINS, CELLS, POINTS, describe, spread


def test_the_field_between_two_walls_is_a_slope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gf_hog, "ROUNDS", 400)
    known = np.zeros((1, 24, 33), bool)
    known[0, :, [0, 32]] = True
    values = np.zeros((1, 1, 24, 33), np.float32)
    values[..., 32] = 1
    found = spread(values, known)
    np.testing.assert_allclose(found[0, 0], np.broadcast_to(np.linspace(0, 1, 33), (24, 33)), atol=0.01)


def test_a_few_rounds_come_near_to_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    known = rng.random((2, 40, 40)) < 0.03
    values = rng.normal(0, 1, (2, 2, 40, 40)).astype(np.float32)
    quick = spread(values, known)
    np.testing.assert_array_equal(quick[:, known], values[:, known])
    assert np.abs(quick).max() <= np.abs(values[:, known]).max()  # as harmonic functions are
    monkeypatch.setattr(gf_hog, "ROUNDS", 2000)
    exact = spread(values, known)
    assert np.abs(quick - exact).mean() < 0.1
    assert np.corrcoef(quick.ravel(), exact.ravel())[0, 1] > 0.97


def test_where_nothing_is_known_nothing_is_made_up() -> None:
    known = np.zeros((2, 9, 9), bool)
    known[1, 4, 4] = True
    found = spread(np.full((1, 2, 9, 9), 3, np.float32), known)
    assert (found[0, 0] == 0).all()
    np.testing.assert_allclose(found[0, 1], 3)


def test_directions_are_those_of_the_lines() -> None:
    masks = np.zeros((3, 64, 64), bool)
    masks[0, 32, 8:56] = True  # lies: its normal stands, 2θ = π
    masks[1, 8:56, 32] = True  # stands: its normal lies, 2θ = 0
    diagonal = np.arange(8, 56)
    masks[2, diagonal, diagonal] = True  # falls to the right: 2θ = -π/2
    even, odd = lines.directions(masks)
    for n, (y, x), wanted in ((0, (32, 32), (-1, 0)), (1, (32, 32), (1, 0)), (2, (32, 32), (0, -1))):
        np.testing.assert_allclose((even[n, y, x], odd[n, y, x]), wanted, atol=0.02)


def test_a_straight_line_fills_one_bin_of_every_cell() -> None:
    masks = np.zeros((1, 96, 96), bool)
    masks[0, :, 48] = True
    (bag,) = describe(masks)
    assert bag.shape == (96 * len(CELLS), 9 * BINS)
    np.testing.assert_allclose(np.linalg.norm(bag, axis=1), 1, atol=1e-5)
    middle = bag[48].reshape(9, BINS)  # the smallest cells, well inside
    assert (middle.argmax(axis=1) == 0).all()
    np.testing.assert_allclose(middle[:, 0], 1 / 3, atol=0.01)
    top = bag[0].reshape(3, 3, BINS)  # its upper cells lie outside
    np.testing.assert_allclose(top[0], 0, atol=1e-3)


def test_points_are_few_and_none_is_made_up() -> None:
    masks = np.zeros((2, 64, 64), bool)
    masks[0] = np.random.default_rng(0).random((64, 64)) < 0.3
    full, empty = describe(masks)
    assert len(full) == POINTS * len(CELLS)
    assert empty.shape == (0, 9 * BINS)


def test_outlines_of_a_photo_are_found_before_its_texture() -> None:
    y, x = np.mgrid[:160, :160]
    radius = np.hypot(y - 80, x - 80)
    rings = (radius // 20).astype(int) % 2 == 0
    texture = np.random.default_rng(0).normal(0, 25, (160, 160, 1))
    photo = np.clip(np.where(rings, 60, 190)[..., None] + texture, 0, 255).repeat(3, axis=2).astype(np.uint8)
    (mask,) = lines.of_photos(photo[None])
    distance = np.abs((radius + 10) % 20 - 10)
    assert mask.mean() > lines.ENOUGH
    assert (distance[mask] < 5).mean() > 0.9
