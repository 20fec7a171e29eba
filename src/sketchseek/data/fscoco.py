"""FS-COCO: scenes drawn freehand, with words, from COCO photos.

Every file of a scene has the scene's COCO number and lies in the folder of the person who drew it:
``images/7/000000000139.jpg``, ``vector_sketches/7/000000000139.npy``, ``text/7/000000000139.txt``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from sketchseek.data.check import count
from sketchseek.data.class_folders import PICTURES, side
from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, files, find_root, folders, open_sketch
from sketchseek.errors import BadConfig, BadDataset, BadSketch
from sketchseek.sketch import Sketch, from_qmul

CARD = DatasetCard(
    name="fscoco",
    title="FS-COCO",
    licence="See the source; the photos are from COCO and keep their terms",
    source="https://fscoco.github.io",
    citation=(
        "Chowdhury, Sain, Bhunia, Xiang, Gryaditskaya, Song: FS-COCO: Towards Understanding of Freehand "
        "Sketches of Common Objects in Context. ECCV 2022"
    ),
    layout="{images,vector_sketches,raster_sketches,text}/<person>/<number>.*, val_{normal,unseen_user}.txt",
    folder="fscoco",
    markers=("vector_sketches", "raster_sketches"),
    expected={"photos": 10_000, "sketches": 10_000, "drawers": 100},
    notes=("Scenes have no class: a sketch's own photo is the only right one.",),
)

Setting = Literal["normal", "unseen-user"]
_LISTS: dict[Setting, str] = {"normal": "val_normal.txt", "unseen-user": "val_unseen_user.txt"}
_LABEL = "scene"


def load(root: Path, *, strokes: bool = True, setting: Setting = "normal") -> Dataset:
    """Read FS-COCO or a part of it.

    The label is "scene" for all, ``instance`` the scene, and ``variant`` of a sketch who drew it. ``split``
    is "val" or "train" by the list of the setting, None without it.

    Args:
        root: the folder that holds ``images``.
        strokes: read ``vector_sketches``; else the pictures in ``raster_sketches``.
        setting: "normal" has drawings of everybody on both sides of the split; "unseen-user" has the drawings
            of a person on one side only.

    Raises:
        BadDataset: the folder or a side is missing or empty, or a sketch's photo is.
        BadConfig: an unknown setting.
    """
    if setting not in _LISTS:
        raise BadConfig(f"unknown setting {setting!r}; known: {', '.join(_LISTS)}")
    find_root(root, CARD)
    drawn = side(root, ["vector_sketches" if strokes else "raster_sketches"], CARD)
    sketches = list(_items("sketch", drawn, {".npy"} if strokes else PICTURES))
    photos = list(_items("photo", side(root, ["images"], CARD), PICTURES))
    known = {item.instance for item in photos}
    if lost := next((item for item in sketches if item.instance not in known), None):
        raise BadDataset(f"{CARD.title}: {lost.path} was drawn from a photo that is not in {root / 'images'}")
    if not sketches:
        raise BadDataset(f"{CARD.title}: no sketches in {drawn}/<person>. Expected: {CARD.layout}")
    val = _val(root / _LISTS[setting])
    items = tuple(_with_split(item, val) for item in (*photos, *sketches))
    return Dataset("fscoco", root, items, CARD, sketch_reader=open_drawing)


def captions(dataset: Dataset) -> dict[str, str]:
    """What the drawers said of their scenes: ``instance`` -> words, for the scenes that have any.

    Raises:
        BadDataset: the data set has no folder ``text``.
    """
    if dataset.root is None or not (dataset.root / "text").is_dir():
        raise BadDataset(f"{CARD.title}: no folder text in {dataset.root}. Expected: {CARD.layout}")
    known = {item.instance for item in dataset}
    texts = sorted((dataset.root / "text").glob("*/*.txt"))
    found = {f"{_LABEL}/{path.stem}": path for path in texts}
    return {name: path.read_text(encoding="utf-8").strip() for name, path in found.items() if name in known}


def open_drawing(item: Item) -> Sketch:
    """The drawing of one item: an array (N, 3) of x, y and 1 or 2 at a stroke's last point; or a picture."""
    if item.path is None or item.path.suffix != ".npy":
        return open_sketch(item)
    try:
        array = np.load(item.path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # numpy's reader of headers raises whatever broken bytes lead it to
        raise BadSketch(f"{item.path} is not a NumPy array of numbers: {error}") from error
    return from_qmul(array)


def _items(domain: Literal["sketch", "photo"], folder: Path, suffixes: Collection[str]) -> Iterator[Item]:
    for person in folders(folder):
        for name in files(folder / person, suffixes):
            instance = f"{_LABEL}/{Path(name).stem}"
            variant = person if domain == "sketch" else None
            yield Item(f"{domain}/{instance}", domain, _LABEL, instance, variant, path=folder / person / name)


def _val(path: Path) -> set[int] | None:
    """The scenes of a list of numbers; archives differ in the zeros before them."""
    if not path.is_file():
        return None
    lines = path.read_text(encoding="utf-8").split()
    if wrong := next((line for line in lines if not line.isdigit()), None):
        raise BadDataset(f"{CARD.title}: {path} has {wrong!r} where a scene's number belongs")
    return {int(line) for line in lines}


def _with_split(item: Item, val: set[int] | None) -> Item:
    if val is None:
        return item
    number = str(item.instance).rpartition("/")[2]
    return replace(item, split="val" if number.isdigit() and int(number) in val else "train")


READER = Reader(CARD, load, lambda root: count(load(root), drawers=True))
