"""An explanation as one picture that a person can read, SVG or PNG.

Needs matplotlib, the extra "report".
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import matplotlib as mpl

from sketchseek._aside import aside
from sketchseek._figures import STYLE, encoded
from sketchseek.errors import BadConfig
from sketchseek.images import printable
from sketchseek.rerankers.explanation import Explanation
from sketchseek.rerankers.figures import cells, regions

Kind = Literal["svg", "png"]

_DRAW = {"regions": regions.draw, "cells": cells.draw}
_KINDS: dict[str, Kind] = {".svg": "svg", ".png": "png"}


def kind_of(path: Path) -> Kind:
    """What kind of picture a file's suffix asks for.

    Raises:
        BadConfig: another one than .svg or .png.
    """
    if path.suffix.lower() not in _KINDS:
        raise BadConfig(f"{printable(path)}: an explanation is drawn as .svg or .png")
    return _KINDS[path.suffix.lower()]


def write(path: Path, explanation: Explanation, *, title: str, model: str) -> Path:
    """Draw an explanation and return its path.

    Args:
        path: where to; its suffix says whether as SVG or PNG.
        explanation: what is drawn.
        title: names the drawing and the photo.
        model: names the model.

    Raises:
        BadConfig: another suffix.
        OSError: it cannot be written.
    """
    kind = kind_of(path)
    with mpl.rc_context({**STYLE, "axes.grid": False}):
        data = encoded(_DRAW[explanation.parts](explanation, title, model), kind)
    with aside(path) as written:
        written.write_bytes(data)
    return path
