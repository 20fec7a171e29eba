"""Stage 2 as both versions share it: learn from pairs of cached features, choose by validation, export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from torch import nn

from sketchseek.images import PhotoInput
from sketchseek.methods.dual_stage.stage_one import Learnt, StageOne, learn
from sketchseek.methods.finish import finish, retrieval
from sketchseek.sketch import SketchInput
from sketchseek.training.loop import fit
from sketchseek.training.material import Data, Material, gather
from sketchseek.training.run import Run
from sketchseek.training.towers import Tower


@dataclass(frozen=True)
class DualStage:
    """What both versions can be told.

    Attributes:
        data: what is trained on.
        first: stage 1.
        positives: pairs a sketch and epoch of the same meaning.
        negatives: pairs a sketch and epoch of another.
        batch: pairs a step.
        epochs: how often pairs are drawn.
        rate: learning rate.
        dropout: on the input of each layer that encodes.
        margin: of the loss of pairs.
        seed: of everything drawn.
    """

    data: Data = field(default_factory=Data)
    first: StageOne = field(default_factory=StageOne)
    positives: int = 10
    negatives: int = 10
    batch: int = 128
    epochs: int = 20
    rate: float = 1e-3
    dropout: float = 0.3
    margin: float = 5.0
    seed: int = 0


class Codes(pl.LightningModule):
    """A network of stage 2: how each domain's feature becomes a code."""

    sketch_code: nn.Module
    photo_code: nn.Module


Batches = Callable[[int], Iterable[Any]]
Build = Callable[[Learnt, Learnt, Material], tuple[Codes, Batches]]


def two_stages(run: Run, config: DualStage, build: Build) -> Path:
    """Both stages, then the model folder, whose path is returned.

    Args:
        run: its folder; a stopped run goes on from there.
        config: its settings.
        build: makes of sketches and photos, as stage 1 leaves them, the network and its batches by epoch.
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
            stage="stage 2",
            on_progress=run.on_progress,
        )
    towers = _tower(photos, network.photo_code), _tower(sketches, network.sketch_code)
    assert isinstance(photos.contract, PhotoInput)  # noqa: S101 - as asked of stage 1
    assert isinstance(sketches.contract, SketchInput)  # noqa: S101
    return finish(
        run, towers, (photos.contract, sketches.contract), material, {"map@all": fitted.score or 0.0}
    )


def _tower(learnt: Learnt, code: nn.Module) -> Tower:
    """One domain's whole encoder: backbone and head of stage 1, and the code of stage 2."""
    whole = nn.Sequential(learnt.tower.head, code)
    return Tower(learnt.tower.backbone, whole, mean=learnt.contract.mean, std=learnt.contract.std)
