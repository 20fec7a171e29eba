"""The commonest layout: a folder a side, in it a folder a class, in it the pictures."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from sketchseek._names import class_key
from sketchseek.data.items import Dataset, DatasetCard, Domain, Item, files, folders, listing
from sketchseek.errors import BadDataset

PICTURES = frozenset({".jpg", ".jpeg", ".png"})


def items_by_class(
    domain: Domain,
    folder: Path,
    suffixes: Collection[str] = PICTURES,
    spelling: Mapping[str, str] | None = None,
) -> Iterator[Item]:
    """The items of ``folder/<class>/<name>``, sorted by class and name; a photo is an instance of its own.

    Labels are the folder names, or what ``spelling`` has for their :func:`class_key`.
    """
    for name in folders(folder):
        label = name if spelling is None else spelling.get(class_key(name), name)
        for file in files(folder / name, suffixes):
            inner = f"{label}/{os.path.splitext(file)[0]}"  # noqa: PTH122 - hundreds of thousands of names
            instance = inner if domain == "photo" else None
            yield Item(f"{domain}/{inner}", domain, label, instance, path=folder / name / file)


def side(root: Path, names: Collection[str], card: DatasetCard) -> Path:
    """The first of the folders ``names`` that is in ``root``.

    Raises:
        BadDataset: none is; the message says what is there instead.
    """
    for name in names:
        if (root / name).is_dir():
            return root / name
    wanted = " or ".join(names)
    raise BadDataset(
        f"{card.title}: no folder {wanted} in {root}. Expected: {card.layout}. Found: {listing(root)}"
    )


def two_sides(root: Path, card: DatasetCard, sketches: Path, photos: Path) -> Dataset:
    """A data set of a sketch side and a photo side, each by class.

    Photos bear the sketches' spelling of their class: some archives write "wine bottle" on one side and
    "wine_bottle" on the other, and a label that differs would make every photo of the class a wrong one.

    Raises:
        BadDataset: a side has no pictures.
    """
    spelling = {class_key(name): name for name in folders(sketches)}
    drawn = tuple(items_by_class("sketch", sketches))
    taken = tuple(items_by_class("photo", photos, spelling=spelling))
    for place, found, what in ((sketches, drawn, "sketches"), (photos, taken, "photos")):
        if not found:
            raise BadDataset(f"{card.title}: no {what} in {place}/<class>. Expected: {card.layout}")
    return Dataset(card.name, root, (*taken, *drawn), card)
