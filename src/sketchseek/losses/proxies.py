"""Classification by proxies: one vector a class, fixed or learnt."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cross_entropy, normalize


def proxies(embeddings: Tensor, vectors: Tensor, labels: Tensor, temperature: float = 0.05) -> Tensor:
    """Ask that an embedding be nearer, by cosine, to its class's vector than to the others'.

    ``mean_i -log( exp(cos(x_i, p_y) / T) / Σ_c exp(cos(x_i, p_c) / T) )``: Zhai and Wu, "Classification is a
    strong baseline for deep metric learning", BMVC 2019. With learnt vectors it is a classifier without bias
    on unit vectors; with fixed ones, such as word vectors, classes lie where meaning puts them, and unseen
    classes have a place, too.

    Args:
        embeddings: x, (N, D) float, any length but 0.
        vectors: p, (C, D) float: a parameter, or a constant.
        labels: y, (N,) int64 in 0..C-1.
        temperature: T, above 0.
    """
    cosines = normalize(embeddings, dim=1) @ normalize(vectors, dim=1).T
    return cross_entropy(cosines / temperature, labels)
