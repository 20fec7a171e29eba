"""The Sketchy database: sketches drawn from photos of 125 classes.

A sketch's file name is its photo's name and a number: ``n02691156_10151-3.png`` was drawn from
``n02691156_10151.jpg``. Both sides come in several renderings (``tx_*``: as drawn or photographed, centred,
scaled); one is read at a time.

Sketchy-Extended puts further photos of the classes beside them: ``EXTEND_image_sketchy``, which holds the
database's own photos too.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, files, find_root, folders, listing
from sketchseek.errors import BadConfig, BadDataset

_EXTENSIONS = ("EXTEND_image_sketchy", "EXTEND_image_sketchy_ready")  # as published; as resized by SAKE

CARD = DatasetCard(
    name="sketchy",
    title="Sketchy database",
    licence="Research use; the photos are from ImageNet and keep its terms",
    source="https://sketchy.eye.gatech.edu",
    citation=(
        "Sangkloy, Burnell, Ham, Hays: The Sketchy Database: Learning to Retrieve Badly Drawn Bunnies. "
        "ACM Transactions on Graphics 35(4), 2016"
    ),
    layout="256x256/{photo,sketch}/tx_000000000000/<class>/, optionally info/ and sketches/<class>/*.svg",
    folder="sketchy",
    markers=("256x256/sketch", "rendered_256x256/256x256/sketch"),
    expected={"classes": 125, "photos": 12_500, "sketches": 75_481},
    remarks={
        "sketches": "75,471 is printed in papers, 75,481 files are in the download",
        "photos train": "11,209 in the full data set",
        "photos test": "1,291 in the full data set",
        "sketches marked error": "885 in the full data set, by sketches/<class>/invalid.txt",
        "sketches marked ambiguous": "9,214 in the full data set, by sketches/<class>/invalid.txt",
    },
    notes=(
        "Six sketches a photo on average: split by photo, never by sketch.",
        "Photos are from ImageNet: only the classes of sketchy-21 are unseen to ImageNet-1k weights.",
    ),
)

EXTENDED = DatasetCard(
    name="sketchy-extended",
    title="Sketchy-Extended",
    licence="Research use; the photos are from ImageNet and keep its terms",
    source=(
        "https://sketchy.eye.gatech.edu; photos: download_datasets.sh of "
        "https://github.com/sounakdey/doodle2search"
    ),
    citation=(
        "Photos: Liu, Shen, Shen, Liu, Shao: Deep Sketch Hashing: Fast Free-hand Sketch-Based Image "
        "Retrieval. CVPR 2017; sketches: Sangkloy, Burnell, Ham, Hays: The Sketchy Database, 2016"
    ),
    layout="256x256/sketch/tx_000000000000/<class>/ and EXTEND_image_sketchy/<class>/, beside or in 256x256",
    folder="sketchy",
    markers=tuple(
        f"{place}{name}" for place in ("", "256x256/", "rendered_256x256/") for name in _EXTENSIONS
    ),
    expected={"classes": 125, "photos": 73_002, "sketches": 75_481},
    remarks={"photos": "12,500 of the database and 60,502 further ones"},
    notes=(
        "Lists of the SAKE family hold the database's own photos twice: 85,502, of which 17,101 are unseen.",
        "Photos are from ImageNet: only the classes of sketchy-21 are unseen to ImageNet-1k weights.",
    ),
)

DEFAULT_RENDERING = "tx_000000000000"
FLAWS = ("error", "ambiguous", "context", "pose")  # the publisher's reasons against a sketch
_PHOTO = frozenset({".jpg", ".jpeg", ".png"})
# The headings of the per-class lists that come with the vector drawings.
_HEADINGS = {
    "invalid/error": "error",
    "unidentifiable/ambiguous": "ambiguous",
    "context": "context",
    "perspective": "pose",
    "pose": "pose",
}


def load(
    root: Path,
    *,
    rendering: str = DEFAULT_RENDERING,
    photo_rendering: str = DEFAULT_RENDERING,
    strokes: bool = False,
    extended: bool = False,
    drop: Collection[str] = (),
) -> Dataset:
    """Read the Sketchy database, or any part of it in the same layout.

    Items: ``variant`` is the flaw its publisher found in a sketch (one of ``FLAWS``) or None; ``split`` is
    "test" or "train" by ``info/testset.txt`` and None without that list. A sketch has its photo's split.

    Args:
        root: the folder that holds ``256x256`` (or ``rendered_256x256``).
        rendering: which ``tx_*`` rendering of the sketches.
        photo_rendering: which ``tx_*`` rendering of the photos.
        strokes: read the vector drawings ``sketches/<class>/*.svg`` instead of the rendered pictures.
        extended: add the further photos of ``EXTEND_image_sketchy`` (variant "extended"); the database's own
            photos, which that folder repeats, are not counted twice.
        drop: flaws whose sketches are left out; none by default, as in the published zero-shot splits.

    Raises:
        BadDataset: the folder, a rendering or a side is missing.
        BadConfig: ``drop`` names an unknown flaw.
    """
    _check_flaws(drop)
    find_root(root, CARD)
    test = _test_photos(root)
    photos = list(_photos(_rendering(_base(root) / "photo", photo_rendering), test))
    sketches = _drawings(root, rendering, strokes)
    if extended:
        known = {item.instance for item in photos}
        more = _photos(_extension(root), test, variant="extended")
        photos += [item for item in more if item.instance not in known]
    items = (*photos, *(item for item in sketches if item.variant not in drop))
    return Dataset("sketchy", root, items, CARD)


def load_extended(
    root: Path,
    *,
    rendering: str = DEFAULT_RENDERING,
    strokes: bool = False,
    drop: Collection[str] = (),
    twice: str | None = None,
) -> Dataset:
    """Read Sketchy-Extended: the sketches of Sketchy, and all photos from the folder of the extension.

    ``variant`` of a photo is "extended" where no sketch was drawn from it, None for the database's own; of a
    sketch, and ``split``, as in :func:`load`.

    Args:
        root: the folder that holds ``256x256`` (or ``rendered_256x256``) and ``EXTEND_image_sketchy``.
        rendering: which ``tx_*`` rendering of the sketches.
        strokes: read the vector drawings ``sketches/<class>/*.svg`` instead of the rendered pictures.
        drop: flaws whose sketches are left out; none by default, as in the published zero-shot splits.
        twice: a rendering of ``256x256/photo`` whose photos are read besides (variant "again"), as the lists
            of SAKE and of much that came after hold them. Galleries with and without are not comparable.

    Raises:
        BadDataset: the folder, a rendering or a side is missing.
        BadConfig: ``drop`` names an unknown flaw.
    """
    _check_flaws(drop)
    find_root(root, EXTENDED)
    test = _test_photos(root)
    sketches = _drawings(root, rendering, strokes)
    drawn = {item.instance for item in sketches}
    photos = [
        item if item.instance in drawn else replace(item, variant="extended")
        for item in _photos(_extension(root), test)
    ]
    if twice is not None:
        again = _photos(_rendering(_base(root) / "photo", twice), test, variant="again")
        photos += [replace(item, id=f"photo/again/{item.instance}") for item in again]
    items = (*photos, *(item for item in sketches if item.variant not in drop))
    return Dataset("sketchy-extended", root, items, EXTENDED)


def _check_flaws(drop: Collection[str]) -> None:
    if unknown := set(drop) - set(FLAWS):
        raise BadConfig(f"drop: unknown flaws {sorted(unknown)}; known: {', '.join(FLAWS)}")


def _drawings(root: Path, rendering: str, strokes: bool) -> list[Item]:
    place = _vector_classes(root) if strokes else _rendering(_base(root) / "sketch", rendering)
    return list(_sketches(place, ".svg" if strokes else ".png", _test_photos(root), _flaws(root)))


def _base(root: Path) -> Path:
    for place in (root / "256x256", root / "rendered_256x256" / "256x256"):
        if place.is_dir():
            return place
    raise BadDataset(f"{CARD.title}: no folder 256x256 in {root}. Expected: {CARD.layout}")


def _rendering(side: Path, name: str) -> Path:
    if (side / name).is_dir():
        return side / name
    found = listing(side) if side.is_dir() else "no such folder"
    raise BadDataset(f"{CARD.title}: no rendering {name} in {side}; found: {found}")


def _vectors(root: Path) -> Path:
    """The folder of the vector drawings; some archives unpack to sketches/sketches."""
    inner = root / "sketches" / "sketches"
    return inner if inner.is_dir() else root / "sketches"


def _vector_classes(root: Path) -> Path:
    if (folder := _vectors(root)).is_dir():
        return folder
    raise BadDataset(f"{CARD.title}: strokes=True needs the vector drawings in {folder}/<class>/*.svg")


def _extension(root: Path) -> Path:
    base = _base(root)
    for folder in (place / name for place in (base, base.parent, root) for name in _EXTENSIONS):
        if folder.is_dir():
            return folder
    raise BadDataset(f"{CARD.title}: extended=True needs {base / _EXTENSIONS[0]}/<class>/*.jpg")


def _photos(folder: Path, test: set[str] | None, variant: str | None = None) -> Iterator[Item]:
    for label in folders(folder):
        place = folder / label
        for name in files(place, _PHOTO):
            instance, path = f"{label}/{_stem(name)}", place / name
            yield Item(f"photo/{instance}", "photo", label, instance, variant, _split(instance, test), path)


def _sketches(folder: Path, suffix: str, test: set[str] | None, flaws: dict[str, str]) -> Iterator[Item]:
    for label in folders(folder):
        place = folder / label
        for name in files(place, {suffix}):
            sketch, path = f"{label}/{_stem(name)}", place / name
            instance = sketch.rpartition("-")[0]
            if "/" not in instance:
                raise BadDataset(f"{CARD.title}: {path} is not named <photo>-<number>{suffix}")
            split = _split(instance, test)
            yield Item(f"sketch/{sketch}", "sketch", label, instance, flaws.get(sketch), split, path)


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]  # noqa: PTH122 - a hundred thousand names


def _split(instance: str, test: set[str] | None) -> str | None:
    if test is None:
        return None
    return "test" if instance in test else "train"


def _info(root: Path) -> Path | None:
    """The folder of the publisher's lists; some archives unpack to info/info."""
    places = [root / "info", root / "info" / "info", root / "rendered_256x256" / "info"]
    return next((place for place in places if place.is_dir() and any(place.glob("*.txt"))), None)


def _lines(path: Path) -> list[str]:
    return [
        line
        for raw in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if (line := raw.strip())
    ]


def _test_photos(root: Path) -> set[str] | None:
    info = _info(root)
    if info is None or not (info / "testset.txt").is_file():
        return None
    return {line.removesuffix(".jpg") for line in _lines(info / "testset.txt")}


def _flaws(root: Path) -> dict[str, str]:
    """``class/sketch`` -> flaw, from info/invalid-<flaw>.txt and from sketches/<class>/invalid.txt."""
    found: dict[str, str] = {}
    info = _info(root)
    for flaw in FLAWS:
        if info is not None and (info / f"invalid-{flaw}.txt").is_file():
            for line in _lines(info / f"invalid-{flaw}.txt"):
                found.setdefault(line.removesuffix(".png").removesuffix(".svg"), flaw)
    for path in sorted(_vectors(root).glob("*/invalid.txt")):
        flaw = "error"
        for line in _lines(path):
            heading = _HEADINGS.get(line.lower().rstrip(":"))
            if heading:
                flaw = heading
            else:
                found.setdefault(f"{path.parent.name}/{line.removesuffix('.svg')}", flaw)
    return found


READER = Reader(CARD, load)
READ_EXTENDED = Reader(EXTENDED, load_extended)
