"""Things of metal."""

from __future__ import annotations

from sketchseek.data.synthetic.figures.common import DARK, LYING, STEEL
from sketchseek.data.synthetic.geometry import (
    curve,
    ellipse,
    lathe,
    moved,
    rect,
    rounded,
    smooth,
    sweep,
    turned,
)
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def spoon(p: Pose) -> Part:
    """A spoon."""
    wooden = p.kind == "wooden"
    colour, material = (p.tint("c89a5a", "a8743f"), "wood") if wooden else (STEEL, "metal")
    wide = {"table": 0.27, "soup": 0.34, "wooden": 0.25}[p.kind] * p.vary(0.95, 1.05)
    bowl = smooth(
        [
            (0, -1.02),
            (wide * 0.75, -0.92),
            (wide, -0.62),
            (wide * 0.7, -0.34),
            (0.05, -0.2),
            (-0.05, -0.2),
            (-wide * 0.7, -0.34),
            (-wide, -0.62),
            (-wide * 0.75, -0.92),
        ]
    )
    inner = ellipse(0, -0.65, wide * 0.72, 0.27)
    end = 0.09 if not wooden else 0.075
    handle = lathe([(0.05, -0.24), (0.04, 0.1), (end, 0.75), (end * 1.1, 0.95), (0, 1.02)])
    hollow = Part("hollow", inner, shade(colour, 0.82), material, detail=1, relief=-0.8)
    mark = line(
        "ornament",
        smooth([(-0.04, 0.9), (0, 0.6), (0.04, 0.9)], closed=False),
        shade(colour, 0.5),
        0.016,
        detail=2,
    )
    return group(
        "spoon",
        Part("handle", handle, colour, material, children=(mark,)),
        Part("bowl", bowl, colour, material, children=(hollow,)),
    )


def sword(p: Pose) -> Part:
    """A sword."""
    gold, leather = p.tint("c8a03f", "8a8f94", "7a5a2f"), p.tint("4a2f20", "2a2a30", "6a1f24")
    wide = p.vary(0.07, 0.09)
    if p.kind == "sabre":
        spine = smooth("0,0.5 -0.05,0 0.02,-0.6 0.25,-1.15", closed=False)
        blade, fuller = sweep(spine, [0.15, 0.15, 0.13, 0.02]), spine[2:-6]
    else:
        blade, fuller = (
            curve([(-wide, 0.5), (-wide * 0.85, -0.95), (0, -1.18), (wide * 0.85, -0.95), (wide, 0.5)]),
            curve([(0, 0.45), (0, -0.9)]),
        )
    guard = {
        "long": rounded("-0.34,0.48 0.34,0.48 0.34,0.57 -0.34,0.57", 0.04),
        "sabre": smooth("-0.16,0.5 0.18,0.46 0.2,0.57 -0.16,0.58"),
        "viking": rounded("-0.24,0.46 0.24,0.46 0.2,0.6 -0.2,0.6", 0.06),
    }[p.kind]
    grip = rect(-0.055, 0.55, 0.055, 0.93, 0.02)
    wraps = [
        line("wrap", [(-0.05, y), (0.05, y + 0.05)], shade(leather, 0.5), 0.018, detail=2)
        for y in (0.6, 0.69, 0.78, 0.86)
    ]
    bow = (
        [
            line(
                "knuckle bow",
                smooth([(0.18, 0.52), (0.3, 0.75), (0.06, 0.98)], closed=False),
                gold,
                0.045,
                material="metal",
                detail=0,
            )
        ]
        if p.kind == "sabre"
        else []
    )
    pommel = Part("pommel", ellipse(0, 0.99, 0.095, n=18), gold, "metal")
    return group(
        "sword",
        Part(
            "blade",
            blade,
            STEEL,
            "metal",
            relief=0.5,
            children=(line("fuller", fuller, (0.5, 0.52, 0.55), 0.022, material="metal"),),
        ),
        group(
            "hilt",
            *bow,
            Part("grip", grip, leather, "fabric", children=tuple(wraps)),
            Part("guard", guard, gold, "metal"),
            pommel,
        ),
    )


def key(p: Pose) -> Part:
    """A key."""
    metal = p.tint("c8a03f", "9a9ea2", "7a5a3a")
    if p.kind == "door":
        bow, hole, half = ellipse(0, -0.62, 0.36, 0.34), ellipse(0, -0.76, 0.1), 0.1
        shaft = curve(
            [
                (-half, -0.32),
                (half, -0.32),
                (half, 0.15),
                (0.05, 0.25),
                (half, 0.36),
                (0.04, 0.47),
                (half, 0.58),
                (0.05, 0.7),
                (half, 0.8),
                (0, 0.98),
                (-half, 0.88),
            ]
        )
        bits = [line("groove", [(-0.03, -0.25), (-0.03, 0.85)], shade(metal, 0.55), 0.025, detail=1)]
    else:
        bow, hole, half = ellipse(0, -0.64, 0.36), ellipse(0, -0.64, 0.22), 0.065
        if p.kind == "clover":
            bow = smooth(
                [
                    moved(turned([(0, -r)], a)[0], 0, -0.64)
                    for a, r in zip(range(0, 360, 30), [0.4, 0.33, 0.2] * 4, strict=True)
                ]
            )
            hole = ellipse(0, -0.64, 0.12)
        shaft = rect(-half, -0.3, half, 0.96, 0.03)
        bits = [
            Part(
                "bit",
                curve([(half * 0.6, y), (0.32, y), (0.32, y + h), (half * 0.6, y + h)]),
                metal,
                "metal",
                z=-0.1,
                detail=d,
            )
            for y, h, d in ((0.52, 0.13, 0), (0.76, 0.15, 0))
        ]
        bits.append(Part("collar", rect(-0.11, -0.3, 0.11, -0.2, 0.03), metal, "metal", detail=1))
    engraving = ellipse(0, -0.62, 0.29, start=200, stop=340, n=14)
    bits.append(line("engraving", engraving, shade(metal, 0.6), 0.016, detail=2))
    return group(
        "key",
        Part("bow", bow, metal, "metal", children=(Part("hole", hole, DARK, "hole"),)),
        Part("shaft", shaft, metal, "metal"),
        *bits,
    )


FIGURES = (
    FigureClass("key", key, ("old", "door", "clover"), LYING, ("tabletop",)),
    FigureClass("spoon", spoon, ("table", "soup", "wooden"), LYING, ("tabletop",)),
    FigureClass("sword", sword, ("long", "sabre", "viking"), LYING, ("wall", "tabletop")),
)
