"""Materials, and the noise they are made of. Everything here is exact integer or float32 arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]


@dataclass(frozen=True)
class Material:
    """How a surface takes the light."""

    grain: str = ""  # its texture, a key of GRAINS or LAID
    depth: float = 0.0  # strength of the texture, as a share of the colour
    gloss: float = 0.0  # strength of highlights
    opacity: float = 1.0
    lit: float = 1.0  # 0: shines by itself


MATERIALS = {
    "paint": Material("blotch", 0.06, 0.5),
    "matte": Material("blotch", 0.08),
    "plastic": Material(gloss=0.75),
    "ceramic": Material("blotch", 0.05, 0.9),
    "metal": Material("brushed", 0.16, 1.0),
    "wood": Material("wood", 0.34, 0.2),
    "varnish": Material("wood", 0.22, 0.7),
    "planks": Material("planks", 0.4, 0.05),
    "bark": Material("bark", 0.5),
    "fur": Material("fur", 0.38),
    "feather": Material("feather", 0.3, 0.1),
    "fabric": Material("weave", 0.16),
    "straw": Material("straw", 0.42),
    "leaf": Material("blotch", 0.22, 0.25),
    "foliage": Material("foliage", 0.75),
    "fruit": Material("speckle", 0.16, 0.55),
    "scale": Material("scale", 0.3, 0.4),
    "skin": Material("speckle", 0.2, 0.35),
    "bread": Material("speckle", 0.3, 0.12),
    "wax": Material("blotch", 0.06, 0.3),
    "stone": Material("stone", 0.4),
    "brick": Material("brick", 0.4),
    "plaster": Material("blotch", 0.16),
    "tile": Material("tile", 0.4),
    "paper": Material("blotch", 0.06),
    "glass": Material(gloss=1.0, opacity=0.55),
    "bottle": Material(gloss=1.0, opacity=0.9),
    "hole": Material(opacity=0.78),
    "glow": Material("blotch", 0.05, lit=0.25),
}
# Sums of noise: (strength, width, height of a feature) on a canvas of 200 pixels.
GRAINS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "blotch": ((1.0, 24, 24),),
    "speckle": ((0.5, 14, 14), (0.6, 1, 1)),
    "brushed": ((0.5, 40, 1.4), (0.5, 60, 30)),
    "wood": ((0.6, 60, 3), (0.4, 30, 1.2), (0.3, 40, 14)),
    "bark": ((0.7, 3, 16), (0.4, 1.5, 6)),
    "fur": ((0.7, 1.5, 5), (0.5, 12, 12)),
    "feather": ((0.5, 5, 2), (0.4, 2, 1.5), (0.4, 16, 12)),
    "straw": ((0.6, 8, 1.3), (0.6, 1.5, 8)),
    "foliage": ((0.5, 9, 8), (0.55, 3, 3)),
}
# Repeated pieces: width and height of a piece on a canvas of 256 pixels, and the shift from row to row.
LAID: dict[str, tuple[float, float, float]] = {
    "brick": (15, 6, 0.5),
    "stone": (19, 11, 0.5),
    "tile": (8, 6, 0.5),
    "planks": (400, 9, 0.37),
    "scale": (7, 6, 0.5),
    "weave": (2.6, 2.6, 0.0),
}


def noise(rng: np.random.Generator, shape: tuple[int, int], across: float, down: float) -> Field:
    """Smooth noise of ``shape`` (height, width) in -1..1 with features of ``across`` x ``down`` pixels."""
    height, width = shape
    columns, rows = (
        max(2, min(width, round(width / across) + 2)),
        max(2, min(height, round(height / down) + 2)),
    )
    seed = Image.fromarray(rng.integers(0, 256, (rows, columns), dtype=np.uint8))
    grown = seed.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(grown, dtype=np.float32) / np.float32(127.5) - np.float32(1)


def pattern(grain: str, rng: np.random.Generator, shape: tuple[int, int], unit: float) -> Field:
    """A texture of ``shape`` (height, width) in about -1..1; ``unit`` is the side of the canvas in pixels."""
    if grain in LAID:
        return _laid(grain, rng, shape, unit)
    fine = max(1.2, unit / 200)
    total = np.zeros(shape, dtype=np.float32)
    for strength, across, down in GRAINS[grain]:
        total += np.float32(strength) * noise(rng, shape, across * fine, down * fine)
    return total


def _laid(grain: str, rng: np.random.Generator, shape: tuple[int, int], unit: float) -> Field:
    """Repeated pieces, each a little different, with joints between them."""
    across, down, shift = LAID[grain]
    step_x, step_y = max(2.0, across * unit / 256), max(2.0, down * unit / 256)
    row = (np.arange(shape[0], dtype=np.float32) / np.float32(step_y))[:, None]
    which = np.floor(row)
    column = (np.arange(shape[1], dtype=np.float32) / np.float32(step_x))[None, :] + which * np.float32(shift)
    tints = rng.random((64, 64), dtype=np.float32)
    piece: Field = tints[which.astype(np.int64) % 64, np.floor(column).astype(np.int64) % 64]
    u, v = column - np.floor(column), row - which
    if grain == "weave":
        over = ((u < 0.5) ^ (v < 0.5)).astype(np.float32)
        woven: Field = over * (piece + np.float32(0.5)) - np.float32(0.5)
        return woven
    if grain == "scale":  # round, and dark where the next row begins
        round_: Field = (
            np.float32(0.45) - v - np.float32(2.2) * (u - np.float32(0.5)) ** 2 * (np.float32(1) - v)
        )
        return round_
    if grain == "tile":  # darker toward the next row, like shadow under an edge
        bent: Field = np.float32(0.3) - v - np.float32(1.6) * (u - np.float32(0.5)) ** 2
        return bent + piece * np.float32(0.5)
    joint = (u * step_x < max(1.0, unit / 256)) | (v * step_y < max(1.0, unit / 256))
    return np.where(joint, np.float32(-1), piece - np.float32(0.3))
