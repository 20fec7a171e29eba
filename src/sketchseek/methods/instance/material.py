"""Drawings and photos of one data set as a frozen trunk sees them, and which belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sketchseek.data import Dataset, Item, data_root, load_dataset, load_split
from sketchseek.errors import BadDataset
from sketchseek.methods.instance.config import Before
from sketchseek.training.features import Features
from sketchseek.training.pictures import Augment, Contract, Pictures, mirrored, with_lines
from sketchseek.training.progress import OnProgress
from sketchseek.training.samplers import meanings

_VIEWS = 0  # the seed of the augmented views, which runs of all seeds share

Batch = tuple[Tensor, Tensor, Tensor]
Values = NDArray[np.float16]


@dataclass(frozen=True)
class Sight:
    """How both domains are seen: photos come first in each pair.

    Attributes:
        inputs: how pictures are shown to a trunk.
        features: what the trunks give.
        augment: how views differ.
        on_progress: told of every part.
    """

    inputs: tuple[Contract, Contract]
    features: tuple[Features, Features]
    augment: tuple[Augment, Augment]
    on_progress: OnProgress

    def plain(self, dataset: Dataset) -> tuple[Values, Values]:
        """The plain views of a data set's photos (P, D) and sketches (N, D)."""
        photos, sketches = (
            found.plain(Pictures(dataset, contract), items, on_progress=self.on_progress)
            for found, contract, items in zip(self.features, self.inputs, _sides(dataset), strict=True)
        )
        return photos, sketches

    def all(self, dataset: Dataset, views: int) -> Seen:
        """A data set to be trained on: plain views and ``views`` others, each in the mirror, too.

        Raises:
            BadDataset: a sketch has no photo of its own there.
        """
        asked = photos_of(dataset)
        _, classes = np.unique([item.label for item in dataset.sketches], return_inverse=True)
        photos, sketches = (self._filled(side, dataset, views) for side in range(2))
        return Seen(sketches, photos, asked, classes.astype(np.int64))

    def _filled(self, side: int, dataset: Dataset, views: int) -> Values:
        """(2, 1 + views, N, D) of photos or sketches: one array, filled bit by bit, since it is large."""
        features, contract = self.features[side], self.inputs[side]
        found = np.empty((2, 1 + views, len(_sides(dataset)[side]), features.dim), np.float16)
        for turned, some in enumerate((dataset, mirrored(dataset))):
            pictures, items = Pictures(some, contract), _sides(some)[side]
            found[turned, 0] = features.plain(pictures, items, on_progress=self.on_progress)
            if views:
                vary = partial(features.varied, seed=_VIEWS, on_progress=self.on_progress)
                found[turned, 1:] = vary(pictures, items, self.augment[side], views=views)
        return found


@dataclass(frozen=True)
class Seen:
    """N sketches and P photos of one data set.

    Attributes:
        sketches: (2, V, N, D) float16, the trunk's output for each view, as it is and in the mirror.
        photos: (2, V, P, D).
        asked: (N,) int64, the position of each sketch's photo.
        classes: (N,) int64, a number for the class of each sketch.
    """

    sketches: Values
    photos: Values
    asked: NDArray[np.int64]
    classes: NDArray[np.int64]

    def batches(
        self, size: int, rng: np.random.Generator, *, alike: int = 1, views: int = 1
    ) -> Iterator[Batch]:
        """Each sketch once, in views drawn by chance; all of a batch as they are, or all in the mirror.

        Args:
            size: sketches of a batch at most, beside which each of their photos stands once.
            rng: what draws.
            alike: sketches of one class that stand together.
            views: of each sketch and photo.

        Returns:
            Trunk outputs (views, B, D) of sketches and (views, P, D) of photos, and (B, P) bool which belong
            together.
        """
        order = _dealt(self.classes, alike, rng)
        for some in np.array_split(order, -(-len(order) // size)):
            own, place = np.unique(self.asked[some], return_inverse=True)
            turned = int(rng.integers(2))
            drawn, shown = (
                torch.from_numpy(all_[turned, rng.integers(all_.shape[1], size=(views, len(rows))), rows])
                for all_, rows in ((self.sketches, some), (self.photos, own))
            )
            yield drawn.float(), shown.float(), torch.from_numpy(place[:, None] == np.arange(len(own))[None])


def joined(parts: list[Seen]) -> Seen:
    """Several data sets as one: their photos stay apart, and so do their classes.

    Args:
        parts: of equal numbers of views; the list is emptied, so that what is copied can go.
    """
    sketches, photos = sum(len(part.asked) for part in parts), sum(map(_photos, parts))
    (*some, _, one), (*others, _, other) = parts[0].sketches.shape, parts[0].photos.shape
    whole = Seen(
        np.empty((*some, sketches, one), np.float16),
        np.empty((*others, photos, other), np.float16),
        np.empty(sketches, np.int64),
        np.empty(sketches, np.int64),
    )
    drawn = shown = known = 0
    while parts:
        part = parts.pop(0)
        here = slice(drawn, drawn + len(part.asked))
        whole.sketches[:, :, here] = part.sketches
        whole.photos[:, :, shown : shown + _photos(part)] = part.photos
        whole.asked[here] = part.asked + shown
        whole.classes[here] = part.classes + known
        drawn, shown = here.stop, shown + _photos(part)
        known += int(part.classes.max(initial=-1)) + 1
    return whole


def photos_of(dataset: Dataset) -> NDArray[np.int64]:
    """The position of each sketch's photo.

    Raises:
        BadDataset: a sketch has none.
    """
    places = {name: place for place, name in enumerate(meanings(dataset.photos, "instance"))}
    names = meanings(dataset.sketches, "instance")
    if missing := [item.id for item, name in zip(dataset.sketches, names, strict=True) if name not in places]:
        raise BadDataset(f"{missing[0]} has no photo of its own among those that are trained on")
    return np.array([places[name] for name in names], np.int64)


def earlier(before: Before) -> list[Dataset]:
    """The data sets to learn from first: listed photos, their line drawings and sketches.

    Raises:
        BadDataset: one of them is not there.
    """
    listed = {entry for name in before.photos for entry in load_split(name).entries}
    return [_drawn(name, listed) for name in before.datasets]


def _drawn(name: str, listed: set[str]) -> Dataset:
    try:
        dataset = load_dataset(name)
    except BadDataset as error:
        raise BadDataset(f"{error} Or begin with the backbone: --set before.datasets=[]") from error
    if any(photo.instance in listed for photo in dataset.photos):
        dataset = dataset.where(instances=listed)
    root = data_root()
    drawn = with_lines(dataset, root / "lines") if root is not None else dataset
    both = set(meanings(drawn.photos, "instance")) & set(meanings(drawn.sketches, "instance"))
    if not both:
        raise BadDataset(
            f"{name}: no drawing tells its photo, and there are no line drawings under SKETCHSEEK_DATA: "
            f"leave it out of before.datasets"
        )
    named = zip(drawn, meanings(drawn, "instance"), strict=True)
    return replace(drawn, items=tuple(item for item, meaning in named if meaning in both))


def _dealt(classes: NDArray[np.int64], alike: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """All positions in random order, ``alike`` of a class after each other while they last."""
    order = rng.permutation(len(classes))
    if alike == 1:
        return order
    order = order[np.argsort(classes[order], kind="stable")]
    ends = np.flatnonzero(np.diff(classes[order])) + 1
    hands = [hand for one in np.split(order, ends) for hand in np.split(one, range(alike, len(one), alike))]
    return np.concatenate([hands[place] for place in rng.permutation(len(hands))])


def _photos(part: Seen) -> int:
    return int(part.photos.shape[2])


def _sides(dataset: Dataset) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    return dataset.photos, dataset.sketches
