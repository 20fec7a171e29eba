"""Pairs that nobody drew: a sketch and the photo that it is most like, as a photo and as a line drawing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sketchseek._aside import aside
from sketchseek.methods.midgrain.affine import Points

_FILE = "pairs.json"
_LEAST = 1e-12  # a length, or a deviation, that can be divided by


def guessed(sketches: Points, photos: Points, lines: Points) -> NDArray[np.int64]:
    """The photo of each sketch of a class, by position; -1 where none is sure.

    A sketch's likeness to a photo is that to the photo itself and that to the photo's line drawing: cosines
    of features about the mean of their own kind, each standardised over all of them, and summed. A pair is
    sure where either is the other's most alike.

    Args:
        sketches: (S, D) features.
        photos: (I, D), at least one.
        lines: (I, D), of each photo's line drawing.
    """
    drawn = _about_mean(sketches)
    to_photos, to_lines = (_standardised(drawn @ _about_mean(others).T) for others in (photos, lines))
    alike = to_photos + to_lines
    best = alike.argmax(axis=1)
    back = alike.argmax(axis=0)[best]
    return np.where(back == np.arange(len(sketches)), best, -1)


def write(folder: Path, sketches: Sequence[str], photos: Sequence[str | None]) -> None:
    """Write down which photo each sketch was given, by id and instance; None: none."""
    folder.mkdir(parents=True, exist_ok=True)
    told = dict(zip(sketches, photos, strict=True))
    with aside(folder / _FILE) as written:
        written.write_text(json.dumps(told, indent=0) + "\n", encoding="utf-8")


def read(folder: Path) -> Mapping[str, str | None]:
    """What `write` wrote."""
    found: dict[str, str | None] = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    return found


def _about_mean(features: Points) -> Points:
    found = features - features.mean(axis=0)
    units: Points = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _LEAST)
    return units


def _standardised(table: Points) -> Points:
    found: Points = (table - table.mean()) / max(float(table.std()), _LEAST)
    return found
