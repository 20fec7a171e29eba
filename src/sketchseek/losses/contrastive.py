"""The contrastive loss of pairs."""

from __future__ import annotations

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
