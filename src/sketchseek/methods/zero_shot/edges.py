"""Photos seen as drawings: an edge map inside the network, in the photo's place or beside it."""

from __future__ import annotations

import hashlib
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad

from sketchseek.training.halves import Trunk

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_BLUR = (1.0, 4.0, 6.0, 4.0, 1.0)
_STRONG = 4.0  # an edge of so many times the picture's mean strength is drawn black


class EdgeMap(nn.Module):
    """Normalised photos -> normalised pictures of their edges, black on white.

    Sobel's gradient of the blurred luminance, each picture scaled by its own mean.
    """

    blur: Tensor
    slopes: Tensor
    centre: Tensor
    spread: Tensor
    luma: Tensor

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        row = torch.tensor(_BLUR) / sum(_BLUR)
        slope = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
        self.register_buffer("blur", (row[:, None] * row[None])[None, None])
        self.register_buffer("slopes", torch.stack([slope, slope.T])[:, None])
        self.register_buffer("luma", torch.tensor(_LUMA).reshape(1, 3, 1, 1))
        self.register_buffer("centre", torch.tensor(mean).reshape(1, -1, 1, 1))
        self.register_buffer("spread", torch.tensor(std).reshape(1, -1, 1, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        """(N, 3, S, S) float -> the same."""
        grey = ((pixels * self.spread + self.centre) * self.luma).sum(1, keepdim=True)
        smooth = conv2d(pad(grey, (2, 2, 2, 2), mode="replicate"), self.blur)
        slopes = conv2d(pad(smooth, (1, 1, 1, 1), mode="replicate"), self.slopes)
        strength = (slopes.square().sum(1, keepdim=True) + 1e-8).sqrt()
        ink = (strength / (_STRONG * strength.mean((2, 3), keepdim=True) + 1e-3)).clamp(max=1)
        return ((1 - ink).expand(-1, 3, -1, -1) - self.centre) / self.spread


class EdgeTrunk(nn.Module):
    """A trunk that sees the photo's edges, alone or beside the photo.

    ``shape`` is that of one of them.

    Args:
        photo: the trunk of photos.
        drawing: the trunk of drawings at the photos' size, which sees the edges.
        how: ``replace``: the edges alone; ``stack``: both, one after the other.
    """

    def __init__(self, photo: Trunk, drawing: Trunk, how: Literal["replace", "stack"]) -> None:
        super().__init__()
        self.edges = EdgeMap(photo.mean, photo.std)
        self.drawing = drawing
        self.photo = photo if how == "stack" else None
        self.size, self.mean, self.std = photo.size, photo.mean, photo.std
        self.shape = photo.shape
        self.dim = photo.dim * (2 if how == "stack" else 1)
        self.eval().requires_grad_(False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised float pixels (N, 3, S, S) -> (N, dim)."""
        drawn: Tensor = self.drawing(self.edges(pixels))
        return drawn if self.photo is None else torch.cat([self.photo(pixels), drawn], dim=1)

    def digest(self) -> str:
        """Twelve hexadecimal digits: equal for equal weights and size."""
        both = "edges" + self.drawing.digest() + (self.photo.digest() if self.photo is not None else "")
        return hashlib.sha256(both.encode()).hexdigest()[:12]
