"""Teacher preservation: photos keep what a frozen network knows, sharpened by what their class means."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import log_softmax, softmax


def distillation(
    logits: Tensor,
    teacher: Tensor,
    prior: Tensor,
    photos: Tensor,
    *,
    teacher_weight: float = 1.0,
    prior_weight: float = 0.3,
) -> Tensor:
    """Cross-entropy with soft targets made of a teacher's logits and a semantic prior, over photos only.

    ``1/P Σ_{i: photo} -Σ_m q_im log softmax(o_i)_m`` with ``q_i = softmax(λ₁ t_i + λ₂ a_i)``: Liu et al.,
    SAKE, ICCV 2019, as its released code has it. No gradient flows into the targets. Without a photo the loss
    is 0.

    Args:
        logits: o, (N, K) float, the student's over the teacher's classes.
        teacher: t, (N, K) float, the frozen teacher's.
        prior: a, (N, K) float in 0..1, each row the similarity of the item's class with the teacher's.
        photos: (N,) bool or 0 and 1: 1 for photos; sketches are left out, which the teacher does not know.
        teacher_weight: λ₁.
        prior_weight: λ₂; 0: plain distillation.
    """
    targets = softmax(teacher_weight * teacher.detach() + prior_weight * prior.detach(), dim=1)
    each = -(targets * log_softmax(logits, dim=1)).sum(1)
    chosen = photos.to(each.dtype)
    return (each * chosen).sum() / chosen.sum().clamp(min=1)
