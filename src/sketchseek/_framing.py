"""How a photo is brought to the square that a model takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WHITE = (255, 255, 255)
GREY = (128, 128, 128)

Fit = Literal["crop", "pad", "stretch", "trim"]
Box = tuple[float, float, float, float]

_MARGIN = 0.05  # left around what is trimmed: as much as around a drawing
_GLANCE = 128  # longer side, in pixels, of the picture that a ground is looked for in
_SAME = 16  # differ no more than so much, in each of R, G and B, and two colours count as one
_PLAIN = 0.9  # share of the rim that is of one colour where the ground is plain


@dataclass(frozen=True)
class PhotoInput:
    """A model's input contract for photos.

    Attributes:
        size: side of the square input, pixels.
        fit: "crop" keeps the centre square; "pad" the whole picture on mid-grey; "stretch" ignores the shape;
            "trim" cuts a plain ground away, so that what stands on it fills the square as a drawing does, on
            more of that ground, and pads a picture that has none.
        mean: per channel (R, G, B), in 0..1; applied inside the model's graph.
        std: per channel (R, G, B), in 0..1; applied inside the model's graph.
    """

    size: int = 224
    fit: Fit = "crop"
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)


def fit(image: Image.Image, spec: PhotoInput) -> NDArray[np.uint8]:
    """Bring a picture to a model's input: (size, size, 3), RGB, 0..255."""
    image = flatten(image)
    side, (width, height) = spec.size, image.size
    box = (0.0, 0.0, float(width), float(height))
    if spec.fit == "trim" and (found := subject(image)) is not None:
        return _padded(image, side, *found, _MARGIN)
    if spec.fit in {"pad", "trim"}:
        return _padded(image, side, box, GREY)
    if spec.fit == "crop":  # one resize of the centre square does both steps
        short = min(width, height)
        left, top = (width - short) / 2, (height - short) / 2
        box = (left, top, left + short, top + short)
    return np.array(_resized(image, (side, side), box))


def frame(size: tuple[int, int], spec: PhotoInput) -> Box:
    """Where a picture lies in the square that `fit` makes of it: left, top, width and height.

    In shares of the square's side; what is cropped away lies outside 0 to 1.

    Raises:
        ValueError: the picture is trimmed, and where it lies depends on what it shows.
    """
    if spec.fit == "trim":
        raise ValueError("where a trimmed picture lies depends on what it shows")
    if spec.fit == "stretch":
        return 0.0, 0.0, 1.0, 1.0
    side = max(size) if spec.fit == "pad" else min(size)
    wide, high = (length / side for length in size)
    return (1 - wide) / 2, (1 - high) / 2, wide, high


def subject(image: Image.Image) -> tuple[Box, tuple[int, int, int]] | None:
    """What stands on a plain ground: its box (left, top, right, bottom) in pixels, and the ground's colour.

    A ground is plain where most of the rim has one colour. None: no ground is, or nothing stands on it.
    """
    scale = max(1.0, max(image.size) / _GLANCE)
    small = image.resize(scaled(image.size, 1 / scale), Image.Resampling.BOX, reducing_gap=2.0)
    pixels = np.asarray(small.convert("RGB")).astype(np.int16)
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    ground = np.median(rim, axis=0).astype(np.int16)
    if (abs(rim - ground).max(1) <= _SAME).mean() < _PLAIN:
        return None
    there = abs(pixels - ground).max(2) > _SAME
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if not len(rows):
        return None
    across, down = (length / part for length, part in zip(image.size, small.size, strict=True))
    box = (columns[0] * across, rows[0] * down, (columns[-1] + 1) * across, (rows[-1] + 1) * down)
    red, green, blue = ground.tolist()
    return box, (red, green, blue)


def flatten(image: Image.Image) -> Image.Image:
    """Lay a picture on white where it is transparent: RGB."""
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    image = image.convert("RGBA")
    ground = Image.new("RGB", image.size, WHITE)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def scaled(size: tuple[float, float], scale: float) -> tuple[int, int]:
    """A size times a factor, in whole pixels, at least one."""
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _padded(
    image: Image.Image, side: int, box: Box, ground: tuple[int, int, int], margin: float = 0.0
) -> NDArray[np.uint8]:
    """A part of a picture in the middle of a square of one colour."""
    size = box[2] - box[0], box[3] - box[1]
    inner = scaled(size, side * (1 - 2 * margin) / max(size))
    canvas = Image.new("RGB", (side, side), ground)
    canvas.paste(_resized(image, inner, box), ((side - inner[0]) // 2, (side - inner[1]) // 2))
    return np.array(canvas)


def _resized(image: Image.Image, size: tuple[int, int], box: Box | None = None) -> Image.Image:
    return image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)
