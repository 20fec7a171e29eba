"""Domain confusion: the adversarial loss that hides whether an embedding came from a sketch or a photo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits


class _Reversed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, strength: float) -> Tensor:
        ctx.strength = strength
        return values.view_as(values)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return -ctx.strength * gradients[0], None


def reverse(values: Tensor, strength: float) -> Tensor:
    """The values as they are, with their gradient times ``-strength`` (Ganin and Lempitsky, ICML 2015).

    What lies behind learns the task, what lies before learns to spoil it.
    """
    reversed_: Tensor = _Reversed.apply(values, strength)  # type: ignore[no-untyped-call]
    return reversed_


def reversal_strength(epoch: int, start: int = 5, end: int = 25) -> float:
    """The strength of ``reverse`` in an epoch: 0 before ``start``, 1 from ``end`` on, a line between.

    ``clip((e - 5) / 20, 0, 1)``, Doodle to Search (CVPR 2019), with epochs from 0. Its released code passes
    the number of the batch instead, so that the strength is 1 after 25 steps of every epoch.
    """
    return min(1.0, max(0.0, (epoch - start) / (end - start)))


def domain(logits: Sequence[Tensor], photos: Sequence[bool]) -> Tensor:
    """How well a discriminator tells sketches from photos: the mean over groups of binary cross-entropy.

    ``1/G Σ_g mean_i [ -y_g log σ(z_gi) - (1 - y_g) log(1 - σ(z_gi)) ]``, y = 1 for photos: Dey et al., Doodle
    to Search, CVPR 2019, where the groups are sketches, photos of their class and of another. The
    discriminator sees embeddings through ``reverse``.

    Args:
        logits: a group's (N,) or (N, 1) float, before the sigmoid; one tensor for each group.
        photos: for each group whether it holds photos.
    """
    losses = [
        binary_cross_entropy_with_logits(group, torch.full_like(group, float(photo)))
        for group, photo in zip(logits, photos, strict=True)
    ]
    return torch.stack(losses).mean()
