"""What the tests of zero-shot methods train on: nine classes, three of them unseen, and a random backbone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import tiny

from sketchseek.methods import method
from sketchseek.methods.zero_shot.seen import Seen
from sketchseek.methods.zero_shot.words import Words

# Of sketchy-25, airplane, bell and cup are unseen; the shapes tell them from the others.
CLASSES = {
    **dict.fromkeys(("airplane", "bear", "cat"), "disc"),
    **dict.fromkeys(("bell", "bicycle", "dog"), "box"),
    **dict.fromkeys(("cup", "duck", "crab"), "cross"),
}
SEEN = ("bear", "bicycle", "cat", "crab", "dog", "duck")


def prepare(folder: Path) -> Path:
    """A folder with a random backbone that classifies, nine classes, and the names of 1,000."""
    tiny.backbone(folder / "backbone", "mobilenet_v2_classifier")
    tiny.pictures(folder / "data", photos=4, classes=CLASSES)
    (folder / "semantics").mkdir()
    names = {n: {"id": f"{n:08d}-n", "label": f"thing {n}"} for n in range(1000)}
    (folder / "semantics" / "imagenet_synsets.txt").write_text(repr(names), encoding="utf-8")
    return folder


def data(place: Path, **more: Any) -> Seen:
    return Seen(dataset="folder", path=str(place / "data"), choosing=2, quickdraw=False, **more)


def settings(name: str, place: Path, **more: Any) -> Any:
    config = method(name).config()
    small = {
        "data": data(place),
        "backbone": str(place / "backbone"),
        "cut": 12,
        "sketch_size": 0,
        "views": 2,
        "photo_views": 1,
        "dim": 8,
        "batch": 6,
        "steps": 3,
        "epochs": 2,
        "words": Words("none"),
    }
    return replace(config, **(small | more))
