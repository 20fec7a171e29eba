"""InfoNCE between two domains, with any number of right answers."""

from __future__ import annotations

import torch
from torch import Tensor

_FAR = -1e4  # a logit that takes no part in a softmax


def infonce(scores: Tensor, right: Tensor, among: Tensor | None = None, *, smoothing: float = 0.0) -> Tensor:
    """Ask that each row's right columns stand out among the others, and each column's right rows.

    ``mean_i mean_(j in R(i)) -log( exp(z_ij) / sum_k exp(z_ik) )``, the mean of both directions: van den Oord
    et al., "Representation Learning with Contrastive Predictive Coding", 2018, equation 4, with several
    positives as in Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, equation 2. Rows and
    columns without a right answer are left out; if there is none at all the loss is 0.

    With ``smoothing``, s, an answer is less sure: a row's target is ``1 - s`` shared by its right columns and
    ``s`` shared by all that take part. The loss is the cross-entropy to it: but for a constant, the
    divergence from smoothed supervision of Alshammari et al., "I-Con", ICLR 2025.

    Args:
        scores: z, (N, M) float: similarities over the temperature.
        right: (N, M) bool.
        among: (N, M) bool, what takes part; by default all. Right answers always do.
        smoothing: s, 0 to below 1.
    """
    part = torch.ones_like(right) if among is None else among | right
    return (_rows(scores, right, part, smoothing) + _rows(scores.T, right.T, part.T, smoothing)) / 2


def _rows(scores: Tensor, right: Tensor, part: Tensor, smoothing: float) -> Tensor:
    chances = scores.masked_fill(~part, _FAR).log_softmax(1)
    count = right.sum(1)
    each = -(chances * right).sum(1) / count.clamp(min=1)
    if smoothing:
        all_ = -(chances * part).sum(1) / part.sum(1).clamp(min=1)
        each = (1 - smoothing) * each + smoothing * all_
    asked = (count > 0).to(scores.dtype)
    return (each * asked).sum() / asked.sum().clamp(min=1)
