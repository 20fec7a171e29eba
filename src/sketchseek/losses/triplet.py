"""The triplet loss."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import relu

EPSILON = 1e-6  # inside the root, whose slope at zero would be infinite


def triplet(anchors: Tensor, positives: Tensor, negatives: Tensor, margin: float = 1.0) -> Tensor:
    """Ask that each anchor be nearer to its positive than to its negative, by ``margin``.

    ``mean_i max(0, m + ‖a_i − p_i‖ − ‖a_i − n_i‖)``, distances not squared: Doodle to Search, CVPR 2019,
    equation 1 (squared in Schroff et al., FaceNet, CVPR 2015, equation 3).

    Args:
        anchors: (N, D) float, the sketches.
        positives: (N, D) float, photos of the same meaning.
        negatives: (N, D) float, photos of another.
        margin: m, above 0, in the units of the embeddings' Euclidean distance.
    """
    near = ((anchors - positives).square().sum(1) + EPSILON).sqrt()
    far = ((anchors - negatives).square().sum(1) + EPSILON).sqrt()
    return relu(margin + near - far).mean()
