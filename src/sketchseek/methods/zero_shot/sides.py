"""The two domains as a method meets them: frozen trunks, and their cached output for each picture's views."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from sketchseek.encoders.huggingface import Backbone, load_backbone
from sketchseek.images import PhotoInput
from sketchseek.methods.zero_shot.config import ZeroShot
from sketchseek.methods.zero_shot.seen import Known, Part, may
from sketchseek.sketch import SketchInput
from sketchseek.training import batchnorm
from sketchseek.training.classes import canonical, unseen
from sketchseek.training.features import Features
from sketchseek.training.halves import Top, Trunk
from sketchseek.training.pictures import LINES, Contract, Pictures, contracts, normalised
from sketchseek.training.run import Run
from sketchseek.training.towers import Standardise, through

PhotoTrunk = Callable[[Any, Trunk, Trunk], Any]
_STATISTICS = 128  # pictures of each part that batch norm is measured on
_VIEWS = 0  # the seed of the views: those of one run serve all
_PUBLISHED = ("sketchy-21.unseen", "sketchy-25.unseen", "tuberlin-30.unseen", "quickdraw-30.unseen")
LEAST = 0.05  # a deviation of features below it counts as so much


@dataclass(frozen=True)
class Side:
    """One domain: the part of its encoder that stays frozen, and what that gives.

    Attributes:
        backbone: whose lower blocks the trunk is.
        trunk: pictures -> (N, D).
        contract: what the pictures look like.
        instances: of N training items, the photo that each is or was drawn from; None: none that is known.
        classes: (N,) int64, their classes; UNKNOWN where they have none.
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

    @cached_property
    def members(self) -> tuple[NDArray[np.int64], ...]:
        """The positions of each class's items."""
        return tuple(np.flatnonzero(self.classes == code) for code in range(self.classes.max() + 1))

    @cached_property
    def rows(self) -> dict[str | None, int]:
        """The position of each photo that is known by name; of None there is none."""
        return {name: row for row, name in enumerate(self.instances) if name}

    def shown(self, views: NDArray[np.int64], positions: NDArray[np.int64]) -> Tensor:
        """Training items by position in these views: (n, D) float32."""
        return torch.from_numpy(self.views[views, positions]).float()

    def draw(self, positions: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        """Training items by position, each in a view drawn by chance: (n, D) float32."""
        return self.shown(rng.integers(len(self.views), size=len(positions)), positions)

    def top(self, cut: int, *, live: bool = False) -> Top:
        """The blocks above the trunk, as the backbone has them: a copy, so that tops share no weight."""
        return Top(copy.deepcopy(self.backbone), cut, self.trunk.shape, live=live)

    def standardise(self, top: nn.Module) -> Standardise:
        """Brings the top's features of the training items, in their first view, to mean 0 and deviation 1."""
        return Standardise.fitted(through(top, self.views[0]), floor=LEAST)


def plain_trunk(_: ZeroShot, photo: Trunk, __: Trunk) -> Trunk:
    """The photos' own trunk."""
    return photo


def sides(run: Run, known: Known, photo_trunk: PhotoTrunk = plain_trunk) -> tuple[Side, Side]:
    """Sketches and photos with their trunks' outputs, from the cache where it has them."""
    config: ZeroShot = run.config
    backbone = load_backbone(config.backbone)
    photo, sketch = contracts(
        backbone, fit=config.fit, line_width=config.line_width, sketch_size=config.sketch_size
    )
    drawn = _adapted(backbone, known, photo, sketch, run) if config.adapt else backbone
    trunks = Trunk(backbone, config.cut, photo.size), Trunk(drawn, config.cut, photo.size)
    return (
        _side(known, run, drawn, Trunk(drawn, config.cut, sketch.size), sketch),
        _side(known, run, backbone, photo_trunk(config, *trunks), photo),
    )


def _side(known: Known, run: Run, backbone: Backbone, trunk: Any, contract: Contract) -> Side:
    features, val = Features(trunk, run.features), known.material.val
    parts: tuple[Part, ...] = (known.photos, *known.beside)
    judged = val.photos
    if isinstance(contract, SketchInput):
        parts, judged = known.sketches, val.sketches
    instances: list[str | None] = []
    classes, views = [], []
    for part in parts:
        codes = known.codes(part)
        kept = np.flatnonzero(codes != -1)
        of = "" if part.labelled else f"{part.dataset.root}: "  # so that no two data sets' photos are one
        instances += [name and of + name for name in (part.items[n].instance for n in kept)]
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
    hidden = unseen(_PUBLISHED) | run.config.data.hidden

    def some(part: Part, contract: Contract) -> Iterator[Tensor]:
        items = [
            item for item in part.items if canonical(item.label) not in hidden and may(item, known.allowed)
        ]
        yield from normalised(Pictures(part.dataset, contract), items, _STATISTICS)

    by_hand = [part for part in known.sketches if part.items[0].variant != LINES]
    measured = by_hand or known.sketches
    names = [part.dataset.name for part in by_hand] or [LINES]
    key = f"{backbone.digest()} {photo} {sketch} {names} {sorted(hidden)} {_STATISTICS}"
    key += "".join(f" {name}" for name in run.config.data.photos)
    return batchnorm.adapted(
        backbone,
        run.features,
        key,
        photos=lambda: some(known.photos, photo),
        drawings=lambda: (batch for part in measured for batch in some(part, sketch)),
        on_progress=run.on_progress,
    )
