"""SWIRE: sketches of app screens by four designers, over the screenshots of Rico.

A sketch's file name is its screen's number in Rico and its designer's: ``sketches/20218_4.jpg`` was drawn
from ``combined/20218.jpg``. The two data sets are published apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sketchseek.data.check import count
from sketchseek.data.class_folders import PICTURES, side
from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, files, find_root
from sketchseek.errors import BadDataset

CARD = DatasetCard(
    name="swire",
    title="SWIRE over Rico",
    licence="See the sources",
    source="https://github.com/huang4fstudio/swire; screens: http://interactionmining.org/rico",
    citation=(
        "Huang, Canny, Nichols: Swire: Sketch-based User Interface Retrieval. CHI 2019; screens: Deka et "
        "al.: Rico: A Mobile App Dataset for Building Data-Driven Design Applications. UIST 2017"
    ),
    layout="sketches/<screen>_<designer>.jpg and combined/<screen>.jpg, .json (Rico's screenshots and views)",
    folder="swire",
    markers=("combined",),
    expected={"drawers": 4},
    notes=(
        "Screens have no class: a sketch's own screen is the only right one.",
        "Sketches are published white on black; they are read as black on white.",
        "Which screens the published figures are of, its page does not say.",
    ),
)

_LABEL = "screen"


def load(root: Path, *, distractors: bool = False) -> Dataset:
    """Read SWIRE, or a part of it, over Rico.

    The label is "screen" for all, ``instance`` the screen ("screen/20218"), and ``variant`` of a sketch the
    number of its designer.

    Args:
        root: the folder that holds ``sketches`` and ``combined``.
        distractors: read the screens that nobody drew, too: more than 60,000 in all of Rico.

    Raises:
        BadDataset: the folder or a side is missing or empty, a sketch is not named <screen>_<designer>, or
            its screen is not there.
    """
    find_root(root, CARD)
    screens = side(root, ["combined"], CARD)
    drawings = side(root, ["sketches"], CARD)
    sketches = tuple(_sketches(drawings))
    if not sketches:
        raise BadDataset(f"{CARD.title}: no sketches in {drawings}. Expected: {CARD.layout}")
    drawn = {item.instance for item in sketches}
    photos = tuple(item for item in _screens(screens) if distractors or item.instance in drawn)
    known = {item.instance for item in photos}
    if lost := [item for item in sketches if item.instance not in known]:
        raise BadDataset(
            f"{CARD.title}: {len(lost)} of {len(sketches)} sketches have no screen in {screens}; the first "
            f"is {lost[0].path}"
        )
    return Dataset("swire", root, (*photos, *sketches), CARD, element_reader=elements)


def elements(item: Item) -> NDArray[np.float32]:
    """The boxes of a screen's visible elements, from its view hierarchy in Rico, outer ones first.

    Args:
        item: a screen; its file's name with .json has the hierarchy.

    Returns:
        (n, 4) x0, y0, x1, y1 in shares of the screen's sides.

    Raises:
        BadDataset: the file is missing, or holds no hierarchy.
    """
    path = Path(str(item.path)).with_suffix(".json")
    try:
        root = json.loads(path.read_text(encoding="utf-8"))["activity"]["root"]
        low, high = np.array(root["bounds"], np.float64).reshape(2, 2)
        inside = np.array([view["bounds"] for view in _shown(root["children"])], np.float64).reshape(-1, 2, 2)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadDataset(f"{item.id}: {path} is no view hierarchy of Rico's: {error!r}") from error
    boxes = np.clip((inside - low) / np.maximum(high - low, 1), 0, 1).reshape(-1, 4)
    seen: NDArray[np.float32] = boxes[(boxes[:, 2:] > boxes[:, :2]).all(axis=1)].astype(np.float32)
    return seen


def _shown(views: Sequence[Any] | None) -> Iterator[Mapping[str, Any]]:
    """The visible views and all that is visible on them; Rico has None in the place of some."""
    for view in views or ():
        if view is not None and view.get("visible-to-user", True):
            yield view
            yield from _shown(view.get("children"))


def _screens(folder: Path) -> Iterator[Item]:
    for name in files(folder, PICTURES):
        instance = f"{_LABEL}/{Path(name).stem}"
        yield Item(f"photo/{instance}", "photo", _LABEL, instance, path=folder / name)


def _sketches(folder: Path) -> Iterator[Item]:
    for name in files(folder, PICTURES):
        stem = Path(name).stem
        screen, _, designer = stem.rpartition("_")
        if not screen:
            raise BadDataset(f"{CARD.title}: {folder / name} is not named <screen>_<designer>.jpg")
        instance = f"{_LABEL}/{screen}"
        yield Item(f"sketch/{_LABEL}/{stem}", "sketch", _LABEL, instance, designer, path=folder / name)


READER = Reader(CARD, load, lambda root: count(load(root), drawers=True))
