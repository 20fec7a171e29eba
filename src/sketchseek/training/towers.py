"""Towers: the torch modules that become a model folder's graphs, uint8 pictures -> unit embeddings."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.errors import BadConfig

_LEAST = 1e-6  # codes of zeros, as a ReLU can give, have a direction too
_CHUNK = 256  # rows that go through a module at once where nothing is learnt
_STEEPEST = 40.0  # what cosines are multiplied with before a softmax, at most


class Tower(nn.Module):
    """One domain's whole encoder: normalisation, backbone, head, unit length.

    ``pixels``: uint8, photos (N, S, S, 3) or sketches (N, S, S), whose ink image is fed to all three
    channels. Returns float32 (N, D), rows of unit length.
    """

    pixel_mean: Tensor
    pixel_std: Tensor

    def __init__(
        self, backbone: nn.Module, head: nn.Module, *, mean: tuple[float, ...], std: tuple[float, ...]
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head
        self.register_buffer("pixel_mean", torch.tensor(mean).reshape(1, 3, 1, 1))
        self.register_buffer("pixel_std", torch.tensor(std).reshape(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """Uint8 pictures -> unit embeddings (N, D)."""
        return normalize(self.features(pixels) + _LEAST, dim=1)

    def features(self, pixels: Tensor) -> Tensor:
        """Uint8 pictures -> embeddings (N, D) before they are brought to unit length."""
        values: Tensor = self.head(self.backbone(self.prepare(pixels)))
        return values

    def prepare(self, pixels: Tensor) -> Tensor:
        """Uint8 pictures -> normalised float32 (N, 3, S, S)."""
        values = pixels.float() / 255.0
        values = (
            values.permute(0, 3, 1, 2) if pixels.dim() == 4 else values.unsqueeze(1).expand(-1, 3, -1, -1)
        )
        return (values - self.pixel_mean) / self.pixel_std


class Standardise(nn.Module):
    """Shift and scale features by statistics of the training set: ``(x - mean) / std`` per dimension."""

    centre: Tensor
    scale: Tensor

    def __init__(self, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.register_buffer("centre", mean.float())
        self.register_buffer("scale", 1.0 / std.float())

    @classmethod
    def fitted(cls, features: Tensor, floor: float = 1e-3) -> Standardise:
        """The statistics of ``features`` (N, D); deviations below ``floor`` count as ``floor``."""
        return cls(features.mean(0), features.std(0).clamp_min(floor))

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, D) -> the same, of mean 0 and deviation 1 on the training set."""
        return (features - self.centre) * self.scale


class Mirrored(nn.Module):
    """A backbone that sees each picture and its mirror image: the mean of both features."""

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised float pixels (N, 3, S, S) -> features."""
        features: Tensor = (self.backbone(pixels) + self.backbone(pixels.flip(3))) / 2
        return features


class Settle(nn.Module):
    """Draws an embedding to the anchors that it lies near, more the surer it is.

    ``z + w sum_c softmax(s cos(z, a))_c a_c``: what two pictures probably are then counts for as much in
    their cosine as what they look like. A picture near no anchor in particular is drawn to the mean of many,
    which changes little.

    Args:
        anchors: a, (C, D) of any length.
        pull: w.
        scale: s, where it starts.
    """

    def __init__(self, anchors: Tensor, pull: float, scale: float = 16.0) -> None:
        super().__init__()
        self.anchors = nn.Parameter(anchors)
        self.log_scale = nn.Parameter(torch.tensor(scale).log())
        self.pull = pull

    @property
    def scale(self) -> Tensor:
        """What cosines are multiplied with before a softmax, a learnt number."""
        return self.log_scale.exp().clamp(max=_STEEPEST)

    def logits(self, embeddings: Tensor) -> Tensor:
        """Unit embeddings (N, D) -> scaled cosines to all anchors (N, C)."""
        return self.scale * embeddings @ normalize(self.anchors, dim=1).T

    def forward(self, embeddings: Tensor) -> Tensor:
        """Embeddings (N, D) of any length -> settled ones."""
        unit = normalize(embeddings, dim=1)
        near = self.logits(unit).softmax(1)
        return unit + self.pull * near @ normalize(self.anchors, dim=1)


def through(module: nn.Module, rows: NDArray[np.float16]) -> Tensor:
    """What a module gives for (N, D) rows: (N, width) float32, nothing learnt."""
    training = module.training
    module.eval()
    with torch.inference_mode():
        parts = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
        found = torch.cat([module(torch.from_numpy(part).float()) for part in parts])
    module.train(training)
    return found.clone()


def principal(features: Tensor, dim: int) -> nn.Linear:
    """A layer without bias that starts at the principal axes of features (N, width): width -> dim.

    Both domains' layers start there, so that what the backbone knows is not to be found anew.

    Raises:
        BadConfig: ``dim`` is more than the features' width, or than their number.
    """
    if dim > min(features.shape):
        raise BadConfig(f"dim = {dim}: {min(features.shape)} at most, with these pictures and this backbone")
    axes = torch.linalg.svd(features - features.mean(0), full_matrices=False).Vh[:dim]
    layer = nn.Linear(features.shape[1], dim, bias=False)
    with torch.no_grad():
        layer.weight.copy_(axes)
    return layer


def mlp(widths: Sequence[int], dropout: float = 0.0) -> nn.Sequential:
    """Fully connected layers of these widths, input and output included: ReLU between, none at the end.

    ``dropout`` acts on the input of every layer.
    """
    layers: list[nn.Module] = []
    for number, (before, after) in enumerate(itertools.pairwise(widths)):
        layers += [nn.ReLU()] if number else []
        layers += [nn.Dropout(dropout), nn.Linear(before, after)]
    return nn.Sequential(*layers)
