"""What people wear and carry."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from sketchseek.data.synthetic.figures.common import LEANS, STEEL
from sketchseek.data.synthetic.geometry import Curve, between, curve, ellipse, lathe, rounded, smooth
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade


def umbrella(p: Pose) -> Part:
    """An open or folded umbrella."""
    cloth = p.tint("c8232a", "2a4f9a", "e8b82a", "2f2f38", "3a8a6a")
    second = p.tint("f0ede4", "e8d04a", "d85a3a") if p.kind == "two-tone" else cloth
    if p.kind == "folded":
        return _folded(cloth)
    high = p.vary(0.72, 0.9) if p.kind == "dome" else p.vary(0.52, 0.62)
    ends = (1.0, 0.5, 0.0, -0.5, -1.0) if p.view != "tilted-right" else (1.0, 0.62, 0.14, -0.4, -1.0)
    rise = -0.12 * np.sin(np.linspace(0, np.pi, 8))
    hems = [np.stack([np.linspace(a, b, 8), rise], axis=1) for a, b in pairwise(ends)]
    canopy = np.concatenate([ellipse(0, 0, 1, high, start=180, stop=360, n=40), *(hem[1:] for hem in hems)])
    ribs = [smooth([(0, -high), (0.68 * x, -0.68 * high), (x, 0)], closed=False) for x in ends]
    panels = [
        Part(
            "panel",
            np.concatenate([ribs[i], hems[i], ribs[i + 1][::-1]]),
            second,
            "fabric",
            detail=3,
            relief=0.3,
        )
        for i in (0, 2)
    ]
    rods = [
        line("rib", rib, shade(cloth, 0.6), 0.016, detail=int(i == 1)) for i, rib in enumerate(ribs[1:-1])
    ]
    hook = smooth("0,0.9 0.02,1.1 0.13,1.18 0.24,1.1 0.26,0.98", closed=False)
    return group(
        "umbrella",
        line("shaft", [(0, -0.2), (0, 0.95)], (0.35, 0.3, 0.28), 0.045, material="metal", detail=0),
        line("handle", hook, (0.45, 0.28, 0.15), 0.075, material="wood", detail=0),
        line("tip", [(0, -high), (0, -high - 0.14)], STEEL, 0.035, material="metal"),
        Part("canopy", canopy, cloth, "fabric", children=(*panels, *rods)),
    )


def _folded(cloth: Colour) -> Part:
    folds = []
    for i, x in enumerate((-0.08, 0.03, 0.1)):
        fold = smooth([(0.0, -0.8), (x, -0.1), (x * 0.5, 0.38)], closed=False)
        folds.append(line("fold", fold, shade(cloth, 0.65), 0.016, detail=1 + i % 2))
    strap = curve("-0.15,-0.05 0.17,0.02 0.17,0.08 -0.15,0.01")
    folds.append(Part("strap", strap, shade(cloth, 0.7), "fabric", detail=1))
    body = lathe("0.015,-0.85 0.1,-0.55 0.17,0 0.1,0.36 0.04,0.42")
    hook = smooth("0,0.4 0,0.8 0.04,0.97 0.16,1 0.24,0.88", closed=False)
    return group(
        "umbrella",
        line("handle", hook, (0.45, 0.28, 0.15), 0.065, material="wood", detail=0),
        line("tip", [(0, -0.85), (0, -1.05)], STEEL, 0.03, material="metal", detail=0),
        Part("canopy", body, cloth, "fabric", children=tuple(folds)),
    )


def hat(p: Pose) -> Part:
    """A hat from the front."""
    felt = p.tint("5a4232", "c9a868", "2f2c2a", "8a8478")
    ribbon = p.tint("8a1f2a", "1f1c1c", "2a3f6a")
    stuff = "straw" if felt[0] > 0.65 else "fabric"
    crown, brim, band, extra = _top_hat(felt) if p.kind == "top" else _soft_hat(p, felt)
    knot = Part("bow", curve("0.36,0.24 0.52,0.16 0.5,0.38"), shade(ribbon, 1.3), "fabric", detail=2)
    inside = (Part("band", band, ribbon, "fabric", detail=1, relief=0.6), *extra, knot)
    return group(
        "hat",
        Part("brim", brim, felt, stuff, relief=0.5),
        Part("crown", crown, felt, stuff, z=0.5, children=inside),
    )


def _top_hat(felt: Colour) -> tuple[Curve, Curve, Curve, list[Part]]:
    """Crown, brim, band and what else there is."""
    top = ellipse(0, -0.75, 0.54, 0.09, start=0, stop=-180, n=14)
    crown = np.concatenate([[(0.5, 0.4)], top, [(-0.5, 0.4)]])
    brim = smooth("-0.95,0.3 -0.5,0.34 0.5,0.34 0.95,0.3 0.8,0.5 0,0.58 -0.8,0.5")
    band = np.concatenate(
        [[(-0.52, 0.16), (0.52, 0.16)], ellipse(0, 0.4, 0.5, 0.05, start=0, stop=180, n=10)]
    )
    lid = Part("lid", ellipse(0, -0.75, 0.52, 0.08), shade(felt, 1.15), "fabric", detail=1, relief=0.1)
    return crown, brim, band, [lid]


def _soft_hat(p: Pose, felt: Colour) -> tuple[Curve, Curve, Curve, list[Part]]:
    cowboy = p.kind == "cowboy"
    edge = 0.42 - (p.vary(0.16, 0.3) if cowboy else p.vary(-0.02, 0.05))
    side = [(0.14, -0.56), (0.36, -0.5), (0.5, -0.1), (0.52, 0.36)]
    mirrored = [(-x, y) for x, y in reversed(side)]
    crown = smooth([(0, -0.4 if cowboy else -0.6), *side, (0, 0.46), *mirrored])
    upper, lower = [(0.4, 0.3), (0.8, 0.36), (1.12, edge)], [(0.86, 0.56), (0.3, 0.68)]
    right = [*upper, *lower]
    brim = smooth(right + [(-x, y) for x, y in reversed(right)])
    ends = (
        smooth("-0.52,0.16 0,0.26 0.52,0.16", closed=False),
        smooth("0.53,0.36 0,0.47 -0.53,0.36", closed=False),
    )
    dent = smooth("-0.1,-0.48 0,-0.2 0.1,-0.48", closed=False)
    extra = [line("crease", dent, shade(felt, 0.6), 0.025, detail=2)] if cowboy else []
    return crown, brim, np.concatenate(ends), extra


def eyeglasses(p: Pose) -> Part:
    """Glasses, their temples open or folded."""
    frame, tint = (
        p.tint("1f1c1c", "6a3f25", "8a1f2a", "b8954a", "2a4a7a"),
        (0.62, 0.72, 0.78) if p.chance(0.6) else (0.15, 0.16, 0.18),
    )
    thick = p.vary(0.05, 0.09)
    parts = []
    for s, name in ((-1, "left"), (1, "right")):
        lens = {
            "round": ellipse(0.48, 0.05, 0.36, 0.36),
            "square": rounded("0.12,-0.22 0.86,-0.25 0.82,0.32 0.2,0.3", 0.14),
            "cat-eye": smooth("0.12,-0.1 0.4,-0.24 0.95,-0.38 0.84,0.08 0.58,0.3 0.28,0.26"),
        }[p.kind] * (s, 1)
        rim = np.concatenate([lens, lens[:1]])
        glint = line(
            "glint",
            between((s * 0.48 - 0.12, 0.12), (s * 0.48 + 0.08, -0.12)),
            (0.9, 0.95, 1.0),
            0.03,
            detail=2,
        )
        hinge = {"round": 0.84, "square": 0.86, "cat-eye": 0.9}[p.kind]
        temple = (
            smooth([(s * hinge, -0.1), (s * 1.0, -0.32), (s * 0.84, -0.52)], closed=False)
            if p.view != "folded"
            else smooth([(s * hinge, -0.05), (s * 0.3, -0.44), (-s * 0.25, -0.42)], closed=False)
        )
        parts.append(line(f"{name} temple", temple, frame, thick, material="plastic", detail=0, z=-1))
        parts.append(Part(f"{name} lens", lens, tint, "glass", detail=3, children=(glint,)))
        parts.append(Part(f"{name} rim", rim, frame, "plastic", closed=False, width=thick))
    bridge = line(
        "bridge",
        smooth([(-0.15, -0.02), (0, -0.1), (0.15, -0.02)], closed=False),
        frame,
        thick,
        material="plastic",
        detail=0,
    )
    pads = [
        line(
            "nose pad",
            smooth([(0.15 * s, 0.08), (0.1 * s, 0.16), (0.14 * s, 0.22)], closed=False),
            frame,
            0.03,
            detail=2,
        )
        for s in (-1, 1)
    ]
    return group("eyeglasses", *parts, bridge, *pads)


FIGURES = (
    FigureClass(
        "eyeglasses",
        eyeglasses,
        ("round", "square", "cat-eye"),
        ("front", "tilted-right", "folded"),
        ("tabletop", "table"),
        0.95,
    ),
    FigureClass(
        "hat",
        hat,
        ("cowboy", "top", "fedora"),
        ("front", "tilted-left", "tilted-right"),
        ("table", "studio", "wall"),
        0.9,
    ),
    FigureClass("umbrella", umbrella, ("two-tone", "dome", "folded"), LEANS, ("street", "sand", "wall")),
)
