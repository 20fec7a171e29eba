"""Data sets: one reader a file, one table of items, published splits."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Any

from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, class_key
from sketchseek.data.splits import SPLITS, Split, load_split
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.registry import resolve

__all__ = [
    "DATASETS",
    "SPLITS",
    "Dataset",
    "DatasetCard",
    "Item",
    "Split",
    "class_key",
    "data_root",
    "load_dataset",
    "load_split",
    "reader",
]

DATASETS: dict[str, str] = {
    "caltech101": "sketchseek.data.caltech101:READER",
    "folder": "sketchseek.data.folder:READER",
    "qmul-chairv2": "sketchseek.data.qmul:READ_CHAIR",
    "qmul-shoev2": "sketchseek.data.qmul:READ_SHOE",
    "quickdraw": "sketchseek.data.quickdraw:READER",
    "sketchy": "sketchseek.data.sketchy:READER",
    "synthetic": "sketchseek.data.synthetic:READER",
    "tiny-imagenet": "sketchseek.data.tiny_imagenet:READER",
}


def data_root() -> Path | None:
    """The folder named by the environment variable SKETCHSEEK_DATA, if it is set."""
    named = os.environ.get("SKETCHSEEK_DATA")
    return Path(named) if named else None


def reader(name: str) -> Reader:
    """The card and the load function of a data set.

    Raises:
        UnknownName: no such data set.
    """
    found: Reader = resolve(name, DATASETS, "data set")
    return found


def load_dataset(name: str, path: Path | str | None = None, **options: Any) -> Dataset:
    """Read a data set from ``path``, by default from its own folder under SKETCHSEEK_DATA.

    Raises:
        UnknownName: no such data set.
        BadDataset: it is not there, incomplete, or of another layout.
        BadConfig: an option that its reader does not have.
    """
    wanted = reader(name)
    known = [p for p in inspect.signature(wanted.load).parameters if p not in {"root", "card"}]
    if unknown := sorted(set(options) - set(known)):
        raise BadConfig(
            f"data set {name!r} has no option {unknown[0]!r}. Known: {', '.join(known) or 'none'}."
        )
    return wanted.load(_place(wanted.card, path), **options)


def _place(card: DatasetCard, path: Path | str | None) -> Path | None:
    if path is not None or not card.markers:
        return None if path is None else Path(path)
    root = data_root()
    if root is None:
        raise BadDataset(
            f"{card.title}: give its folder, or set SKETCHSEEK_DATA to the folder of all data sets"
        )
    return root / card.folder
