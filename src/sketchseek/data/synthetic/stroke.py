"""A figure as people draw it: strokes in a likely order, by an unsteady hand, at three levels of detail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sketchseek.data.synthetic.geometry import Curve, length, resample, round_bends, smooth, thin
from sketchseek.data.synthetic.parts import Part
from sketchseek.sketch import Sketch

CANVAS = 256.0  # side of the drawing surface, in the units of the points
MAP = 128  # side of the map that tells which part is in front
STEP = 4.0  # between points of a line
SPEED = 0.22  # units drawn in a millisecond


@dataclass(frozen=True)
class Level:
    """How much is drawn, and how carefully. Lengths are in units of the canvas side / 256."""

    name: str
    detail: int  # parts above this are left out
    skipped: float  # share of the other minor parts that is left out too
    wobble: float  # how far lines stray
    displaced: float  # how far parts stray
    tolerance: float  # what is smaller than this in an outline is lost
    corner: float  # how far corners are rounded
    overshoot: float  # by how much closed lines fail to meet


LEVELS = {
    level.name: level
    for level in (
        Level("detailed", 2, 0.1, 1.0, 0.9, 0.0, 0.0, 3.0),
        Level("plain", 1, 0.15, 1.5, 1.8, 1.6, 3.0, 5.0),
        Level("coarse", 0, 0.0, 2.4, 3.0, 4.5, 8.0, 9.0),
    )
}


@dataclass(frozen=True)
class Drawing:
    """A sketch, and for each of its strokes the path of the part it belongs to."""

    sketch: Sketch
    parts: tuple[str, ...]


def draw(figure: Part, level: Level, rng: np.random.Generator) -> Drawing:
    """Draw a placed figure.

    Args:
        figure: in unit coordinates of the canvas.
        level: how abstract.
        rng: the hand.

    Returns:
        Strokes (n, 3) of x, y in 0..256 (y downward) and milliseconds, and the part of each.
    """
    chosen = [
        (path, part)
        for path, part in figure.painted()
        if part.detail <= level.detail and not (part.detail and rng.random() < level.skipped)
    ]
    front = _front(chosen)
    plan = [
        (_turn(part), path, _line(run, level, rng))
        for number, (path, part) in enumerate(chosen, start=1)
        for run in _seen(part, number, front)
    ]
    plan.sort(key=lambda row: row[0])
    strokes = by_hand([line for _, _, line in plan], level, rng)
    return Drawing(Sketch(strokes), tuple(path for _, path, _ in plan))


def _turn(part: Part) -> tuple[float, float, float]:
    """When a part is drawn: the main ones first, large before small, left before right."""
    size = float(np.ptp(part.outline, axis=0).max())
    return part.detail, -round(size * 4), round(float(part.outline[:, 0].min()) * 8)


def _front(chosen: list[tuple[str, Part]]) -> NDArray[np.int32]:
    """The lowest number among the parts that are in front at and around each point; 0 where there is none.

    Lines on the edge of a part belong to the parts behind it, so that these are drawn up to it.
    """
    image = Image.new("I", (MAP, MAP))
    canvas = ImageDraw.Draw(image)
    for number, (_, part) in enumerate(chosen, start=1):
        path = [(x, y) for x, y in (part.outline * MAP).tolist()]
        if part.closed and len(path) > 2:
            canvas.polygon(path, fill=number)
        elif part.width > 0:
            canvas.line(path, fill=number, width=max(1, round(part.width * MAP)))
    front = np.asarray(image, dtype=np.int32)
    for axis in (0, 1):
        front = np.minimum.reduce([np.roll(front, by, axis=axis) for by in (-1, 0, 1)])
    return front


def _seen(part: Part, number: int, front: NDArray[np.int32]) -> list[Curve]:
    """The pieces of a part's outline that nothing in front hides, in canvas units."""
    path = part.outline
    if part.closed:
        path = np.concatenate([path, path[:1]])
    path = resample(path, STEP / CANVAS / 2)
    at = np.clip((path * MAP).astype(int), 0, MAP - 1)
    visible = front[at[:, 1], at[:, 0]] <= number
    if visible.all():
        return [path * CANVAS]
    if part.closed and visible[0] and visible[-1]:  # a ring that is cut elsewhere: start behind the cut
        cut = int(np.flatnonzero(~visible)[0])
        path, visible = np.roll(path[:-1], -cut, axis=0), np.roll(visible[:-1], -cut)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], visible.astype(int), [0]])))
    runs = [path[a:b] * CANVAS for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
    total = sum(length(run) for run in runs)
    return [run for run in runs if length(run) > max(5.0, 0.08 * total)]


def _line(run: Curve, level: Level, rng: np.random.Generator) -> Curve:
    """The points of one line, simplified as the level asks."""
    if len(run) > 3 and bool(np.abs(run[0] - run[-1]).max() < 1e-6):
        run = _opened(run, level, rng)
    if level.tolerance:
        run = round_bends(thin(run, level.tolerance), level.corner)
    return resample(run, STEP)


def _opened(ring: Curve, level: Level, rng: np.random.Generator) -> Curve:
    """A closed line begun near its top, and ended a little before or beyond its beginning."""
    ring = ring[:-1]
    start = int((ring[:, 1] + 0.35 * ring[:, 0]).argmin()) + int(rng.integers(-3, 4))
    ring = np.roll(ring, -start, axis=0)
    if rng.random() < 0.7:
        ring = ring[::-1]
    step = length(ring) / len(ring)
    most = len(ring) // 6
    beyond = round(
        (float(rng.random()) * 1.6 - 0.6) * min(level.overshoot, 0.06 * length(ring)) / max(step, 1e-6)
    )
    beyond = max(-most, min(most, beyond))
    return np.concatenate([ring, ring[: beyond + 1]]) if beyond >= 0 else ring[:beyond]


def by_hand(lines: list[Curve], level: Level, rng: np.random.Generator) -> tuple[NDArray[np.float32], ...]:
    """Lines, in order, as the hand draws them: (n, 3) x, y and milliseconds."""
    if not lines:
        return ()
    sizes = np.array([len(line) for line in lines])
    starts = np.cumsum(sizes) - sizes
    points = np.concatenate(lines)
    middle = (np.add.reduceat(points, starts) / sizes[:, None]).repeat(sizes, axis=0)
    extent = (np.maximum.reduceat(points, starts) - np.minimum.reduceat(points, starts)).max(axis=1)
    care = np.minimum(1, 0.25 + extent / 60).repeat(sizes)[:, None]  # small things are drawn with more care
    shift, grow = ((rng.random((len(lines), 2)) - 0.5).repeat(sizes, axis=0) for _ in range(2))
    points = middle + (points - middle) * (1 + 0.02 * level.displaced * grow)
    points += care * (2 * level.displaced * shift + level.wobble * _drift(len(points), rng))
    points = np.clip(points, 1.0, CANVAS - 1.0)
    pauses = 180 + 500 * rng.random(len(lines))
    timed = np.concatenate([points, _times(points, starts, pauses)[:, None]], axis=1).astype(np.float32)
    return tuple(np.split(timed, starts[1:]))


def _drift(n: int, rng: np.random.Generator) -> Curve:
    """Smooth unsteadiness (n, 2) of about unit size, with a period of some 18 points."""
    wave = smooth(rng.random((n // 9 + 3, 2)) * 2 - 1, closed=False, steps=9)[:n]
    fine = rng.random((n + 2, 2)) - 0.5
    return wave + 0.12 * (fine[:-2] + fine[1:-1] + fine[2:])


def _times(points: Curve, starts: NDArray[np.int64], pauses: Curve) -> Curve:
    """When each point is drawn: slower in bends, and with a pause before each line."""
    way = np.diff(points, axis=0, prepend=points[:1])
    step = np.sqrt((way**2).sum(axis=1))
    bend = np.abs(np.diff(way, axis=0, prepend=way[:1])).sum(axis=1) / np.maximum(step, 1e-6)
    took = step * (1 + np.minimum(bend, 3)) / SPEED
    took[starts] = pauses
    took[0] = 0
    return np.round(np.cumsum(took))
