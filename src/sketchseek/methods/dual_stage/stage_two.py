"""Stage 2 as both versions share it: learn from pairs of cached features, choose by validation, export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import lightning.pytorch as pl
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import normalize

from sketchseek._names import class_key
from sketchseek.errors import BadConfig
from sketchseek.methods.dual_stage.stage_one import Learnt, StageOne, learn
from sketchseek.methods.finish import finish, retrieval
from sketchseek.model import Grain
from sketchseek.training.loop import fit
from sketchseek.training.material import Data, Material, gather
from sketchseek.training.run import Run
from sketchseek.training.samplers import Positions, class_batches, draw_pairs
from sketchseek.training.towers import Tower
from sketchseek.vocabulary import Vocabulary


@dataclass(frozen=True)
class DualStage:
    """What both versions can be told.

    Attributes:
        data: what is trained on.
        first: stage 1.
        batch: pairs a step, or what the method makes of them.
        epochs: how often what a step learns from is drawn.
        rate: learning rate.
        dropout: on the input of each layer that encodes.
        margin: of the loss of pairs.
        seed: of everything drawn.
    """

    data: Data = field(default_factory=Data)
    first: StageOne = field(default_factory=StageOne)
    batch: int = 128
    epochs: int = 20
    rate: float = 1e-3
    dropout: float = 0.3
    margin: float = 5.0
    seed: int = 0


@dataclass(frozen=True)
class Paired(DualStage):
    """What a version that learns from pairs can be told.

    Attributes:
        positives: drawn pairs a sketch and epoch of the same meaning.
        negatives: drawn pairs a sketch and epoch of another.
        pairs: "drawn" beforehand, by chance, as published; or those of a "batch" of whole classes, where a
            sketch meets all photos of its class and as many of the nearest others.
        classes: classes in such a batch; its pictures are ``batch`` sketches and ``batch`` photos.
    """

    positives: int = 10
    negatives: int = 10
    pairs: Literal["batch", "drawn"] = "batch"
    classes: int = 40

    def __post_init__(self) -> None:
        if self.pairs == "batch" and not 1 < self.classes <= self.batch:
            raise BadConfig(f"classes = {self.classes}: from 2 to batch = {self.batch}")


def meetings(
    config: Paired, sketch_keys: NDArray[Any], photo_keys: NDArray[Any], rng: np.random.Generator
) -> Iterator[tuple[Positions, Positions, NDArray[np.bool_]]]:
    """Which sketches meet which photos in each step of an epoch, and whether they are the same.

    Args:
        config: how they meet.
        sketch_keys: (S,) what each sketch means.
        photo_keys: (I,) the same of the photos.
        rng: what draws.

    Yields:
        (N,) sketches and (M,) photos by position, and (N,) bool where they meet one to one: pairs drawn
        beforehand; (N, M) where all meet all: a batch of whole classes.
    """
    if config.pairs == "drawn":
        pairs = draw_pairs(
            sketch_keys, photo_keys, rng, positives=config.positives, negatives=config.negatives
        )
        for part in pairs.batches(config.batch, rng):
            yield part.sketches, part.photos, part.same
    else:
        each = config.batch // config.classes
        for asked, given in class_batches(sketch_keys, photo_keys, rng, classes=config.classes, each=each):
            yield asked, given, np.equal.outer(sketch_keys[asked], photo_keys[given])


class Codes(pl.LightningModule):
    """A network of stage 2: how each domain's feature becomes a code.

    Attributes:
        keep: the epoch that finds held-out photos of the sketch's class best; or the last, for networks that
            learn more than classes, of which that says nothing.
    """

    keep: Literal["best", "last"] = "best"
    sketch_code: nn.Module
    photo_code: nn.Module


Batches = Callable[[int], Iterable[Any]]
Build = Callable[[Learnt, Learnt, Material], tuple[Codes, Batches]]


def two_stages(run: Run, config: DualStage, build: Build, *, grain: Grain = "category") -> Path:
    """Both stages, then the model folder, whose path is returned.

    Args:
        run: its folder; a stopped run goes on from there.
        config: its settings.
        build: makes of sketches and photos, as stage 1 leaves them, the network and its batches by epoch.
        grain: what is ranked by. A model that ranks by something finer than category is told the classes, as
            words, so that it can be asked for those too.
    """
    if run.finished:
        return run.model
    material = gather(config.data, config.seed)
    sketches = learn(config.first, material, "sketch", run, config.seed)
    photos = learn(config.first, material, "photo", run, config.seed)
    with run.stage("stage 2") as folder:
        torch.manual_seed(config.seed)
        network, batches = build(sketches, photos, material)
        fitted = fit(
            network,
            batches,
            run_dir=folder,
            epochs=config.epochs,
            seed=config.seed,
            validate=lambda: retrieval(
                network.sketch_code(sketches.val), network.photo_code(photos.val), material.val
            ),
            keep=network.keep,
            stage="stage 2",
            on_progress=run.on_progress,
        )
    towers = _tower(photos, network.photo_code), _tower(sketches, network.sketch_code)
    return finish(
        run,
        towers,
        (photos.contract, sketches.contract),
        material,
        {"map@all": fitted.score or 0.0},
        words=None if grain == "category" else _classes(photos, network.photo_code),
        grain=grain,
    )


@torch.inference_mode()
def _classes(photos: Learnt, code: nn.Module) -> Vocabulary:
    """Each class as a word: where the middle of its photos lies."""
    embeddings = normalize(code.eval()(photos.train[0].float()), dim=1).numpy()
    labels = np.array([item.label for item in photos.items])
    names = sorted(set(labels.tolist()))
    middles = np.stack([embeddings[labels == name].mean(0) for name in names])
    return Vocabulary(tuple(map(class_key, names)), middles)


def _tower(learnt: Learnt, code: nn.Module) -> Tower:
    """One domain's whole encoder: backbone and head of stage 1, and the code of stage 2."""
    whole = nn.Sequential(learnt.tower.head, code)
    return Tower(learnt.tower.backbone, whole, mean=learnt.contract.mean, std=learnt.contract.std)
