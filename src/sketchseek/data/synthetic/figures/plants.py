"""Plants."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.fruit import leaf
from sketchseek.data.synthetic.geometry import curve, ellipse, moved, rect, smooth, star, sweep, turned
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def tree(p: Pose) -> Part:
    """A round tree, an apple tree, a fir or a palm."""
    bark, green = p.tint("6a4a30", "5a4232", "7a5a3f"), p.tint("3f7a34", "5a8a35", "2f6a3a", "c07a2a")
    if p.kind == "fir":
        tiers = []
        for i, (top, low, half) in enumerate(((0.02, 0.68, 0.66), (-0.4, 0.28, 0.52), (-0.9, -0.12, 0.38))):
            edge = [
                (0, top),
                (half * 0.5, (top + low) / 2 + 0.04),
                (half, low),
                (half * 0.5, low - 0.06),
                (0, low + 0.04),
                (-half * 0.5, low - 0.06),
                (-half, low),
                (-half * 0.5, (top + low) / 2 + 0.04),
            ]
            tiers.append(
                Part(
                    "branches",
                    curve(edge),
                    shade(p.tint("2f5f3a", "3a6a3f"), 1 + 0.08 * i),
                    "foliage",
                    relief=0.7,
                )
            )
        return group("tree", Part("trunk", rect(-0.09, 0.6, 0.09, 1.0), bark, "bark"), *tiers)
    trunk = smooth("-0.1,0.1 -0.12,0.5 -0.15,0.85 -0.26,1 0.26,1 0.15,0.85 0.12,0.5 0.1,0.1")
    if p.kind == "palm":
        lean = p.vary(-0.2, 0.25)
        stem = sweep(smooth([(-lean, 1.0), (-lean * 0.7, 0.4), (0, -0.4)], closed=False), [0.2, 0.14, 0.12])
        rings = [
            line(
                "ring",
                [(-lean * 0.8 - 0.06, y), (-lean * 0.8 + 0.07, y + 0.03)],
                shade(bark, 0.6),
                0.02,
                detail=2,
            )
            for y in (0.7, 0.5, 0.3)
        ]
        fronds = []
        for a in (-170, -135, -90, -45, -10, 25, 155):
            blade = (
                smooth("0,0 0.35,-0.22 0.7,-0.12 0.95,0.2 0.62,0.04 0.35,-0.04")
                if abs(a) < 90
                else smooth("0,0 -0.35,-0.22 -0.7,-0.12 -0.95,0.2 -0.62,0.04 -0.35,-0.04")
            )
            tilt = a * 0.55 if abs(a) < 90 else (a - 180 * np.sign(a)) * 0.55
            fronds.append(
                Part(
                    "frond",
                    moved(turned(blade * p.vary(0.85, 1.0), float(tilt)), 0, -0.42),
                    p.tint("4a8a3a", "5a9a45"),
                    "leaf",
                    detail=int(a in {-170, -10}),
                )
            )
        nuts = [
            Part("coconut", ellipse(x, -0.34, 0.07, n=14), (0.35, 0.22, 0.13), "wood", detail=1, z=0.5)
            for x in (-0.07, 0.08)
        ]
        return group("tree", Part("trunk", stem, bark, "bark", children=tuple(rings)), *fronds, *nuts)
    puffs = 11
    angles = np.linspace(0, 360, puffs, endpoint=False)
    wide = p.vary(0.72, 0.88)
    ring = [
        moved(turned([(1.0, 0)], a + p.vary(-8, 8))[0] * (wide, 0.62) * p.vary(0.9, 1.08), 0, -0.38)
        for a in angles
    ]
    bumps = []
    for i, at in enumerate(ring):
        following = ring[(i + 1) % puffs]
        out = moved(((at + following) / 2 - (0, -0.38)) * 1.22, 0, -0.38)
        bumps += [at, out]
    crown = smooth(bumps)
    tufts = [
        line(
            "tuft",
            ellipse(p.vary(-0.5, 0.5), p.vary(-0.75, -0.1), 0.13, 0.1, start=180, stop=350, n=10),
            shade(green, 0.65),
            0.02,
            detail=1 + i % 2,
        )
        for i in range(5)
    ]
    fruits = []
    if p.kind == "apple":
        fruits = [
            Part(
                "apple",
                ellipse(x + p.vary(-0.06, 0.06), y, 0.07, n=14),
                (0.78, 0.15, 0.13),
                "fruit",
                detail=1,
            )
            for x, y in (
                (-0.45, -0.4),
                (-0.15, -0.7),
                (0.2, -0.25),
                (0.45, -0.55),
                (-0.2, -0.12),
                (0.1, -0.48),
            )
        ]
    branch = [
        line(
            "branch",
            smooth([(0.02, 0.4), (0.14, 0.18), (0.3, 0.06)], closed=False),
            bark,
            0.06,
            material="bark",
            detail=2,
        )
    ]
    return group(
        "tree",
        Part("trunk", trunk, bark, "bark"),
        *branch,
        Part("crown", crown, green, "foliage", children=(*tufts, *fruits)),
    )


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
