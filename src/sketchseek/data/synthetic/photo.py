"""A figure as a photo: filled parts with light, texture, shadow and lens, before a backdrop.

Pixels meet float32 sums, products and square roots only, so that any machine makes the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from sketchseek.data.synthetic.backdrop import Setting, backdrop
from sketchseek.data.synthetic.geometry import area, length
from sketchseek.data.synthetic.parts import Part
from sketchseek.data.synthetic.textures import MATERIALS, Field, noise, pattern

OVER = 3  # supersampling of edges
SLOPE = 1.5  # of a cushion at its rim
ONE = np.float32(1)


@dataclass(frozen=True)
class Light:
    """Unit vector to the light (x right, y down, z toward the camera), and light from all around."""

    x: float
    y: float
    z: float
    ambient: float

    @classmethod
    def of(cls, x: float, y: float, z: float, ambient: float) -> Light:
        """From a direction of any length."""
        size = float(np.sqrt(x * x + y * y + z * z))
        return cls(x / size, y / size, z / size, ambient)

    def facing(self, right: Field, down: Field, size: Field) -> Field:
        """How much a surface of that slope faces the light, 0..1."""
        facing = (np.float32(self.z) - right * np.float32(self.x) - down * np.float32(self.y)) / size
        return np.maximum(facing, np.float32(0))


@dataclass(frozen=True)
class _Patch:
    """The pixels of one part: how much of each it covers, and where they lie on the canvas."""

    part: Part
    mask: Field
    x: int
    y: int
    swell: float  # radius in pixels over which the part is rounded

    def of(self, canvas: Field) -> Field:
        """A view of the same pixels of the canvas."""
        return canvas[self.y : self.y + self.mask.shape[0], self.x : self.x + self.mask.shape[1]]


def render(figure: Part, setting: Setting, size: int, rng: np.random.Generator) -> Image.Image:
    """Paint a placed figure.

    Args:
        figure: in unit coordinates of the canvas.
        setting: where it is.
        size: side of the picture, pixels.
        rng: decides light, texture, backdrop and noise.

    Returns:
        An RGB picture, ``size`` x ``size``.
    """
    canvas, horizon = backdrop(setting, size, rng)
    side = -1.0 if rng.random() < 0.5 else 1.0
    light = Light.of(side * (0.3 + 0.4 * float(rng.random())), -0.75, 0.75, setting.ambient)
    patches = [patch for _, part in figure.painted() if (patch := _cut(part, size))]
    cover = np.zeros((size, size), dtype=np.float32)
    for patch in patches:
        np.maximum(patch.of(cover), patch.mask, out=patch.of(cover))
    if setting.shadow == "behind":
        _shadow_behind(canvas, cover, light)
    elif setting.shadow == "ground" and cover.any():
        _shadow_on_ground(canvas, cover, light, round(horizon * size))
    behind = canvas.copy() if setting.grain == "water" else None
    for patch in patches:
        _paint(canvas, cover, patch, light, rng)
    if behind is not None and cover.any():
        _float(canvas, behind, cover)
    return _develop(canvas, setting, rng)


def _cut(part: Part, size: int) -> _Patch | None:
    """A part's pixels and some around them; nothing for lines that are only drawn, or outside."""
    if not part.closed and part.width <= 0:
        return None
    if part.closed:
        around = length(np.concatenate([part.outline, part.outline[:1]]))
        swell = min(0.11, 0.5 * area(part.outline) / max(around, 1e-6)) * size
    else:
        swell = 0.3 * part.width * size
    points = part.outline * size
    pad = 2 + part.width * size / 2 + swell * 2
    low = np.clip(np.floor(points.min(axis=0) - pad), 0, size).astype(int)
    high = np.clip(np.ceil(points.max(axis=0) + pad), 0, size).astype(int)
    wide, tall = (int(v) for v in high - low)
    if wide <= 0 or tall <= 0:
        return None
    image = Image.new("L", (wide * OVER, tall * OVER))
    path = [(float(x), float(y)) for x, y in (points - low) * OVER]
    if part.closed:
        ImageDraw.Draw(image).polygon(path, fill=255)
    else:
        thick = max(1, round(part.width * size * OVER))
        ImageDraw.Draw(image).line(path, fill=255, width=thick, joint="curve")
    return _Patch(part, _shares(image.reduce(OVER)), int(low[0]), int(low[1]), swell)


def _shares(image: Image.Image) -> Field:
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def _blur(field: Field, radius: float) -> Field:
    grey = Image.fromarray((field * np.float32(255)).astype(np.uint8))
    return _shares(grey.filter(ImageFilter.GaussianBlur(radius)))


def _paint(canvas: Field, cover: Field, patch: _Patch, light: Light, rng: np.random.Generator) -> None:
    """Put a part over what is on the canvas."""
    part, material, region = patch.part, MATERIALS[patch.part.material], patch.of(canvas)
    height, width = patch.mask.shape
    surface = np.full((height, width), part.tone, dtype=np.float32)
    shine = np.zeros((height, width), dtype=np.float32)
    if material.depth:
        surface *= ONE + np.float32(material.depth) * pattern(
            material.grain, rng, (height, width), canvas.shape[0]
        )
    if patch.swell >= 0.8:
        soft = _blur(patch.mask, patch.swell)
        region *= (ONE - np.float32(0.42) * _fallen(soft, light, patch.swell) * patch.of(cover))[:, :, None]
        lit, shine = _lit(soft, patch, light)
        surface *= np.float32(1 - material.lit) + np.float32(material.lit) * lit
        shine *= np.float32(material.gloss)
    pixels = np.array(part.colour, dtype=np.float32) * surface[:, :, None] + shine[:, :, None]
    alpha = patch.mask * np.minimum(np.float32(material.opacity) + shine, ONE)
    region += alpha[:, :, None] * (pixels - region)


def _fallen(soft: Field, light: Light, swell: float) -> Field:
    """The shadow that a part throws on the parts below it: itself, blurred and moved away from the light."""
    far = max(1, round(min(swell, 8.0) * 0.5))
    dx, dy = (far if toward < 0 else -far for toward in (light.x, light.y))
    return np.roll(soft, (dy, dx), axis=(0, 1))  # what is rolled over an edge is padding, nearly black


def _lit(soft: Field, patch: _Patch, light: Light) -> tuple[Field, Field]:
    """Brightness and highlights of a cushion whose height is the blurred mask."""
    relief = patch.part.relief
    height = np.sqrt(np.maximum(np.float32(2) * soft - np.float32(0.9), np.float32(0)))
    slope = np.float32(SLOPE * relief * patch.swell)
    down, right = np.zeros_like(soft), np.zeros_like(soft)
    down[1:-1] = (height[2:] - height[:-2]) * slope
    right[:, 1:-1] = (height[:, 2:] - height[:, :-2]) * slope
    size = np.sqrt(ONE + down * down + right * right)
    lit = np.float32(light.ambient) + np.float32(1.25 * (1 - light.ambient)) * light.facing(right, down, size)
    if not MATERIALS[patch.part.material].gloss:
        return lit, np.zeros_like(lit)
    glance = Light.of(light.x, light.y, light.z + 1.0, 0.0).facing(right, down, size)
    for _ in range(5):  # to the power of 32
        glance = glance * glance
    curved = np.clip(np.abs(down) + np.abs(right), np.float32(0.12), ONE)  # flat faces hardly flash
    return lit, np.float32(0.8) * glance * curved


def _shadow_behind(canvas: Field, cover: Field, light: Light) -> None:
    """Darken the surface on which a figure lies or hangs."""
    size = canvas.shape[0]
    shift = round(-light.y * 0.035 * size), round(-light.x * 0.05 * size)
    canvas *= (ONE - np.float32(0.5) * _blur(np.roll(cover, shift, axis=(0, 1)), size / 70))[:, :, None]


def _shadow_on_ground(canvas: Field, cover: Field, light: Light, horizon: int) -> None:
    """Darken the ground around the feet, and where the figure laid flat away from the light would be."""
    size = canvas.shape[0]
    rows = np.flatnonzero(cover.max(axis=1) > 0.5)
    if not len(rows):
        return
    base, flatness = int(rows[-1]), 0.3
    lean = -0.66 * light.x / max(-light.y, 0.2) / flatness
    # from where in the silhouette each pixel of the shadow comes: heights above the base grow, and shear
    source = (1.0, lean, -base * lean, 0.0, 1 / flatness, base - base / flatness)
    shape = Image.fromarray((cover * np.float32(255)).astype(np.uint8))
    flat = _shares(shape.transform((size, size), Image.Transform.AFFINE, source, Image.Resampling.BILINEAR))
    columns = np.flatnonzero(cover[base - (base - int(rows[0])) // 3 : base + 1].max(axis=0) > 0.5)
    contact = Image.new("L", (size, size))
    box = (int(columns[0]) - 2, base - size // 50, int(columns[-1]) + 2, base + size // 60)
    ImageDraw.Draw(contact).ellipse(box, fill=255)
    shadow = np.maximum(
        np.float32(0.42) * _blur(flat, size / 60), np.float32(0.62) * _blur(_shares(contact), size / 90)
    )
    shadow[:horizon] = 0
    canvas *= (ONE - shadow)[:, :, None]


def _float(canvas: Field, water: Field, cover: Field) -> None:
    """Let the water close over the lowest part of a figure, and mirror what is above, dark and dim."""
    size = canvas.shape[0]
    rows = np.flatnonzero(cover.max(axis=1) > 0.5)
    level = int(rows[-1]) - size // 28
    depth = min(size - level, level)
    mirror = _blur(cover, size / 100)[level - depth : level][::-1]
    fade = np.linspace(0.5, 0.0, depth, dtype=np.float32)[:, None]
    below = water[level : level + depth] * (ONE - fade * mirror)[:, :, None]
    canvas[level : level + depth] = np.float32(0.2) * canvas[level : level + depth] + np.float32(0.8) * below


def _develop(canvas: Field, setting: Setting, rng: np.random.Generator) -> Image.Image:
    """Lens and sensor: colour cast, exposure, vignette, noise."""
    size = canvas.shape[0]
    cast = ONE + np.float32(0.09) * (rng.random(3, dtype=np.float32) - np.float32(0.5))
    canvas *= cast * np.float32(setting.exposure * (0.96 + 0.16 * float(rng.random())))
    away = (np.arange(size, dtype=np.float32) / np.float32(size) - np.float32(0.5)) ** 2
    canvas *= (np.float32(1.03) - np.float32(0.45) * (away[:, None] + away[None, :]))[:, :, None]
    grain = rng.integers(0, 256, (size, size), dtype=np.uint8).astype(np.float32) / np.float32(127.5) - ONE
    strength = np.float32(0.008 + 0.018 * float(rng.random()))
    canvas += (strength * grain + np.float32(0.01) * noise(rng, (size, size), 3, 3))[:, :, None]
    return Image.fromarray((np.clip(canvas, 0, 1) * np.float32(255) + np.float32(0.5)).astype(np.uint8))
