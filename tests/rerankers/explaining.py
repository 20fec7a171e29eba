"""What is explained in tests: a drawing of two boxes, a photo of two, and cells matched by hand."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from sketchseek.images import PhotoInput
from sketchseek.rerankers.explanation import Explanation, shown_photo, shown_sketch
from sketchseek.rerankers.pairs import Reasons
from sketchseek.rerankers.regions import of_photo
from sketchseek.sketch import Sketch, SketchInput

LOOK = SketchInput(size=64, line_width=2.0)
NONE = np.empty((0, 2), np.int64)


def strokes(*lines: list[tuple[float, float]]) -> Sketch:
    return Sketch(tuple(np.array(line, np.float32) for line in lines))


BOXES = strokes(
    [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], [(30, 25), (40, 25), (40, 40), (30, 40), (30, 25)]
)


def scene() -> Image.Image:
    photo = Image.new("RGB", (128, 128), (228, 228, 230))
    for box, colour in (((8, 8, 36, 36), "red"), ((90, 75, 120, 120), "navy")):
        ImageDraw.Draw(photo).rectangle(box, fill=colour)
    return photo


def cells(table: np.ndarray, sketch: Sketch = BOXES) -> Explanation:
    """An explanation by cells, as a model of 14 x 14 would give it."""
    grid = of_photo(np.zeros((8, 8), np.uint8), 196, "cells")
    table = table.astype(np.float32)
    reasons = Reasons(float(table.sum()), NONE, NONE, table, np.zeros_like(table))
    shown = shown_sketch(sketch, LOOK, grid, ((),) * 196)
    return Explanation("cells", reasons, shown, shown_photo(scene(), PhotoInput(size=64), grid))
