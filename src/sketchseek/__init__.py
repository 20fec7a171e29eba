"""Draw what you remember; find the picture.

The names below are loaded when they are first used, so that ``import sketchseek`` costs nothing.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sketchseek.data import Dataset, load_dataset
    from sketchseek.encoders import load_encoder
    from sketchseek.errors import SketchseekError
    from sketchseek.evaluation.run import evaluate
    from sketchseek.images import open_picture
    from sketchseek.library import Library
    from sketchseek.ranking import Ranking, rank
    from sketchseek.sketch import Sketch, read_sketch

__version__ = "0.1.0"

# Nothing leaves the machine: official builds of ONNX Runtime report their use to Microsoft, from 1.29 on
# also on Linux and macOS, and keep an identifier of the machine. They read this once, as they are imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

_HOMES = {
    "Dataset": "sketchseek.data",
    "Library": "sketchseek.library",
    "Ranking": "sketchseek.ranking",
    "Sketch": "sketchseek.sketch",
    "SketchseekError": "sketchseek.errors",
    "evaluate": "sketchseek.evaluation.run",
    "load_dataset": "sketchseek.data",
    "load_encoder": "sketchseek.encoders",
    "open_picture": "sketchseek.images",
    "rank": "sketchseek.ranking",
    "read_sketch": "sketchseek.sketch",
}

__all__ = [
    "Dataset",
    "Library",
    "Ranking",
    "Sketch",
    "SketchseekError",
    "__version__",
    "evaluate",
    "load_dataset",
    "load_encoder",
    "open_picture",
    "rank",
    "read_sketch",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
