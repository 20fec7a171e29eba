"""Plants."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.fruit import leaf
from sketchseek.data.synthetic.geometry import curve, ellipse, moved, rect, smooth, star, sweep, turned
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade


def tree(p: Pose) -> Part:
    """A round tree, an apple tree, a fir or a palm."""
    bark = p.tint("6a4a30", "5a4232", "7a5a3f")
    if p.kind == "fir":
        return _fir(p, bark)
    if p.kind == "palm":
        return _palm(p, bark)
    trunk = smooth("-0.1,0.1 -0.12,0.5 -0.15,0.85 -0.26,1 0.26,1 0.15,0.85 0.12,0.5 0.1,0.1")
    twig = smooth("0.02,0.4 0.14,0.18 0.3,0.06", closed=False)
    return group(
        "tree",
        Part("trunk", trunk, bark, "bark"),
        line("branch", twig, bark, 0.06, material="bark", detail=2),
        _crown(p),
    )


def _crown(p: Pose) -> Part:
    """Leaves in round puffs, with some tufts, and apples if it bears any."""
    green, wide = p.tint("3f7a34", "5a8a35", "2f6a3a", "c07a2a"), p.vary(0.72, 0.88)
    angles = np.arange(11) * 360 / 11
    ring = np.concatenate([turned([(p.vary(0.9, 1.08), 0)], angle + p.vary(-8, 8)) for angle in angles])
    puffs = np.stack([ring, 0.61 * (ring + np.roll(ring, -1, axis=0))], axis=1).reshape(-1, 2)
    inner = []
    for i in range(5):
        tuft = ellipse(p.vary(-0.5, 0.5), p.vary(-0.75, -0.1), 0.13, 0.1, start=180, stop=350, n=10)
        inner.append(line("tuft", tuft, shade(green, 0.65), 0.02, detail=1 + i % 2))
    spots = curve("-0.45,-0.4 -0.15,-0.7 0.2,-0.25 0.45,-0.55 -0.2,-0.12 0.1,-0.48")
    for x, y in spots if p.kind == "apple" else ():
        apple = ellipse(x + p.vary(-0.06, 0.06), y, 0.07, n=14)
        inner.append(Part("apple", apple, (0.78, 0.15, 0.13), "fruit", detail=1))
    return Part(
        "crown", moved(smooth(puffs * (wide, 0.62)), 0, -0.38), green, "foliage", children=tuple(inner)
    )


def _fir(p: Pose, bark: Colour) -> Part:
    tiers = []
    rows = (("lower", 0.02, 0.68, 0.66), ("middle", -0.4, 0.28, 0.52), ("upper", -0.9, -0.12, 0.38))
    for i, (name, top, low, half) in enumerate(rows):
        right = curve([(half * 0.5, (top + low) / 2 + 0.04), (half, low), (half * 0.5, low - 0.06)])
        edge = np.concatenate([[(0, top)], right, [(0, low + 0.04)], right[::-1] * (-1, 1)])
        green = shade(p.tint("2f5f3a", "3a6a3f"), 1 + 0.08 * i)
        tiers.append(Part(f"{name} branches", edge, green, "foliage", relief=0.7))
    return group("tree", Part("trunk", rect(-0.09, 0.6, 0.09, 1.0), bark, "bark"), *tiers)


def _palm(p: Pose, bark: Colour) -> Part:
    lean = p.vary(-0.2, 0.25)
    stem = sweep(smooth([(-lean, 1.0), (-lean * 0.7, 0.4), (0, -0.4)], closed=False), [0.2, 0.14, 0.12])
    rings = []
    for y in (0.7, 0.5, 0.3):
        ring = moved([(-0.06, y), (0.07, y + 0.03)], -0.8 * lean, 0)
        rings.append(line("ring", ring, shade(bark, 0.6), 0.02, detail=2))
    frond = smooth("0,0 0.35,-0.22 0.7,-0.12 0.95,0.2 0.62,0.04 0.35,-0.04")
    fronds = []
    for side, droop, detail in (
        (-1, -6, 1),
        (-1, -25, 0),
        (-1, -50, 0),
        (1, -25, 0),
        (1, -6, 1),
        (1, 14, 0),
        (-1, 14, 0),
    ):
        blade = turned(frond * p.vary(0.85, 1.0), droop) * (side, 1)
        fronds.append(
            Part("frond", moved(blade, 0, -0.42), p.tint("4a8a3a", "5a9a45"), "leaf", detail=detail)
        )
    nuts = [
        Part("coconut", ellipse(x, -0.34, 0.07, n=14), (0.35, 0.22, 0.13), "wood", detail=1, z=0.5)
        for x in (-0.07, 0.08)
    ]
    return group("tree", Part("trunk", stem, bark, "bark", children=tuple(rings)), *fronds, *nuts)


def flower(p: Pose) -> Part:
    """A daisy, a tulip or a simple flower with its leaves."""
    petal = p.tint("e84a6a", "f0f0ea", "e8b82a", "9a5ac0", "e0602a")
    stem = line(
        "stem",
        smooth([(0, -0.2), (p.vary(-0.1, 0.1), 0.4), (0, 1.0)], closed=False),
        (0.35, 0.55, 0.25),
        0.07,
        material="leaf",
        detail=0,
    )
    leaves = [leaf(p, 0, 0.55, 0.55, -30), leaf(p, 0, 0.7, 0.5, -150)]
    if p.kind == "tulip":
        cup = smooth(
            "-0.4,-0.75 -0.2,-0.5 0,-0.82 0.2,-0.5 0.4,-0.75 0.42,-0.3 0.2,-0.02 -0.2,-0.02 -0.42,-0.3"
        )
        front = smooth("0,-0.82 0.24,-0.42 0.14,-0.06 0,-0.02 -0.14,-0.06 -0.24,-0.42")
        return group(
            "flower",
            stem,
            *leaves,
            group(
                "blossom",
                Part("petals", cup, shade(petal, 0.88), "leaf"),
                Part("front petal", front, petal, "leaf", detail=1),
            ),
        )
    count = {"daisy": 12, "simple": 6}[p.kind]
    shape = smooth("0,-0.1 0.14,-0.3 0.1,-0.6 0,-0.66 -0.1,-0.6 -0.14,-0.3") * (
        (0.85, 1) if count == 12 else (1.9, 0.92)
    )
    petals = [
        Part(
            "petal",
            moved(turned(shape, 360 / count * i + p.vary(-4, 4)), 0, -0.42),
            petal,
            "leaf",
            detail=0 if count == 6 or i % 2 else 1,
        )
        for i in range(count)
    ]
    heart = Part("heart", ellipse(0, -0.42, 0.2, n=24), p.tint("e0a82a", "7a4a20"), "bread", z=1)
    dots = [
        Part("dot", ellipse(x, -0.42 + y, 0.02, n=6), (0.4, 0.25, 0.1), "matte", detail=2, z=1)
        for x, y in star(0, 0, 0.12, 0.06, 4)
    ]
    return group("flower", stem, *leaves, group("blossom", *petals, heart, *dots))


FIGURES = (
    FigureClass(
        "flower",
        flower,
        ("daisy", "tulip", "simple"),
        ("front", "tilted-left", "tilted-right"),
        ("leafy", "grass"),
    ),
    FigureClass("tree", tree, ("round", "apple", "fir", "palm"), ("front", "windswept-left"), ("grass",)),
)
