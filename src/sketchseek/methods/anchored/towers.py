"""The two halves of the sketch tower, and what is trained."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import lightning.pytorch as pl
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize
from torch.optim.lr_scheduler import OneCycleLR

from sketchseek.encoders.huggingface import Backbone
from sketchseek.errors import BadConfig
from sketchseek.methods.anchored.config import Config
from sketchseek.training.towers import Standardise

_FAR = -1e4  # a logit that takes no part in a softmax
_SCALE = (16.0, 40.0)  # of cosines before the softmax: where it starts, and its limit


class Trunk(nn.Module):
    """The lower blocks of a backbone, frozen: normalised pixels -> (N, dim) map, flattened."""

    def __init__(self, backbone: Backbone, cut: int, size: int) -> None:
        super().__init__()
        stem, layers, _ = blocks(backbone)
        if not 0 < cut < len(layers):
            raise BadConfig(f"cut = {cut}: 1 to {len(layers) - 1} blocks can stay frozen")
        self.blocks = nn.Sequential(stem, *layers[:cut])
        self.size, self.mean, self.std = size, backbone.mean, backbone.std
        self.eval().requires_grad_(False)
        with torch.inference_mode():
            self.shape = tuple(self.blocks(torch.zeros(1, 3, size, size)).shape[1:])
        self.dim = int(np.prod(self.shape))

    def forward(self, pixels: Tensor) -> Tensor:
        """Normalised float pixels (N, 3, S, S) -> (N, dim)."""
        return torch.flatten(self.blocks(pixels), 1)

    def digest(self) -> str:
        """Twelve hexadecimal digits: equal for equal weights and size."""
        digest = hashlib.sha256(f"{self.size} {len(self.blocks)}".encode())
        for tensor in self.state_dict().values():
            digest.update(tensor.contiguous().numpy().tobytes())
        return digest.hexdigest()[:12]


def blocks(backbone: Backbone) -> tuple[nn.Module, list[nn.Module], nn.Module]:
    """Stem, inverted residual blocks and last convolution of a MobileNetV2.

    Raises:
        BadConfig: another kind of backbone.
    """
    body: Any = backbone.body
    if not all(hasattr(body, name) for name in ("conv_stem", "layer", "conv_1x1")):
        raise BadConfig(f"the anchored method cuts a MobileNetV2 in two; {backbone.name} is none")
    return body.conv_stem, list(body.layer), body.conv_1x1


class Top(nn.Module):
    """The upper blocks of a backbone: the trunk's output (N, dim) -> pooled features (N, C)."""

    def __init__(self, backbone: Backbone, cut: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        _, layers, last = blocks(backbone)
        self.shape = shape
        self.blocks = nn.Sequential(*layers[cut:], last)

    def forward(self, values: Tensor) -> Tensor:
        """Flattened trunk output -> pooled features."""
        maps = values.reshape(-1, *self.shape).contiguous(memory_format=torch.channels_last)
        features: Tensor = self.blocks(maps).mean((2, 3))
        return features


class Anchored(pl.LightningModule):
    """The trained part: the sketch tower's top and head, the photo head, and the anchors of the classes."""

    rivals: Tensor

    def __init__(
        self,
        config: Config,
        top: Top,
        *,
        width: int,
        standardise: Standardise,
        anchors: Tensor,
        rivals: NDArray[np.bool_],
    ) -> None:
        super().__init__()
        self.config = config
        self.top = top
        self.sketch_head = nn.Sequential(nn.BatchNorm1d(width), nn.Dropout(0.2), nn.Linear(width, config.dim))
        self.photo_head = nn.Sequential(standardise, nn.Dropout(0.3), nn.Linear(width, config.dim))
        self.anchors = nn.Parameter(anchors)
        self.log_scale = nn.Parameter(torch.tensor(_SCALE[0]).log())
        self.register_buffer("rivals", torch.from_numpy(rivals))

    def sketches(self, trunk: Tensor) -> Tensor:
        """Trunk outputs (N, dim) -> unit embeddings."""
        return normalize(self.sketch_head(self.top(trunk)), dim=1)

    def photos(self, features: Tensor) -> Tensor:
        """Backbone features (N, C) -> unit embeddings."""
        return normalize(self.photo_head(features), dim=1)

    def training_step(self, batch: Mapping[str, Tensor], _: int = 0) -> Tensor:
        """Both domains are drawn to the anchors of their classes, and paired sketches to their own photos.

        L = CE(s cos(z_sketch, a)) + CE(s cos(z_photo, a)) + w * CE(s cos(z_sketch, z_photo)) where the first
        two softmaxes run over the classes of the item's own data set, and the last over the pairs of the
        batch less those of the same class.
        """
        scale = self.log_scale.exp().clamp(max=_SCALE[1])
        anchors = normalize(self.anchors, dim=1)
        sketches, photos = self.sketches(batch["trunk"]), self.photos(batch["features"])
        loss_sketch = self._classify(
            scale * sketches @ anchors.T, batch["sketch_class"], batch["sketch_rivals"]
        )
        loss_photo = self._classify(scale * photos @ anchors.T, batch["photo_class"], batch["photo_rivals"])
        paired = batch["paired"]
        classes = batch["sketch_class"][paired]
        between = scale * sketches[paired] @ photos[len(photos) - len(paired) :].T
        alike = (classes[:, None] == classes[None]) & ~torch.eye(len(paired), dtype=torch.bool)
        loss_pair = cross_entropy(between.masked_fill(alike, _FAR), torch.arange(len(paired)))
        self.log_dict(
            {"sketch": loss_sketch, "photo": loss_photo, "pair": loss_pair}, on_step=False, on_epoch=True
        )
        return loss_sketch + loss_photo + self.config.pair_weight * loss_pair

    def _classify(self, logits: Tensor, classes: Tensor, rivals: Tensor) -> Tensor:
        return cross_entropy(logits.masked_fill(~self.rivals[rivals], _FAR), classes)

    def configure_optimizers(self) -> Any:
        """AdamW under one cosine cycle."""
        config = self.config
        heads = [*self.sketch_head.parameters(), *self.photo_head.parameters()]
        groups: list[dict[str, Any]] = [
            {"params": list(self.top.parameters()), "lr": config.rate / 2},
            {"params": heads, "lr": config.rate},
            {"params": [self.anchors, self.log_scale], "lr": 2 * config.rate, "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(groups, weight_decay=config.decay)
        rates = [group["lr"] for group in groups]
        cycle = OneCycleLR(optimizer, rates, total_steps=config.epochs * config.steps, pct_start=0.1)
        return [optimizer], [{"scheduler": cycle, "interval": "step"}]
