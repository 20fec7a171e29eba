"""The triplet loss where an item differs with its partner."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import relu


def paired_triplet(near: tuple[Tensor, Tensor], far: tuple[Tensor, Tensor], margin: float = 0.2) -> Tensor:
    """Ask that a sketch beside its own photo be nearer to it than beside another photo to that one.

    ``mean_i max(0, Δ + D(S⁺_i, P⁺_i) − D(S⁻_i, P⁻_i))``, D the squared Euclidean distance: "Cross-Modal
    Hierarchical Modelling for Fine-Grained Sketch Based Image Retrieval" (BMVC 2020). The sign is that of its
    figure; the printed formula has P⁻ in the first term.

    Args:
        near: (N, D) sketches as they are beside their own photos, and these photos.
        far: (N, D) the same sketches beside other photos, and those.
        margin: Δ, above 0, in the units of the embeddings' squared distance.
    """
    return relu(margin + squared(*near) - squared(*far)).mean()


def squared(left: Tensor, right: Tensor) -> Tensor:
    """The squared Euclidean distance of rows, (N,)."""
    return (left - right).square().sum(1)
