"""What is trained: both domains' upper halves, which are one network, and the projection behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.losses.infonce import infonce
from sketchseek.methods.instance.config import Config
from sketchseek.methods.instance.material import Batch, Seen
from sketchseek.training.halves import Top, Trunk, rates
from sketchseek.training.loop import one_cycle
from sketchseek.training.pictures import Contract
from sketchseek.training.towers import Mirrored, Standardise, Tower, principal, through

_FLOOR = 0.05  # a deviation of features below it counts as so much


@dataclass(frozen=True)
class Half:
    """One domain's network in two: the trunk is frozen, the top is tuned."""

    trunk: Trunk
    top: Top


class Network(pl.LightningModule):
    """Both tops and the projection that they share; starts at the principal axes of what is seen."""

    def __init__(self, config: Config, sketch: Half, photo: Half, seen: Seen) -> None:
        super().__init__()
        self.config = config
        self.steps = 1  # of the stage at hand
        halves, features = [], []
        for half, values in ((sketch, seen.sketches), (photo, seen.photos)):
            found = through(half.top, values[0, 0])
            standardise = Standardise.fitted(found, floor=_FLOOR)
            half.top.requires_grad_(config.rate_top > 0)
            halves.append(nn.Sequential(half.top, standardise))
            features.append(standardise(found))
        self.sketch, self.photo = halves
        self.head = nn.Sequential(nn.Dropout(config.dropout), principal(torch.cat(features), config.dim))

    def training_step(self, batch: Batch, _: int = 0) -> Tensor:
        """InfoNCE of B sketches and P photos, trunk outputs both, with (B, P) bool which belong together."""
        sketches, photos, right = batch
        scores = self.embed(self.sketch, sketches) @ self.embed(self.photo, photos).T
        loss = infonce(scores / self.config.temperature, right)
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def embed(self, half: nn.Module, values: Tensor) -> Tensor:
        """Trunk outputs (N, D) -> unit embeddings (N, dim)."""
        return normalize(self.head(half(values)), dim=1)

    def configure_optimizers(self) -> Any:
        """AdamW under one cosine cycle; the backbone's upper half at its own rate."""
        return one_cycle(rates(self, self.config.rate, self.config.rate_top), self.config.decay, self.steps)

    def towers(self, sketch: Half, photo: Half, inputs: tuple[Contract, Contract]) -> tuple[Tower, Tower]:
        """The whole encoders of photos and of sketches."""
        drawn: nn.Module = nn.Sequential(sketch.trunk, self.sketch)
        bodies = nn.Sequential(photo.trunk, self.photo), Mirrored(drawn) if self.config.mirror else drawn
        of_photos, of_sketches = (
            Tower(body, self.head, mean=contract.mean, std=contract.std)
            for body, contract in zip(bodies, inputs, strict=True)
        )
        return of_photos, of_sketches
