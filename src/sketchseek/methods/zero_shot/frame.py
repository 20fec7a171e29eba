"""What all zero-shot methods share: a backbone cut in two, cached views, one loop, one export.

The trunk stays frozen, and on the sketch side its batch norm has the statistics of drawings; each picture's
output of it is cached for a few augmented views, the same in all runs. A method brings the networks on top,
its loss and its batches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import lightning.pytorch as pl
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sketchseek.encoders.huggingface import Backbone, load_backbone
from sketchseek.errors import BadConfig
from sketchseek.images import PhotoInput
from sketchseek.methods.finish import finish, retrieval
from sketchseek.methods.zero_shot.seen import Known, Part, Seen, gather
from sketchseek.methods.zero_shot.words import Words, vocabulary
from sketchseek.model import Vocabulary
from sketchseek.sketch import SketchInput
from sketchseek.training import batchnorm
from sketchseek.training.classes import canonical, unseen
from sketchseek.training.features import Features
from sketchseek.training.halves import Top, Trunk
from sketchseek.training.loop import fit, one_cycle
from sketchseek.training.pictures import LINES, Augment, Contract, Pictures, contracts, normalised
from sketchseek.training.progress import OnProgress, silent
from sketchseek.training.run import Run
from sketchseek.training.towers import Standardise, Tower

_STATISTICS = 128  # pictures of each part that batch norm is measured on
_VIEWS = 0  # the seed of the views: those of one run serve all
_PUBLISHED = ("sketchy-21.unseen", "sketchy-25.unseen", "tuberlin-30.unseen", "quickdraw-30.unseen")
_CHUNK = 256  # items that go through a top at once where nothing is learnt


@dataclass(frozen=True)
class ZeroShot:
    """What every zero-shot method can be told.

    Attributes:
        data: what is trained on.
        backbone: folder or hub name; empty: MobileNetV2.
        cut: blocks of it that stay frozen, the stem not counted; 0: none does.
        sketch_size: side of a drawing, pixels; 0: what the backbone was made for, as photos are.
        line_width: of a drawing at that size, pixels.
        fit: how photos are brought to a square.
        adapt: give the sketch side the batch-norm statistics of drawings.
        views: cached views of each sketch.
        photo_views: cached views of each photo, besides the plain one.
        augment: how sketches' views differ.
        augment_photo: how photos' do.
        dim: length of an embedding.
        batch: sketches a step.
        steps: of an epoch; after each the model is judged.
        epochs: how many.
        rate: highest learning rate of what is new.
        rate_top: highest learning rate of the backbone's upper blocks.
        decay: weight decay.
        seed: of everything drawn, but the views.
    """

    data: Seen = field(default_factory=Seen)
    backbone: str = ""
    cut: int = 13
    sketch_size: int = 160
    line_width: float = 2.5
    fit: Literal["crop", "pad", "stretch"] = "crop"
    adapt: bool = True
    views: int = 4
    photo_views: int = 2
    augment: Augment = field(
        default_factory=lambda: Augment(rotate=15.0, scale=0.15, shift=0.05, line_width=1.2, drop=0.1)
    )
    augment_photo: Augment = field(
        default_factory=lambda: Augment(rotate=0.0, scale=0.25, shift=0.08, grey=0.1)
    )
    dim: int = 256
    batch: int = 32
    steps: int = 20
    epochs: int = 8
    rate: float = 3e-4
    rate_top: float = 1e-4
    decay: float = 0.02
    seed: int = 0


@dataclass(frozen=True)
class Side:
    """One domain: the part of its encoder that stays frozen, and what that gives.

    Attributes:
        backbone: whose lower blocks the trunk is.
        trunk: pictures -> (N, D).
        contract: what the pictures look like.
        instances: of N training items, the photo that each is or was drawn from; None: none that is known.
        classes: (N,) int64, their classes.
        views: (V, N, D) float16, the trunk's output for their views.
        val: (M, D) float16, the same of the items that choose the model, as search sees them.
    """

    backbone: Backbone
    trunk: Trunk
    contract: Contract
    instances: tuple[str | None, ...]
    classes: NDArray[np.int64]
    views: NDArray[np.float16]
    val: NDArray[np.float16]

    def draw(self, positions: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        """Training items by position, each in a view drawn by chance: (n, D) float32."""
        which = rng.integers(len(self.views), size=len(positions))
        return torch.from_numpy(self.views[which, positions]).float()

    def top(self, cut: int, *, live: bool = False) -> Top:
        """The blocks above the trunk, as the backbone has them."""
        return Top(self.backbone, cut, self.trunk.shape, live=live)

    def standardise(self, top: nn.Module) -> Standardise:
        """Brings the top's features of the training items, in their first view, to mean 0 and deviation 1."""
        return Standardise.fitted(through(top, self.views[0]), floor=0.05)


def principal(features: Tensor, dim: int) -> nn.Linear:
    """A layer without bias that starts at the principal axes of features (N, width): width -> dim.

    Both domains' layers start there, so that what the backbone knows is not to be found anew.

    Raises:
        BadConfig: ``dim`` is more than the features' width, or than their number.
    """
    if dim > min(features.shape):
        raise BadConfig(f"dim = {dim}: {min(features.shape)} at most, with these pictures and this backbone")
    axes = torch.linalg.svd(features - features.mean(0), full_matrices=False).Vh[:dim]
    layer = nn.Linear(features.shape[1], dim, bias=False)
    with torch.no_grad():
        layer.weight.copy_(axes)
    return layer


class Network(pl.LightningModule):
    """A network whose two halves take what the trunks give.

    Attributes:
        sketch: (N, D) -> (N, dim) of any length but 0.
        photo: the same.
    """

    sketch: nn.Module
    photo: nn.Module

    def __init__(self, config: ZeroShot) -> None:
        super().__init__()
        self.config = config

    def configure_optimizers(self) -> Any:
        """AdamW under one cosine cycle; what the backbone brings learns at its own rate."""
        config = self.config
        tops = [
            weight for module in self.modules() if isinstance(module, Top) for weight in module.parameters()
        ]
        old = {id(weight) for weight in tops}
        new = [weight for weight in self.parameters() if id(weight) not in old and weight.requires_grad]
        once = list({id(weight): weight for weight in tops if weight.requires_grad}.values())
        groups = [{"params": new, "lr": config.rate}, {"params": once, "lr": config.rate_top}]
        return one_cycle(
            [group for group in groups if group["params"]], config.decay, config.epochs * config.steps
        )


class Speaking(Network):
    """A network that knows words, too.

    Attributes:
        words_from: where their vectors come from.
    """

    words_from: Words

    def say(self, words: Tensor) -> Tensor:
        """Word vectors (N, W) -> what they add to a sketch's unit embedding, (N, dim)."""
        raise NotImplementedError


Batches = Callable[[int], Iterable[Any]]
Build = Callable[[Side, Side, Known], tuple[Network, Batches]]
PhotoTrunk = Callable[[Trunk, Trunk], Any]


def plain_trunk(photo: Trunk, drawing: Trunk) -> Trunk:
    """The trunk of photos as it is."""
    return photo


def train_zero_shot(
    method: str,
    config: ZeroShot,
    run_dir: Path,
    build: Build,
    *,
    photo_trunk: PhotoTrunk = plain_trunk,
    cache_dir: Path | None = None,
    on_progress: OnProgress = silent,
) -> Path:
    """Train a method and write the model folder ``run_dir/model``, whose path is returned.

    A run that was stopped goes on after its last whole epoch; one that is finished is not run again. The
    epoch is kept whose map@all is highest on seen classes that were held out.

    Args:
        method: its name.
        config: its settings.
        run_dir: see ``Run``.
        build: makes of sketches, photos and what is known the network and its batches by epoch.
        photo_trunk: makes of the trunks of photos and of drawings that of the photo side.
        cache_dir: where the trunks' outputs are kept.
        on_progress: told what is done.

    Raises:
        BadDataset: the data set is not there.
        BadConfig: a setting is out of range, or the folder holds another run.
        BadModel: the backbone cannot be loaded.
    """
    run = Run(run_dir, method, config, cache_dir=cache_dir, on_progress=on_progress)
    if run.finished:
        return run.model
    known = gather(config.data, config.seed)
    with run.stage("features"):
        sketches, photos = sides(config, known, run, photo_trunk)
    with run.stage("training") as folder:
        torch.manual_seed(config.seed)
        network, batches = build(sketches, photos, known)
        fitted = fit(
            network,
            batches,
            run_dir=folder,
            epochs=config.epochs,
            seed=config.seed,
            validate=lambda: retrieval(
                through(network.sketch, sketches.val), through(network.photo, photos.val), known.material.val
            ),
            stage=method,
            on_progress=on_progress,
        )
    towers = tower(photos, network.photo), tower(sketches, network.sketch)
    assert isinstance(photos.contract, PhotoInput)  # noqa: S101 - as sides makes them
    assert isinstance(sketches.contract, SketchInput)  # noqa: S101
    inputs = photos.contract, sketches.contract
    figures = {"map@all of seen classes held out": round(fitted.score or 0.0, 4)}
    return finish(
        run, towers, inputs, known.material, figures, sources=known.sources, words=_spoken(network, known)
    )


def _spoken(network: Network, known: Known) -> Vocabulary | None:
    """The words that a model can be asked for."""
    if not isinstance(network, Speaking):
        return None
    whole = known.photos[0].dataset
    names, vectors = vocabulary(network.words_from, whole.classes, whole.name)
    with torch.inference_mode():
        return Vocabulary(names, network.say(torch.from_numpy(vectors)).numpy())


def sides(config: ZeroShot, known: Known, run: Run, photo_trunk: PhotoTrunk) -> tuple[Side, Side]:
    """Sketches and photos with their trunks' outputs, from the cache where it has them."""
    backbone = load_backbone(config.backbone)
    photo, sketch = contracts(
        backbone, fit=config.fit, line_width=config.line_width, sketch_size=config.sketch_size
    )
    drawn = _adapted(backbone, known, photo, sketch, run) if config.adapt else backbone
    shown = photo_trunk(Trunk(backbone, config.cut, photo.size), Trunk(drawn, config.cut, photo.size))
    return (
        _side(known, run, drawn, Trunk(drawn, config.cut, sketch.size), sketch),
        _side(known, run, backbone, shown, photo),
    )


def _side(known: Known, run: Run, backbone: Backbone, trunk: Any, contract: Contract) -> Side:
    features, val = Features(trunk, run.features), known.material.val
    parts, judged = known.photos, val.photos
    if isinstance(contract, SketchInput):
        parts, judged = known.sketches, val.sketches
    instances: list[str | None] = []
    classes, views = [], []
    for part in parts:
        codes = known.codes(part)
        kept = np.flatnonzero(codes >= 0)
        instances += [part.items[n].instance for n in kept]
        classes.append(codes[kept])
        views.append(_views(run, part, features, contract)[:, kept])
    return Side(
        backbone,
        trunk,
        contract,
        tuple(instances),
        np.concatenate(classes),
        np.concatenate(views, axis=1),
        features.plain(Pictures(val, contract), judged, on_progress=run.on_progress),
    )


def _views(run: Run, part: Part, features: Features, contract: Contract) -> NDArray[np.float16]:
    """The trunk's output for the views of a part, (V, N, D); of photos the plain one first."""
    config, pictures = run.config, Pictures(part.dataset, contract)
    sketch = isinstance(contract, SketchInput)
    augment, count = (config.augment, config.views) if sketch else (config.augment_photo, config.photo_views)
    views = features.varied(
        pictures, part.items, augment, views=count, seed=_VIEWS, on_progress=run.on_progress
    )
    if sketch:
        return views
    plain = features.plain(pictures, part.items, on_progress=run.on_progress)
    return np.concatenate([plain[None], views])


def _adapted(backbone: Backbone, known: Known, photo: PhotoInput, sketch: SketchInput, run: Run) -> Backbone:
    """The backbone with the statistics of drawings, none of a class that any published list holds back."""
    hidden = unseen(_PUBLISHED) | unseen((run.config.data.unseen,))

    def some(part: Part, contract: Contract) -> Iterator[Tensor]:
        items = [item for item in part.items if canonical(item.label) not in hidden]
        yield from normalised(Pictures(part.dataset, contract), items, _STATISTICS)

    by_hand = [part for part in known.sketches if part.items[0].variant != LINES]
    names = [part.dataset.name for part in by_hand]
    key = f"{backbone.digest()} {photo} {sketch} {names} {sorted(hidden)} {_STATISTICS}"
    return batchnorm.adapted(
        backbone,
        run.features / f"adapted-{hashlib.sha256(key.encode()).hexdigest()[:12]}.safetensors",
        photos=lambda: some(known.photos[0], photo),
        drawings=lambda: (batch for part in by_hand for batch in some(part, sketch)),
        on_progress=run.on_progress,
    )


def through(module: nn.Module, rows: NDArray[np.float16]) -> Tensor:
    """What a module gives for (N, D) rows: (N, width) float32, nothing learnt."""
    training = module.training
    module.eval()
    with torch.inference_mode():
        parts = (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))
        found = torch.cat([module(torch.from_numpy(part).float()) for part in parts])
    module.train(training)
    return found.clone()


def tower(side: Side, half: nn.Module) -> Tower:
    """One domain's whole encoder: trunk and what is on it."""
    return Tower(side.trunk, half, mean=side.contract.mean, std=side.contract.std)
