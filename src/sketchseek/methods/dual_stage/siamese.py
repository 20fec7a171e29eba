"""Stage 2, version A: one tower for both domains, trained on pairs of cached features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from sketchseek.errors import BadConfig
from sketchseek.losses.contrastive import contrastive, contrastive_batch
from sketchseek.losses.triplet import triplet
from sketchseek.methods.dual_stage.stage_one import Learnt
from sketchseek.methods.dual_stage.stage_two import Batches, Codes, Paired, meetings, two_stages
from sketchseek.training.material import Material
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.samplers import draw_triplets, meanings
from sketchseek.training.towers import mlp


@dataclass(frozen=True)
class Siamese(Paired):
    """What ``dual_stage.siamese`` can be told, besides what both versions can.

    Attributes:
        widths: of the tower, from its first hidden layer to the code.
        loss: of drawn pairs: contrastive, or triplet (a positive and a negative pair of the same sketch).
        unit: compare codes at unit length, as search does; the paper compares them as they are.
        meaning: a pair is positive if it is of one class, or if the sketch was drawn from the photo.
        optimizer: "adamw", or "sgd" without momentum.
        decay: weight decay of adamw.
    """

    widths: tuple[int, ...] = (1024, 1024, 125)
    loss: Literal["contrastive", "triplet"] = "contrastive"
    unit: bool = False
    meaning: Literal["class", "instance"] = "class"
    optimizer: Literal["adamw", "sgd"] = "adamw"
    decay: float = 1e-4
    epochs: int = 60
    dropout: float = 0.2

    def __post_init__(self) -> None:
        if self.pairs == "batch" and self.loss == "triplet":
            raise BadConfig('loss = "triplet" takes drawn pairs: set pairs = "drawn"')
        super().__post_init__()


class Network(Codes):
    """The shared tower and its loss."""

    def __init__(self, dim: int, config: Siamese) -> None:
        super().__init__()
        self.config = config
        self.sketch_code = self.photo_code = mlp([dim, *config.widths], config.dropout)

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int = 0) -> Tensor:
        """The loss of (sketches, photos, which are the same), or of (sketches, positives, negatives)."""
        config = self.config
        sketches, photos = self._code(batch[0]), self._code(batch[1])
        if config.loss == "triplet":
            loss = triplet(sketches, photos, self._code(batch[2]), config.margin)
        elif config.pairs == "drawn":
            loss = contrastive(sketches, photos, batch[2], config.margin)
        else:
            loss = contrastive_batch(sketches, photos, batch[2], config.margin)
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def _code(self, features: Tensor) -> Tensor:
        code: Tensor = self.sketch_code(features)
        return normalize(code, dim=1) if self.config.unit else code

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW, or plain gradient descent."""
        if self.config.optimizer == "sgd":
            return torch.optim.SGD(self.parameters(), lr=self.config.rate)
        return torch.optim.AdamW(self.parameters(), lr=self.config.rate, weight_decay=self.config.decay)


def train(
    config: Siamese, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train both stages and write the model folder ``run_dir/model``, whose path is returned.

    A run that was stopped goes on where it was; one that is finished is not run again.

    Raises:
        BadDataset: the data set is missing.
        BadConfig: a setting is out of range, or the folder holds another run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, "dual_stage.siamese", config, cache_dir=cache_dir, on_progress=on_progress)

    def build(sketches: Learnt, photos: Learnt, _: Material) -> tuple[Network, Batches]:
        network = Network(sketches.train.shape[-1], config)
        return network, lambda epoch: _batches(config, sketches, photos, epoch)

    return two_stages(run, config, build)


def _batches(config: Siamese, sketches: Learnt, photos: Learnt, epoch: int) -> Iterator[tuple[Tensor, ...]]:
    """The steps of an epoch, each picture in a view drawn by chance."""
    rng = np.random.default_rng([config.seed, epoch])
    sketch_keys, photo_keys = (np.array(meanings(side.items, config.meaning)) for side in (sketches, photos))
    if config.loss == "triplet":
        triplets = draw_triplets(sketch_keys, photo_keys, rng, each=config.positives)
        for start in range(0, len(triplets), config.batch):
            anchors, near, far = triplets[start : start + config.batch].T
            yield sketches.draw(anchors, rng), photos.draw(near, rng), photos.draw(far, rng)
    else:
        for asked, given, same in meetings(config, sketch_keys, photo_keys, rng):
            yield sketches.draw(asked, rng), photos.draw(given, rng), torch.from_numpy(same)
