"""A plain folder of one's own: ``photos/<class>/…`` and ``sketches/<class>/…``."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, files, find_root, folders
from sketchseek.data.ndjson import list_records
from sketchseek.errors import BadDataset
from sketchseek.images import SUFFIXES

CARD = DatasetCard(
    name="folder",
    title="Folder of sketches and photos",
    licence="As its owner says",
    source="Your own files",
    citation="",
    layout="photos/<class>/… and/or sketches/<class>/…",
    markers=("photos", "sketches"),
    notes=(
        "A sketch with a photo's name, or that and -<number> or _<number>, was drawn from that photo.",
        "An .ndjson file holds as many sketches as it has lines.",
    ),
)

_STROKES = frozenset({".svg", ".ndjson", ".json", ".npy"})
_NUMBER = re.compile(r"[-_]\d+$")


def load(root: Path) -> Dataset:
    """Read a folder. Labels are the names of the class folders, which may have folders of their own.

    Raises:
        BadDataset: the folder is missing, empty, or has files that belong to no class.
        BadSketch: an .ndjson file has a line that is no JSON object.
    """
    find_root(root, CARD)
    photos = [
        Item(
            f"photo/{label}/{name}",
            "photo",
            label,
            f"{label}/{_stem(name)}",
            path=root / "photos" / label / name,
        )
        for label, name in _walk(root / "photos", SUFFIXES)
    ]
    known = {str(item.instance) for item in photos}
    sketches = [
        item
        for label, name in _walk(root / "sketches", SUFFIXES | _STROKES)
        for item in _sketches(root / "sketches" / label / name, label, name, known)
    ]
    if not photos and not sketches:
        raise BadDataset(f"no photos or sketches in {root}. Expected: {CARD.layout}")
    return Dataset("folder", root, (*photos, *sketches), CARD)


def _walk(side: Path, suffixes: Collection[str]) -> Iterator[tuple[str, str]]:
    """(class, path inside the class) of every file of a side, sorted."""
    if not side.is_dir():
        return
    if loose := files(side, suffixes):
        raise BadDataset(f"{side / loose[0]} belongs to no class. Expected: {CARD.layout}")
    for label in folders(side):
        for place, inner, _ in os.walk(side / label):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            within = Path(place).relative_to(side / label)
            for name in files(Path(place), suffixes):
                yield label, (within / name).as_posix()


def _sketches(path: Path, label: str, name: str, photos: set[str]) -> Iterator[Item]:
    stem = f"{label}/{_stem(name)}"
    source = next((photo for photo in (stem, _NUMBER.sub("", stem)) if photo in photos), None)
    if path.suffix.lower() != ".ndjson":
        yield Item(f"sketch/{label}/{name}", "sketch", label, source, path=path)
        return
    for record in list_records(path):
        yield Item(
            f"sketch/{label}/{name}#{record.offset}", "sketch", label, source, path=path, key=record.offset
        )


def _stem(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix()


READER = Reader(CARD, load)
