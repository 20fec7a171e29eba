"""Pictures of drawings: any polarity, transparency and light becomes ink of the wanted line width."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image, ImageDraw, ImageFilter

from sketchseek.errors import BadSketch, EmptySketch
from sketchseek.sketch import Sketch, SketchInput, read_sketch

SPEC = SketchInput()
TURNS = np.linspace(0, 5, 80)
DRAWING = Sketch(
    (
        np.stack([60 * np.cos(TURNS), 40 * np.sin(TURNS)], axis=1),
        np.array([[-60, -10], [0, 30], [50, -35], [50, 35]]),
        np.array([[-20, 0], [-20, 1]]),
    )
)
DRAWN = DRAWING.render(SPEC)
PLAIN = DRAWING.render(SketchInput(size=400, margin=0.1, line_width=5))


def misdrawn(sketch: Sketch) -> float:
    """Share of pixels that are ink in one and paper in the other."""
    return float((np.abs(sketch.render(SPEC).astype(int) - DRAWN) > 128).mean())


def with_alpha(colour: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGBA", (400, 400), (*colour, 0))
    picture.putalpha(Image.fromarray(255 - PLAIN))
    return picture


def coloured(paper: tuple[int, int, int], ink: tuple[int, int, int]) -> Image.Image:
    share = (PLAIN / 255)[..., None]
    return Image.fromarray((share * paper + (1 - share) * ink).astype(np.uint8))


def cutout() -> Image.Image:
    rgba = np.dstack([PLAIN] * 3 + [np.zeros_like(PLAIN)])
    rgba[20:-20, 20:-20, 3] = 255
    return Image.fromarray(rgba)


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


SCREEN = {
    "black on white": Image.fromarray(PLAIN),
    "white on black": Image.fromarray(255 - PLAIN),
    "one bit": Image.fromarray(PLAIN).convert("1"),
    "palette": Image.fromarray(PLAIN).convert("P"),
    "black in alpha": with_alpha((0, 0, 0)),
    "white in alpha": with_alpha((255, 255, 255)),
    "yellow in alpha": with_alpha((250, 220, 40)),
    "grey and alpha": Image.merge("LA", (Image.new("L", (400, 400)), Image.fromarray(255 - PLAIN))),
    "paper cut out": cutout(),
    "pencil": coloured((255, 255, 255), (200, 200, 200)),
    "yellow on white": coloured((250, 250, 245), (255, 220, 0)),
    "green on red": coloured((200, 30, 30), (30, 110, 30)),
    "strong JPEG": jpeg(Image.fromarray(PLAIN), 20),
    "large": Image.fromarray(PLAIN).resize((2400, 2400)),
    "small": Image.fromarray(PLAIN).resize((120, 120), Image.Resampling.BOX),
    "off centre": Image.fromarray(np.pad(PLAIN, ((0, 300), (500, 0)), constant_values=255)),
}


@pytest.mark.parametrize("name", SCREEN)
def test_a_drawing_on_a_flat_ground_looks_as_its_strokes_do(name: str) -> None:
    assert misdrawn(Sketch.from_raster(SCREEN[name])) < 0.008


def test_arrays_are_pictures_too() -> None:
    for array in (
        PLAIN,
        np.dstack([PLAIN] * 3),
        np.dstack([PLAIN] * 3 + [np.full_like(PLAIN, 255)]),
        PLAIN > 127,
    ):
        assert misdrawn(Sketch.from_raster(array)) < 0.006
    for array in (
        PLAIN.astype(float),
        PLAIN[None, None],
        np.zeros((0, 5), np.uint8),
        np.zeros((4, 4, 2), np.uint8),
    ):
        with pytest.raises(BadSketch, match="a picture is uint8 or bool"):
            Sketch.from_raster(array)
    with pytest.raises(BadSketch, match="more than 8 bits"):
        Sketch.from_raster(Image.new("I;16", (9, 9)))


def photo_of(
    ink: np.ndarray, *, fall: float, noise: float, shadow: float = 0, board: bool = False
) -> Image.Image:
    """Ink on paper, or chalk on a board, in light that falls off; with shadow, grain, blur and JPEG loss."""
    rng = np.random.default_rng(0)
    height, width = ink.shape
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    light = 1 - fall * (0.6 * x + 0.4 * y) - 0.15 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    light *= 1 - shadow / (1 + np.exp(-25 * (x - 0.6 - 0.2 * y)))
    surface = 0.2 + 0.6 * ink if board else 1 - 0.7 * ink
    grey = 230 * light * surface + rng.normal(0, noise, ink.shape)
    picture = np.clip(grey[..., None] * (1, 0.97, 0.9), 0, 255).astype(np.uint8)
    return jpeg(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(0.8)), 85)


SHEET = np.pad(
    1 - DRAWING.render(SketchInput(size=800, margin=0.15, line_width=6)) / 255, ((0, 0), (100, 150))
)


@pytest.mark.parametrize(
    ("fall", "noise", "shadow"), [(0.1, 2, 0), (0.35, 6, 0), (0.6, 6, 0.35), (0.3, 14, 0)]
)
def test_a_photo_of_paper_looks_as_its_strokes_do(fall: float, noise: float, shadow: float) -> None:
    paper = photo_of(SHEET, fall=fall, noise=noise, shadow=shadow)
    assert misdrawn(Sketch.from_raster(paper)) < 0.008
    board = photo_of(SHEET, fall=fall, noise=noise / 2, shadow=shadow, board=True)
    assert misdrawn(Sketch.from_raster(board)) < 0.01


def test_dust_does_not_set_the_frame() -> None:
    dusty, rng = SHEET.copy(), np.random.default_rng(1)
    for y, x in zip(rng.integers(5, 790, 30), rng.integers(5, 1040, 30), strict=True):
        dusty[y : y + 2, x : x + 2] = 1
    assert misdrawn(Sketch.from_raster(photo_of(dusty, fall=0.35, noise=4))) < 0.02


@pytest.mark.parametrize(
    "blank",
    [
        Image.new("L", (300, 200), 255),
        Image.new("RGB", (300, 200)),
        Image.new("RGBA", (30, 20)),
        Image.new("L", (1, 1)),
        Image.fromarray(np.random.default_rng(0).normal(200, 8, (400, 400)).clip(0, 255).astype(np.uint8)),
        photo_of(np.zeros((600, 700)), fall=0.5, noise=6),
        photo_of(np.zeros((600, 700)), fall=0.2, noise=14),
    ],
    ids=["white", "black", "transparent", "pixel", "noise", "paper", "grainy paper"],
)
def test_a_blank_picture_says_that_nothing_is_drawn(blank: Image.Image) -> None:
    with pytest.raises(EmptySketch, match="no line stands out"):
        Sketch.from_raster(blank)


def width_in(raster: np.ndarray) -> float:
    """Width of the lines by the ink on rows that a near-vertical line crosses."""
    return float(np.median((255 - raster.astype(float)).sum(axis=1)[40:-40]) / 255)


@pytest.mark.parametrize("thick", [1, 2, 4, 8, 12])
def test_lines_of_any_width_come_near_the_wanted_one(thick: int) -> None:
    picture = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(picture).line((140, 20, 160, 280), fill=0, width=thick)
    raster = Sketch.from_raster(picture).render(SPEC)
    assert 2 < width_in(raster) < max(4.0, 0.55 * thick * 224 / 300 + 1)


def test_a_filled_shape_stays_filled_and_a_fine_line_beside_it_stays() -> None:
    picture = Image.new("L", (300, 300), 255)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((80, 80, 260, 260), fill=0)
    pen.line((30, 30, 30, 270), fill=0, width=4)
    raster = Sketch.from_raster(picture).render(SPEC)
    assert raster[128, 140] == 0
    fine = (255 - raster[60:160, :30].astype(float)).sum(axis=1) / 255
    assert fine.min() > 1.5 and fine.max() < 4


def test_a_raster_is_drawn_deterministically_in_both_polarities() -> None:
    sketch = Sketch.from_raster(PLAIN)
    black, white = sketch.render(SPEC), sketch.render(SketchInput(polarity="white-on-black"))
    np.testing.assert_array_equal(black, 255 - white)
    assert black.tobytes() == Sketch.from_raster(PLAIN).render(SPEC).tobytes()
    assert sketch.strokes == () and sketch.raster is not None and not sketch.is_empty


@pytest.mark.parametrize("size", [32, 64, 224, 448])
@pytest.mark.parametrize("shape", [(1, 300), (300, 1), (2, 2), (40, 3)])
def test_odd_rasters_keep_the_margin(size: int, shape: tuple[int, int]) -> None:
    sketch = Sketch((), np.pad(np.zeros(shape, np.uint8), 7, constant_values=255))
    ink = np.nonzero(sketch.render(SketchInput(size=size, margin=0.1, line_width=2)) < 250)
    assert len(ink[0]) > 0
    for axis in ink:
        assert axis.min() >= 0.1 * size - 1 and axis.max() <= 0.9 * size + 1


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=12)), st.sampled_from([8, 33, 64]))
@settings(max_examples=150, deadline=None)
def test_any_pixels_are_drawn_or_empty(pixels: np.ndarray, size: int) -> None:
    spec = SketchInput(size=size, line_width=2)
    with suppress(EmptySketch):
        found = Sketch.from_raster(pixels)
        assert found.render(spec).min() < 255
    raw = Sketch((), pixels)
    if not raw.is_empty:
        assert raw.render(spec).min() < 255


@pytest.mark.parametrize(("side", "least"), [(20, 64), (120, 128), (600, 200), (3000, 255)])
def test_a_dot_beside_a_line_is_not_lost_until_it_is_a_speck(side: int, least: int) -> None:
    pixels = np.full((side, side), 255, np.uint8)
    pixels[side // 2] = 0
    pixels[side // 4, side // 2] = 0
    raster = Sketch((), pixels).render(SPEC)
    line = int(np.argmin(raster.sum(axis=1, dtype=int)))
    assert raster[line, 20:-20].max() < 64
    assert raster[: line - 10].min() <= least


@pytest.mark.data
def test_real_one_bit_sketches_come_out_with_the_lines_of_strokes(data_root: Path) -> None:
    paths = sorted((data_root / "sketchy" / "256x256" / "sketch").glob("*/*/*.png"))[::70]
    assert paths
    shares = []
    for path in paths:
        sketch = read_sketch(path)
        assert sketch.raster is not None
        raster = sketch.render(SPEC)
        rows, columns = np.nonzero(raster < 128)
        assert max(np.ptp(rows), np.ptp(columns)) == pytest.approx(0.9 * 224 - 1, abs=3)
        level = 255 - raster.astype(float)
        steep = np.hypot(np.diff(level, axis=1)[:-1], np.diff(level, axis=0)[:, :-1]).sum()
        shares.append(2 * level.sum() / steep)
    assert 2.5 < np.median(shares) < 3.5
