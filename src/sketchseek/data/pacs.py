"""PACS: seven classes in four styles, of which the sketches and the photos are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sketchseek.data.class_folders import side, two_sides
from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, find_root

CLASSES = ("dog", "elephant", "giraffe", "guitar", "horse", "house", "person")
_HOMES = ("", "images/", "kfold/")  # where the archives in circulation have the folders of the styles
_LISTS = {"train": "train", "crossval": "val"}

CARD = DatasetCard(
    name="pacs",
    title="PACS, sketches and photos",
    licence="See the source",
    source="https://domaingeneralization.github.io/#data",
    citation="Li, Yang, Song, Hospedales: Deeper, Broader and Artier Domain Generalization. ICCV 2017",
    layout="{sketch,photo}/<class>/ (or in images/ or kfold/), optionally <style>_{train,crossval}_kfold.txt",
    folder="pacs",
    markers=tuple(
        f"{home}{style}/{label}" for home in _HOMES for style in ("sketch", "photo") for label in CLASSES
    ),
    expected={"classes": 7, "photos": 1_670, "sketches": 3_929},
    notes=(
        "Its paintings and cartoons are neither sketches nor photos; they are not read.",
        "Other readers of it leave out sketch/dog/n02103406_4068-1.png as broken; here it is marked error.",
        "No sketch was drawn from a photo of the set: photos are right by class only.",
    ),
)

_BROKEN = "sketch/dog/n02103406_4068-1"


def load(root: Path) -> Dataset:
    """Read the sketches and photos of PACS, or a part of them.

    ``split`` is "train" or "val" by the lists ``{sketch,photo}_{train,crossval}_kfold.txt`` beside the
    pictures, in ``splits`` or in ``pacs_label``, and None without them.

    Raises:
        BadDataset: the folder or a side of it is missing or empty.
    """
    find_root(root, CARD)
    home = next(
        root / home for home in _HOMES if any((root / home / s).is_dir() for s in ("sketch", "photo"))
    )
    data = two_sides(root, CARD, side(home, ["sketch"], CARD), side(home, ["photo"], CARD))
    splits = dict(_splits((home, root, root / "splits", root / "pacs_label")))
    return replace(data, items=tuple(_told(item, splits) for item in data.items))


def _told(item: Item, splits: dict[str, str]) -> Item:
    split = splits.get(item.id)
    return replace(item, split=split, variant="error" if item.id == _BROKEN else None)


def _splits(places: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """(id, split) of each line "<style>/<class>/<file> <number>" of the lists."""
    for style in ("sketch", "photo"):
        for name, split in _LISTS.items():
            paths = (place / f"{style}_{name}_kfold.txt" for place in places)
            path = next((path for path in paths if path.is_file()), None)
            for line in path.read_text(encoding="utf-8").splitlines() if path else ():
                if listed := line.rpartition(" ")[0]:
                    yield listed.rpartition(".")[0], split


READER = Reader(CARD, load)
