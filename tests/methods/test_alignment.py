"""Alignments: each recovers a known map, moves nothing without reason, and survives poor classes."""

from __future__ import annotations

import numpy as np
import pytest

from sketchseek.errors import BadConfig, UnknownName
from sketchseek.methods.midgrain.affine import NO_PAIRS, Affine
from sketchseek.methods.midgrain.alignment import ALIGNMENTS, align, ltm, pca
from sketchseek.methods.midgrain.manifold import manifold
from sketchseek.methods.midgrain.transport import sinkhorn, transport


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def rotation(rng: np.random.Generator, dim: int) -> np.ndarray:
    return np.linalg.qr(rng.standard_normal((dim, dim)))[0]


def skewed(rng: np.random.Generator, count: int, dim: int) -> np.ndarray:
    """Points with a variance of its own along each axis, and a long tail on one side."""
    return (rng.exponential(1.0, (count, dim)) - 1) * np.geomspace(4, 1, dim)


def off(found: np.ndarray, wanted: np.ndarray) -> float:
    """Distance between points that should be the same, as a share of their spread."""
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted - wanted.mean(axis=0)))


def identity_pairs(count: int) -> np.ndarray:
    return np.stack([np.arange(count)] * 2, axis=1)


def test_pca_finds_a_rotation_and_shift_without_pairs(rng: np.random.Generator) -> None:
    dim = 5
    turn, shift = rotation(rng, dim), rng.standard_normal(dim)
    photos = skewed(rng, 20_000, dim)
    sketches = 0.5 * skewed(rng, 20_000, dim) @ turn + shift  # other points of the same kind, turned, shrunk
    warp = pca(sketches, photos).sketch
    np.testing.assert_allclose(warp.matrix, 2 * turn.T, atol=0.12)
    moved = warp(sketches)
    np.testing.assert_allclose(moved.mean(axis=0), photos.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(photos.T), atol=1e-2)


def test_pca_floors_the_variance_of_flat_axes(rng: np.random.Generator) -> None:
    sketches = skewed(rng, 50, 4)
    sketches[:, 3] = 1e-9 * rng.standard_normal(50)
    warp = pca(sketches, skewed(rng, 50, 4)).sketch
    assert np.abs(warp.matrix).max() < 100


def test_ltm_recovers_a_noisy_linear_map(rng: np.random.Generator) -> None:
    count, dim = 500, 6
    sketches = rng.standard_normal((count, dim))
    matrix, offset = rng.standard_normal((dim, dim)), rng.standard_normal(dim) * 10
    photos = sketches @ matrix + offset + 0.01 * rng.standard_normal((count, dim))
    found = ltm(sketches, photos, identity_pairs(count), ridge=1e-6).sketch
    np.testing.assert_allclose(found.matrix, matrix, atol=5e-3)
    np.testing.assert_allclose(found.offset, offset, atol=5e-3)


def test_ltm_is_where_its_gradient_vanishes(rng: np.random.Generator) -> None:
    """Equation 2, typed again and descended."""
    torch = pytest.importorskip("torch")
    u, v = rng.standard_normal((30, 4)), rng.standard_normal((30, 4))
    pairs = np.stack([rng.integers(0, 30, 40), rng.integers(0, 30, 40)], axis=1)
    found = ltm(u, v, pairs, ridge=0.5).sketch
    matrix = torch.tensor(found.matrix, requires_grad=True)
    offset = torch.tensor(found.offset, requires_grad=True)
    apart = torch.tensor(u[pairs[:, 0]]) @ matrix + offset - torch.tensor(v[pairs[:, 1]])
    cost = apart.square().sum() / (2 * len(pairs)) + 0.5 / 2 * (matrix - torch.eye(4)).square().sum()
    cost.backward()
    assert matrix.grad.abs().max() < 1e-9
    assert offset.grad.abs().max() < 1e-9


def test_ltm_with_few_pairs_stays_near_where_it_was(rng: np.random.Generator) -> None:
    u, v = rng.standard_normal((10, 8)), rng.standard_normal((10, 8)) + 5
    found = ltm(u, v, identity_pairs(1), ridge=0.5).sketch
    np.testing.assert_allclose(found.matrix, np.eye(8), atol=1e-12)
    np.testing.assert_allclose(found(u[:1]), v[:1])


def test_manifold_alignment_recovers_a_noisy_linear_map(rng: np.random.Generator) -> None:
    count, dim = 300, 5
    sketches = rng.standard_normal((count, dim))
    clean = sketches @ rng.standard_normal((dim, dim)) + 3
    photos = clean + 0.02 * rng.standard_normal((count, dim))
    found = manifold(sketches, photos, identity_pairs(count), alpha=1000.0)
    assert off(found.photo.back(found.sketch(sketches), photos.mean(axis=0)), clean) < 0.05
    np.testing.assert_allclose(found.photo.back(found.photo(photos), photos.mean(axis=0)), photos, atol=1e-6)


def test_manifold_alignment_minimises_what_the_paper_says(rng: np.random.Generator) -> None:
    """C1 + alpha C2, summed by hand: no other pair of maps under the same constraint has a lower cost."""
    u, v = rng.standard_normal((12, 2)), rng.standard_normal((9, 2))
    u, v = u - u.mean(axis=0), v - v.mean(axis=0)
    pairs = np.array([[0, 0], [1, 1], [2, 1], [3, 4]])
    near = [np.exp(-(((p[:, None] - p[None]) ** 2).sum(2) / 4)) for p in (u, v)]
    degrees = []
    for side, weights in enumerate(near):
        np.fill_diagonal(weights, 0)
        degrees.append(weights.sum(axis=1))
        np.add.at(degrees[side], pairs[:, side], 1.0)  # u = alpha / 2

    def cost(maps: np.ndarray) -> float:
        moved = u @ maps[:2], v @ maps[2:]
        spread = sum((d[:, None] * m).T @ m for d, m in zip(degrees, moved, strict=True))
        free = np.linalg.inv(np.linalg.cholesky(spread)).T  # brings F'Z'DZF to the identity
        moved = moved[0] @ free, moved[1] @ free
        inside = sum(
            (w * ((m[:, None] - m[None]) ** 2).sum(2)).sum() for w, m in zip(near, moved, strict=True)
        )
        return float(inside + 2.0 * sum(((moved[0][s] - moved[1][p]) ** 2).sum() for s, p in pairs))

    found = manifold(u, v, pairs, neighbours=30, bandwidth=2.0, alpha=2.0, ridge=0.0)
    best = np.concatenate([found.sketch.matrix, found.photo.matrix])
    lowest = cost(best)
    for width in (0.01, 0.1, 1.0):
        assert min(cost(best + width * rng.standard_normal((4, 2))) for _ in range(300)) >= lowest - 1e-9


def test_transport_finds_a_small_turn_and_a_shift_without_pairs(rng: np.random.Generator) -> None:
    centres = 4 * rng.standard_normal((6, 3))
    photos = np.concatenate([centre + 0.3 * rng.standard_normal((20, 3)) for centre in centres])
    turn = np.linalg.qr(np.eye(3) + 0.15 * rng.standard_normal((3, 3)))[0]
    turn = turn * np.sign(np.diag(turn))
    sketches = np.concatenate([centre + 0.3 * rng.standard_normal((15, 3)) for centre in centres]) @ turn + 9
    found = transport(sketches, photos, ridge=0.01)
    moved = found.sketch(sketches).reshape(6, 15, 3).mean(axis=1)
    assert off(moved, centres) < 0.15
    assert off(sketches.reshape(6, 15, 3).mean(axis=1), centres) > 1


def test_a_transport_plan_has_even_margins(rng: np.random.Generator) -> None:
    plan = sinkhorn(rng.random((7, 5)), 10.0, rounds=500)
    np.testing.assert_allclose(plan.sum(axis=1), 1 / 7)
    np.testing.assert_allclose(plan.sum(axis=0), 1 / 5, rtol=1e-4)


@pytest.mark.parametrize("name", ALIGNMENTS)
@pytest.mark.parametrize(
    ("sketches", "photos", "pairs"),
    [(1, 9, 0), (9, 1, 0), (1, 1, 1), (9, 9, 0), (3, 3, 1), (2, 40, 2), (0, 5, 0)],
)
def test_poor_classes_get_finite_maps(name: str, sketches: int, photos: int, pairs: int) -> None:
    rng = np.random.default_rng(0)
    u, v = rng.standard_normal((sketches, 16)), rng.standard_normal((photos, 16))
    found = align(name, u.astype(np.float32), v.astype(np.float32), identity_pairs(pairs))
    for side in (found.sketch, found.photo):
        assert np.isfinite(side.matrix).all()
        assert np.isfinite(side.offset).all()


@pytest.mark.parametrize("name", ALIGNMENTS)
def test_points_that_coincide_get_finite_maps(name: str) -> None:
    found = align(name, np.ones((6, 4)), np.full((5, 4), 2.0), identity_pairs(2))
    assert np.isfinite(found.sketch(np.ones((6, 4)))).all()
    assert np.isfinite(found.photo.back(found.photo(np.ones((6, 4))), np.ones(4))).all()


def test_what_cannot_be_aligned_is_told() -> None:
    with pytest.raises(UnknownName, match="manifold"):
        align("manifld", np.ones((2, 2)), np.ones((2, 2)), NO_PAIRS)
    with pytest.raises(BadConfig, match="8 numbers cannot be aligned with 4"):
        align("pca", np.ones((2, 8)), np.ones((2, 4)), NO_PAIRS)


def test_an_affine_map_turns_round(rng: np.random.Generator) -> None:
    there = Affine(rng.standard_normal((3, 3)), rng.standard_normal(3))
    points = rng.standard_normal((4, 3))
    np.testing.assert_allclose(there.back(there(points), np.zeros(3)), points)


def test_what_a_map_does_not_keep_is_left_where_it_was(rng: np.random.Generator) -> None:
    flat = Affine(np.diag([2.0, 1.0, 1e-9]), np.ones(3))
    found = flat.back(np.array([[3.0, 0.0, 5.0]]), np.array([10.0, 10.0, 10.0]))
    np.testing.assert_allclose(found, [[1.0, -1.0, 10.0]], atol=1e-6)


def test_few_items_in_many_dimensions_keep_their_centres_near(rng: np.random.Generator) -> None:
    u, v = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in rng.standard_normal((2, 12, 256)))
    found = align("manifold", u, v, identity_pairs(12))
    back = found.photo.back(found.photo(v), v.mean(axis=0))
    assert np.linalg.norm(back - v, axis=1).max() < 1.5
