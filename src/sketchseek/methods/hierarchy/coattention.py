"""Co-attention: each region of a sketch asks all regions of a photo, and the other way round.

"Cross-Modal Hierarchical Modelling for Fine-Grained Sketch Based Image Retrieval" (BMVC 2020), section on
localised co-attention.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

_NOT = -1e9  # a logit that no region has; exp of its distance to any real one is exactly 0


class Attended(NamedTuple):
    """What co-attention gives.

    Attributes:
        sketches: (B, M, d), each region with what it found in the photo.
        photos: (B, N, d), likewise.
        to_photos: (B, M, N), rows sum to 1: where each region of the sketch looked.
        to_sketches: (B, N, M), rows sum to 1: where each region of the photo looked.
    """

    sketches: Tensor
    photos: Tensor
    to_photos: Tensor
    to_sketches: Tensor


class Gate(nn.Module):
    """How much of what was found is let in, and how it is joined to what was there.

    ``G = σ([x, y] W_G)``, ``x̃ = Z(G ⊙ (x + y)) + x`` with ``Z = ReLU(FC)``.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.gate = nn.Linear(2 * dim, dim, bias=False)
        self.change = nn.Linear(dim, dim)

    def forward(self, own: Tensor, found: Tensor) -> Tensor:
        """(B, M, d) regions and what each found -> (B, M, d)."""
        opened = torch.sigmoid(self.gate(torch.cat([own, found], dim=-1)))
        changed: Tensor = torch.relu(self.change(opened * (own + found))) + own
        return changed


class CoAttention(nn.Module):
    """Both directions of attention between two sets of regions.

    ``A = (S W_S)(P W_P)ᵀ``; a sketch's region takes ``softmax(A / √h) P``, a photo's ``softmax(Aᵀ / √h) S``,
    each through a gate of its own.

    Args:
        dim: d, of a region.
        hidden: h, of the space that regions are compared in.
    """

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.scale = hidden**-0.5
        self.sketch = nn.Linear(dim, hidden, bias=False)
        self.photo = nn.Linear(dim, hidden, bias=False)
        self.sketch_gate = Gate(dim)
        self.photo_gate = Gate(dim)

    def forward(self, sketches: Tensor, photos: Tensor, real: tuple[Tensor, Tensor]) -> Attended:
        """Let the regions of pairs look at each other.

        Args:
            sketches: (B, M, d).
            photos: (B, N, d).
            real: (B, M) and (B, N) bool, which of them are there; what else there is gets no weight.
        """
        logits = (self.sketch(sketches) @ self.photo(photos).transpose(1, 2)) * self.scale
        to_photos = masked_softmax(logits, real[1][:, None])
        to_sketches = masked_softmax(logits.transpose(1, 2), real[0][:, None])
        return Attended(
            self.sketch_gate(sketches, to_photos @ photos),
            self.photo_gate(photos, to_sketches @ sketches),
            to_photos,
            to_sketches,
        )


def masked_softmax(logits: Tensor, real: Tensor) -> Tensor:
    """Softmax over the last axis, exactly 0 where ``real`` is not; even where nothing is."""
    return torch.softmax(torch.where(real, logits, _NOT), dim=-1)
