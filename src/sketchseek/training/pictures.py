"""From items to the pixels a backbone is trained on: opened, brought to the input contract, augmented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek.data import Dataset, Item, line_drawing
from sketchseek.images import PhotoInput, fit
from sketchseek.sketch import Sketch, SketchInput

Pixels = NDArray[np.uint8]
Contract = PhotoInput | SketchInput
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601


@dataclass(frozen=True)
class Augment:
    """How much a picture may differ from view to view; every amount is drawn evenly, 0 turns it off.

    Attributes:
        flip: mirror half of the pictures. Off where left and right mean something.
        rotate: up to so many degrees either way.
        scale: zoom between 1 / (1 + scale) and 1 + scale.
        shift: up to this share of the side, each way.
        line_width: sketches: width between 1 / (1 + line_width) and 1 + line_width times the contract's.
        drop: sketches with strokes: each stroke is left out with this probability, one is always kept.
        grey: photos: this share of them loses its colour.
    """

    flip: bool = True
    rotate: float = 10.0
    scale: float = 0.2
    shift: float = 0.06
    line_width: float = 0.5
    drop: float = 0.0
    grey: float = 0.2


def pixels(
    dataset: Dataset, item: Item, contract: Contract, augment: Augment | None = None, seed: Iterable[int] = ()
) -> Pixels:
    """One item as a backbone's input: (S, S, 3) of a photo, (S, S) of a sketch, uint8.

    Without ``augment`` it is what search sees. With it, what is drawn depends on ``seed`` alone.
    """
    rng = np.random.default_rng(list(seed))
    if isinstance(contract, PhotoInput):
        picture = fit(dataset.photo(item, contract.size), contract)
        return picture if augment is None else _vary_photo(picture, contract, augment, rng)
    sketch = dataset.sketch(item)
    return sketch.render(contract) if augment is None else _vary_sketch(sketch, contract, augment, rng)


def with_lines(dataset: Dataset, lines: Path) -> Dataset:
    """The data set with the line drawing of each photo, where there is one, as a further sketch of it."""
    drawn = tuple(
        Item(f"lines/{photo.id}", "sketch", photo.label, photo.instance, "line drawing", photo.split, path)
        for photo in dataset.photos
        if (path := line_drawing(photo, lines)) is not None
    )
    return replace(dataset, items=(*dataset.items, *drawn))


def _vary_photo(picture: Pixels, contract: PhotoInput, augment: Augment, rng: np.random.Generator) -> Pixels:
    if rng.random() < augment.grey:
        picture = np.repeat((picture @ _LUMA)[..., None], 3, axis=2).astype(np.uint8)
    paper = tuple(round(255 * value) for value in contract.mean)  # zero once normalised
    return _move(picture, augment, rng, paper)


def _vary_sketch(sketch: Sketch, contract: SketchInput, augment: Augment, rng: np.random.Generator) -> Pixels:
    width = contract.line_width * _about_one(augment.line_width, rng)
    count = len(sketch.strokes)
    if augment.drop and count > 1:
        gone = rng.random(count) < augment.drop
        gone[rng.integers(count)] = False
        sketch = sketch.without(np.flatnonzero(gone).tolist())
    drawing = sketch.render(replace(contract, line_width=width))
    return _move(drawing, augment, rng, 255 if contract.polarity == "black-on-white" else 0)


def _move(
    picture: Pixels, augment: Augment, rng: np.random.Generator, paper: int | tuple[int, ...]
) -> Pixels:
    """Mirror, turn, zoom and shift about the centre in one resampling, on ``paper``."""
    side = picture.shape[0]
    angle = np.deg2rad(rng.uniform(-augment.rotate, augment.rotate))
    zoom = _about_one(augment.scale, rng)
    shift = rng.uniform(-augment.shift, augment.shift, 2) * side
    mirror = -1.0 if augment.flip and rng.random() < 0.5 else 1.0
    # Pillow wants the map from a pixel of the result to its place in the source.
    cos, sin = np.cos(angle) / zoom, np.sin(angle) / zoom
    rows = np.array([[mirror * cos, mirror * sin], [-sin, cos]])
    centre = np.full(2, side / 2)
    offset = centre - rows @ (centre + shift)
    matrix = (*rows[0], offset[0], *rows[1], offset[1])
    image = Image.fromarray(picture).transform(
        (side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=paper
    )
    return np.asarray(image)


def _about_one(amount: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(-1, 1) * np.log1p(amount)))
