"""Data sets: one reader a file, one table of items, published splits."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sketchseek.data.check import CheckReport, CheckRow, compare, count
from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, folders
from sketchseek.data.lines import line_drawing
from sketchseek.data.splits import SPLITS, Split, load_split
from sketchseek.errors import BadConfig, BadDataset
from sketchseek.registry import resolve

__all__ = [
    "DATASETS",
    "SPLITS",
    "CheckReport",
    "CheckRow",
    "Dataset",
    "DatasetCard",
    "Item",
    "Split",
    "check",
    "data_root",
    "line_drawing",
    "load_dataset",
    "load_split",
    "reader",
]

T = TypeVar("T")

DATASETS: dict[str, str] = {
    "caltech101": "sketchseek.data.caltech101:READER",
    "flickr15k": "sketchseek.data.flickr15k:READER",
    "folder": "sketchseek.data.folder:READER",
    "fscoco": "sketchseek.data.fscoco:READER",
    "midgrain65c": "sketchseek.data.midgrain:READER",
    "pacs": "sketchseek.data.pacs:READER",
    "qmul-chairv2": "sketchseek.data.qmul:READ_CHAIR",
    "qmul-shoev2": "sketchseek.data.qmul:READ_SHOE",
    "quickdraw": "sketchseek.data.quickdraw:READER",
    "quickdraw-extended": "sketchseek.data.quickdraw_extended:READER",
    "screens": "sketchseek.data.screens:READER",
    "sketchy": "sketchseek.data.sketchy:READER",
    "sketchy-extended": "sketchseek.data.sketchy:READ_EXTENDED",
    "swire": "sketchseek.data.swire:READER",
    "synthetic": "sketchseek.data.synthetic:READER",
    "tiny-imagenet": "sketchseek.data.tiny_imagenet:READER",
    "tuberlin": "sketchseek.data.tuberlin:READER",
    "tuberlin-extended": "sketchseek.data.tuberlin:READ_EXTENDED",
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

    ``options`` are those of its reader's ``load``.

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
    return _read(wanted, path, lambda place: wanted.load(place, **options))


def check(name: str, path: Path | str | None = None) -> CheckReport:
    """Count what ``path`` holds of a data set, beside what is published.

    A part of a data set is no error: the report says how much of it is there.

    Raises:
        UnknownName: no such data set.
        BadDataset: it is not there, lacks a side or a file that its reader needs, or is of another layout.
    """
    wanted = reader(name)
    found = _read(wanted, path, wanted.count or (lambda place: count(wanted.load(place))))
    return compare(wanted.card, _place(wanted.card, path), found)


def _read(wanted: Reader, path: Path | str | None, read: Callable[[Any], T]) -> T:
    place = _place(wanted.card, path)
    try:
        return read(place)
    except BadDataset as error:
        hint = _hint(wanted.card, place) if place is not None and place.is_dir() else ""
        raise BadDataset(f"{error}{hint}") from error
    except (OSError, UnicodeError) as error:
        raise BadDataset(f"{wanted.card.title}: {place} cannot be read ({error})") from error


def _place(card: DatasetCard, path: Path | str | None) -> Path | None:
    if path is not None:
        return Path(path).expanduser()
    if not card.markers:
        return None  # drawn, not read
    root = data_root()
    if root is None or not card.folder:
        default = ", or set SKETCHSEEK_DATA to the folder of all data sets" if card.folder else ""
        raise BadDataset(f"{card.title}: give its folder{default}. Expected there: {card.layout}")
    return root / card.folder


def _hint(card: DatasetCard, place: Path) -> str:
    """Where the data set is, or what the folder holds instead, as far as the layouts tell."""
    if card.found_in(place):
        return ""
    for inner in folders(place):
        if card.found_in(place / inner):
            return f". It is in {place / inner}"
    others = [name for name in sorted(DATASETS) if reader(name).card.found_in(place)]
    return f". The folder looks like {' or '.join(others)}" if others else ""
