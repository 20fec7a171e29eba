"""What all zero-shot methods share: a backbone cut in two, cached views, one loop, one export.

The trunk stays frozen, and on the sketch side its batch norm has the statistics of drawings; each picture's
output of it is cached for a few augmented views, the same in all runs. A method brings the networks on top,
its loss and its batches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from torch import Tensor, nn

from sketchseek.data import Dataset
from sketchseek.methods import Method
from sketchseek.methods.finish import finish, retrieval
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.seen import Known, gather
from sketchseek.methods.zero_shot.sides import PhotoTrunk, Side, plain_trunk, sides
from sketchseek.methods.zero_shot.words import Words, vocabulary
from sketchseek.semantics import Coverage
from sketchseek.training.halves import rates
from sketchseek.training.loop import fit, one_cycle
from sketchseek.training.progress import OnProgress, Progress, silent
from sketchseek.training.run import Run
from sketchseek.training.towers import Mirrored, Tower, through
from sketchseek.vocabulary import Vocabulary


class Network(pl.LightningModule):
    """A network whose two halves take what the trunks give.

    Attributes:
        sketch: (N, D) -> (N, dim) of any length but 0.
        photo: the same.
        coverage: how the names of the trained classes were found where their meaning is from.
    """

    sketch: nn.Module
    photo: nn.Module
    coverage: Coverage = Coverage()

    def __init__(self, config: ZeroShot) -> None:
        super().__init__()
        self.config = config

    def last(self) -> nn.Module:
        """What embeddings go through before they are searched, with the weights as they are."""
        return nn.Identity()

    def configure_optimizers(self) -> Any:
        """AdamW under one cosine cycle; what the backbone brings learns at its own rate."""
        config = self.config
        groups = rates(self, config.rate, config.rate_top)
        return one_cycle(groups, config.decay, config.epochs * config.steps)


class Speaking(Network, ABC):
    """A network that knows words, too.

    Attributes:
        words_from: where their vectors come from.
    """

    words_from: Words

    @abstractmethod
    def say(self, words: Tensor) -> Tensor:
        """Word vectors (N, W) -> what they add to a sketch's unit embedding, (N, dim)."""


Batches = Callable[[int], Iterable[Any]]
Build = Callable[[Any, Side, Side, Known], tuple[Network, Batches]]


def zero_shot(
    name: str, summary: str, config: type[ZeroShot], build: Build, photo_trunk: PhotoTrunk = plain_trunk
) -> Method:
    """A method of this frame.

    Args:
        name: as in the table of methods.
        summary: one sentence, with its source.
        config: its settings.
        build: makes of settings, sketches, photos and what is known the network and its batches by epoch.
        photo_trunk: makes of settings and the trunks of photos and of drawings that of the photo side.
    """

    def train(
        config: ZeroShot, run_dir: Path, *, cache_dir: Path | None = None, on_progress: OnProgress = silent
    ) -> Path:
        run = Run(run_dir, name, config, cache_dir=cache_dir, on_progress=on_progress)
        return run.model if run.finished else _train(run, build, photo_trunk)

    return Method(name=name, summary=summary, config=config, train=train)


def _train(run: Run, build: Build, photo_trunk: PhotoTrunk) -> Path:
    """Train and write the model folder, whose path is returned.

    A run that was stopped goes on after its last whole epoch. The last epoch is kept, in which the learning
    rate has come to 0: the few seen classes that are held out tell settings apart, over seeds, but not the
    epochs of one run.

    Raises:
        BadDataset: the data set is not there.
        BadSemantics: the words' source is not there, or knows none of the classes.
        BadConfig: a setting is out of range.
        BadModel: the backbone cannot be loaded, or has no classifier of ImageNet's classes.
    """
    config: ZeroShot = run.config
    known = gather(config.data, config.seed)
    with run.stage("features"):
        sketches, photos = sides(run, known, photo_trunk)
    with run.stage("training") as folder:
        torch.manual_seed(config.seed)
        network, batches = build(config, sketches, photos, known)
        note = _tell(run, network.coverage)
        fitted = fit(
            network,
            batches,
            run_dir=folder,
            epochs=config.epochs,
            seed=config.seed,
            validate=lambda: _judge(network, sketches, photos, known.material.val),
            keep="last",
            stage=run.method,
            on_progress=run.on_progress,
        )
    towers = (
        _tower(photos, network.photo, network.last()),
        _tower(sketches, network.sketch, network.last(), mirror=config.mirror),
    )
    inputs = photos.contract, sketches.contract
    figures = {"map@all of seen classes held out": round(fitted.score or 0.0, 4)}
    return finish(
        run,
        towers,
        inputs,
        known.material,
        figures,
        sources=known.sources,
        words=_spoken(network, known),
        note=note,
    )


def _tell(run: Run, coverage: Coverage) -> str:
    """What to say on the card of names that were not found as they are; progress is told it, too."""
    if len(coverage.whole) == coverage.total:
        return ""
    text = f"names of classes, {coverage}"
    figures = {"found": len(coverage.whole), "by their words": len(coverage.by_words)}
    run.on_progress(Progress(text, 1, 1, figures | {"missing": len(coverage.missing)}))
    return f"{text[:1].upper()}{text[1:]}."


def _spoken(network: Network, known: Known) -> Vocabulary | None:
    """The words that a model can be asked for."""
    if not isinstance(network, Speaking):
        return None
    names, vectors = vocabulary(network.words_from, known.photos.dataset.classes, known.senses)
    with torch.inference_mode():
        return Vocabulary(names, network.say(torch.from_numpy(vectors)).numpy())


def _judge(network: Network, sketches: Side, photos: Side, val: Dataset) -> dict[str, float]:
    """How the seen classes that were held out are found; without mirror images, which cost as much again."""
    last = network.last()
    return retrieval(
        last(through(network.sketch, sketches.val)), last(through(network.photo, photos.val)), val
    )


def _tower(side: Side, half: nn.Module, last: nn.Module, *, mirror: bool = False) -> Tower:
    """One domain's whole encoder: trunk and what is on it."""
    body: nn.Module = nn.Sequential(side.trunk, half)
    body = Mirrored(body) if mirror else body
    return Tower(body, last, mean=side.contract.mean, std=side.contract.std)
