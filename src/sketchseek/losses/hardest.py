"""Which negatives of a batch a loss learns most from."""

from __future__ import annotations

import torch
from torch import Tensor


@torch.no_grad()
def hardest(sketches: Tensor, photos: Tensor, same: Tensor) -> Tensor:
    """For each sketch the nearest photo of the batch that is not the same: (S,) int64.

    In-batch hard mining, as the baselines of Bui et al., ACCV 2018 (table 2, "HM") are trained.

    Args:
        sketches: (S, D) float.
        photos: (P, D) float.
        same: (S, P) bool; each sketch has a photo that is not the same.

    Raises:
        ValueError: a sketch has none.
    """
    if same.all(1).any():
        raise ValueError("a sketch has no photo in its batch but those that are the same")
    return torch.cdist(sketches, photos).masked_fill(same, torch.inf).argmin(1)
