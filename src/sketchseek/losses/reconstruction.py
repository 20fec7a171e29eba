"""The semantic loss: an embedding must tell the word of its class."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cosine_similarity


def reconstruction(predicted: Tensor, words: Tensor) -> Tensor:
    """Ask that what is predicted from embeddings point where the classes' word vectors do.

    ``mean_i (1 - cos(a_i, w_i)) / 2``, in 0..1: Dey et al., Doodle to Search, CVPR 2019. There ``a = M(x)``
    with a small network M, and the loss is the sum of this for sketches, photos of their class and, through
    ``domain.reverse`` with strength 0.5, photos of another class: they must not tell the sketch's word.

    Args:
        predicted: (N, D) float, any length but 0.
        words: (N, D) float, the vectors of the rows' classes.
    """
    return ((1 - cosine_similarity(predicted, words, dim=1)) / 2).mean()
