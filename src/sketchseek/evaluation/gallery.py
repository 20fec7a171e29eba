"""What a gallery may be made of: all photos, some of them, those of other data sets, none of them twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from sketchseek.data import Dataset, Item
from sketchseek.errors import BadBenchmark


def joined(dataset: Dataset, other: Dataset) -> tuple[Dataset, tuple[Item, ...]]:
    """A data set with the photos of another beside its own, and these photos as they are called there.

    Ids and instances begin with the other's name, so that none is taken for an item of the first.
    """
    origins = {_renamed(photo, other.name): photo for photo in other.photos}
    added = tuple(origins)

    def read(item: Item, at_least: int | None) -> Image.Image:
        if photo := origins.get(item):
            return other.photo_reader(photo, at_least)
        return dataset.photo_reader(item, at_least)

    return replace(dataset, items=(*dataset.items, *added), photo_reader=read), added


def _renamed(photo: Item, dataset: str) -> Item:
    name = photo.id.partition("/")[2]
    return replace(photo, id=f"photo/{dataset}/{name}", instance=f"{dataset}/{photo.instance or name}")


def drawn(photos: Iterable[Item], queries: Iterable[Item]) -> tuple[Item, ...]:
    """The photos that a query was drawn from."""
    wanted = {query.instance for query in queries}
    return tuple(photo for photo in photos if photo.instance in wanted)


def one_a_sketch(photos: Sequence[Item], queries: Iterable[Item]) -> tuple[Item, ...]:
    """For each query a photo of its class, drawn by a fixed seed; the same photo may be drawn again.

    Raises:
        BadBenchmark: a query's class has no photo.
    """
    rng = np.random.default_rng(0)
    of: dict[str, list[Item]] = {}
    for photo in photos:
        of.setdefault(photo.label, []).append(photo)
    try:
        return tuple(of[query.label][rng.integers(len(of[query.label]))] for query in queries)
    except KeyError as error:
        raise BadBenchmark(
            f"one photo a sketch is wanted, but the gallery has none of class {error}"
        ) from None


def without_copies(dataset: Dataset, photos: Iterable[Item], queries: Iterable[Item]) -> tuple[Item, ...]:
    """The photos less those whose content is that of another; one that a query was drawn from stays.

    Content is a file's bytes, or the pixels where photos are not files of their own.

    Raises:
        BadImage: a photo cannot be read.
    """
    asked = {query.instance for query in queries}
    kept: dict[str, Item] = {}
    for photo in photos:
        content = _content(dataset, photo)
        if content not in kept or (photo.instance in asked and kept[content].instance not in asked):
            kept[content] = photo
    chosen = {photo.id for photo in kept.values()}
    return tuple(photo for photo in photos if photo.id in chosen)


def _content(dataset: Dataset, photo: Item) -> str:
    if photo.path is not None and photo.key is None:
        with photo.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    picture = dataset.photo(photo)
    return hashlib.sha256(f"{picture.size} ".encode() + picture.tobytes()).hexdigest()
