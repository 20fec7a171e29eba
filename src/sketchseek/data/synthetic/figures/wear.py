"""What people wear and carry."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from sketchseek.data.synthetic.figures.common import LEANS, STEEL
from sketchseek.data.synthetic.geometry import between, curve, ellipse, lathe, rounded, smooth
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def umbrella(p: Pose) -> Part:
    """An open or folded umbrella."""
    cloth, second = (
        p.tint("c8232a", "2a4f9a", "e8b82a", "2f2f38", "3a8a6a"),
        p.tint("f0ede4", "e8d04a", "d85a3a"),
    )
    if p.kind == "folded":
        body = lathe("0.015,-0.85 0.1,-0.55 0.17,0 0.1,0.36 0.04,0.42")
        folds = [
            line(
                "fold",
                smooth([(0.0, -0.8), (x, -0.1), (x * 0.5, 0.38)], closed=False),
                shade(cloth, 0.65),
                0.016,
                detail=1 + i % 2,
            )
            for i, x in enumerate((-0.08, 0.03, 0.1))
        ]
        strap = Part(
            "strap",
            curve("-0.15,-0.05 0.17,0.02 0.17,0.08 -0.15,0.01"),
            shade(cloth, 0.7),
            "fabric",
            detail=1,
        )
        hook = line(
            "handle",
            smooth("0,0.4 0,0.8 0.04,0.97 0.16,1 0.24,0.88", closed=False),
            (0.45, 0.28, 0.15),
            0.065,
            material="wood",
            detail=0,
        )
        tip = line("tip", [(0, -0.85), (0, -1.05)], STEEL, 0.03, material="metal", detail=0)
        return group("umbrella", hook, tip, Part("canopy", body, cloth, "fabric", children=(*folds, strap)))
    high = p.vary(0.72, 0.9) if p.kind == "dome" else p.vary(0.52, 0.62)
    dome = ellipse(0, 0, 1, high, start=180, stop=360, n=40)
    ends = (
        np.array([1.0, 0.5, 0, -0.5, -1.0])
        if p.view != "tilted-right"
        else np.array([1.0, 0.62, 0.14, -0.4, -1.0])
    )
    scallops = [
        np.stack([np.linspace(a, b, 8), -0.12 * np.sin(np.linspace(0, np.pi, 8))], axis=1)[(i > 0) :]
        for i, (a, b) in enumerate(pairwise(ends))
    ]
    canopy = np.concatenate([dome, *scallops])
    ribs, panels = [], []
    for i, x in enumerate(ends[1:-1]):
        arc = (
            smooth([(0, -high), (x * 0.62, -high * 0.72), (x, 0)], closed=False)
            if abs(x) > 0.01
            else between((0, -high), (0, 0), 8)
        )
        ribs.append(line("rib", arc, shade(cloth, 0.6), 0.016, detail=int(i == 1)))
    if p.kind == "two-tone":
        for a, b in ((0, 1), (2, 3)):
            left = (
                smooth([(0, -high), (ends[a] * 0.85, -high * 0.62), (ends[a], 0)], closed=False)
                if a == 0
                else smooth([(0, -high), (ends[a] * 0.62, -high * 0.72), (ends[a], 0)], closed=False)
            )
            right = smooth([(0, -high), (ends[b] * 0.62, -high * 0.72), (ends[b], 0)], closed=False)
            panels.append(
                Part(
                    "panel",
                    np.concatenate([left, scallops[a], right[::-1]]),
                    second,
                    "fabric",
                    detail=3,
                    relief=0.3,
                )
            )
    shaft = line("shaft", between((0, -0.2), (0, 0.95)), (0.35, 0.3, 0.28), 0.045, material="metal", detail=0)
    hook = line(
        "handle",
        smooth("0,0.9 0.02,1.1 0.13,1.18 0.24,1.1 0.26,0.98", closed=False),
        (0.45, 0.28, 0.15),
        0.075,
        material="wood",
        detail=0,
    )
    tip = line("tip", [(0, -high), (0, -high - 0.14)], STEEL, 0.035, material="metal", detail=1)
    return group(
        "umbrella", shaft, hook, tip, Part("canopy", canopy, cloth, "fabric", children=(*panels, *ribs))
    )


def hat(p: Pose) -> Part:
    """A hat from the front."""
    felt, ribbon = p.tint("5a4232", "c9a868", "2f2c2a", "8a8478"), p.tint("8a1f2a", "1f1c1c", "2a3f6a")
    brim_y = 0.42
    if p.kind == "top":
        crown = np.concatenate(
            [
                curve([(0.5, 0.4), (0.54, -0.75)]),
                ellipse(0, -0.75, 0.54, 0.09, start=0, stop=-180, n=14),
                curve([(-0.54, -0.75), (-0.5, 0.4)]),
            ]
        )
        brim = smooth("-0.95,0.3 -0.5,0.34 0.5,0.34 0.95,0.3 0.8,0.5 0,0.58 -0.8,0.5")
        band = np.concatenate(
            [between((-0.52, 0.16), (0.52, 0.16)), ellipse(0, 0.4, 0.5, 0.05, start=0, stop=180, n=10)]
        )
        extras = [
            Part("lid", ellipse(0, -0.75, 0.52, 0.08), shade(felt, 1.15), "fabric", detail=1, relief=0.1)
        ]
    else:
        lift = p.vary(0.16, 0.3) if p.kind == "cowboy" else p.vary(-0.02, 0.05)
        dip = 0.16 if p.kind == "cowboy" else -0.04
        crown = smooth(
            [
                (-0.52, 0.36),
                (-0.5, -0.1),
                (-0.36, -0.5),
                (-0.14, -0.56),
                (0, -0.56 + dip),
                (0.14, -0.56),
                (0.36, -0.5),
                (0.5, -0.1),
                (0.52, 0.36),
                (0, 0.46),
            ]
        )
        brim = smooth(
            [
                (-1.12, brim_y - lift),
                (-0.8, 0.36),
                (-0.4, 0.3),
                (0.4, 0.3),
                (0.8, 0.36),
                (1.12, brim_y - lift),
                (0.86, 0.56),
                (0.3, 0.68),
                (-0.3, 0.68),
                (-0.86, 0.56),
            ]
        )
        band = np.concatenate(
            [
                smooth([(-0.52, 0.16), (0, 0.26), (0.52, 0.16)], closed=False),
                smooth([(0.53, 0.36), (0, 0.47), (-0.53, 0.36)], closed=False),
            ]
        )
        extras = (
            [
                line(
                    "crease",
                    smooth([(-0.1, -0.48), (0, -0.2), (0.1, -0.48)], closed=False),
                    shade(felt, 0.6),
                    0.025,
                    detail=2,
                )
            ]
            if p.kind == "cowboy"
            else []
        )
    knot = Part(
        "bow", curve([(0.36, 0.24), (0.52, 0.16), (0.5, 0.38)]), shade(ribbon, 1.3), "fabric", detail=2
    )
    weave = "straw" if felt[0] > 0.65 else "fabric"
    return group(
        "hat",
        Part("brim", brim, felt, weave, relief=0.5),
        Part(
            "crown",
            crown,
            felt,
            weave,
            z=0.5,
            children=(Part("band", band, ribbon, "fabric", detail=1, relief=0.6), *extras, knot),
        ),
    )


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
