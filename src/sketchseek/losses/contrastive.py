"""The contrastive loss of pairs."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import relu

EPSILON = 1e-6  # inside the root, whose slope at zero would be infinite


def contrastive(sketches: Tensor, photos: Tensor, same: Tensor, margin: float = 5.0) -> Tensor:
    """Pull pairs of the same meaning together, push others ``margin`` apart.

    ``mean_i [ y_i d_i² + (1 − y_i) max(0, m − d_i)² ]`` with ``d_i = sqrt(‖s_i − p_i‖² + 1e-6)``: Hadsell,
    Chopra and LeCun, CVPR 2006, equation 4 without its halves, as the dual-stage framework's code has it.

    Args:
        sketches: (N, D) float.
        photos: (N, D) float, pair by pair.
        same: (N,) bool or 0 and 1: 1 where a pair has the same meaning.
        margin: m, above 0, in the units of the embeddings' Euclidean distance.
    """
    same = same.to(sketches.dtype)
    distance = ((sketches - photos).square().sum(1) + EPSILON).sqrt()
    return (same * distance.square() + (1 - same) * relu(margin - distance).square()).mean()


def contrastive_batch(sketches: Tensor, photos: Tensor, same: Tensor, margin: float = 5.0) -> Tensor:
    """The contrastive loss over the pairs of a batch: each sketch's positives and its nearest negatives.

    The mean of ``d²`` over all positive pairs and of ``max(0, m − d)²`` over as many negative ones, half
    each, as in ``contrastive`` on balanced pairs. A sketch's negatives are the nearest in the batch, as many
    as it has positives: pairs drawn by chance are soon all farther apart than the margin, and teach nothing.

    Args:
        sketches: (S, D) float.
        photos: (P, D) float.
        same: (S, P) bool; each sketch has the same number of positives, and at least as many negatives.
        margin: m, as in ``contrastive``.
    """
    square = (sketches[:, None] - photos[None]).square().sum(2)
    count = int(same[0].sum())
    nearest = square.masked_fill(same, torch.inf).topk(count, largest=False).values
    apart = relu(margin - (nearest + EPSILON).sqrt()).square()
    return ((square[same] + EPSILON).mean() + apart.mean()) / 2
