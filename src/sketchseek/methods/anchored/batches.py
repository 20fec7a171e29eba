"""Features of the material, cached, and the batches drawn from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchseek.data import Item
from sketchseek.methods.anchored.config import Config
from sketchseek.methods.anchored.material import Material, Part
from sketchseek.sketch import SketchInput
from sketchseek.training.features import Features
from sketchseek.training.pictures import Contract, Pictures
from sketchseek.training.progress import OnProgress


@dataclass(frozen=True)
class Cached:
    """A part's trained items with their features (views, N, D), classes (N,) and rivals."""

    items: tuple[Item, ...]
    share: float
    features: NDArray[np.float16]
    classes: NDArray[np.int64]
    rivals: int


def cache(
    config: Config,
    material: Material,
    parts: Sequence[Part],
    side: tuple[Features, Contract],
    on_progress: OnProgress,
) -> list[Cached]:
    """Features of each part's views, from the cache where it has them; of photos the plain view first.

    They are computed for all items, and those of classes that are held out are left out afterwards, so that
    runs with and without them share a cache.
    """
    found, rivals = [], list(material.rivals())
    computer, contract = side
    sketch = isinstance(contract, SketchInput)
    for part in parts:
        pictures = Pictures(part.dataset, contract)
        features = computer.varied(
            pictures,
            part.items,
            config.augment if sketch else config.augment_photo,
            views=part.views if sketch else config.photo_views,
            seed=config.seed,
            on_progress=on_progress,
        )
        if not sketch:
            plain = computer.plain(pictures, part.items, on_progress=on_progress)
            features = np.concatenate([plain[None], features])
        codes = material.codes(part.items)
        seen = np.flatnonzero(codes >= 0)
        items = tuple(part.items[row] for row in seen)
        found.append(Cached(items, part.share, features[:, seen], codes[seen], rivals.index(part.rivals)))
    return found


def batches(
    config: Config, sketches: list[Cached], pictures: list[Cached], shape: tuple[int, ...], epoch: int
) -> Iterator[dict[str, Tensor]]:
    """The steps of an epoch; what they draw depends on seed and epoch alone.

    ``shape`` is that of the trunk's map, (channels, rows, columns).
    """
    rng = np.random.default_rng([config.seed, epoch])
    counts = _shares(config.batch, [part.share for part in sketches])
    by_instance: dict[str | None, list[tuple[int, int]]] = {}
    for which, part in enumerate(pictures):
        for row, item in enumerate(part.items):
            by_instance.setdefault(item.instance, []).append((which, row))
    by_instance.pop(None, None)
    every = [(which, row) for which, part in enumerate(pictures) for row in range(len(part.classes))]
    for _ in range(config.steps):
        chosen = [
            (which, int(row))
            for which, count in enumerate(counts)
            for row in rng.choice(len(sketches[which].classes), count, replace=False)
        ]
        paired, photos = [], [every[n] for n in rng.choice(len(every), 2 * config.batch, replace=False)]
        for place, (which, row) in enumerate(chosen):
            if own := by_instance.get(sketches[which].items[row].instance):
                paired.append(place)
                photos.append(own[0])
        found = {
            **_rows("sketch", "trunk", sketches, chosen, rng),
            **_rows("photo", "features", pictures, photos, rng),
            "paired": torch.tensor(paired),
        }
        _erase(found["trunk"].reshape(-1, *shape), config.erase, rng)
        yield found


def _rows(
    domain: str, name: str, parts: list[Cached], chosen: list[tuple[int, int]], rng: np.random.Generator
) -> dict[str, Tensor]:
    """A random view of each chosen item, with its class and its rivals."""
    found = [parts[which].features[rng.integers(len(parts[which].features)), row] for which, row in chosen]
    return {
        name: torch.from_numpy(np.stack(found)).float(),
        f"{domain}_class": torch.tensor([int(parts[which].classes[row]) for which, row in chosen]),
        f"{domain}_rivals": torch.tensor([parts[which].rivals for which, _ in chosen]),
    }


def _erase(maps: Tensor, share: float, rng: np.random.Generator) -> None:
    """Blank a rectangle, a fifth to a half of each side, in this share of the maps (N, C, H, W), in place.

    Blank is what a map shows in its corner, where there is paper.
    """
    _, _, height, width = maps.shape
    for row in np.flatnonzero(rng.random(len(maps)) < share):
        high, wide = (int(rng.integers(max(1, side // 5), max(1, side // 2) + 1)) for side in (height, width))
        top, left = int(rng.integers(height - high + 1)), int(rng.integers(width - wide + 1))
        maps[row, :, top : top + high, left : left + wide] = maps[row, :, :1, :1].clone()


def _shares(total: int, shares: list[float]) -> list[int]:
    """``total`` split by ``shares``, the rest going to the first."""
    counts = [int(total * share) for share in shares]
    counts[0] += total - sum(counts)
    return counts
