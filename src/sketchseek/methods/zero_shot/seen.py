"""What a zero-shot method may learn from: seen classes alone, some of which choose the model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sketchseek.data import Dataset, Item, data_root, load_dataset, load_split
from sketchseek.errors import BadConfig
from sketchseek.model import Source
from sketchseek.training.classes import canonical, unseen
from sketchseek.training.material import Material
from sketchseek.training.pictures import LINES, with_lines


@dataclass(frozen=True)
class Seen:
    """Where training data comes from.

    Attributes:
        dataset: its name in the registry.
        path: its folder; empty: its place under SKETCHSEEK_DATA.
        unseen: published list of classes that are neither trained on nor choose the model.
        choosing: seen classes, drawn by the run's seed, that choose the model and are not trained on.
        quickdraw: take the drawings of seen classes in Quick, Draw! as further sketches.
        lines: take the line drawings of the photos as further sketches.
    """

    dataset: str = "sketchy"
    path: str = ""
    unseen: str = "sketchy-25.unseen"
    choosing: int = 10
    quickdraw: bool = True
    lines: bool = False


@dataclass(frozen=True)
class Part:
    """Sketches or photos of one data set, those of classes that are not trained on among them.

    What is computed of each picture is cached for all of them, whatever the split, so that runs on several
    splits and seeds share it.
    """

    dataset: Dataset
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Known:
    """What a run learns from.

    Attributes:
        material: the items that are trained on, those of Quick, Draw! left out, and those that choose.
        classes: canonical names of the trained classes, sorted.
        sketches: parts with all sketches.
        photos: the part with all photos.
        sources: what was used beyond the data set itself.
    """

    material: Material
    classes: tuple[str, ...]
    sketches: tuple[Part, ...]
    photos: Part
    sources: tuple[Source, ...]

    def codes(self, part: Part) -> NDArray[np.int64]:
        """The position in ``classes`` of each item's class, (N,); -1 where it is not trained on."""
        where = {name: code for code, name in enumerate(self.classes)}
        return np.array([where.get(canonical(item.label), -1) for item in part.items], np.int64)


def gather(data: Seen, seed: int) -> Known:
    """Read the data sets and leave out what must stay unseen.

    Raises:
        BadDataset: the data set is not there.
        UnknownName: no such list.
        BadConfig: too few classes are left, or one of them has no sketches or no photos.
    """
    if load_split(data.unseen).kind != "classes":
        raise BadConfig(f"unseen = {data.unseen!r} is a list of photos; a list of classes is wanted")
    whole = load_dataset(data.dataset, data.path or None)
    hidden = unseen((data.unseen,))
    if not any(canonical(label) in hidden for label in whole.classes):
        raise BadConfig(f"{data.dataset} has none of the classes of {data.unseen}: nothing would be unseen")
    seen = sorted({canonical(label) for label in whole.classes} - hidden)
    _complete(whole, seen)
    if not 0 < data.choosing < len(seen) - 1:
        raise BadConfig(
            f"choosing = {data.choosing}: of the {len(seen)} seen classes of {data.dataset}, 1 to "
            f"{len(seen) - 2} can choose the model"
        )
    drawn = np.random.default_rng(seed).permutation(len(seen))[: data.choosing]
    chosen = {seen[n] for n in drawn}
    classes = tuple(name for name in seen if name not in chosen)
    parts = [Part(whole, whole.sketches)]
    sources = []
    if data.lines:
        parts.append(_lines(whole))
    if data.quickdraw and data.dataset != "quickdraw":
        part, source = _quickdraw(whole, set(classes))
        parts.append(part)
        sources.append(source)
    material = Material(_only(whole, set(classes)), _only(whole, chosen))
    return Known(material, classes, tuple(parts), Part(whole, whole.photos), tuple(sources))


def _complete(dataset: Dataset, classes: list[str]) -> None:
    for kind, items in (("sketches", dataset.sketches), ("photos", dataset.photos)):
        count = Counter(canonical(item.label) for item in items)
        if empty := [name for name in classes if not count[name]]:
            raise BadConfig(
                f"{dataset.name}: no {kind} of the seen class {empty[0]!r}"
                + (f" and {len(empty) - 1} others" if len(empty) > 1 else "")
                + ". Add some, or remove the class from the data set."
            )


def _only(dataset: Dataset, classes: set[str]) -> Dataset:
    return replace(dataset, items=tuple(item for item in dataset if canonical(item.label) in classes))


def _lines(dataset: Dataset) -> Part:
    root = data_root()
    drawn = with_lines(dataset, root / "lines") if root is not None else dataset
    items = tuple(item for item in drawn.sketches if item.variant == LINES)
    if not items:
        raise BadConfig(
            "data.lines = true, but there are no line drawings under SKETCHSEEK_DATA: set it false"
        )
    return Part(drawn, items)


def _quickdraw(dataset: Dataset, trained: set[str]) -> tuple[Part, Source]:
    """The drawings of Quick, Draw! of all classes that the data set has, too."""
    drawings = load_dataset("quickdraw")
    shared = {canonical(label) for label in dataset.classes}
    items = tuple(item for item in drawings.sketches if canonical(item.label) in shared)
    used = sum(canonical(item.label) in trained for item in items)
    return Part(drawings, items), Source(drawings.name, drawings.card.licence, f"{used:,} sketches")
