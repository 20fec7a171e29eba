"""The very photo by contrast: one network for drawings and photos, tuned lightly on drawings of these photos.

Ours, from parts that others have shown to work: a drawing and its photo against all other photos of the
batch, both ways (InfoNCE: van den Oord et al., 2018); one network for both domains, each with batch norm of
its own, in which drawings are brought to the statistics of photos (Li et al., 2016); both in the mirror at
once; one projection, which starts at the principal axes of what the backbone sees, so that training begins
with what it knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import lightning.pytorch as pl
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import normalize

from sketchseek.data import Dataset
from sketchseek.encoders.huggingface import load_backbone
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.images import PhotoInput
from sketchseek.losses.infonce import infonce
from sketchseek.methods import Method
from sketchseek.methods.finish import finish, own_photos
from sketchseek.sketch import SketchInput
from sketchseek.training.batchnorm import adapted_to
from sketchseek.training.features import Features
from sketchseek.training.halves import Top, Trunk, rates, twin
from sketchseek.training.loop import fit, one_cycle
from sketchseek.training.material import Data, Material, gather
from sketchseek.training.pictures import Augment, Contract, Pictures, contracts, mirrored
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.samplers import meanings
from sketchseek.training.towers import Mirrored, Standardise, Tower, principal, through

_METRICS = ("acc@1", "acc@5", "acc@10", "map@all")
_FLOOR = 0.05  # a deviation of features below it counts as so much
_VIEWS = 0  # the seed of the augmented views, which runs of all seeds share
_SKETCHES = Augment(flip=False, rotate=8.0, scale=0.1, shift=0.04, line_width=1.0, drop=0.1)
_PHOTOS = Augment(flip=False, rotate=0.0, scale=0.1, shift=0.04, grey=0.2)


@dataclass(frozen=True)
class Config:
    """What ``instance`` can be told.

    Attributes:
        data: what is trained on; its sketches tell the photo that they were drawn from.
        backbone: folder or hub name; empty: the MobileNetV2 beside the data sets.
        cut: blocks of it that stay frozen, the stem not counted.
        fit: how photos are brought to a square.
        line_width: of drawings, pixels.
        adapt: give the sketch side the batch-norm statistics of drawings.
        views: cached views of each sketch and photo besides the plain one; each is there in the mirror, too.
        augment: how sketches' views differ; ``drop`` leaves strokes out, as one who has not finished does.
        augment_photo: how photos' do.
        dim: length of an embedding.
        dropout: on the features that are projected.
        temperature: that cosines are divided by.
        mirror: a query's embedding is the mean of the drawing's and of its mirror image's.
        batch: sketches a step, each beside the photos of all of them.
        epochs: how often the sketches are gone through.
        rate: highest learning rate of the projection.
        rate_top: that of the backbone's blocks above the cut; 0: they are frozen.
        decay: weight decay.
        seed: of everything drawn, but the views.

    Raises:
        BadConfig: a number is out of range.
    """

    data: Data = field(
        default_factory=lambda: Data(dataset="qmul-chairv2", train="qmul-chairv2.train", val="")
    )
    backbone: str = ""
    cut: int = 13
    fit: Literal["crop", "pad", "stretch"] = "pad"
    line_width: float = 3.0
    adapt: bool = True
    views: int = 3
    augment: Augment = _SKETCHES
    augment_photo: Augment = _PHOTOS
    dim: int = 256
    dropout: float = 0.2
    temperature: float = 0.07
    mirror: bool = False
    batch: int = 64
    epochs: int = 12
    rate: float = 1e-3
    rate_top: float = 1e-4
    decay: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        if self.batch < 2 or self.views < 0:
            raise BadConfig(f"batch = {self.batch}, views = {self.views}: at least 2 and 0 are wanted")
        if not self.temperature > 0:
            raise BadConfig(f"temperature = {self.temperature}: above 0 is wanted")


@dataclass(frozen=True)
class Side:
    """Sketches or photos of one data set.

    Attributes:
        trunk: the frozen half of their network.
        top: the half that is tuned.
        train: (2, V, N, D) float16, the trunk's output for each view, as it is and in the mirror.
        val: (M, D), the plain views of those that choose the epoch.
    """

    trunk: Trunk
    top: Top
    train: NDArray[np.float16]
    val: NDArray[np.float16]


class Network(pl.LightningModule):
    """Both halves and the projection that they share."""

    def __init__(self, config: Config, sketch: Side, photo: Side, steps: int) -> None:
        super().__init__()
        self.config = config
        self.steps = steps
        halves, features = [], []
        for side in (sketch, photo):
            seen = through(side.top, side.train[0, 0])
            standardise = Standardise.fitted(seen, floor=_FLOOR)
            side.top.requires_grad_(config.rate_top > 0)
            halves.append(nn.Sequential(side.top, standardise))
            features.append(standardise(seen))
        self.sketch, self.photo = halves
        self.head = nn.Sequential(nn.Dropout(config.dropout), principal(torch.cat(features), config.dim))

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], _: int = 0) -> Tensor:
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


def train(
    config: Config, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
) -> Path:
    """Train and write the model folder ``run_dir/model``, whose path is returned.

    A run that was stopped goes on after its last whole epoch; one that is finished is not run again.

    Raises:
        BadDataset: the data set is missing, or a sketch does not tell its photo.
        BadConfig: a setting is out of range, or the folder holds another run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, "instance", config, cache_dir=cache_dir, on_progress=on_progress)
    if run.finished:
        return run.model
    material = gather(config.data, config.seed)
    asked = _photos_of(material.train)
    with run.stage("features"):
        inputs, sketch, photo = _sides(config, material, run)
    torch.manual_seed(config.seed)
    network = Network(config, sketch, photo, config.epochs * -(-len(asked) // config.batch))
    with run.stage("training") as folder:
        fitted = fit(
            network,
            lambda epoch: _batches(config, sketch.train, photo.train, asked, epoch),
            run_dir=folder,
            epochs=config.epochs,
            seed=config.seed,
            validate=lambda: _judge(network, sketch.val, photo.val, material.val),
            stage="training",
            on_progress=on_progress,
        )
    towers = (
        _tower(photo, network.photo, network.head, inputs[0]),
        _tower(sketch, network.sketch, network.head, inputs[1], mirror=config.mirror),
    )
    return finish(run, towers, inputs, material, {"acc@1": fitted.score or 0.0}, grain="exact")


def _photos_of(dataset: Dataset) -> NDArray[np.int64]:
    """The position of each sketch's photo."""
    places = {name: place for place, name in enumerate(meanings(dataset.photos, "instance"))}
    names = meanings(dataset.sketches, "instance")
    if missing := [item.id for item, name in zip(dataset.sketches, names, strict=True) if name not in places]:
        raise BadDataset(f"{missing[0]} has no photo of its own among those that are trained on")
    return np.array([places[name] for name in names], np.int64)


def _sides(config: Config, material: Material, run: Run) -> tuple[tuple[PhotoInput, SketchInput], Side, Side]:
    """How pictures are shown, and both domains: one network, but for its batch norm."""
    backbone = load_backbone(config.backbone)
    inputs = contracts(backbone, fit=config.fit, line_width=config.line_width)
    drawn = backbone
    if config.adapt:
        drawn = adapted_to(backbone, material.train, inputs, run.features, on_progress=run.on_progress)
    photo = Trunk(backbone, config.cut, inputs[0].size)
    sketch = Trunk(drawn, config.cut, inputs[1].size)
    top = Top(backbone, config.cut, photo.shape, live=False)
    tied = twin(top, Top(drawn, config.cut, sketch.shape, live=False))
    return (
        inputs,
        _side(config, (sketch, tied), inputs[1], material, run),
        _side(config, (photo, top), inputs[0], material, run),
    )


def _side(
    config: Config,
    halves: tuple[Trunk, Top],
    contract: Contract,
    material: Material,
    run: Run,
) -> Side:
    features, tell = Features(halves[0], run.features), run.on_progress
    drawn = isinstance(contract, SketchInput)
    augment = config.augment if drawn else config.augment_photo

    def look(dataset: Dataset) -> NDArray[np.float16]:
        pictures, items = Pictures(dataset, contract), dataset.sketches if drawn else dataset.photos
        plain = features.plain(pictures, items, on_progress=tell)[None]
        if not config.views:
            return plain
        varied = features.varied(pictures, items, augment, views=config.views, seed=_VIEWS, on_progress=tell)
        return np.concatenate([plain, varied])

    train, val = material.train, material.val
    held = val.sketches if drawn else val.photos
    return Side(
        *halves,
        np.stack([look(train), look(mirrored(train))]),
        features.plain(Pictures(val, contract), held, on_progress=tell),
    )


def _batches(
    config: Config,
    sketches: NDArray[np.float16],
    photos: NDArray[np.float16],
    asked: NDArray[np.int64],
    epoch: int,
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Each sketch once, in a view drawn by chance; all of a batch as they are, or all in the mirror."""
    rng = np.random.default_rng([config.seed, epoch])
    order = rng.permutation(len(asked))
    for start in range(0, len(order), config.batch):
        some = order[start : start + config.batch]
        own, place = np.unique(asked[some], return_inverse=True)
        turned = int(rng.integers(2))
        yield (
            torch.from_numpy(sketches[turned, rng.integers(sketches.shape[1], size=len(some)), some]).float(),
            torch.from_numpy(photos[turned, rng.integers(photos.shape[1], size=len(own)), own]).float(),
            torch.from_numpy(place[:, None] == np.arange(len(own))[None]),
        )


def _judge(
    network: Network, sketches: NDArray[np.float16], photos: NDArray[np.float16], val: Dataset
) -> dict[str, float]:
    """How well held-out sketches find their photos; the first metric chooses the epoch."""
    network.head.eval()
    with torch.inference_mode():
        drawn, shown = (
            normalize(network.head(through(half, values)), dim=1)
            for half, values in ((network.sketch, sketches), (network.photo, photos))
        )
        scores = drawn @ shown.T
    return own_photos(scores, val.sketches, val.photos, _METRICS)


def _tower(
    side: Side, half: nn.Module, head: nn.Module, contract: Contract, *, mirror: bool = False
) -> Tower:
    """One domain's whole encoder."""
    body: nn.Module = nn.Sequential(side.trunk, half)
    return Tower(Mirrored(body) if mirror else body, head, mean=contract.mean, std=contract.std)


INSTANCE = Method(
    name="instance",
    summary="The very photo by contrast, on a lightly tuned backbone; ours.",
    config=Config,
    train=train,
)
