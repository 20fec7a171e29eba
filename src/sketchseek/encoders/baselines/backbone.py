"""The features of a vision model as it was published: the common start of every method that trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from sketchseek.encoders.baselines import identity, units
from sketchseek.encoders.huggingface import Backbone, load_backbone
from sketchseek.images import PhotoInput
from sketchseek.sketch import SketchInput

Floats = NDArray[np.float32]

VERSION = 1  # of what is computed: another one, another identity
_LINE = 3 / 224  # width of a line, as a share of the side


def make(argument: str) -> Frozen:
    """A Hugging Face vision model by folder or hub name; MobileNetV2 where none is given.

    Raises:
        BadModel: as `load_backbone`.
    """
    return Frozen(load_backbone(argument), argument)


@dataclass(frozen=True, eq=False)
class Frozen:
    """A backbone's pooled features, one tower for both domains: an encoder.

    Attributes:
        backbone: with its weights.
        asked: the folder or hub name that was asked for.
    """

    backbone: Backbone = field(repr=False)
    asked: str = ""

    @cached_property
    def model_id(self) -> str:
        """Of the weights and of how pictures are brought to them."""
        name = f"backbone:{self.backbone.name.rpartition('/')[2]}"
        return identity(name, VERSION, self.backbone.digest(), self.photo, self.sketch)

    @property
    def source(self) -> str:
        """The name that it is found by."""
        return f"backbone:{self.asked}" if self.asked else "backbone"

    @property
    def settings(self) -> Mapping[str, object]:
        """Which weights."""
        return {"backbone": self.backbone.digest()}

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self.backbone.dim

    @cached_property
    def photo(self) -> PhotoInput:
        """The centre square at the model's own size and normalisation."""
        mean, std = self._normal
        return PhotoInput(size=self.backbone.size, mean=mean, std=std)

    @cached_property
    def sketch(self) -> SketchInput:
        """Black lines of 3 pixels in 224."""
        mean, std = self._normal
        return SketchInput(size=self.backbone.size, line_width=_LINE * self.backbone.size, mean=mean, std=std)

    def embed_photos(self, pixels: NDArray[np.uint8]) -> Floats:
        """(N, S, S, 3) uint8 -> (N, D) float32, rows of unit length."""
        return self._embed(torch.from_numpy(pixels).permute(0, 3, 1, 2))

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> Floats:
        """(N, S, S) uint8 -> (N, D) float32, rows of unit length."""
        return self._embed(torch.from_numpy(rasters)[:, None].expand(-1, 3, -1, -1))

    def _embed(self, levels: torch.Tensor) -> Floats:
        mean, std = (torch.tensor(values)[:, None, None] for values in self._normal)
        with torch.inference_mode():
            return units(self.backbone((levels / 255 - mean) / std).numpy())

    @property
    def _normal(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        return _three(self.backbone.mean), _three(self.backbone.std)


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    """One number a channel; where there is one alone it serves all."""
    red, green, blue = values if len(values) == 3 else values[:1] * 3
    return red, green, blue
