"""The two halves of the sketch tower, and what is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import lightning.pytorch as pl
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from sketchseek.methods.anchored.config import Config
from sketchseek.training.loop import one_cycle
from sketchseek.training.towers import Settle, Standardise

_FAR = -1e4  # a logit that takes no part in a softmax


class Encoder(nn.Module):
    """Both domains' trained parts: the sketch tower's top and head, the photo head, the classes' anchors."""

    def __init__(
        self, config: Config, top: nn.Module, *, width: int, standardise: Standardise, anchors: Tensor
    ) -> None:
        super().__init__()
        self.top = top
        self.sketch_head = nn.Sequential(
            nn.BatchNorm1d(width), nn.Dropout(config.dropout_sketch), nn.Linear(width, config.dim)
        )
        self.photo_head = nn.Sequential(
            standardise, nn.Dropout(config.dropout_photo), nn.Linear(width, config.dim)
        )
        self.settle = Settle(anchors, config.pull)

    def sketches(self, trunk: Tensor) -> Tensor:
        """Trunk outputs (N, dim) -> unit embeddings, not settled."""
        return normalize(self.sketch_head(self.top(trunk)), dim=1)

    def photos(self, features: Tensor) -> Tensor:
        """Backbone features (N, C) -> unit embeddings, not settled."""
        return normalize(self.photo_head(features), dim=1)


class Anchored(pl.LightningModule):
    """What learns, and the running average of its weights, which is steadier than any one step's."""

    rivals: Tensor

    def __init__(self, config: Config, encoder: Encoder, rivals: NDArray[np.bool_]) -> None:
        super().__init__()
        self.config = config
        self.learner = encoder
        average = get_ema_multi_avg_fn(config.average)  # type: ignore[no-untyped-call]
        self.averaged = AveragedModel(encoder, multi_avg_fn=average, use_buffers=True)
        self.register_buffer("rivals", torch.from_numpy(rivals))

    @property
    def encoder(self) -> Encoder:
        """What is validated and exported."""
        return cast(Encoder, self.averaged.module)

    def training_step(self, batch: Mapping[str, Tensor], _: int = 0) -> Tensor:
        """Both domains are drawn to the anchors of their classes, and paired sketches to their own photos.

        L = CE(s cos(z_sketch, a)) + CE(s cos(z_photo, a)) + w * CE(s cos(z_sketch, z_photo)) where the first
        two softmaxes run over the classes of the item's own data set, and the last over the pairs of the
        batch less those of the same class.
        """
        learner = self.learner
        sketches, photos = learner.sketches(batch["trunk"]), learner.photos(batch["features"])
        loss_sketch = self._classify(sketches, batch["sketch_class"], batch["sketch_rivals"])
        loss_photo = self._classify(photos, batch["photo_class"], batch["photo_rivals"])
        paired = batch["paired"]
        classes = batch["sketch_class"][paired]
        between = learner.settle.scale * sketches[paired] @ photos[len(photos) - len(paired) :].T
        alike = (classes[:, None] == classes[None]) & ~torch.eye(len(paired), dtype=torch.bool)
        loss_pair = cross_entropy(between.masked_fill(alike, _FAR), torch.arange(len(paired)))
        self.log_dict(
            {"sketch": loss_sketch, "photo": loss_photo, "pair": loss_pair}, on_step=False, on_epoch=True
        )
        return loss_sketch + loss_photo + self.config.pair_weight * loss_pair

    def on_train_batch_end(self, *_: Any) -> None:
        """Take the step into the average."""
        self.averaged.update_parameters(self.learner)

    def _classify(self, embeddings: Tensor, classes: Tensor, rivals: Tensor) -> Tensor:
        """Cross-entropy over each item's rivals, the wanted probability smoothed over them."""
        among = self.rivals[rivals]
        chances = self.learner.settle.logits(embeddings).masked_fill(~among, _FAR).log_softmax(1)
        wanted = chances.gather(1, classes[:, None])[:, 0]
        spread = chances.masked_fill(~among, 0.0).sum(1) / among.sum(1)
        smooth = self.config.smooth
        return -((1 - smooth) * wanted + smooth * spread).mean()

    def configure_optimizers(self) -> Any:
        """AdamW under one cosine cycle."""
        config = self.config
        learner = self.learner
        heads = [*learner.sketch_head.parameters(), *learner.photo_head.parameters()]
        groups: list[dict[str, Any]] = [
            {"params": list(learner.top.parameters()), "lr": config.rate / 2},
            {"params": heads, "lr": config.rate},
            {"params": list(learner.settle.parameters()), "lr": 2 * config.rate, "weight_decay": 0.0},
        ]
        return one_cycle(groups, config.decay, config.epochs * config.steps)
