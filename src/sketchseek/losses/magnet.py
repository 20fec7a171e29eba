"""The magnet loss against fixed cluster centres, sketches and photos alike."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import relu


def magnet(
    embeddings: Tensor, own: Tensor, centres: Tensor, classes: Tensor, *, variance: float, margin: float
) -> Tensor:
    """Pull each embedding to the centre of its cluster, away from all clusters of other classes.

    ``mean_n relu( |z_n - mu_n|^2 / 2 s^2 + b + log sum_(c != C(z_n)) exp(-|z_n - mu_c|^2 / 2 s^2) )``:
    Bui et al., ACCV 2018, section 3.4, after Rippel et al., "Metric Learning with Adaptive Density
    Discrimination", ICLR 2016, equation 5. The logarithm is taken of the sum at once, so that far points give
    neither 0/0 nor infinity. The centres are constants: no gradient reaches them.

    Args:
        embeddings: z, (N, P) float.
        own: (N,) int64, the cluster that each belongs to.
        centres: mu, (K, P) float.
        classes: (K,) int64, the class of each cluster; at least two differ.
        variance: s^2 above 0, the mean squared distance of items from the centre of their cluster.
        margin: b, alpha in the paper of Rippel et al.
    """
    distances = torch.cdist(embeddings, centres.detach()).square() / (2 * variance)
    near = distances.gather(1, own[:, None]).squeeze(1)
    others = (-distances).masked_fill(classes[None] == classes[own][:, None], -torch.inf)
    return relu(near + margin + torch.logsumexp(others, dim=1)).mean()
