"""What is behind a figure: a place, out of focus, with things standing about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageFilter

from sketchseek.data.synthetic.clutter import hex_rgb, strew
from sketchseek.data.synthetic.textures import Field, noise, pattern


@dataclass(frozen=True)
class Setting:
    """A place where figures are photographed. Colours are shades in hexadecimal digits, top or far first."""

    near: tuple[str, ...]  # the ground, or all there is
    far: tuple[str, ...] = ()  # wall or sky
    horizon: tuple[float, float] = (0.0, 0.0)  # between which heights they meet; 0: no wall or sky
    grain: str = ""  # texture of the ground
    clutter: str = ""  # see `clutter.strew`
    shadow: Literal["ground", "behind", "none"] = "ground"
    stand: float | None = 0.86  # height of the feet; None: in the middle
    ambient: float = 0.5
    exposure: float = 1.0


_SKIES = ("6fa0d4 a8c8e6 dfe8ec", "9fb4c4 c4d0d6 e2e4e0", "6f9fd4 a8c8e4 e0e8ea")
_DUSKS = ("e0a27a edc59a d8c8c0", "d8a888 e4c4a4 e8dcc8")
_WALLS = ("d8cfc0 cfc4b2 c4b8a4", "b8c4c8 a8b6bc 9cacb4", "d0b8a0 c0a48a b09478", "9fb09a 92a48e 869a82")
_WOODS = ("b08a5f 9a744a 86623c", "d8d2c8 c8c0b4 b8b0a2", "6a4f3a 5c4432 4f3a2a")

SETTINGS = {
    "sky": Setting(
        ("4a5a3f 5f6b45",), (*_SKIES, *_DUSKS), (0.9, 1.1), clutter="clouds", shadow="none", stand=None
    ),
    "grass": Setting(
        ("6f8f45 5a8038 4a6e2f", "9a9a55 7f8a45 66753a"), _SKIES, (0.42, 0.62), "foliage", "trees"
    ),
    "street": Setting(
        ("8a8885 76747a 66656a", "a39a8c 8f8678 7a7266"),
        (*_SKIES, *_DUSKS),
        (0.45, 0.62),
        "speckle",
        "houses",
    ),
    "room": Setting(
        ("a8835a 8f6b45 7a5836", "8a8078 766c64 665c56"), _WALLS, (0.55, 0.7), "planks", "furniture"
    ),
    "table": Setting(_WOODS, _WALLS, (0.5, 0.66), "wood", "kitchen"),
    "tabletop": Setting(
        (*_WOODS, "5f6f7a 566672 4c5c68"), grain="wood", clutter="desk", shadow="behind", stand=None
    ),
    "studio": Setting(
        ("e6e6e4 d8d8d6 cacac8", "d8dfe4 c8d2d8 b8c4cc", "e6dccf d6c9b8 c8b8a4"),
        ("e2e2e0 dcdcda d2d2d0", "c8d4dc bccad4 aebecb", "e8dcd0 decfc0 d2c2b0"),
        (0.6, 0.75),
    ),
    "wall": Setting(
        ("d2c8b8 c8beae beb4a4", "a8bac0 9eb0b8 94a8b0", "b89a86 ac8e7a a2846e"),
        grain="blotch",
        clutter="frames",
        shadow="behind",
        stand=None,
    ),
    "leafy": Setting(
        ("6f9a4a 4f7f38 35602a", "8fa85a 6a8a45 4f6f35", "5f7f5a 456a48 32553a"),
        clutter="bokeh",
        shadow="none",
        stand=None,
    ),
    "water": Setting(
        ("5f8aa8 457898 356482", "7a98a0 5f8290 4a6f7f"),
        (*_SKIES, *_DUSKS),
        (0.4, 0.52),
        "water",
        "shore",
        "none",
        0.74,
    ),
    "underwater": Setting(
        ("6fb8cf 3f8fb4 1f5f88", "8fc4b4 4f9a98 2a6a70"), clutter="bubbles", shadow="none", stand=None
    ),
    "sand": Setting(
        ("dcc8a0 d2bc92 c8b086", "cfc0a8 c4b498 b8a88a"),
        grain="speckle",
        clutter="shells",
        shadow="behind",
        stand=None,
    ),
    "snow": Setting(("eef2f5 e4eaf0 d6dfe8",), _SKIES, (0.4, 0.55), "blotch", "hills", ambient=0.6),
    "coast": Setting(
        ("7a8a5a 6f7f50 5f6f45", "8a8078 7a7068 6a625a"),
        (*_SKIES, *_DUSKS),
        (0.62, 0.72),
        "foliage",
        "sea",
        "none",
        0.92,
    ),
    "facade": Setting(
        ("9a9690 8a8680 7a7670",),
        ("b8705a b0684f a8604a", "d8cdb8 d0c4ae c8bca4", "9aa4a8 929ca0 8a9498"),
        (0.84, 0.9),
        "speckle",
        "bricks",
        "none",
        0.92,
    ),
    "dark": Setting(
        ("5a4230 4a3626 3a2a1e",), ("2f2a30 38302f 443830",), (0.6, 0.72), "wood", "lights", ambient=0.6
    ),
}
_STRENGTH = {"foliage": 0.22, "wood": 0.16, "planks": 0.16}  # of the ground's texture; others 0.1


def backdrop(setting: Setting, size: int, rng: np.random.Generator) -> tuple[Field, float]:
    """The picture behind a figure (size, size, 3) in 0..1, and the height of its horizon in 0..1."""
    low, high = setting.horizon
    horizon = low + (high - low) * float(rng.random())
    edge = min(size, round(horizon * size))
    canvas = np.empty((size, size, 3), dtype=np.float32)
    for shades, part, uneven in ((setting.far, canvas[:edge], 0.05), (setting.near, canvas[edge:], 0.1)):
        if len(part):
            clouds = noise(rng, part.shape[:2], size / 3, size / 4)
            part[:] = _gradient(shades, len(part), rng)[:, None]
            np.multiply(part, np.float32(1) + np.float32(uneven) * clouds[:, :, None], out=part)
    image = Image.fromarray((np.clip(canvas, 0, 1) * np.float32(255)).astype(np.uint8))
    strew(image, setting.clutter, horizon, rng)
    focus = 0.006 if setting.shadow == "behind" else 0.012 + 0.012 * float(rng.random())
    image = image.filter(ImageFilter.GaussianBlur(focus * size))
    canvas = np.asarray(image, dtype=np.float32) / np.float32(255)
    if setting.grain and edge < size:
        canvas[edge:] *= np.float32(1) + _ground(setting, (size - edge, size), rng)[:, :, None]
    return canvas, horizon


def _gradient(options: Sequence[str], height: int, rng: np.random.Generator) -> Field:
    """One of the options as rows of colour (height, 3)."""
    stops = np.stack([hex_rgb(c) for c in options[int(rng.integers(len(options)))].split()])
    stops = stops * (0.94 + 0.14 * float(rng.random()))
    at = np.linspace(0, len(stops) - 1, height)
    return np.stack([np.interp(at, np.arange(len(stops)), shade) for shade in stops.T], axis=1).astype(
        np.float32
    )


def _ground(setting: Setting, shape: tuple[int, int], rng: np.random.Generator) -> Field:
    """Texture of the ground as a share of its brightness; weaker toward the horizon."""
    width = shape[1]
    near = np.linspace(0.35 if setting.far else 1.0, 1.0, shape[0], dtype=np.float32)[:, None]
    if setting.grain == "water":
        waves = noise(rng, shape, width / 9, width / 64) + noise(rng, shape, width / 24, width / 110)
        return np.float32(0.1) * near * waves
    return (
        np.float32(_STRENGTH.get(setting.grain, 0.1)) * near * pattern(setting.grain, rng, shape, width * 1.2)
    )
