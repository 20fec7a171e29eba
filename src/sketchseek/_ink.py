"""Ink as pixels: strokes drawn as lines, pictures of drawings turned into clean ink.

Ink is float32 in [0, 1], 1 where the pen was. ``sketchseek.sketch`` is the door to this.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from sketchseek.errors import BadSketch

Ink = NDArray[np.float32]

WORK_SIDE = 1024  # a picture of a drawing is kept at most this large: lines of a pen survive it
_PIECES = 1024  # line pieces drawn at a time, which bounds the memory
_EDGE = 0.42 * 255  # where a smoothed edge lies: below the middle, for the sake of slanted lines of one pixel
_FINE = 2  # a raster is reshaped at this multiple of the wanted size, then averaged down


def draw(strokes: Sequence[NDArray[np.float32]], size: int, margin: float, line_width: float) -> Ink:
    """Draw strokes into a square: aspect kept, centred, round caps and joins, a lone point as a dot.

    Every pixel gets the exact share that a straight edge through it would cover at its distance from the
    nearest line, so the result is smooth and depends on nothing but the numbers.

    Returns:
        (size, size) ink.
    """
    starts, ends = _pieces(fitted(strokes, size, margin, line_width), strokes, line_width + 2)

    window = int(np.ceil(2 * line_width)) + 4  # a piece, half a line on both sides, a pixel to fade in
    canvas = np.full((size + 2 * window, size + 2 * window), np.inf, np.float32)  # squared distances
    for at in range(0, len(starts), _PIECES):
        _stamp(canvas, window, starts[at : at + _PIECES], ends[at : at + _PIECES])
    distance = np.sqrt(canvas[window:-window, window:-window])
    half = line_width / 2
    covered: Ink = np.minimum(distance + 0.5, half) - np.maximum(distance - 0.5, -half)
    return np.clip(covered, 0, 1)


def fitted(
    strokes: Sequence[NDArray[np.float32]], size: int, margin: float, line_width: float
) -> NDArray[np.float64]:
    """Where `draw` puts all points, (n, 2) x, y in pixels; pixel i covers i to i + 1."""
    points = np.concatenate([stroke[:, :2] for stroke in strokes]).astype(np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max())
    scale = (size * (1 - 2 * margin) - line_width) / extent if extent else 1.0
    placed: NDArray[np.float64] = (points - (low + high) / 2) * scale + size / 2
    return placed


def _pieces(
    points: NDArray[np.float64], strokes: Sequence[NDArray[Any]], longest: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cut lines into pieces of at most ``longest`` pixels; a lone point is a piece of no length."""
    counts = np.array([len(stroke) for stroke in strokes])
    last = np.cumsum(counts) - 1
    begins = np.ones(len(points), bool)
    begins[last] = False
    first = np.flatnonzero(begins)
    dots = last[counts == 1]
    start = np.concatenate([points[first], points[dots]])
    end = np.concatenate([points[first + 1], points[dots]])
    parts = np.maximum(1, np.ceil(np.hypot(*(end - start).T) / longest)).astype(np.int64)
    which = np.repeat(np.arange(len(parts)), parts)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(parts) - parts, parts)
    step = (end - start)[which] / parts[which, None]
    begin = start[which] + step * nth[:, None]
    return begin, begin + step


def _stamp(canvas: Ink, window: int, start: NDArray[np.float64], end: NDArray[np.float64]) -> None:
    """Lower the squared distances around each piece, in a window of pixels of one size for all."""
    corner = np.floor((start + end - window) / 2)
    grid = np.arange(window, dtype=np.float32) + 0.5
    x, y = (grid + (corner - start)[:, axis, None].astype(np.float32) for axis in (0, 1))
    dx, dy = (end - start).astype(np.float32).T[:, :, None]
    length = np.maximum(dx * dx + dy * dy, np.float32(1e-12))
    along = (x * dx / length)[:, None, :] + (y * dy / length)[:, :, None]
    np.clip(along, 0, 1, out=along)
    across = x[:, None, :] - along * dx[:, :, None]
    down = y[:, :, None] - along * dy[:, :, None]
    columns, rows = (corner + window).astype(np.int64).T[:, :, None] + np.arange(window)
    places = rows[:, :, None] * canvas.shape[1] + columns[:, None, :]
    np.minimum.at(canvas.reshape(-1), places.ravel(), (across * across + down * down).ravel())


def place(raster: NDArray[np.uint8], size: int, margin: float, line_width: float) -> Ink:
    """Fit a raster drawing (black on white) into a square: cropped to its ink, aspect kept, centred.

    Lines are brought towards ``line_width``: widened by at most a line, thinned by at most half of their own
    width or two lines and only as long as hardly any ink is lost by it, so that a filled shape stays filled
    and a fine line beside it stays.

    Returns:
        (size, size) ink.
    """
    ink = np.pad(_cropped(255 - raster), 1)
    room = size * (1 - 2 * margin)
    width = line_width_of(ink)
    scale = room / (max(ink.shape) - 2) * _FINE
    if scale > _FINE:
        ink = _strong(ink)
    method = Image.Resampling.BOX if scale < 0.5 else Image.Resampling.BILINEAR
    fine = _resized(ink, scale, method)
    if width * scale < 1:  # a line thinner than a pixel fades; this undoes it
        fine = _strong(np.minimum(fine / (width * scale), 255).astype(np.uint8))
    fine = _smooth(fine, scale)
    wanted = line_width * _FINE
    fine = _cropped(_reshaped(fine, _change(line_width_of(fine), wanted) / 2, wanted / 4))

    fine = _resized(fine, room * _FINE / max(fine.shape), Image.Resampling.BILINEAR)
    canvas = Image.new("L", (size * _FINE, size * _FINE))
    left, top = ((canvas.width - side) // 2 for side in reversed(fine.shape))
    canvas.paste(Image.fromarray(fine), (left, top))
    placed: Ink = np.asarray(canvas.reduce(_FINE)).astype(np.float32) / np.float32(255)
    return placed


def _cropped(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The part that holds all ink which is dark enough to see."""
    seen = ink > min(63, int(ink.max()) // 2)
    if not seen.any():
        return ink
    rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(ink: NDArray[np.uint8], scale: float, method: Image.Resampling) -> NDArray[np.uint8]:
    shape = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    return np.asarray(Image.fromarray(ink).resize(shape, method))


def _strong(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pale lines made dark, by what most of their middles lack; at most three times."""
    peaks = np.asarray(Image.fromarray(ink).filter(ImageFilter.MaxFilter(3)))
    middle = ink[(ink > min(63, int(ink.max()) // 2)) & (ink == peaks)]
    lack = 255 / float(np.percentile(middle, 25)) if middle.size else 1.0
    strong: NDArray[np.uint8] = np.minimum(ink * min(lack, 3.0), 255).astype(np.uint8)
    return strong


def _change(now: float, wanted: float) -> float:
    """By how much lines are widened (or thinned, where negative): not always all the way."""
    return float(np.clip(wanted - now, -min(now / 2, 2 * wanted), wanted))


def line_width_of(ink: NDArray[np.uint8]) -> float:
    """Mean width of the lines, in pixels: twice the area over the length of all edges.

    A line of length L and width w covers L·w and has edges of length 2·L; the total variation of the ink
    measures the edges, whether they are hard or soft.

    Args:
        ink: (H, W) uint8, 255 where the pen was.
    """
    level = ink.astype(np.float32)
    right, below = level[:-1, 1:] - level[:-1, :-1], level[1:, 1:] - level[:-1, 1:]
    edges = np.sqrt(right * right + below * below).sum(dtype=np.float64)
    return float(2 * level.sum(dtype=np.float64) / max(edges, 1e-9))


def _reshaped(ink: NDArray[np.uint8], radius: float, spare: float) -> NDArray[np.uint8]:
    """Lines widened by ``radius`` on both sides; or thinned, while nearly all stay twice ``spare`` thick."""
    while radius < 0:
        back = _grow(_grow(ink, radius - spare), spare - radius)
        edge = (len(back) - len(ink)) // 2
        wiped = (ink > 191) & (back[edge : edge + ink.shape[0], edge : edge + ink.shape[1]] < 128)
        if wiped.sum() < 0.01 * (ink > 191).sum():
            break
        radius = radius / 2 if radius < -0.25 else 0
    return _grow(ink, radius)


def _grow(ink: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """Dilate (or erode, where negative) by a disc; dilating adds a border. A part of a pixel becomes grey."""
    reach = int(np.ceil(abs(radius)))
    if reach == 0:
        return ink
    pick = np.maximum if radius > 0 else np.minimum
    padded = np.pad(ink, 2 * reach if radius > 0 else reach)
    height, width = (side - 2 * reach for side in padded.shape)
    grid = range(-reach, reach + 1)
    disc = sorted((dx * dx + dy * dy, dx, dy) for dx in grid for dy in grid)
    grown = padded[reach : reach + height, reach : reach + width].copy()
    less = grown.copy()  # by a disc of one pixel less
    for square, dx, dy in disc:
        if square <= reach * reach:
            shifted = padded[reach + dy : reach + dy + height, reach + dx : reach + dx + width]
            pick(grown, shifted, out=grown)
            if square <= (reach - 1) ** 2:
                pick(less, shifted, out=less)
    part = 1 - (reach - abs(radius))
    return np.asarray(Image.blend(Image.fromarray(less), Image.fromarray(grown), part))


def _smooth(ink: NDArray[np.uint8], pixel: float) -> NDArray[np.uint8]:
    """Round the steps that pixels of side ``pixel`` left along an enlarged edge, then make it sharp again."""
    radius = 0.45 * pixel  # more would wash a dot of one pixel away
    if radius < 1:
        return ink
    slope = max(1.0, (pixel + 2 * radius) / _FINE)
    sharp = np.clip((np.arange(256) - _EDGE) * slope + 127.5, 0, 255).round().astype(np.uint8)
    return np.asarray(Image.fromarray(ink).filter(ImageFilter.BoxBlur(radius)).point(sharp.tolist()))


def picture(array: NDArray[Any]) -> Image.Image:
    """An array of pixels as a picture; bool is False black, True white."""
    array = np.asarray(array)
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    if array.dtype != np.uint8 or array.size == 0 or not (array.ndim == 2 or array.shape[2:] in ((3,), (4,))):
        shapes = "uint8 or bool (H, W), (H, W, 3) or (H, W, 4)"
        raise BadSketch(f"a picture is {shapes}, not {array.dtype} {array.shape}")
    return Image.fromarray(np.ascontiguousarray(array))


def clean(image: Image.Image) -> Ink | None:
    """Find the ink in a picture of a drawing, whatever its polarity, transparency or light.

    A flat background (a screen, a scan) is taken as the paper, and its contrast is the ink. An uneven one
    (a photo of paper) is divided out first: the paper is the median of its surroundings, a quarter of the
    picture wide.

    Returns:
        (H, W) ink, at most WORK_SIDE on a side; None where nothing is drawn.

    Raises:
        BadSketch: a picture of more than 8 bits a channel.
    """
    if image.mode.startswith(("I", "F")):
        raise BadSketch(f"a picture of mode {image.mode!r} has more than 8 bits: convert it to 'L' first")
    image = _opaque(image)
    image.thumbnail((WORK_SIDE, WORK_SIDE), Image.Resampling.BOX, reducing_gap=None)
    paper = _flat_paper(image)
    if paper is not None:
        red, green, blue = np.moveaxis(np.abs(np.asarray(image).astype(np.float32) - paper), 2, 0)
        contrast = np.maximum(np.maximum(red, green), blue) / 255  # max(axis=2) takes ten times as long
        noise = 0.02
    else:
        contrast, noise = _lift(image.convert("L"))
    marks = contrast[contrast > max(4 * noise, 0.05)]
    full = float(np.percentile(marks, 90)) if marks.size else 0.0
    if full < 6 * noise:
        return None  # a blank paper is never quite even
    floor = max(2 * noise, 0.1 * full)
    ink: Ink = np.clip((contrast - floor) / max(full - floor, 1e-6), 0, 1)
    if paper is None:
        ink = _without_specks(ink)
    return ink if (ink > 0.25).any() else None


def _opaque(image: Image.Image) -> Image.Image:
    """RGB, with transparency laid on white, or on black where only light ink is visible."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    alpha = np.asarray(image.getchannel("A"))
    seen = np.asarray(image.convert("RGB").convert("L"))[alpha > 127]
    light = seen.size > 0 and alpha.min() < 255 and float((seen < 128).mean()) < 0.02
    ground = Image.new("RGBA", image.size, (0, 0, 0, 255) if light else (255, 255, 255, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


def _flat_paper(image: Image.Image) -> Ink | None:
    """The colour of a flat background: of the border, or of nearly everything; None where uneven."""
    grey = np.asarray(image.convert("L")).astype(np.int16)
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    for pixels, border_share, share in ((rim, 0.75, 0.2), (grey.ravel(), 0.0, 0.85)):
        level = int(np.bincount(pixels, minlength=256).argmax())
        near = np.abs(grey - level) <= 4
        if (np.abs(rim - level) <= 4).mean() >= border_share and near.mean() >= share:
            paper: Ink = np.median(np.asarray(image)[near], axis=0).astype(np.float32)
            return paper
    return None


def _lift(grey: Image.Image) -> tuple[Ink, float]:
    """Contrast against the local paper, on the side (darker or lighter) that the ink is on, and its noise."""
    small = np.asarray(grey.resize((64, 64), Image.Resampling.BOX)).astype(np.float32)
    wide = np.pad(small, 8, mode="reflect", reflect_type="odd")  # the light goes on falling beyond the border
    median = Image.fromarray(wide).filter(ImageFilter.MedianFilter(17)).crop((8, 8, 72, 72))
    paper = np.asarray(median.resize(grey.size, Image.Resampling.BICUBIC))
    light = np.asarray(grey.filter(ImageFilter.GaussianBlur(1))).astype(np.float32)
    off = 1 - light / np.maximum(paper, 1)
    off -= np.median(off)
    noise = 1.4826 * float(np.median(np.abs(off)))
    floor = max(3 * noise, 0.05)
    darker, lighter = (float(np.square(side[side > floor]).sum()) for side in (off, -off))
    return (off if darker >= lighter else -off).astype(np.float32), noise


def _without_specks(ink: Ink) -> Ink:
    """Drop marks with too little ink around them to be a line: dust and noise would set the frame."""
    mask = Image.fromarray(((ink > 0.25) * 255).astype(np.uint8))
    around = np.asarray(mask.filter(ImageFilter.BoxBlur(4))).astype(np.float32) / 255 * 81
    return np.where(around >= 9, ink, 0).astype(np.float32)
