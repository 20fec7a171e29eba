"""A data set and an encoder small enough to know every figure by heart."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek.data import Dataset, DatasetCard, Item
from sketchseek.images import PhotoInput
from sketchseek.sketch import Sketch, SketchInput

COLOURS = {"bar": (250, 0, 0), "pole": (0, 0, 250)}
LINES = {"bar": [[0, 50], [100, 50]], "pole": [[50, 0], [50, 100]]}


def draw(item: Item) -> Sketch:
    """A bar lies, a pole stands; the sketch called "wrong" is drawn as the other class."""
    label = {"bar": "pole", "pole": "bar"}[item.label] if item.variant == "wrong" else item.label
    return Sketch((np.array(LINES[label], np.float32),))


def paint(item: Item, at_least: int | None) -> Image.Image:
    return Image.new("RGB", (32, 24), COLOURS[item.label])


def make_dataset() -> Dataset:
    items = []
    for split, count in (("train", 2), ("test", 3)):
        for label in COLOURS:
            for n in range(count):
                name = f"{label}/{split}{n}"
                items.append(Item(f"photo/{name}", "photo", label, name, None, split))
                variant = "wrong" if name == "pole/test2" else None
                items.append(Item(f"sketch/{name}-1", "sketch", label, name, variant, split))
    card = DatasetCard("toy", "Toy", "none", "", "", "")
    return Dataset("toy", None, tuple(items), card, draw, paint)


@dataclass
class ToyEncoder:
    """Lying or red is one direction, standing or blue the other."""

    model_id: str = "toy@1"
    source: str = "toy"
    dim: int = 2
    photo: PhotoInput = field(default_factory=lambda: PhotoInput(size=8))
    sketch: SketchInput = field(default_factory=lambda: SketchInput(size=16))
    length: float = 1.0
    calls: list[int] = field(default_factory=list)

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self._rows(pixels[..., 0].mean(axis=(1, 2)), pixels[..., 2].mean(axis=(1, 2)))

    def embed_sketches(self, rasters: NDArray[np.uint8]) -> NDArray[np.float32]:
        ink = 255 - rasters.astype(np.float64)
        return self._rows(ink.mean(axis=1).min(axis=1), ink.mean(axis=2).min(axis=1))

    def _rows(self, lying: NDArray[np.float64], standing: NDArray[np.float64]) -> NDArray[np.float32]:
        self.calls.append(len(lying))
        direction = (standing > lying).astype(int)
        return np.eye(2, dtype=np.float32)[direction] * self.length
