"""Items as regions: their boxes, and what a frozen network sees in each, as they are and in the mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchseek.data import Item
from sketchseek.model import RegionInput
from sketchseek.rerankers.regions import Boxes, filled, of_elements, of_photo, of_sketch, ordered
from sketchseek.sketch import SketchInput
from sketchseek.training.features import Features
from sketchseek.training.pictures import Pictures, mirrored
from sketchseek.training.progress import OnProgress, Progress


class Taken(NamedTuple):
    """n of the items: values (n, ...) float32, boxes (n, R, 4), sizes (n,), merges (n, R - 1, 2)."""

    values: Tensor
    boxes: Tensor
    sizes: Tensor
    merges: Tensor


@dataclass(frozen=True)
class Seen:
    """N items in V views: as they are, and in the mirror.

    Attributes:
        items: in order.
        values: (V, N, ...) float16, what a frozen network gives for each.
        boxes: (V, N, R, 4) float32; zeros behind the last.
        sizes: (V, N) int64, how many boxes there are.
        merges: (V, N, R - 1, 2) int64, what lies in what, as `contained` tells it; -1 behind the last.
    """

    items: tuple[Item, ...]
    values: NDArray[np.float16]
    boxes: NDArray[np.float32]
    sizes: NDArray[np.int64]
    merges: NDArray[np.int64]

    def take(self, views: NDArray[np.int64], rows: NDArray[np.int64]) -> Taken:
        """Some of the items, each in its view."""
        return Taken(
            torch.from_numpy(self.values[views, rows]).float(),
            *(torch.from_numpy(part[views, rows]) for part in (self.boxes, self.sizes, self.merges)),
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
    values, boxes, sizes, merges = [], [], [], []
    for which, some in views:
        values.append(features.plain(which, some, on_progress=on_progress))
        found = _boxes(which, some, regions, on_progress)
        boxes.append(filled(found, regions.most))
        sizes.append(np.array([len(some) for some in found], np.int64))
        merges.append(ordered(found, regions.most))
    return Seen(tuple(items), np.stack(values), np.stack(boxes), np.stack(sizes), np.stack(merges))


def _boxes(
    pictures: Pictures, items: Sequence[Item], regions: RegionInput, on_progress: OnProgress
) -> list[Boxes]:
    found = []
    dataset, contract = pictures.dataset, pictures.contract
    for done, item in enumerate(items, 1):
        if isinstance(contract, SketchInput):
            found.append(of_sketch(dataset.sketch(item), contract, regions.most).boxes)
        elif regions.finder == "elements":
            size = dataset.photo(item).size
            found.append(of_elements(dataset.elements(item), size, contract, regions.most))
        else:
            found.append(of_photo(pictures.plain(item), regions.most, regions.finder))
        if done % 64 == 0 or done == len(items):
            on_progress(Progress("regions", done, len(items)))
    return found
