"""Fruit."""

from __future__ import annotations

import math

import numpy as np

from sketchseek.data.synthetic.figures.common import SWAYS
from sketchseek.data.synthetic.geometry import Curve, ellipse, lathe, moved, smooth, sweep, turned
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def leaf(p: Pose, x: float, y: float, size: float, turn: float) -> Part:
    """A leaf on its stalk at (x, y), with a midrib."""
    blade = smooth("0,0 0.3,-0.2 0.65,-0.2 1,0 0.65,0.17 0.3,0.17") * size
    rib = smooth([(0, 0), (0.5, -0.02), (0.95, 0)], closed=False) * size
    green = p.tint("4f8a2f", "3f7a34", "6c9a3a")
    vein = line("rib", moved(turned(rib, turn), x, y), shade(green, 0.7), 0.012, detail=2)
    return Part("leaf", moved(turned(blade, turn), x, y), green, "leaf", detail=1, children=(vein,))


def _bite(outline: Curve, x: float, y: float, radius: float) -> Curve:
    """The outline with a round bite taken out where a circle covers it."""
    inside = np.hypot(*(outline - (x, y)).T) < radius
    start = int(np.flatnonzero(inside & ~np.roll(inside, 1))[0])
    ring = np.roll(outline, -start, axis=0)
    kept = ring[int(np.count_nonzero(inside)) :]
    first, last = (math.degrees(math.atan2(*(kept[i] - (x, y))[::-1])) for i in (-1, 0))
    way = (last - first) % 360 - 360
    return np.concatenate([kept, ellipse(x, y, radius, start=first, stop=first + way, n=12)])


def apple(p: Pose) -> Part:
    """An apple, with or without its leaf, or bitten."""
    tall = p.vary(1.05, 1.2) if p.kind == "tall" else p.vary(0.86, 0.98)
    skin = p.tint("c0202a", "a92b33", "cf3b2e", "86b334", "d8b43e")
    profile = [
        (0.02, -0.6),
        (0.2, -0.76),
        (0.55, -0.8),
        (0.9, -0.4),
        (0.9, 0.15),
        (0.62, 0.72),
        (0.25, 0.86),
        (0, 0.8),
    ]
    body = lathe(profile) * (p.vary(0.94, 1.05), tall)
    if p.kind == "bitten":
        for y in (-0.22, 0.12):
            body = _bite(body, 0.98, y + p.vary(-0.05, 0.05), 0.3)
    top = -0.6 * tall
    stem = smooth([(0, top + 0.08), (0.03, top - 0.16), (p.vary(-0.15, 0.15), top - 0.42)], closed=False)
    parts = [
        Part("body", body, skin, "fruit"),
        line(
            "hollow",
            ellipse(0, top - 0.02, 0.2, 0.08, start=10, stop=170),
            shade(skin, 0.55),
            0.035,
            detail=2,
        ),
        Part("stem", sweep(stem, [0.05, 0.07]), (0.36, 0.25, 0.14), "wood"),
    ]
    if p.chance(0.6):
        parts.append(leaf(p, 0.03, top - 0.16, p.vary(0.45, 0.6), p.vary(-40, -5)))
    return group("apple", *parts)


def pear(p: Pose) -> Part:
    """A pear."""
    waist, tall = (p.vary(0.2, 0.28), 1.15) if p.kind == "long" else (p.vary(0.36, 0.44), 0.95)
    skin = p.tint("b5b84a", "c9b04a", "9db04a", "b98a3c")
    profile = [(0, -0.95), (0.2, -0.92), (waist + 0.06, -0.6), (waist + 0.14, -0.3), (0.68, 0.2), (0.7, 0.62)]
    body = lathe([*profile, (0.4, 0.92), (0.14, 0.94), (0, 0.9)]) * (1, tall)
    stem = smooth([(0, -0.9 * tall), (0.04, -1.1 * tall), (p.vary(0.05, 0.2), -1.3 * tall)], closed=False)
    parts = [
        Part("body", body, skin, "fruit"),
        Part("stem", sweep(stem, [0.06, 0.08]), (0.35, 0.24, 0.14), "wood"),
    ]
    if p.chance(0.5):
        parts.append(leaf(p, 0.04, -1.05 * tall, p.vary(0.45, 0.6), p.vary(-30, 10)))
    spot = line("blossom end", ellipse(0, 0.87 * tall, 0.07, 0.03), (0.3, 0.22, 0.12), 0.03, detail=2)
    return group("pear", *parts, spot)


def banana(p: Pose) -> Part:
    """A banana or a bunch of them."""
    skin = p.tint("e5c13a", "dcb52e", "c9c145")
    bend = p.vary(0.85, 1.15)

    def one(name: str, turn: float, z: float) -> Part:
        spine = smooth(
            [(-1, -0.5), (-0.75, 0.02), (-0.1, 0.42 * bend), (0.6, 0.2), (0.98, -0.4)], closed=False
        )
        ridge = smooth(
            [(-0.85, -0.28), (-0.55, 0.12), (-0.05, 0.32 * bend), (0.5, 0.14), (0.88, -0.3)], closed=False
        )
        body = sweep(spine, [0.1, 0.3, 0.42, 0.42, 0.34, 0.08])
        tip = ellipse(0.985, -0.42, 0.06)
        stalk = sweep([(-1.03, -0.72), (-0.99, -0.46)], [0.13, 0.11])
        outlines = [turned(c, turn, (-1, -0.6)) for c in (body, ridge, tip, stalk)]
        dark = shade(skin, 0.62)
        return Part(
            name,
            outlines[0],
            skin,
            "fruit",
            z=z,
            children=(
                line("ridge", outlines[1], shade(skin, 0.8), 0.025, detail=1),
                Part("tip", outlines[2], (0.25, 0.18, 0.1), detail=1),
                Part("stalk", outlines[3], dark, "fruit", detail=1),
            ),
        )

    if p.kind == "single":
        return group("banana", one("fruit", 0, 0))
    spread = p.vary(14, 20)
    return group("banana", *(one("fruit", spread * (1 - i), float(i)) for i in range(p.count(2, 3))))


def pineapple(p: Pose) -> Part:
    """A pineapple: body with crossed lines, and a crown of leaves."""
    tall = p.vary(1.15, 1.3) if p.kind == "long" else p.vary(0.88, 0.98)
    skin = p.tint("c98a2b", "b97b2c", "cf9f3a")
    body = lathe("0,-0.72 0.34,-0.68 0.58,-0.3 0.62,0.2 0.46,0.66 0.2,0.78 0,0.8") * (1, tall)
    lines = []
    for slope in (-1, 1):
        for i, offset in enumerate(np.linspace(-0.9, 0.9, 8)):
            ys = np.linspace(-0.7, 0.75, 20)
            xs = slope * ys * 0.75 + offset
            inside = np.abs(xs) < 0.6 - 0.25 * np.abs(ys) ** 2
            if inside.sum() > 4:
                points = np.stack([xs, ys * tall], axis=1)[inside]
                lines.append(line("scale line", points, shade(skin, 0.6), 0.035, detail=1 + i % 2))
    crown = []
    for turn in (-62, 62, -40, 40, -20, 20, 0):
        size = p.vary(0.75, 1.0) * (1 - abs(turn) / 200)
        blade = smooth("-0.09,0 -0.1,-0.35 0,-1 0.1,-0.35 0.09,0") * size
        green = p.tint("4d7f3a", "5b8c45", "3f6e38")
        crown.append(
            Part(
                "blade",
                moved(turned(blade, turn), 0, -0.66 * tall),
                green,
                "leaf",
                detail=int(abs(turn) == 40),
            )
        )
    return group(
        "pineapple", group("crown", *crown), Part("body", body, skin, "bread", children=tuple(lines))
    )


def strawberry(p: Pose) -> Part:
    """A strawberry with its seeds and sepals."""
    long = p.vary(1.05, 1.25) if p.kind == "long" else p.vary(0.85, 0.95)
    skin = p.tint("c81f2b", "d3302f", "b81c2c")
    body = lathe("0,-0.62 0.4,-0.66 0.72,-0.38 0.66,0.1 0.36,0.62 0.1,0.86 0,0.88")
    seeds: list[Part] = []
    for row, y in enumerate(np.linspace(-0.28, 0.58, 6)):
        for x in np.arange(-0.5, 0.51, 0.25) + 0.125 * (row % 2):
            if abs(x) < 0.6 - 0.55 * max(y, -0.1):
                seed = ellipse(x, y * long, 0.026, 0.042, n=8)
                seeds.append(Part("seed", seed, (0.93, 0.8, 0.4), detail=1 + int(len(seeds) % 2 == 1)))
    cap = []
    for turn in (-75, -40, 0, 40, 75):
        sepal = smooth("-0.1,0 -0.13,0.25 0,0.52 0.13,0.25 0.1,0")
        sepal = moved(turned(sepal, turn * 1.1) * (1, 0.8), 0, -0.66 * long)
        cap.append(Part("sepal", sepal, p.tint("4f8a34", "5c9a3c"), "leaf"))
    stem = sweep(smooth([(0, -0.64 * long), (0.03, -0.85 * long), (0.14, -1.02 * long)], closed=False), 0.06)
    body_part = Part("body", body * (1, long), skin, "fruit", children=tuple(seeds))
    return group("strawberry", body_part, Part("stem", stem, (0.4, 0.55, 0.25), detail=1), group("cap", *cap))


FIGURES = (
    FigureClass("apple", apple, ("round", "tall", "bitten"), SWAYS, ("table", "studio", "tabletop"), 0.8),
    FigureClass(
        "banana",
        banana,
        ("single", "bunch"),
        ("right", "left", "lying"),
        ("table", "studio", "tabletop"),
        0.9,
    ),
    FigureClass("pear", pear, ("long", "round"), SWAYS, ("table", "studio", "tabletop"), 0.85),
    FigureClass("pineapple", pineapple, ("long", "round"), SWAYS, ("table", "studio", "tabletop")),
    FigureClass("strawberry", strawberry, ("long", "round"), SWAYS, ("leafy", "studio", "tabletop"), 0.8),
)
