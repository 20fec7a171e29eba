"""From items to the pixels a backbone is trained on: opened, brought to the input contract, augmented."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate

from sketchseek import images
from sketchseek.data import Dataset, Item, line_drawing
from sketchseek.images import Fit, PhotoInput, open_picture
from sketchseek.registry import resolve
from sketchseek.sketch import Sketch, SketchInput

Pixels = NDArray[np.uint8]
Contract = PhotoInput | SketchInput
LINES = "line drawing"
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_MIRROR = "mirror"
_POINTS = 4  # along each side, that a picture is bent by
_EARLIEST = 0.2  # of an unfinished drawing's length


@dataclass(frozen=True)
class Augment:
    """How much a picture may differ from view to view; every amount is drawn evenly, 0 turns it off.

    Attributes:
        flip: mirror half of the pictures. Off where left and right mean something.
        rotate: up to so many degrees either way.
        scale: zoom between 1 / (1 + scale) and 1 + scale.
        shift: up to this share of the side, each way.
        bend: up to this share of the side, each way, but here another way than there: hands misplace parts.
        line_width: sketches: lines up to so many pixels thicker or thinner, 0 to 2.
        drop: sketches with strokes: each stroke is left out with this probability, one is always kept.
        grey: photos: this share of them loses its colour.
        unfinished: sketches with strokes: this share of them stops somewhere after a fifth of its length, for
            those who search before they have finished.
    """

    flip: bool = True
    rotate: float = 10.0
    scale: float = 0.2
    shift: float = 0.06
    line_width: float = 1.5
    drop: float = 0.0
    grey: float = 0.2
    unfinished: float = 0.0
    bend: float = 0.0


class Made(Protocol):
    """Whatever was made for pictures of one kind: a backbone."""

    size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]


def contracts(
    backbone: Made,
    *,
    fit: Fit = "crop",
    line_width: float = 3.0,
    sketch_size: int = 0,
) -> tuple[PhotoInput, SketchInput]:
    """The photos and the drawings that a model on this backbone takes.

    Args:
        backbone: its size and normalisation serve both; one mean or deviation serves all channels.
        fit: how photos are brought to a square.
        line_width: of drawings, pixels.
        sketch_size: side of drawings; 0: that of photos.
    """
    mean, std = _three(backbone.mean), _three(backbone.std)
    photo = PhotoInput(size=backbone.size, fit=fit, mean=mean, std=std)
    sketch = SketchInput(size=sketch_size or backbone.size, line_width=line_width, mean=mean, std=std)
    return photo, sketch


class Pictures:
    """The items of a data set as pixels of one contract: (S, S, 3) of photos, (S, S) of sketches, uint8.

    A drawing is rendered once and kept, compressed to a few kilobytes: rendering one takes as long as a
    backbone's forward pass, and each is wanted many times. Of photos the last one is kept: its views are
    wanted one after the other.
    """

    def __init__(self, dataset: Dataset, contract: Contract) -> None:
        self.dataset = dataset
        self.contract = contract
        self._kept: dict[str, bytes] = {}
        self._photo: tuple[str, Pixels] | None = None

    def plain(self, item: Item) -> Pixels:
        """The item as search sees it."""
        if isinstance(self.contract, PhotoInput):
            if self._photo is None or self._photo[0] != item.id:
                opened = images.fit(self.dataset.photo(item, self.contract.size), self.contract)
                self._photo = item.id, opened
            return self._photo[1]
        if item.id not in self._kept:
            drawing = self.dataset.sketch(item).render(self.contract)
            self._kept[item.id] = zlib.compress(drawing.tobytes(), 1)
        side = self.contract.size
        return np.frombuffer(zlib.decompress(self._kept[item.id]), np.uint8).reshape(side, side)

    def batches(self, items: Sequence[Item], size: int = 32) -> Iterator[Pixels]:
        """The items as search sees them, up to ``size`` at a time: (N, S, S, 3) or (N, S, S) uint8."""
        for start in range(0, len(items), size):
            yield np.stack([self.plain(item) for item in items[start : start + size]])

    def varied(self, item: Item, augment: Augment, *seed: int) -> Pixels:
        """The item augmented; what is drawn depends on the item's id and ``seed`` alone."""
        rng = np.random.default_rng([zlib.crc32(item.id.encode()), *seed])
        if isinstance(self.contract, PhotoInput):
            return _vary_photo(self.plain(item), self.contract, augment, rng)
        less = augment.drop or augment.unfinished
        drawing = self._less(item, self.contract, augment, rng) if less else self.plain(item)
        return _vary_drawing(drawing, self.contract, augment, rng)

    def _less(self, item: Item, contract: SketchInput, augment: Augment, rng: np.random.Generator) -> Pixels:
        """The drawing with fewer strokes, or as it stood earlier."""
        whole = sketch = self.dataset.sketch(item)
        if sketch.strokes and augment.unfinished and rng.random() < augment.unfinished:
            sketch = sketch.prefix(rng.uniform(_EARLIEST, 1))
        gone = rng.random(len(sketch.strokes)) < augment.drop
        if len(gone) > 1 and gone.any():
            gone[rng.integers(len(gone))] = False
            sketch = sketch.without(np.flatnonzero(gone).tolist())
        return self.plain(item) if sketch is whole else sketch.render(contract)


def normalised(pictures: Pictures, items: Sequence[Item], count: int, seed: int = 0) -> Iterator[Tensor]:
    """Up to ``count`` of the items, drawn by chance, as a backbone takes them: (32, 3, S, S) float32."""
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in (pictures.contract.mean, pictures.contract.std))
    order = np.random.default_rng(seed).permutation(len(items))[:count]
    for batch in pictures.batches([items[n] for n in order]):
        values = torch.from_numpy(batch).float() / 255
        values = values.permute(0, 3, 1, 2) if batch.ndim == 4 else values[:, None].expand(-1, 3, -1, -1)
        yield (values - mean) / std


def with_lines(dataset: Dataset, lines: Path) -> Dataset:
    """The data set with the line drawing of each photo, where there is one, as a further sketch of it.

    A line drawing is grey where its edge detector doubts: what is darker than mid-grey counts as drawn.
    """
    drawn = [
        _line_item(photo, path, "dark")
        for photo in dataset.photos
        if (path := line_drawing(photo, lines)) is not None
    ]

    def read(item: Item) -> Sketch:
        if item.variant != LINES or item.path is None:
            return dataset.sketch(item)
        grey = np.asarray(open_picture(item.path).convert("L"))
        return Sketch((), np.where(grey < 128, 0, 255).astype(np.uint8))

    return replace(dataset, items=(*dataset.items, *drawn), sketch_reader=read)


def with_edges(dataset: Dataset) -> Dataset:
    """The data set with the Canny edges of each photo, three pixels wide, as a further sketch of it.

    For data sets whose photos are no files, so that no line drawing can be kept beside them.

    Raises:
        MissingExtra: scikit-image is not installed.
    """
    find = resolve("edges", {"edges": "sketchseek.encoders.baselines.lines:of_photos"}, "line drawing")
    photos = {f"lines/{photo.id}": photo for photo in dataset.photos}

    def read(item: Item) -> Sketch:
        if item.id not in photos:
            return dataset.sketch(item)
        picture = np.asarray(dataset.photo(photos[item.id]))
        thin = Image.fromarray(np.where(find(picture[None])[0], 0, 255).astype(np.uint8))
        return Sketch((), np.asarray(thin.filter(ImageFilter.MinFilter(3))))

    drawn = (_line_item(photo, None, f"edges {photo.key}") for photo in photos.values())
    return replace(dataset, items=(*dataset.items, *drawn), sketch_reader=read)


def mirrored(dataset: Dataset) -> Dataset:
    """The data set in a mirror: every stroke and every pixel from right to left."""
    own = {f"{_MIRROR}/{item.id}": item for item in dataset}

    def sketch(item: Item) -> Sketch:
        found = dataset.sketch(own[item.id])
        if found.raster is not None:
            return Sketch((), found.raster[:, ::-1])
        turn = np.array([-1, 1, 1], np.float32)
        return Sketch(tuple(stroke * turn[: stroke.shape[1]] for stroke in found.strokes))

    def photo(item: Item, at_least: int | None) -> Image.Image:
        return ImageOps.mirror(dataset.photo(own[item.id], at_least))

    def elements(item: Item) -> NDArray[np.float32]:
        left, top, right, bottom = dataset.elements(own[item.id]).T
        return np.stack([1 - right, top, 1 - left, bottom], axis=1)

    # The key is part of what a cached feature is named by.
    items = tuple(replace(item, id=name, key=f"{item.key} {_MIRROR}") for name, item in own.items())
    return replace(dataset, items=items, sketch_reader=sketch, photo_reader=photo, element_reader=elements)


def _line_item(photo: Item, path: Path | None, key: str) -> Item:
    return Item(f"lines/{photo.id}", "sketch", photo.label, photo.instance, LINES, photo.split, path, key)


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    red, green, blue = values if len(values) == 3 else (values[0],) * 3
    return red, green, blue


def _vary_photo(picture: Pixels, contract: PhotoInput, augment: Augment, rng: np.random.Generator) -> Pixels:
    if rng.random() < augment.grey:
        picture = np.repeat((picture @ _LUMA)[..., None], 3, axis=2).astype(np.uint8)
    corner = tuple(picture[0, 0].tolist())
    alone = contract.fit == "trim" and (picture[[0, -1], :: len(picture) - 1] == corner).all()
    # what stands on a ground keeps it; else zero once normalised
    paper = corner if alone else tuple(round(255 * value) for value in contract.mean)
    return _move(picture, augment, rng, paper)


def _vary_drawing(
    drawing: Pixels, contract: SketchInput, augment: Augment, rng: np.random.Generator
) -> Pixels:
    black = contract.polarity == "black-on-white"
    amount = (
        rng.uniform(-augment.line_width, augment.line_width) / 2
    )  # a 3 x 3 filter adds or takes two pixels
    spread = Image.fromarray(_spread(drawing, darker=(amount > 0) == black))
    image = Image.blend(Image.fromarray(drawing), spread, abs(amount))
    return _move(np.asarray(image), augment, rng, 255 if black else 0)


def _spread(drawing: Pixels, *, darker: bool) -> Pixels:
    """The darkest, or the lightest, of each pixel and its eight neighbours."""
    pick = np.minimum if darker else np.maximum
    padded = np.pad(drawing, 1, mode="edge")
    rows = pick(pick(padded[:-2], padded[1:-1]), padded[2:])
    picked: Pixels = pick(pick(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return picked


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
    moved = np.asarray(image)
    return _bent(moved, augment.bend, rng) if augment.bend else moved


def _bent(picture: Pixels, amount: float, rng: np.random.Generator) -> Pixels:
    """Shifted by what is drawn for each of a few points, and smoothly in between."""
    points = torch.from_numpy(rng.uniform(-2 * amount, 2 * amount, (1, 2, _POINTS, _POINTS))).float()
    side = picture.shape[0]
    shifts = interpolate(points, size=(side, side), mode="bicubic", align_corners=True)
    still = affine_grid(torch.eye(2, 3)[None], [1, 1, side, side], align_corners=False)
    values = torch.from_numpy(picture.reshape(side, side, -1).copy()).permute(2, 0, 1)[None].float()
    grid = still + shifts.permute(0, 2, 3, 1)
    found = grid_sample(values, grid, padding_mode="border", align_corners=False)
    bent: Pixels = found[0].permute(1, 2, 0).round().byte().numpy().reshape(picture.shape)
    return bent


def _about_one(amount: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(-1, 1) * np.log1p(amount)))
