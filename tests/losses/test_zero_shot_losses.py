"""Losses of the zero-shot systems beside their formulas, and their gradients."""

from __future__ import annotations

import pytest
import torch
from references import zero_shot_losses as reference

from sketchseek.losses.distillation import distillation
from sketchseek.losses.domain import domain, reversal_strength, reverse
from sketchseek.losses.infonce import infonce
from sketchseek.losses.proxies import proxies
from sketchseek.losses.reconstruction import reconstruction


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    drawn = torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return drawn.requires_grad_()


def value(loss: torch.Tensor) -> float:
    return float(loss.detach())


def test_reconstruction_is_its_formula() -> None:
    predicted, words = numbers(7, 5), numbers(7, 5, seed=1)
    wanted = reference.reconstruction(predicted.tolist(), words.tolist())
    assert value(reconstruction(predicted, words)) == pytest.approx(wanted, rel=1e-9)
    assert value(reconstruction(words, 3 * words)) == pytest.approx(0, abs=1e-9)
    assert value(reconstruction(words, -words)) == pytest.approx(1)
    assert torch.autograd.gradcheck(reconstruction, (predicted, words))


def test_domain_is_its_formula() -> None:
    groups = [numbers(6, 1), numbers(6, 1, seed=1), numbers(4, 1, seed=2)]
    wanted = reference.domain([group.flatten().tolist() for group in groups], [0, 1, 1])
    assert value(domain(groups, [False, True, True])) == pytest.approx(wanted, rel=1e-9)
    assert torch.autograd.gradcheck(lambda *some: domain(some, [False, True, True]), tuple(groups))
    large = domain([torch.tensor([-200.0]), torch.tensor([200.0])], [True, False])
    assert float(large) == pytest.approx(200)  # certain and wrong: large, not infinite


def test_what_is_reversed_keeps_its_value_and_turns_its_gradient() -> None:
    values = numbers(4, 3)
    weights = numbers(4, 3, seed=1).detach()
    assert torch.equal(reverse(values, 0.5), values)
    (weights * reverse(values, 0.5)).sum().backward()
    assert values.grad is not None
    torch.testing.assert_close(values.grad, -0.5 * weights)
    values.grad = None
    (weights * reverse(values, 0.0)).sum().backward()
    assert not values.grad.any()


def test_through_reversal_the_discriminator_learns_and_the_embedding_unlearns() -> None:
    embeddings, weights = numbers(8, 3), numbers(3, seed=1)
    photos = [False, True]

    def loss(strength: float | None) -> torch.Tensor:
        seen = embeddings if strength is None else reverse(embeddings, strength)
        return domain(list((seen @ weights).split(4)), photos)

    plain = torch.autograd.grad(loss(None), (embeddings, weights))
    turned = torch.autograd.grad(loss(0.7), (embeddings, weights))
    torch.testing.assert_close(turned[0], -0.7 * plain[0])
    torch.testing.assert_close(turned[1], plain[1])


@pytest.mark.parametrize(("epoch", "strength"), [(0, 0), (5, 0), (6, 0.05), (15, 0.5), (25, 1), (900, 1)])
def test_the_strength_grows_by_epochs(epoch: int, strength: float) -> None:
    assert reversal_strength(epoch) == pytest.approx(strength)


@pytest.mark.parametrize(("first", "second"), [(1.0, 0.3), (1.0, 0.0), (0.0, 2.0)])
def test_distillation_is_its_formula(first: float, second: float) -> None:
    student, teacher, prior = numbers(6, 9), numbers(6, 9, seed=1), numbers(6, 9, seed=2).detach().abs()
    photos = torch.tensor([1, 0, 1, 1, 0, 1])
    wanted = reference.distillation(
        student.tolist(), teacher.tolist(), prior.tolist(), photos.tolist(), first, second
    )
    found = distillation(student, teacher, prior, photos, teacher_weight=first, prior_weight=second)
    assert value(found) == pytest.approx(wanted, rel=1e-9)
    assert torch.autograd.gradcheck(
        lambda logits: distillation(
            logits, teacher, prior, photos.bool(), teacher_weight=first, prior_weight=second
        ),
        (student,),
    )


def test_distillation_teaches_photos_only_and_never_the_teacher() -> None:
    student, teacher, prior = numbers(3, 5), numbers(3, 5, seed=1), torch.zeros(3, 5, dtype=torch.float64)
    distillation(student, teacher, prior, torch.tensor([0, 1, 0])).backward()
    assert student.grad is not None
    assert student.grad[[0, 2]].abs().max() == 0
    q, o = teacher[1].softmax(0), student[1].softmax(0)
    torch.testing.assert_close(student.grad[1], (o - q).detach())
    assert teacher.grad is None
    nothing = distillation(student, teacher, prior, torch.zeros(3))
    assert value(nothing) == 0


def test_the_strongest_link_multiplies_the_odds_by_its_exponential() -> None:
    teacher, prior = torch.zeros(1, 4), torch.tensor([[1.0, 0, 0, 0]])
    targets = torch.softmax(teacher + 0.3 * prior, 1)[0]
    logits = targets.log()[None].requires_grad_()
    distillation(logits, teacher, prior, torch.ones(1)).backward()
    assert logits.grad is not None
    assert float(logits.grad.abs().max()) < 1e-6  # the best student has the blended odds
    assert float(targets[0] / targets[1]) == pytest.approx(1.35, abs=0.001)


@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_proxies_are_their_formula(temperature: float) -> None:
    embeddings, vectors = numbers(8, 5), numbers(4, 5, seed=1)
    labels = torch.tensor([0, 1, 2, 3, 3, 2, 1, 0])
    wanted = reference.proxies(embeddings.tolist(), vectors.tolist(), labels.tolist(), temperature)
    assert value(proxies(embeddings, vectors, labels, temperature)) == pytest.approx(wanted, rel=1e-9)
    assert torch.autograd.gradcheck(lambda x, p: proxies(x, p, labels, temperature), (embeddings, vectors))
    fixed = vectors.detach()
    proxies(embeddings, fixed, labels, temperature).backward()
    assert fixed.grad is None
    assert embeddings.grad is not None


def test_infonce_is_its_formula() -> None:
    scores = numbers(4, 6)
    right = torch.tensor(
        [[1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 1]], dtype=torch.bool
    )
    among = torch.rand(4, 6, generator=torch.Generator().manual_seed(2)) > 0.4
    for part in (torch.ones_like(right), among):
        wanted = reference.infonce(scores.tolist(), right.tolist(), part.tolist())
        assert value(infonce(scores, right, part)) == pytest.approx(wanted, rel=1e-6)
        wanted = reference.infonce(scores.tolist(), right.tolist(), part.tolist(), 0.2)
        assert value(infonce(scores, right, part, smoothing=0.2)) == pytest.approx(wanted, rel=1e-6)
    assert torch.equal(infonce(scores, right), infonce(scores, right, torch.ones_like(right)))
    for smoothing in (0.0, 0.2):
        assert torch.autograd.gradcheck(
            lambda z, smoothing=smoothing: infonce(z, right, among, smoothing=smoothing), (scores,)
        )


def test_infonce_without_answers_is_nothing() -> None:
    assert value(infonce(numbers(3, 4), torch.zeros(3, 4, dtype=torch.bool))) == 0
