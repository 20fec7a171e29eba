"""The item table: what every data set looks like once its reader is done.

A reader turns files into a :class:`Dataset`: a tuple of :class:`Item` rows, in a fixed order, and the two
functions that open a row's drawing or photo. Nothing is decoded until a row is asked for.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek._names import class_key
from sketchseek.data.ndjson import read_record
from sketchseek.errors import BadDataset, BadSketch
from sketchseek.images import open_picture
from sketchseek.sketch import Sketch, from_quickdraw, read_sketch

Domain = Literal["sketch", "photo"]
N = TypeVar("N", str, str | None)


@dataclass(frozen=True, slots=True)
class Item:
    """One sketch or photo of a data set."""

    id: str  # unique in its data set: "<domain>/<label>/<name>"
    domain: Domain
    label: str  # class name as the data set writes it
    instance: str | None = None  # "<label>/<photo>", shared by a photo and the sketches drawn from it
    variant: str | None = None  # what else its data set says of it: see the reader
    split: str | None = None  # the data set's own split, where it has one
    path: Path | None = None
    key: str | int | None = None  # which record of `path`, where that holds several


@dataclass(frozen=True)
class DatasetCard:
    """What is published about a data set."""

    name: str
    title: str
    licence: str
    source: str  # where it is published
    citation: str
    layout: str  # the original layout, relative to the folder it is read from
    folder: str = ""  # where it lies under the data root
    markers: tuple[str, ...] = ()  # relative paths of which one tells that a folder holds this data set
    expected: Mapping[str, int] = field(default_factory=dict)  # part -> published count
    remarks: Mapping[str, str] = field(default_factory=dict)  # part -> what to know about that count
    redistributable: bool = False
    notes: tuple[str, ...] = ()

    def found_in(self, folder: Path) -> bool:
        """Whether ``folder`` has the data set's layout, by its markers."""
        return any((folder / marker).exists() for marker in self.markers)


def open_sketch(item: Item) -> Sketch:
    """Read the drawing of ``item``: a whole file, or the .ndjson record that starts at byte ``key``."""
    path = _file_of(item)
    return from_quickdraw(read_record(path, item.key)) if isinstance(item.key, int) else read_sketch(path)


def open_photo(item: Item, at_least: int | None = None) -> Image.Image:
    """Read the picture of ``item``, RGB; ``at_least`` as in ``images.open_picture``."""
    return open_picture(_file_of(item), at_least=at_least)


def _file_of(item: Item) -> Path:
    if item.path is None:
        raise BadDataset(f"{item.id} has no file")
    return item.path


@dataclass(frozen=True)
class Dataset:
    """A table of items and the way to open them. Ids are unique; the order is the reader's and is stable."""

    name: str
    root: Path | None
    items: tuple[Item, ...] = field(repr=False)
    card: DatasetCard = field(repr=False)
    sketch_reader: Callable[[Item], Sketch] = field(default=open_sketch, repr=False)
    photo_reader: Callable[[Item, int | None], Image.Image] = field(default=open_photo, repr=False)
    element_reader: Callable[[Item], NDArray[np.float32]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if len({item.id for item in self.items}) != len(self.items):
            twice, _ = Counter(item.id for item in self.items).most_common(1)[0]
            raise BadDataset(f"{self.name}: two items are called {twice!r}")

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    @cached_property
    def sketches(self) -> tuple[Item, ...]:
        """The sketches, in table order."""
        return tuple(item for item in self.items if item.domain == "sketch")

    @cached_property
    def photos(self) -> tuple[Item, ...]:
        """The photos, in table order."""
        return tuple(item for item in self.items if item.domain == "photo")

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The labels that occur, sorted."""
        return tuple(sorted({item.label for item in self.items}))

    def sketch(self, item: Item) -> Sketch:
        """Open the drawing of one of the data set's sketches.

        Raises:
            BadDataset: ``item`` is a photo.
            BadSketch: the drawing cannot be read; EmptySketch if nothing is drawn.
        """
        if item.domain != "sketch":
            raise BadDataset(f"{item.id} is a photo, not a sketch")
        try:
            return self.sketch_reader(item)
        except BadSketch as error:
            raise type(error)(f"{item.id}: {error}") from error

    def photo(self, item: Item, at_least: int | None = None) -> Image.Image:
        """Open one of the data set's photos, RGB; its shorter side may be reduced to ``at_least`` pixels.

        Raises:
            BadDataset: ``item`` is a sketch.
            BadImage: the file cannot be read.
        """
        if item.domain != "photo":
            raise BadDataset(f"{item.id} is a sketch, not a photo")
        return self.photo_reader(item, at_least)

    def elements(self, item: Item) -> NDArray[np.float32]:
        """The boxes of all that is known to stand in a photo: (n, 4) x0, y0, x1, y1 in shares of its sides.

        Raises:
            BadDataset: ``item`` is a sketch, or the data set does not tell.
        """
        if item.domain != "photo" or self.element_reader is None:
            raise BadDataset(f"{item.id}: {self.name} does not tell what stands where in it")
        return self.element_reader(item)

    def where(
        self,
        *,
        domain: Domain | None = None,
        split: str | None = None,
        labels: Collection[str] | None = None,
        instances: Collection[str] | None = None,
        variants: Collection[str | None] | None = None,
        ids: Collection[str] | None = None,
    ) -> Dataset:
        """The items that meet every condition given, in table order.

        ``labels`` are compared by :func:`class_key`, so that other spellings of a class name are found too;
        all else is compared exactly.
        """
        keys = None if labels is None else {class_key(label) for label in _several(labels)}
        wanted = None if keys is None else {label for label in self.classes if class_key(label) in keys}
        tests: list[tuple[str, Collection[str | None] | None]] = [
            ("domain", None if domain is None else {domain}),
            ("split", None if split is None else {split}),
            ("label", wanted),
            ("instance", None if instances is None else _several(instances)),
            ("variant", None if variants is None else _several(variants)),
            ("id", None if ids is None else _several(ids)),
        ]
        items: tuple[Item, ...] = self.items
        for name, allowed in tests:
            if allowed is not None:
                items = tuple(item for item in items if getattr(item, name) in allowed)
        return replace(self, items=items)


def _several(values: Collection[N]) -> set[N]:
    return {values} if isinstance(values, str) else set(values)  # one name is not its letters


@dataclass(frozen=True)
class Reader:
    """What a registry line points to: a data set's card and the function that reads it."""

    card: DatasetCard
    load: Callable[..., Dataset]  # (root, **options)
    count: Callable[[Path], Mapping[str, int]] | None = None  # part -> found; else the table is counted


def find_root(root: Path, card: DatasetCard) -> Path:
    """Return ``root`` if it holds the layout of ``card``.

    Raises:
        BadDataset: the folder is missing, or has none of the card's markers; the message says what was
            expected and what was found.
    """
    if not root.is_dir():
        raise BadDataset(f"{card.title}: no folder {root}. Expected there: {card.layout}")
    if card.found_in(root):
        return root
    raise BadDataset(f"{card.title}: not found in {root}. Expected: {card.layout}. Found: {listing(root)}")


def listing(folder: Path, most: int = 5) -> str:
    """The first names in ``folder``, for messages."""
    names = sorted(entry.name for entry in os.scandir(folder))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) + more) if names else "nothing"


def folders(root: Path) -> list[str]:
    """The names of the folders in ``root``, sorted; hidden ones left out."""
    with os.scandir(root) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))


def files(root: Path, suffixes: Collection[str]) -> list[str]:
    """The names of the files in ``root`` with one of the lower-case ``suffixes``, sorted; no hidden ones."""
    with os.scandir(root) as entries:
        return sorted(
            entry.name
            for entry in entries
            if os.path.splitext(entry.name)[1].lower() in suffixes and not entry.name.startswith(".")  # noqa: PTH122 - hot
        )
