"""Stage 1: one classifier per domain on a pretrained backbone; the penultimate layer is the feature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import lightning.pytorch as pl
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, dropout

from sketchseek.data import Item
from sketchseek.encoders.huggingface import load_backbone
from sketchseek.images import Fit
from sketchseek.training.features import Features
from sketchseek.training.loop import fit
from sketchseek.training.material import Material, codes
from sketchseek.training.pictures import Augment, Contract, Pictures, contracts
from sketchseek.training.run import Run
from sketchseek.training.towers import Standardise, Tower

Domain = Literal["sketch", "photo"]


@dataclass(frozen=True)
class StageOne:
    """What stage 1 can be told.

    Attributes:
        backbone: folder or hub name; empty: MobileNetV2. One copy for each domain.
        size: side of all pictures, pixels; 0: what the backbone was made for.
        fit: how photos are brought to a square.
        line_width: of drawings, pixels.
        projection: width of a hidden layer between backbone and classes, which is then the feature; None:
            the backbone's own pooled output is.
        epochs_head: of training what is new, the backbone frozen, on cached features.
        epochs_all: of training all layers then, on pictures. Takes most of the time and memory there is.
        rate_head: learning rate of the first (Adam).
        rate_all: learning rate of the second (Adam).
        batch_head: vectors a step.
        batch_all: pictures a step.
        dropout: on the feature, while the classifier is trained.
        views: augmented views of each training picture whose features are cached.
        augment: how they differ.
    """

    backbone: str = ""
    size: int = 0
    fit: Fit = "crop"
    line_width: float = 3.0
    projection: int | None = None
    epochs_head: int = 20
    epochs_all: int = 0
    rate_head: float = 1e-3
    rate_all: float = 1e-5
    batch_head: int = 128
    batch_all: int = 32
    dropout: float = 0.5
    views: int = 4
    augment: Augment = field(default_factory=Augment)


@dataclass(frozen=True)
class Learnt:
    """What stage 1 leaves of one domain; all that stage 2 sees of it.

    Attributes:
        tower: backbone and head: pictures -> features.
        contract: what its pictures look like.
        items: N training items.
        train: (views, N, D) float16, their features.
        val: (M, D) float32, features of the items that choose the model, as search sees them.
    """

    tower: Tower
    contract: Contract
    items: tuple[Item, ...]
    train: Tensor
    val: Tensor

    def draw(self, positions: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        """The features of items by position, each in a view drawn by chance: (n, D) float32."""
        views = torch.from_numpy(rng.integers(len(self.train), size=len(positions)))
        return self.train[views, torch.from_numpy(positions)].float()


class Classifier(pl.LightningModule):
    """A tower and the layer from its feature to the classes."""

    def __init__(self, tower: Tower, classes: nn.Linear, config: StageOne, *, pictures: bool) -> None:
        super().__init__()
        self.tower = tower
        self.classes = classes
        self.config = config
        self.pictures = pictures

    def forward(self, inputs: Tensor) -> Tensor:
        """Uint8 pictures, or backbone features: (N, ...) -> logits (N, classes)."""
        feature = self.tower.features(inputs) if self.pictures else self.tower.head(inputs)
        logits: Tensor = self.classes(dropout(feature, self.config.dropout, self.training))
        return logits

    def training_step(self, batch: tuple[Tensor, Tensor], _: int = 0) -> Tensor:
        """Cross-entropy over the classes."""
        inputs, wanted = batch
        loss = cross_entropy(self(inputs), wanted)
        self.log("loss", loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Adam, slow where the backbone is trained too."""
        new = [*self.tower.head.parameters(), *self.classes.parameters()]
        trained = self.parameters() if self.pictures else new
        rate = self.config.rate_all if self.pictures else self.config.rate_head
        return torch.optim.Adam(trained, lr=rate)


def learn(config: StageOne, material: Material, domain: Domain, run: Run, seed: int) -> Learnt:
    """Train one domain's encoder and compute its features.

    Over-confidence is the trap here: a classifier knows its training pictures nearly by heart (99.8 % right,
    against 69 % of new sketches, in the published run), so features of the very pictures it was trained on
    look far tidier than those of a query, and a second stage trained on them learns the wrong thing. Hence
    the second stage sees augmented views, the backbone stays frozen unless asked, and a hidden layer is
    trained under dropout.
    """
    backbone = load_backbone(config.backbone, config.size)
    photo, sketch = contracts(backbone, fit=config.fit, line_width=config.line_width)
    contract: Contract = sketch if domain == "sketch" else photo
    sides = {"train": material.train, "val": material.val}
    items = {part: side.sketches if domain == "sketch" else side.photos for part, side in sides.items()}
    pictures = {part: Pictures(side, contract) for part, side in sides.items()}
    tower = Tower(backbone, nn.Identity(), mean=contract.mean, std=contract.std)

    def features() -> tuple[Tensor, Tensor]:
        with run.stage(f"{domain} features"):
            cached, tell = Features(backbone, run.features), run.on_progress
            views = cached.varied(
                pictures["train"],
                items["train"],
                config.augment,
                views=config.views,
                seed=seed,
                on_progress=tell,
            )
            plain = cached.plain(pictures["val"], items["val"], on_progress=tell)
        return torch.from_numpy(views), torch.from_numpy(plain).float()

    views, plain = features()
    tower.head = _head(views, config.projection, seed)
    labels = {part: torch.from_numpy(codes(items[part], material.classes)) for part in items}
    classes = nn.Linear(config.projection or backbone.dim, len(material.classes))
    if config.projection is not None or config.epochs_all:
        classifier = Classifier(tower, classes, config, pictures=False)
        with run.stage(f"{domain} head") as folder:
            fit(
                classifier,
                lambda epoch: _cached_batches(views, labels["train"], config.batch_head, (seed, epoch)),
                run_dir=folder,
                epochs=config.epochs_head,
                seed=seed,
                validate=lambda: {"score": accuracy(classifier(plain), labels["val"])},
                stage=f"stage 1, {domain}: head",
                on_progress=run.on_progress,
            )
    if config.epochs_all:
        whole = Classifier(tower, classes, config, pictures=True)
        with run.stage(f"{domain} all layers") as folder:
            fit(
                whole,
                lambda epoch: _picture_batches(
                    pictures["train"], items["train"], labels["train"], config, (seed, epoch)
                ),
                run_dir=folder,
                epochs=config.epochs_all,
                seed=seed,
                validate=lambda: {"score": _accuracy_on(whole, pictures["val"], items["val"], labels["val"])},
                stage=f"stage 1, {domain}: all layers",
                on_progress=run.on_progress,
            )
        views, plain = features()
    head = tower.head.eval()
    with torch.inference_mode():
        penultimate = torch.stack([head(view.float()).half() for view in views])
        return Learnt(tower, contract, items["train"], penultimate, head(plain))


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """The share of rows whose largest logit is their label's."""
    return float((logits.argmax(1) == labels).float().mean())


def _head(views: Tensor, projection: int | None, seed: int) -> nn.Sequential:
    """Standardisation by the training set's own statistics, and the hidden layer if there is one."""
    dim = views.shape[-1]
    standardise = Standardise.fitted(views[0].float())
    if projection is None:
        return nn.Sequential(standardise)
    torch.manual_seed(seed)
    return nn.Sequential(standardise, nn.Linear(dim, projection), nn.ReLU())


def _cached_batches(
    views: Tensor, labels: Tensor, size: int, seed: tuple[int, ...]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Every item once, in a view drawn by chance."""
    rng = np.random.default_rng(seed)
    order = torch.from_numpy(rng.permutation(len(labels)))
    which = torch.from_numpy(rng.integers(len(views), size=len(labels)))
    for start in range(0, len(order), size):
        part = order[start : start + size]
        yield views[which[part], part].float(), labels[part]


def _picture_batches(
    pictures: Pictures, items: Sequence[Item], labels: Tensor, config: StageOne, seed: tuple[int, ...]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Every item once, augmented anew each epoch; a last picture alone is left out (no batch)."""
    order = np.random.default_rng(seed).permutation(len(items))
    for start in range(0, len(order), config.batch_all):
        part = order[start : start + config.batch_all]
        batch = np.stack([pictures.varied(items[n], config.augment, *seed) for n in part])
        yield torch.from_numpy(batch), labels[torch.from_numpy(part)]


def _accuracy_on(classifier: Classifier, pictures: Pictures, items: Sequence[Item], labels: Tensor) -> float:
    logits = torch.cat([classifier(torch.from_numpy(batch)) for batch in pictures.batches(items)])
    return accuracy(logits, labels)
