"""The baseline that the dual-stage framework is measured against: a Siamese network trained end to end.

One backbone and one tower for both domains, contrastive loss, every weight trained on pictures. All pairs of
a batch come from its own pictures: a photo that has been through the network is paired with every sketch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning.pytorch import LightningModule
from torch import Tensor, nn

from sketchseek.data import Item
from sketchseek.encoders.huggingface import Backbone, load_backbone
from sketchseek.images import Fit
from sketchseek.losses.contrastive import contrastive_batch
from sketchseek.methods import Method
from sketchseek.methods.finish import finish, retrieval
from sketchseek.training import batchnorm
from sketchseek.training.loop import fit, one_cycle
from sketchseek.training.material import Data, gather
from sketchseek.training.pictures import Augment, Pictures, contracts, normalised
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.samplers import class_batches, meanings
from sketchseek.training.towers import Standardise, Tower, mlp

_STATISTICS = 128  # pictures of each domain that the start is measured on


@dataclass(frozen=True)
class EndToEnd:
    """What ``siamese.end_to_end`` can be told.

    Attributes:
        data: what is trained on.
        backbone: folder or hub name; empty: MobileNetV2.
        size: side of all pictures, pixels; 0: what the backbone was made for.
        fit: how photos are brought to a square.
        line_width: of drawings, pixels.
        augment: how training pictures differ from epoch to epoch.
        widths: of the tower, from its first hidden layer to the code.
        dropout: on the input of each of its layers.
        margin: of the contrastive loss.
        classes: classes in a batch.
        each: sketches, and photos, of each of them: a batch has 2 * classes * each pictures.
        rate: highest learning rate of the tower.
        rate_backbone: highest learning rate of the backbone.
        decay: weight decay.
        epochs: how often the sketches are gone through.
        seed: of everything drawn.
    """

    data: Data = field(default_factory=Data)
    backbone: str = ""
    size: int = 0
    fit: Fit = "crop"
    line_width: float = 3.0
    augment: Augment = field(default_factory=Augment)
    widths: tuple[int, ...] = (1024, 1024, 125)
    dropout: float = 0.3
    margin: float = 5.0
    classes: int = 16
    each: int = 2
    rate: float = 1e-3
    rate_backbone: float = 1e-4
    decay: float = 1e-4
    epochs: int = 15
    seed: int = 0


class Network(LightningModule):
    """One tower that sees both domains."""

    def __init__(self, tower: Tower, config: EndToEnd, steps: int) -> None:
        super().__init__()
        self.tower = tower
        self.config = config
        self.steps = steps

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int = 0) -> Tensor:
        """Contrastive loss of (sketches, photos, same), ``same`` (S, P) of all pairs."""
        sketches, photos, same = batch
        loss = contrastive_batch(
            self.tower.features(sketches), self.tower.features(photos), same, self.config.margin
        )
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self) -> Any:
        """AdamW under one cosine cycle."""
        config = self.config
        groups = [
            {"params": list(self.tower.backbone.parameters()), "lr": config.rate_backbone},
            {"params": list(self.tower.head.parameters()), "lr": config.rate},
        ]
        return one_cycle(groups, config.decay, self.steps)


def train(
    config: EndToEnd, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train on pictures and write the model folder ``run_dir/model``, whose path is returned.

    A run that was stopped goes on after its last whole epoch; one that is finished is not run again.

    Raises:
        BadDataset: the data set is missing.
        BadConfig: a setting is out of range, or the folder holds another run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, "siamese.end_to_end", config, cache_dir=cache_dir, on_progress=on_progress)
    if run.finished:
        return run.model
    material = gather(config.data, config.seed)
    backbone = load_backbone(config.backbone, config.size)
    photo, sketch = contracts(backbone, fit=config.fit, line_width=config.line_width)
    photos, sketches = Pictures(material.train, photo), Pictures(material.train, sketch)
    with run.stage("training") as folder:
        tower = _start(config, backbone, photos, sketches)
        items = material.train.sketches, material.train.photos
        steps = config.epochs * sum(1 for _ in _draws(config, *items, epoch=0))
        network = Network(tower, config, steps)
        fitted = fit(
            network,
            lambda epoch: _batches(config, sketches, photos, epoch),
            run_dir=folder,
            epochs=config.epochs,
            seed=config.seed,
            validate=lambda: retrieval(
                _codes(tower, Pictures(material.val, sketch), material.val.sketches),
                _codes(tower, Pictures(material.val, photo), material.val.photos),
                material.val,
            ),
            stage="end to end",
            on_progress=on_progress,
        )
    return finish(run, (tower, tower), (photo, sketch), material, {"map@all": fitted.score or 0.0})


def _start(config: EndToEnd, backbone: Backbone, photos: Pictures, sketches: Pictures) -> Tower:
    """The network before training: features standardised, batch norm measured if it was folded away."""
    mixed = [
        *normalised(photos, photos.dataset.photos, _STATISTICS),
        *normalised(sketches, sketches.dataset.sketches, _STATISTICS),
    ]
    if batchnorm.norms(backbone):
        batchnorm.restore(backbone.body, mixed)
    backbone.eval()
    with torch.inference_mode():
        features = torch.cat([backbone(batch) for batch in mixed]).clone()
    torch.manual_seed(config.seed)
    head = nn.Sequential(
        Standardise.fitted(features, floor=0.05), mlp([backbone.dim, *config.widths], config.dropout)
    )
    return Tower(backbone, head, mean=photos.contract.mean, std=photos.contract.std)


def _draws(
    config: EndToEnd, sketches: Sequence[Item], photos: Sequence[Item], epoch: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng([config.seed, epoch])
    keys = meanings(sketches, "class"), meanings(photos, "class")
    return class_batches(*keys, rng, classes=config.classes, each=config.each)


def _batches(
    config: EndToEnd, sketches: Pictures, photos: Pictures, epoch: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Pictures of whole classes, augmented anew, and which pairs of them are of one class."""
    items = sketches.dataset.sketches, photos.dataset.photos
    for drawn in _draws(config, *items, epoch):
        chosen = [[side[n] for n in part] for side, part in zip(items, drawn, strict=True)]
        views = [
            torch.from_numpy(
                np.stack([pictures.varied(item, config.augment, config.seed, epoch) for item in part])
            )
            for pictures, part in zip((sketches, photos), chosen, strict=True)
        ]
        labels = [np.array([item.label for item in part]) for part in chosen]
        yield views[0], views[1], torch.from_numpy(labels[0][:, None] == labels[1][None])


def _codes(tower: Tower, pictures: Pictures, items: Sequence[Item]) -> Tensor:
    return torch.cat([tower(torch.from_numpy(batch)) for batch in pictures.batches(items)])


END_TO_END = Method(
    name="siamese.end_to_end",
    summary="A Siamese network trained end to end on pictures: the baseline of the dual-stage framework.",
    config=EndToEnd,
    train=train,
)
