"""Contrastive and triplet loss beside their formulas, and what their gradients do."""

from __future__ import annotations

import pytest
import torch
from references import dual_stage_losses as reference

from sketchseek.losses import LOSSES
from sketchseek.losses.contrastive import contrastive, contrastive_batch
from sketchseek.losses.triplet import triplet
from sketchseek.registry import resolve


def vectors(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("margin", [0.5, 3.0, 5.0])
def test_contrastive_is_its_formula(margin: float) -> None:
    sketches, photos = vectors(9, 0), vectors(9, 1)
    same = torch.tensor([1, 0, 0, 1, 1, 0, 1, 0, 0])
    wanted = reference.contrastive(sketches.tolist(), photos.tolist(), same.tolist(), margin)
    assert float(contrastive(sketches, photos, same, margin)) == pytest.approx(wanted, rel=1e-9)
    assert float(contrastive(sketches, photos, same.bool(), margin)) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("margin", [0.2, 1.0, 4.0])
def test_triplet_is_its_formula(margin: float) -> None:
    parts = [vectors(9, seed) for seed in range(3)]
    wanted = reference.triplet(*(part.tolist() for part in parts), margin)
    assert float(triplet(*parts, margin)) == pytest.approx(wanted, rel=1e-9)


def test_the_batch_form_takes_the_nearest_negatives() -> None:
    sketches, photos = vectors(6, 0), vectors(6, 1)
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    same = labels[:, None] == labels[None]
    pairs = []
    for s in range(6):
        others = sorted((reference.distance(sketches[s], photos[p]), p) for p in range(6) if not same[s, p])
        pairs += [(s, p, 1) for p in range(6) if same[s, p]] + [(s, p, 0) for _, p in others[:2]]
    picked = [[sketches[s].tolist() for s, _, _ in pairs], [photos[p].tolist() for _, p, _ in pairs]]
    wanted = reference.contrastive(*picked, [y for _, _, y in pairs], 4.0)
    assert float(contrastive_batch(sketches, photos, same, 4.0)) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("same", [0, 1])
def test_pairs_at_the_same_place_have_a_gradient_that_is_a_number(same: int) -> None:
    point = torch.zeros(1, 3, requires_grad=True)
    contrastive(point, torch.zeros(1, 3), torch.tensor([same])).backward()
    assert point.grad is not None
    assert bool(point.grad.isfinite().all())


def nearness(anchors: torch.Tensor, near: torch.Tensor, far: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return (anchors - near).norm(dim=1) - (anchors - far).norm(dim=1)


def test_training_on_either_pulls_alike_together() -> None:
    for step in (
        lambda a, p, n: contrastive(torch.cat([a, a]), torch.cat([p, n]), torch.tensor([1] * 4 + [0] * 4)),
        triplet,
    ):
        anchors = vectors(4, 0).requires_grad_()
        near, far = vectors(4, 1), vectors(4, 2)
        optimizer = torch.optim.SGD([anchors], lr=0.2)
        before = nearness(anchors, near, far)
        for _ in range(20):
            optimizer.zero_grad()
            step(anchors, near, far).backward()
            optimizer.step()
        after = nearness(anchors, near, far)
        assert bool((after <= before).all())
        assert float(after.mean()) < float(before.mean()) - 0.1


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_resolves(name: str) -> None:
    assert callable(resolve(name, LOSSES, "loss"))
