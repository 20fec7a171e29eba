"""What mid-grain alignment is measured against: towers trained by the hardest negatives of a batch.

The baselines of Bui, Ribeiro, Ponti and Collomosse, ACCV 2018, table 2: a single stage of triplets or of
contrastive pairs, and the multi-stage regression of their "Sketching out the Details" (Computers and
Graphics, 2018): towers that share their upper half learn classes first, then pairs, with each domain's own
layers at rest, then triplets. All stand on the features and towers that `midgrain` stands on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from sketchseek.errors import BadConfig
from sketchseek.losses.contrastive import contrastive
from sketchseek.losses.hardest import hardest
from sketchseek.losses.triplet import triplet
from sketchseek.methods import Method
from sketchseek.methods.dual_stage.stage_one import Learnt, StageOne
from sketchseek.methods.dual_stage.stage_two import Batches, Codes, DualStage, two_stages
from sketchseek.methods.midgrain.config import Share, features
from sketchseek.methods.midgrain.network import towers
from sketchseek.training.material import Material, codes
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.samplers import class_batches, meanings

Stage = Literal["classes", "contrastive", "triplet"]
_SHARP = 16.0  # what unit embeddings are multiplied by before classes are told: alone they are too alike


@dataclass(frozen=True)
class Regression(DualStage):
    """What ``regression`` can be told, besides where data and features come from.

    Attributes:
        first: stage 1, as that of ``midgrain``.
        stages: what is learnt one after the other, each in an equal share of the epochs: "classes" (softmax
            of each embedding), "contrastive" (pairs) or "triplet". In pairs that follow classes, the layers
            that a domain has for itself rest.
        share: what the two towers have in common, as in ``midgrain``.
        widths: of each tower, from its first hidden layer to the embedding.
        meaning: a pair is positive if it is of one class, or if the sketch was drawn from the photo.
        margin: of triplets, between unit-length embeddings.
        apart: the margin of contrastive pairs, likewise.
        told: weight of telling classes beside pairs and triplets, once a stage of classes has been.
        classes: classes, or drawn photos, in a batch.
        batch: sketches, and photos, in a batch.
        steps: batches an epoch.
        decay: weight decay.
    """

    first: StageOne = field(default_factory=features)
    stages: tuple[Stage, ...] = ("classes", "contrastive", "triplet")
    share: Share = "half"
    widths: tuple[int, ...] = (512, 256)
    meaning: Literal["class", "instance"] = "class"
    margin: float = 0.3
    apart: float = 1.0
    told: float = 1.0
    classes: int = 32
    steps: int = 40
    epochs: int = 40
    decay: float = 1e-4

    def __post_init__(self) -> None:
        if not self.stages or self.epochs < len(self.stages):
            raise BadConfig(
                f"stages = {list(self.stages)} and epochs = {self.epochs}: name a stage, "
                "and give each an epoch at least"
            )
        if len(self.widths) < 2:
            raise BadConfig(f"widths = {list(self.widths)}: a hidden layer and the embedding, at least")
        if not 1 < self.classes <= self.batch:
            raise BadConfig(f"classes = {self.classes}: from 2 to batch = {self.batch}")

    def stage(self, epoch: int) -> int:
        """The position in ``stages`` of what an epoch learns."""
        return epoch * len(self.stages) // self.epochs


class Network(Codes):
    """Two towers and the layer that tells classes from either's embedding."""

    keep = "last"

    def __init__(self, dim: int, config: Regression, classes: int) -> None:
        super().__init__()
        self.config = config
        self.sketch_code, self.photo_code = towers(dim, config.widths, config.share, config.dropout)
        self.tell = nn.Linear(config.widths[-1], classes)

    def training_step(self, batch: tuple[Tensor, ...], _: int = 0) -> Tensor:
        """The loss of sketches, photos one to one, which are the same (S, P), classes (S,) and the epoch."""
        sketches, photos, same, classes, epoch = batch
        config = self.config
        stage = config.stage(int(epoch))
        kind, before = config.stages[stage], config.stages[:stage]
        rest = kind == "contrastive" and before[-1:] == ("classes",) and config.share == "half"
        s, p = self._code(self.sketch_code, sketches, rest), self._code(self.photo_code, photos, rest)
        loss = torch.zeros(())
        if kind != "classes":
            negatives = p[hardest(s, p, same)]
            loss = loss + self._heard(kind, self._regressed(kind, s, p, negatives))
        if kind == "classes" or ("classes" in before and config.told > 0):
            told = cross_entropy(self.tell(_SHARP * torch.cat([s, p])), classes.repeat(2))
            loss = loss + (1.0 if kind == "classes" else config.told) * self._heard("classes", told)
        return loss

    def _regressed(self, kind: Stage, s: Tensor, p: Tensor, n: Tensor) -> Tensor:
        if kind == "triplet":
            return triplet(s, p, n, self.config.margin)
        truth = torch.arange(2 * len(s)) < len(s)
        return contrastive(s.repeat(2, 1), torch.cat([p, n]), truth, self.config.apart)

    def _code(self, tower: nn.Module, features: Tensor, rest: bool) -> Tensor:
        """The embedding; no gradient reaches own layers that rest, so no optimiser moves them."""
        if not rest:
            code: Tensor = tower(features)
            return code
        assert isinstance(tower, nn.Sequential)  # noqa: S101 - as `towers` makes it
        own, *above = tower
        code = own(features).detach()
        for layer in above:
            code = layer(code)
        return code

    def _heard(self, name: str, loss: Tensor) -> Tensor:
        self.log(name, loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW."""
        return torch.optim.AdamW(self.parameters(), lr=self.config.rate, weight_decay=self.config.decay)


def train(
    config: Regression, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train and write the model folder ``run_dir/model``, whose path is returned.

    A run that was stopped goes on where it was; one that is finished is not run again.

    Raises:
        BadDataset: the data set is missing, or too few of its classes have both sketches and photos.
        BadConfig: a setting is out of range, or the folder holds another run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, "regression", config, cache_dir=cache_dir, on_progress=on_progress)

    def build(sketches: Learnt, photos: Learnt, material: Material) -> tuple[Network, Batches]:
        network = Network(sketches.train.shape[-1], config, len(material.classes))
        return network, lambda epoch: _batches(config, sketches, photos, material, epoch)

    return two_stages(run, config, build)


def _batches(
    config: Regression, sketches: Learnt, photos: Learnt, material: Material, epoch: int
) -> Iterator[tuple[Tensor, ...]]:
    """The steps of an epoch: as many sketches as photos of each of some classes, one beside the other."""
    rng = np.random.default_rng([config.seed, epoch])
    sketch_keys, photo_keys = (np.array(meanings(side.items, config.meaning)) for side in (sketches, photos))
    labels = codes(sketches.items, material.classes)
    each = config.batch // config.classes
    left = config.steps
    while left > 0:  # as many steps as asked for, however few items there are
        for asked, given in class_batches(sketch_keys, photo_keys, rng, classes=config.classes, each=each):
            yield (
                sketches.draw(asked, rng),
                photos.draw(given, rng),
                torch.from_numpy(np.equal.outer(sketch_keys[asked], photo_keys[given])),
                torch.from_numpy(labels[asked]),
                torch.tensor(epoch),
            )
            left -= 1
            if not left:
                return


REGRESSION = Method(
    name="regression",
    summary="The baselines of midgrain: hardest negatives in one stage or in several (ACCV, 2018).",
    config=Regression,
    train=train,
)
