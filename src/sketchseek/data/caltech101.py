"""Caltech-101: photos of 101 classes, and a folder of background clutter."""

from __future__ import annotations

from pathlib import Path

from sketchseek.data.class_folders import items_by_class
from sketchseek.data.items import Dataset, DatasetCard, Reader, find_root
from sketchseek.errors import BadDataset

CARD = DatasetCard(
    name="caltech101",
    title="Caltech-101",
    licence="CC BY 4.0",
    source="https://data.caltech.edu/records/mzrjq-6wc02",
    citation=(
        "Fei-Fei, Fergus, Perona: Learning Generative Visual Models from Few Training Examples. "
        "CVPR Workshop on Generative-Model Based Vision, 2004"
    ),
    layout="101_ObjectCategories/<class>/image_*.jpg",
    folder="caltech101",
    markers=("101_ObjectCategories",),
    expected={"classes": 101, "photos": 8_677},
    remarks={"photos": "without the 467 of BACKGROUND_Google; 9,146 is printed, 9,144 are in the download"},
    redistributable=True,
    notes=(
        "Faces and Faces_easy show the same people, whole and cropped: no search can tell them apart.",
        "BACKGROUND_Google is no class; it is left out unless asked for.",
    ),
)

BACKGROUND = "BACKGROUND_Google"


def load(root: Path, *, background: bool = False, faces_easy: bool = True) -> Dataset:
    """Read Caltech-101 or a part of it. Only photos; labels are the folder names.

    Args:
        root: the folder that holds ``101_ObjectCategories``.
        background: read ``BACKGROUND_Google`` too, as a class of that name (distractors).
        faces_easy: read ``Faces_easy``, which shows the people of ``Faces`` again.

    Raises:
        BadDataset: the folder is missing or holds no photos.
    """
    base = find_root(root, CARD) / "101_ObjectCategories"
    left_out = {BACKGROUND} - ({BACKGROUND} if background else set()) | (
        set() if faces_easy else {"Faces_easy"}
    )
    items = tuple(item for item in items_by_class("photo", base) if item.label not in left_out)
    if not items:
        raise BadDataset(f"{CARD.title}: no photos in {base}. Expected: {CARD.layout}")
    return Dataset("caltech101", root, items, CARD)


READER = Reader(CARD, load)
