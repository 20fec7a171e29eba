"""Modules and losses of the zero-shot systems beside their equations, and their gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from references import zero_shot_modules as reference
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.evaluation.hashing import fit
from sketchseek.methods.zero_shot.composed import Composed, Composing
from sketchseek.methods.zero_shot.conditional import (
    PHOTO,
    SKETCH,
    ConditionalExcitation,
    ConditionalScaling,
)
from sketchseek.methods.zero_shot.doodle2search import Attention

MARGIN, PULL = 0.9, 0.7


def numbers(*shape: int, seed: int = 0) -> Tensor:
    drawn = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return drawn.requires_grad_()


def drawn(module: nn.Module) -> nn.Module:
    """With weights drawn by chance, zeros among them too, in double precision."""
    module.double()
    with torch.no_grad():
        for n, weight in enumerate(module.parameters()):
            weight.copy_(numbers(*weight.shape, seed=n + 10))
    return module


def agree(found: Tensor, wanted: Tensor, *inputs: Tensor) -> None:
    """Equal in value and in the gradients of a weighted sum, but for what keeps roots from 0."""
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-6)
    weights = numbers(*found.shape, seed=99).detach()
    some = torch.autograd.grad((found * weights).sum(), inputs, retain_graph=True)
    for one, other in zip(some, torch.autograd.grad((wanted * weights).sum(), inputs), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


def cells(maps: Tensor) -> list[list[Tensor]]:
    """One picture's map (C, H, W), place by place."""
    return [list(cell) for cell in maps.flatten(1).T]


def stacked(rows: Any) -> Tensor:
    return torch.stack([torch.stack(list(row)) for row in rows])


@pytest.mark.parametrize("domain", [SKETCH, PHOTO])
def test_conditional_excitation_is_its_equation(domain: float) -> None:
    squeeze, excite = nn.Conv2d(6, 3, 1), nn.Conv2d(3, 6, 1)
    module = drawn(ConditionalExcitation(squeeze, nn.ReLU(), excite, nn.Sigmoid(), domain))
    maps = numbers(2, 6, 3, 2)
    weights = (squeeze.weight.flatten(1), squeeze.bias, excite.weight.flatten(1), excite.bias, module.column)
    wanted = [stacked(reference.excited(cells(one), *weights, domain)).T for one in maps]
    agree(module(maps).flatten(2), torch.stack(wanted), maps, squeeze.weight, excite.weight, excite.bias)
    told = torch.autograd.grad(module(maps).sum(), module.column)[0]
    assert bool(told.any()) == (domain == PHOTO)  # the sketch's bit is 0: nothing reaches the column


@pytest.mark.parametrize("shape", [(2, 6, 3, 2), (2, 6)])
def test_conditional_scaling_is_its_equation(shape: tuple[int, ...]) -> None:
    """Behind a map, and behind features that are pooled already."""
    module = drawn(ConditionalScaling(nn.Identity(), 6, 1, PHOTO))
    maps = numbers(*shape)
    squeeze, excite = module.squeeze, module.excite
    weights = (squeeze.weight, squeeze.bias, excite.weight, excite.bias, module.column)
    whole = maps.reshape(*maps.shape[:2], -1, 1)
    wanted = torch.stack([stacked(reference.scaled(cells(one), *weights, PHOTO)).T for one in whole])
    agree(module(maps).reshape(wanted.shape), wanted, maps, *weights)


def test_conditional_scaling_of_tokens_is_its_equation() -> None:
    module = drawn(ConditionalScaling(nn.Identity(), 6, 2, PHOTO))
    tokens = numbers(2, 5, 6)
    squeeze, excite = module.squeeze, module.excite
    weights = (squeeze.weight, squeeze.bias, excite.weight, excite.bias, module.column)
    wanted = [stacked(reference.scaled([list(token) for token in one], *weights, PHOTO)) for one in tokens]
    agree(module(tokens), torch.stack(wanted), tokens, *weights)


class Mapping(nn.Module):
    """What attention asks of a top: here what goes in is the map."""

    width, axis = 6, 1

    def maps(self, values: Tensor) -> Tensor:
        return values.reshape(-1, 6, 3, 2)

    def pool(self, maps: Tensor) -> Tensor:
        return maps.mean((2, 3))


def test_attention_is_its_equation() -> None:
    module = drawn(Attention(Mapping(), hidden=4))  # type: ignore[arg-type]
    values = numbers(2, 36)
    first, second = module.look
    wanted = [
        torch.stack(
            reference.attended(cells(one), first.weight, first.bias, second.weight[0], second.bias[0])
        )
        for one in values.reshape(-1, 6, 3, 2)
    ]
    agree(module(values), torch.stack(wanted), values, first.weight, first.bias, second.weight)


@pytest.mark.parametrize("variant", ["labelled", "pulled", "same_class"])
def test_composed_losses_are_their_equations(variant: Any) -> None:
    """Late fusion, the pull and the same-class triplet, with the gradients of pictures and words."""
    torch.manual_seed(0)
    config = Composed(variant=variant, dim=4, margin=MARGIN, pull_weight=PULL)
    halves = nn.Sequential(nn.Identity()), nn.Sequential(nn.Identity())
    network = Composing(config, *halves, np.eye(3, 5, dtype=np.float32)).double()
    network.log = lambda *_, **__: None  # type: ignore[method-assign]
    s, p, n = (numbers(4, 4, seed=seed) for seed in range(3))
    classes, others = torch.tensor([0, 1, 2, 0]), torch.tensor([1, 2, 0, 2])
    nothing = torch.empty(0, 4, dtype=torch.float64), torch.empty(0, dtype=torch.int64)
    found = network.training_step((s, p, n, nothing[0], classes, others, nothing[1]))
    w, v = (network.say(network.words[codes]) for codes in (classes, others))
    wanted = reference.late_fusion(s, p, n, w, v, MARGIN)
    if variant != "labelled":
        wanted = wanted + PULL * reference.pull(s, p, n, w, v)
    if variant == "same_class":
        wanted = wanted + reference.same_class(s, p, n, w, MARGIN)
    agree(found, wanted, s, p, n, network.word.weight)
    assert torch.autograd.gradcheck(
        lambda *some: network.training_step((*some, nothing[0], classes, others, nothing[1])), (s, p, n)
    )


def test_the_rotation_of_codes_is_the_best_of_its_turns() -> None:
    """In the plane all rotations can be tried: the one found is a local best, and no worse than it began."""
    embeddings = normalize(numbers(200, 2, seed=3).detach() * torch.tensor([3.0, 1.0]), dim=1).numpy()
    hasher = fit(embeddings, 2, iterations=50, seed=1)
    v = ((embeddings - hasher.mean) @ hasher.axes).tolist()
    loss = reference.itq_loss(v, hasher.rotation.tolist())
    assert hasher.losses[-1] == pytest.approx(loss)
    assert all(
        later <= before + 1e-12 for before, later in zip(hasher.losses, hasher.losses[1:], strict=False)
    )
    for angle in np.linspace(-0.05, 0.05, 11):
        turned = hasher.rotation @ np.array(reference.turn(float(angle)))
        assert loss <= reference.itq_loss(v, turned.tolist()) + 1e-3


def test_a_turn_of_the_rotation_is_its_update() -> None:
    """R = U_A U_Bᵀ of Bᵀ V = U_B Ω U_Aᵀ: of all rotations the one nearest to the codes B = sign(V R)."""
    embeddings = numbers(60, 2, seed=4).detach().numpy()
    before, after = (fit(embeddings, 2, iterations=count, seed=2) for count in (0, 1))
    v = (embeddings - before.mean) @ before.axes
    codes = np.where(v @ before.rotation > 0, 1.0, -1.0)
    flip = np.diag([1.0, -1.0])
    tried = [np.array(reference.turn(angle)) for angle in np.linspace(-math.pi, math.pi, 2001)]
    tried += [each @ flip for each in tried]
    best = min(tried, key=lambda rotation: float(((codes - v @ rotation) ** 2).sum()))
    np.testing.assert_allclose(after.rotation, best, atol=2e-3)
