"""What the anchored method learns from: several data sets under one list of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchseek.data import Dataset, Item, data_root, load_dataset, load_split
from sketchseek.errors import BadDataset
from sketchseek.model import Source
from sketchseek.training.classes import canonical, unseen
from sketchseek.training.pictures import with_lines


@dataclass(frozen=True)
class Part:
    """Items of one kind that are drawn from together.

    Attributes:
        dataset: whose items they are; it opens them.
        items: all of them, those of classes that are held out too: their features are cached once for all.
        rivals: the data set whose classes these items are told apart from. Classes of several data sets
            overlap ("mug", "cup", "coffee cup"), so an item competes within its own only.
        share: of a batch's sketches.
        views: cached views of each.
    """

    dataset: Dataset
    items: tuple[Item, ...]
    rivals: str
    share: float = 0.0
    views: int = 1


@dataclass(frozen=True)
class Material:
    """Everything that is trained on and validated with.

    Attributes:
        sketches: parts to train sketches on.
        photos: parts to train photos on.
        val: Sketchy items of classes that are not held out: they choose the epoch unless they are trained on.
        classes: canonical names, sorted; none of the unseen.
    """

    sketches: tuple[Part, ...]
    photos: tuple[Part, ...]
    val: Dataset
    classes: tuple[str, ...]

    def codes(self, items: Sequence[Item]) -> NDArray[np.int64]:
        """The position of each item's class in ``classes``; -1 where it is not trained on."""
        where = {name: code for code, name in enumerate(self.classes)}
        return np.array([where.get(canonical(item.label), -1) for item in items], np.int64)

    def rivals(self) -> dict[str, NDArray[np.bool_]]:
        """For each data set, which of ``classes`` it has."""
        found: dict[str, NDArray[np.bool_]] = {}
        for part in (*self.sketches, *self.photos):
            mask = found.setdefault(part.rivals, np.zeros(len(self.classes), bool))
            codes = self.codes(part.items)
            mask[codes[codes >= 0]] = True
        return found

    def sources(self) -> tuple[Source, ...]:
        """What was used of each data set, with its licence."""
        used: dict[str, list[str]] = {}
        cards = {}
        for kind, parts in (("sketches", self.sketches), ("photos", self.photos)):
            for part in parts:
                cards[part.dataset.name] = part.dataset.card
                count = int((self.codes(part.items) >= 0).sum())
                lines = bool(part.items) and part.items[0].variant == "line drawing"
                used.setdefault(part.dataset.name, []).append(
                    f"{count:,} {'line drawings of photos' if lines else kind}"
                )
        return tuple(Source(name, cards[name].licence, ", ".join(parts)) for name, parts in used.items())


def gather(held_out: Sequence[str], views: Mapping[str, int], *, include_val: bool = False) -> Material:
    """Read the data sets under SKETCHSEEK_DATA and choose what may be trained on.

    Of Sketchy: the photos of the list "sketchy-subset.train" and the sketches drawn from them. Of Quick,
    Draw! and Caltech-101: everything. Of photos with a line drawing: that too, as a sketch.

    Args:
        held_out: lists of classes that are kept out.
        views: per kind of sketch ("sketchy", "quickdraw", "lines").
        include_val: train on the list "sketchy-subset.val" as well.

    Raises:
        BadDataset: a data set is missing.
    """
    root = data_root()
    if root is None:
        raise BadDataset("this method trains on the data sets under SKETCHSEEK_DATA: set it to their folder")
    sketchy = load_dataset("sketchy")
    val = load_split("sketchy-subset.val").of(sketchy)
    train = load_split("sketchy-subset.train").of(sketchy)
    if include_val:
        train = replace(train, items=(*train.items, *val.items))
    quickdraw = load_dataset("quickdraw")
    caltech = load_dataset("caltech101")
    lines = root / "lines"
    parts = (
        Part(train, train.sketches, "sketchy", 0.4, views["sketchy"]),
        Part(quickdraw, quickdraw.sketches, "quickdraw", 0.36, views["quickdraw"]),
        _lines(train, lines, "sketchy", 0.16, views["lines"]),
        _lines(caltech, lines, "caltech101", 0.08, max(1, views["lines"] // 2)),
    )
    photos = (Part(train, train.photos, "sketchy"), Part(caltech, caltech.photos, "caltech101"))
    named = {canonical(item.label) for part in (*parts, *photos) for item in part.items}
    hidden = unseen(held_out)
    chosen_by = replace(val, items=tuple(item for item in val.items if canonical(item.label) not in hidden))
    return Material(parts, photos, chosen_by, tuple(sorted(named - hidden)))


def _lines(photos: Dataset, folder: Path, rivals: str, share: float, views: int) -> Part:
    """The line drawings of a data set's photos."""
    dataset = with_lines(photos, folder)
    drawn = tuple(item for item in dataset.sketches if item.variant == "line drawing")
    return Part(dataset, drawn, rivals, share, views)
