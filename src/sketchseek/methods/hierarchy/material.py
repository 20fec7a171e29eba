"""Items as regions: their boxes, and what a frozen network sees in each, as they are and in the mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchseek.data import Item
from sketchseek.model import RegionInput
from sketchseek.rerankers.regions import filled, of_photo, of_sketch
from sketchseek.sketch import SketchInput
from sketchseek.training.features import Features
from sketchseek.training.pictures import Pictures, mirrored
from sketchseek.training.progress import OnProgress, Progress


@dataclass(frozen=True)
class Seen:
    """N items in V views: as they are, and in the mirror.

    Attributes:
        items: in order.
        values: (V, N, ...) float16, what a frozen network gives for each.
        boxes: (V, N, R, 4) float32; zeros behind the last.
        sizes: (V, N) int64, how many boxes there are.
    """

    items: tuple[Item, ...]
    values: NDArray[np.float16]
    boxes: NDArray[np.float32]
    sizes: NDArray[np.int64]

    def take(self, views: NDArray[np.int64], rows: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        """Values (n, ...), boxes (n, R, 4) and sizes (n,) of items, each in its view."""
        return (
            torch.from_numpy(self.values[views, rows]).float(),
            torch.from_numpy(self.boxes[views, rows]),
            torch.from_numpy(self.sizes[views, rows]),
        )


def see(
    pictures: Pictures,
    items: Sequence[Item],
    features: Features,
    regions: RegionInput,
    *,
    mirror: bool,
    on_progress: OnProgress,
) -> Seen:
    """Boxes and cached features of items of one domain, and of their mirror images where wanted."""
    views = [(pictures, tuple(items))]
    if mirror:
        dataset = mirrored(replace(pictures.dataset, items=tuple(items)))
        views.append((Pictures(dataset, pictures.contract), dataset.items))
    values, boxes, sizes = [], [], []
    for which, some in views:
        values.append(features.plain(which, some, on_progress=on_progress))
        found, count = _boxes(which, some, regions, on_progress)
        boxes.append(found)
        sizes.append(count)
    return Seen(tuple(items), np.stack(values), np.stack(boxes), np.stack(sizes))


def _boxes(
    pictures: Pictures, items: Sequence[Item], regions: RegionInput, on_progress: OnProgress
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    found = []
    contract = pictures.contract
    for done, item in enumerate(items, 1):
        if isinstance(contract, SketchInput):
            found.append(of_sketch(pictures.dataset.sketch(item), contract, regions.most).boxes)
        else:
            found.append(of_photo(pictures.plain(item), regions.most, regions.finder))
        if done % 64 == 0 or done == len(items):
            on_progress(Progress("regions", done, len(items)))
    return filled(found, regions.most), np.array([len(boxes) for boxes in found], np.int64)
