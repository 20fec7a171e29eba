"""What a zero-shot method may learn from: seen classes alone, some of which choose the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sketchseek.data import DATASETS, Dataset, Item, data_root, load_dataset, load_split
from sketchseek.errors import BadConfig
from sketchseek.model import Source
from sketchseek.semantics import photo_senses
from sketchseek.semantics.concepts import SENSES
from sketchseek.training.classes import canonical, unseen
from sketchseek.training.material import Material
from sketchseek.training.pictures import LINES, with_lines

UNKNOWN = -2  # the class of what is learnt from without one


@dataclass(frozen=True)
class Seen:
    """Where training data comes from.

    Attributes:
        dataset: its name in the registry.
        path: its folder; empty: its place under SKETCHSEEK_DATA.
        unseen: published list of classes that are neither trained on nor choose the model; empty:
            all classes are seen.
        choosing: seen classes, drawn by the run's seed, that choose the model and are not trained on.
        quickdraw: take the drawings of seen classes in Quick, Draw! as further sketches.
        lines: take the line drawings of the photos as further sketches.
        sketches: take the data set's own sketches; without them, line drawings are what is learnt from, and
            what the model is chosen by, and nobody has to draw.
        photos: published lists of the photos that alone, with their sketches, are learnt from; none: all.
            Benchmarks whose gallery has photos of seen classes, too, want those to be new.
    """

    dataset: str = "sketchy"
    path: str = ""
    unseen: str = "sketchy-25.unseen"
    choosing: int = 10
    quickdraw: bool = True
    lines: bool = False
    sketches: bool = True
    photos: tuple[str, ...] = ()

    @property
    def hidden(self) -> frozenset[str]:
        """The canonical names of the classes that stay unseen, near relations among them."""
        return unseen([self.unseen] if self.unseen else [])


@dataclass(frozen=True)
class Wider(Seen):
    """Also from photos of whatever.

    Attributes:
        unlabelled: a further data set, or a folder of one's own, of whose photos and their line drawings is
            learnt what goes without a class: that a drawing is of its photo, and what the photo looks like.
            Photos of classes that stay unseen, or choose the model, are left out if they are told apart.
    """

    unlabelled: str = ""


@dataclass(frozen=True)
class Part:
    """Sketches or photos of one data set, those of classes that are not trained on among them.

    What is computed of each picture is cached for all of them, whatever the split, so that runs on several
    splits and seeds share it.
    """

    dataset: Dataset
    items: tuple[Item, ...]
    labelled: bool = True


@dataclass(frozen=True)
class Known:
    """What a run learns from.

    Attributes:
        material: the items that are trained on, those of Quick, Draw! left out, and those that choose.
        classes: canonical names of the trained classes, sorted.
        sketches: parts with all sketches.
        photos: the part with all photos.
        beside: parts with photos of other data sets.
        sources: what was used beyond the data set itself.
        allowed: the photos that may be learnt from, by ``instance``; None: all.
    """

    material: Material
    classes: tuple[str, ...]
    sketches: tuple[Part, ...]
    photos: Part
    sources: tuple[Source, ...]
    allowed: frozenset[str] | None = None
    beside: tuple[Part, ...] = ()

    @property
    def senses(self) -> str | Mapping[str, tuple[str, ...]]:
        """What tells the senses of classes: the name of a list, else the names of photos from ImageNet."""
        listed = self.photos.dataset.name.removesuffix("-extended")
        photos = ((item.label, item.id.rpartition("/")[2]) for item in self.photos.items)
        return listed if listed in SENSES else photo_senses(photos)

    def codes(self, part: Part) -> NDArray[np.int64]:
        """The position in ``classes`` of each item's class, (N,).

        -1 where it is not trained on; UNKNOWN where it is trained on without its class.
        """
        if not part.labelled:
            return np.full(len(part.items), UNKNOWN, np.int64)
        where = {name: code for code, name in enumerate(self.classes)}
        codes = [where.get(canonical(item.label), -1) for item in part.items]
        kept = [code if may(item, self.allowed) else -1 for code, item in zip(codes, part.items, strict=True)]
        return np.array(kept, np.int64)


def may(item: Item, allowed: frozenset[str] | None) -> bool:
    """Whether an item is one of the allowed photos, or a sketch that is drawn from no other."""
    return allowed is None or item.instance in allowed or (item.domain == "sketch" and item.instance is None)


def gather(data: Seen, seed: int) -> Known:
    """Read the data sets and leave out what must stay unseen.

    Raises:
        BadDataset: the data set is not there.
        UnknownName: no such list.
        BadConfig: too few classes are left, or one of them has no sketches or no photos; where line drawings
            are taken, they will do.
    """
    whole = load_dataset(data.dataset, data.path or None)
    hidden, seen = _parted(whole, data)
    drawn = np.random.default_rng(seed).permutation(len(seen))[: data.choosing]
    chosen = {seen[n] for n in drawn}
    classes = tuple(name for name in seen if name not in chosen)
    allowed = _allowed(data)
    parts = _drawn(whole, data, seen, allowed)
    val = _judging(parts, chosen, allowed)
    train = whole if data.sketches else _alone(parts[0])
    sources = []
    if data.quickdraw and data.dataset != "quickdraw":
        part, source = _quickdraw(whole, set(classes))
        parts.append(part)
        sources.append(source)
    beside = []
    if isinstance(data, Wider) and data.unlabelled:
        photos, lines, source = _unlabelled(data, hidden | chosen)
        beside.append(photos)
        parts.append(lines)
        sources.append(source)
    material = Material(_only(train, set(classes), allowed), val)
    own = Part(whole, whole.photos)
    return Known(material, classes, tuple(parts), own, tuple(sources), allowed, tuple(beside))


def _unlabelled(data: Wider, hidden: Collection[str]) -> tuple[Part, Part, Source]:
    """The photos that have a line drawing, their line drawings, and where they are from."""
    if data.unlabelled == data.dataset:
        raise BadConfig(f"unlabelled = {data.unlabelled!r} is learnt from with its classes: name another")
    own = data.unlabelled in DATASETS
    found = load_dataset(data.unlabelled) if own else load_dataset("folder", data.unlabelled)
    found = replace(found, items=tuple(item for item in found if canonical(item.label) not in hidden))
    lines = _lines(found)
    drawn = {item.instance for item in lines.items}
    photos = Part(lines.dataset, tuple(item for item in found.photos if item.instance in drawn), False)
    used = f"{len(photos.items):,} photos and their line drawings, without their classes"
    return photos, replace(lines, labelled=False), Source(found.name, found.card.licence, used)


def _parted(whole: Dataset, data: Seen) -> tuple[frozenset[str], list[str]]:
    """The classes that stay unseen, near relations among them, and the others, sorted."""
    if data.unseen and load_split(data.unseen).kind != "classes":
        raise BadConfig(f"unseen = {data.unseen!r} is a list of photos; a list of classes is wanted")
    hidden = data.hidden
    if data.unseen and not any(canonical(label) in hidden for label in whole.classes):
        raise BadConfig(f"{data.dataset} has none of the classes of {data.unseen}: nothing would be unseen")
    seen = sorted({canonical(label) for label in whole.classes} - hidden)
    if not 0 < data.choosing < len(seen) - 1:
        raise BadConfig(
            f"choosing = {data.choosing}: of the {len(seen)} seen classes of {data.dataset}, 1 to "
            f"{len(seen) - 2} can choose the model"
        )
    return hidden, seen


def _allowed(data: Seen) -> frozenset[str] | None:
    """The photos of the lists; None where there are none."""
    splits = [load_split(name) for name in data.photos]
    if wrong := [split.name for split in splits if split.kind != "photos"]:
        raise BadConfig(f"photos = {wrong[0]!r} is a list of classes; a list of photos is wanted")
    return frozenset(entry for split in splits for entry in split.entries) if splits else None


def _drawn(whole: Dataset, data: Seen, seen: list[str], allowed: frozenset[str] | None) -> list[Part]:
    """The sketches of the data set, or of its photos, or both: some of each seen class."""
    if not data.sketches and not data.lines:
        raise BadConfig(
            "data.sketches = false leaves nothing to learn from but line drawings: set data.lines true"
        )
    _complete(whole.name, "photos", (item for item in whole.photos if may(item, allowed)), seen)
    parts = [Part(whole, whole.sketches)] if data.sketches and whole.sketches else []
    if data.lines:
        parts.append(_lines(whole))
    drawn = (item for part in parts for item in part.items if may(item, allowed))
    _complete(whole.name, "sketches", drawn, seen)
    return parts


def _judging(parts: list[Part], chosen: set[str], allowed: frozenset[str] | None) -> Dataset:
    """What chooses the model: the sketches of the first part that has some of each chosen class, or all."""
    for part in parts:
        if chosen <= {canonical(item.label) for item in part.items if may(item, allowed)}:
            return _only(_alone(part), chosen, allowed)
    return _only(parts[-1].dataset, chosen, allowed)  # that of the line drawings has the others, too


def _alone(part: Part) -> Dataset:
    """A part's sketches and all photos of its data set."""
    return replace(part.dataset, items=(*part.dataset.photos, *part.items))


def _complete(name: str, kind: str, items: Iterable[Item], classes: list[str]) -> None:
    count = Counter(canonical(item.label) for item in items)
    if empty := [label for label in classes if not count[label]]:
        raise BadConfig(
            f"{name}: no {kind} of the seen class {empty[0]!r}"
            + (f" and {len(empty) - 1} others" if len(empty) > 1 else "")
            + ". Add some, or remove the class from the data set."
        )


def _only(dataset: Dataset, classes: set[str], allowed: frozenset[str] | None) -> Dataset:
    items = (item for item in dataset if canonical(item.label) in classes and may(item, allowed))
    return replace(dataset, items=tuple(items))


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
