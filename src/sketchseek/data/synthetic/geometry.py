"""Curves as arrays of points (n, 2): x grows to the right, y downward.

A closed curve does not repeat its first point. Angles are in degrees, clockwise on the page, 0 to the right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Curve = NDArray[np.float64]
Point = Sequence[float] | Curve
Points = str | Iterable[Point] | Curve  # or text: "x,y x,y …"


def curve(points: Points) -> Curve:
    """Points as an array (n, 2); also from text like "0,0 1,0.5"."""
    if isinstance(points, str):
        points = [[float(value) for value in pair.split(",")] for pair in points.split()]
    return np.array(points if isinstance(points, np.ndarray) else list(points), dtype=np.float64).reshape(
        -1, 2
    )


def rect(x0: float, y0: float, x1: float, y1: float, radius: float = 0.0) -> Curve:
    """A rectangle, with rounded corners if ``radius`` is given."""
    corners = curve([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    return rounded(corners, radius) if radius else corners


def ellipse(
    x: float,
    y: float,
    rx: float,
    ry: float | None = None,
    *,
    turn: float = 0.0,
    start: float = 0.0,
    stop: float = 360.0,
    n: int = 36,
) -> Curve:
    """An ellipse about (x, y), or its arc from ``start`` to ``stop``, turned as a whole by ``turn``."""
    whole = abs(stop - start) >= 360
    angle = np.radians(np.linspace(start, stop, n, endpoint=not whole))
    arc = np.stack([rx * np.cos(angle), (rx if ry is None else ry) * np.sin(angle)], axis=1)
    return moved(turned(arc, turn), x, y)


def smooth(points: Points, *, closed: bool = True, steps: int = 6) -> Curve:
    """A Catmull-Rom spline through the points."""
    p = curve(points)
    if closed:
        p = np.concatenate([p[-1:], p, p[:2]])
    else:
        p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    t = (np.arange(steps) / steps)[:, None, None]
    cubic = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    path: Curve = cubic.transpose(1, 0, 2).reshape(-1, 2)
    return path if closed else np.concatenate([path, c[-1:]])


def rounded(points: Points, radius: float) -> Curve:
    """A closed polygon whose corners are replaced by curves that start ``radius`` before them."""
    p = curve(points)
    t = np.linspace(0, 1, 6)[:, None, None]
    before, after = np.roll(p, 1, axis=0) - p, np.roll(p, -1, axis=0) - p
    start, end = (p + d * np.minimum(0.5, radius / np.maximum(_lengths(d), 1e-9)) for d in (before, after))
    path: Curve = ((1 - t) ** 2 * start + 2 * t * (1 - t) * p + t**2 * end).transpose(1, 0, 2).reshape(-1, 2)
    return path


def lathe(profile: Points, *, round_off: bool = True, steps: int = 6) -> Curve:
    """The outline of a turned body from its right profile: (half width, y) from top to bottom."""
    side = smooth(profile, closed=False, steps=steps) if round_off else curve(profile)
    return np.concatenate([side, side[::-1] * (-1, 1)])


def sweep(path: Points, width: float | Sequence[float]) -> Curve:
    """The outline of a band along an open path; several widths are spread evenly along its points."""
    p = curve(path)
    along = np.gradient(p, axis=0)
    across = along[:, ::-1] * (-1, 1) / np.maximum(_lengths(along), 1e-9)
    widths = np.atleast_1d(np.asarray(width, dtype=np.float64))
    half = np.interp(np.linspace(0, 1, len(p)), np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    return np.concatenate([p + across * half, (p - across * half)[::-1]])


def arch(x0: float, y0: float, x1: float, y1: float, rise: float) -> Curve:
    """A doorway: a rectangle from (x0, y1) up to y0, its top an arc of height ``rise`` above y0."""
    top = ellipse((x0 + x1) / 2, y0, (x1 - x0) / 2, rise, start=180, stop=360, n=13)
    return np.concatenate([top, curve([(x1, y1), (x0, y1)])])


def star(x: float, y: float, outer: float, inner: float, points: int) -> Curve:
    """A star with its first point up."""
    angle = np.radians(-90 + np.arange(2 * points) * 180 / points)
    radius = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def spiral(x: float, y: float, outer: float, inner: float, *, turns: float, start: float = 0.0) -> Curve:
    """An open spiral from the outside inward."""
    share = np.linspace(0, 1, int(26 * turns))
    angle, radius = np.radians(start - 360 * turns * share), outer + (inner - outer) * share
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def moved(points: Points | Point, right: float, down: float) -> Curve:
    """Shift points, or a single one."""
    shifted: Curve = np.asarray(points, dtype=np.float64) + np.array([right, down])
    return shifted


def turned(points: Points, degrees: float, about: tuple[float, float] = (0.0, 0.0)) -> Curve:
    """Turn clockwise about a point."""
    x, y = (curve(points) - about).T
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return moved(np.stack([x * c - y * s, x * s + y * c], axis=1), *about)


def between(a: Point, b: Point, n: int = 2) -> Curve:
    """The straight line from a to b as n points."""
    ends = curve([a, b])
    line: Curve = np.linspace(ends[0], ends[1], n)
    return line


def _lengths(vectors: Curve) -> Curve:
    sizes: Curve = np.sqrt((vectors**2).sum(axis=-1, keepdims=True))
    return sizes


def _steps(path: Curve) -> Curve:
    x, y = (path[1:] - path[:-1]).T
    steps: Curve = np.sqrt(x * x + y * y)
    return steps


def length(path: Curve) -> float:
    """Length of an open path."""
    return float(_steps(path).sum())


def area(outline: Curve) -> float:
    """Area inside a closed curve."""
    x, y = outline.T
    return abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2


def hull(points: Points) -> Curve:
    """The convex hull of the points (Andrew's monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in curve(points)})

    def half(chain: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for p in chain:
            while len(kept) > 1 and _cross(kept[-2], kept[-1], p) <= 1e-12:
                kept.pop()
            kept.append(p)
        return kept[:-1]

    return curve(half(ordered) + half(reversed(ordered)))


def _cross(o: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def resample(path: Curve, step: float) -> Curve:
    """The same open path with a point about every ``step``; its ends are kept."""
    at = np.zeros(len(path))
    np.cumsum(_steps(path), out=at[1:])
    wanted = np.linspace(0, at[-1], max(2, round(at[-1] / step) + 1))
    return np.stack([np.interp(wanted, at, path[:, 0]), np.interp(wanted, at, path[:, 1])], axis=1)


def thin(path: Curve, tolerance: float) -> Curve:
    """An open path with the points left out that lie within ``tolerance`` of their chord."""
    keep = np.zeros(len(path), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(path) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        chord, rest = path[last] - path[first], path[first + 1 : last] - path[first]
        size = math.hypot(*chord)
        off = (
            np.abs(chord[0] * rest[:, 1] - chord[1] * rest[:, 0]) / size
            if size > 1e-9
            else _lengths(rest)[:, 0]
        )
        far = int(off.argmax())
        if off[far] > tolerance:
            keep[first + 1 + far] = True
            spans += [(first, first + 1 + far), (first + 1 + far, last)]
    return path[keep]


def round_bends(path: Curve, corner: float) -> Curve:
    """An open path with its gentle bends made curves, and its sharp ones rounded by at most ``corner``."""
    if len(path) < 3:
        return path
    p, before, after = path[1:-1], path[:-2] - path[1:-1], path[2:] - path[1:-1]
    sizes = [np.maximum(_lengths(d), 1e-9) for d in (before, after)]
    straight = -(before * after).sum(axis=1, keepdims=True) / (sizes[0] * sizes[1])  # cosine of the turn
    cut = np.where(straight > 0.45, np.inf, corner)
    start, end = (p + d * np.minimum(0.5, cut / size) for d, size in zip((before, after), sizes, strict=True))
    t = np.linspace(0, 1, 5)[:, None, None]
    bends = ((1 - t) ** 2 * start + 2 * t * (1 - t) * p + t**2 * end).transpose(1, 0, 2).reshape(-1, 2)
    return np.concatenate([path[:1], bends, path[-1:]])
