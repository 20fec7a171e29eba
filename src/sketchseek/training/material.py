"""Which items a method trains on, and which choose its model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sketchseek.data import Dataset, Item, data_root, load_dataset, load_split
from sketchseek.errors import BadConfig
from sketchseek.training.pictures import with_edges, with_lines


@dataclass(frozen=True)
class Data:
    """Where training data comes from.

    Attributes:
        dataset: its name in the registry.
        path: its folder; empty: its place under SKETCHSEEK_DATA.
        train: published list of what is trained on; empty: all but what chooses the model.
        val: published list of what chooses the model; empty: some photos of each class and all sketches
            drawn from them, drawn by chance.
        held: share of the photos that choose the model where no list does.
        lines: take line drawings of the training photos as further sketches: those kept under
            SKETCHSEEK_DATA; of a data set that has no files, the photos' edges.
        options: of the data set's reader, such as ``{ instances = 60 }`` of the synthetic one.
    """

    dataset: str = "sketchy"
    path: str = ""
    train: str = "sketchy-subset.train"
    val: str = "sketchy-subset.val"
    held: float = 0.1
    lines: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.held < 1:
            raise BadConfig(f"data.held = {self.held}: between 0 and 1 is wanted")


@dataclass(frozen=True)
class Material:
    """Items to train on and items to choose a model by; no photo, and no sketch of it, is in both."""

    train: Dataset
    val: Dataset

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that are trained on, sorted."""
        return self.train.classes


def gather(data: Data, seed: int = 0) -> Material:
    """Read the data set and part it.

    Raises:
        BadDataset: it is not there.
        BadConfig: a part has no sketches or no photos, or the parts overlap.
    """
    dataset = load_dataset(data.dataset, data.path or None, **data.options)
    if data.val:
        val = load_split(data.val).of(dataset)
    else:
        val = _some(load_split(data.train).of(dataset) if data.train else dataset, data.held, seed)
    held = {item.id for item in val}
    if data.train:
        train = load_split(data.train).of(dataset)
        if data.val and any(item.id in held for item in train):
            raise BadConfig(
                f"train = {data.train!r} and val = {data.val!r} share items: no model can be chosen"
            )
    else:
        train = dataset
    train = replace(train, items=tuple(item for item in train if item.id not in held))
    for name, part in (("train", train), ("val", val)):
        if not part.sketches or not part.photos:
            raise BadConfig(
                f"{data.dataset}: {name} has {len(part.sketches)} sketches and {len(part.photos)} photos; "
                f"both are needed. Name another list, or a data set that has them."
            )
    return Material(_with_lines(train) if data.lines else train, val)


def codes(items: Iterable[Item], classes: tuple[str, ...]) -> np.ndarray:
    """The position of each item's class in ``classes``, (N,) int64.

    Raises:
        BadConfig: a class is not among them.
    """
    where = {name: code for code, name in enumerate(classes)}
    try:
        return np.array([where[item.label] for item in items], np.int64)
    except KeyError as error:
        raise BadConfig(
            f"class {error} chooses the model but is not trained on: name another val list"
        ) from error


def _with_lines(train: Dataset) -> Dataset:
    if all(photo.path is None for photo in train.photos):
        return with_edges(train)
    root = data_root()
    drawn = with_lines(train, root / "lines") if root is not None else train
    if len(drawn) == len(train):
        raise BadConfig(
            "data.lines = true, but no line drawings were found under SKETCHSEEK_DATA: set it false"
        )
    return drawn


def _some(dataset: Dataset, share: float, seed: int) -> Dataset:
    """A share of the photos of each class, at least one where the class has two, and the sketches of them."""
    rng = np.random.default_rng(seed)
    held: set[str] = set()
    for label in dataset.classes:
        photos = [item for item in dataset.photos if item.label == label]
        drawn = {item.instance for item in dataset.sketches if item.label == label}
        # A photo that somebody drew comes first: without a sketch it could not ask.
        order = sorted(rng.permutation(len(photos)), key=lambda n: photos[n].instance not in drawn)
        count = max(1, round(len(photos) * share)) if len(photos) > 1 else 0
        held |= {photos[n].instance or photos[n].id for n in order[:count]}
    return replace(dataset, items=tuple(item for item in dataset if (item.instance or item.id) in held))
