"""Buildings that stand high."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.buildings import window
from sketchseek.data.synthetic.figures.common import DOOR
from sketchseek.data.synthetic.geometry import arch, curve, ellipse, rect, smooth, turned
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line


def windmill(p: Pose) -> Part:
    """A Dutch windmill, or the pump of a farm."""
    wall, cap = p.tint("e6ddca", "b5654a", "8a7a66"), p.tint("5a3a30", "3f4a55", "7a3a30")
    tall = p.vary(1.0, 1.12)
    turn = p.vary(8, 80)
    if p.kind == "dutch":
        body = Part(
            "tower",
            curve([(-0.24, -0.42), (0.24, -0.42), (0.46, 0.95 * tall), (-0.46, 0.95 * tall)]),
            wall,
            "plaster",
            relief=0.7,
        )
        top = Part(
            "cap",
            smooth("-0.3,-0.4 -0.22,-0.66 0.02,-0.74 0.24,-0.64 0.3,-0.4 0,-0.38"),
            cap,
            "wood",
        )
        rest = [
            Part("door", arch(-0.11, 0.7 * tall, 0.11, 0.95 * tall, 0.1), DOOR, "wood", relief=0.1),
            window(0, -0.1, 0.07, 0.14, 1),
            window(0, 0.3, 0.08, 0.16, 2),
        ]
        balcony = Part("gallery", rect(-0.46, 0.5 * tall, 0.46, 0.55 * tall), cap, "wood", detail=2)
        rest.append(balcony)
    else:
        legs = [
            line(
                "leg",
                [(0.06 * s, -0.4), (0.4 * s, 0.98 * tall)],
                (0.45, 0.42, 0.4),
                0.045,
                material="metal",
                detail=0,
            )
            for s in (-1, 1)
        ]
        struts = [
            line(
                "strut", [(-a, y), (b, y + 0.3)], (0.45, 0.42, 0.4), 0.025, material="metal", detail=1 + i % 2
            )
            for i, (a, b, y) in enumerate(
                ((0.14, 0.22, -0.1), (-0.14, -0.22, -0.1), (0.24, 0.33, 0.35), (-0.24, -0.33, 0.35))
            )
        ]
        body = group("tower", *legs, *struts)
        top = Part(
            "tail vane",
            curve("0.1,-0.44 0.62,-0.6 0.62,-0.3 0.1,-0.42"),
            cap,
            "metal",
            detail=1,
        )
        rest = []
    hub = np.array([0.0, -0.46])
    blades = []
    if p.kind == "dutch":
        for i in range(4):
            a = turn + 90 * i
            arm = line(
                "arm", turned(curve([(0, 0), (0, -0.95)]), a) + hub, DOOR, 0.035, material="wood", detail=0
            )
            cloth = Part(
                "cloth",
                turned(curve("0.02,-0.2 0.22,-0.2 0.22,-0.93 0.02,-0.93"), a) + hub,
                (0.9, 0.87, 0.78),
                "fabric",
                relief=0.1,
            )
            slats = [
                line("slat", turned(curve([(0.02, -y), (0.22, -y)]), a) + hub, DOOR, 0.016, detail=2)
                for y in (0.38, 0.56, 0.74)
            ]
            blades.append(group("sail", cloth, arm, *slats))
    else:
        for i in range(10):
            a = turn + 36 * i
            blades.append(
                Part(
                    "blade",
                    turned(curve("-0.04,-0.1 0.05,-0.1 0.13,-0.56 -0.1,-0.56"), a) + hub,
                    (0.72, 0.74, 0.76),
                    "metal",
                    relief=0.3,
                    detail=0 if i % 2 else 1,
                )
            )
    knob = Part("hub", ellipse(hub[0], hub[1], 0.07, n=14), DOOR, "metal", detail=1)
    return group("windmill", body, *rest, top, Part("sails", z=1, children=(*blades, knob)))


def lighthouse(p: Pose) -> Part:
    """A lighthouse on its rock."""
    wall, band = p.tint("f0ede4", "e6e0d2"), p.tint("c0302a", "2a4a7a", "2f2f33")
    slim = p.vary(0.9, 1.05)
    low, high = 0.34 * slim, 0.2 * slim

    def half(y: float) -> float:
        return high + (low - high) * (y + 0.55) / 1.35

    tower = Part(
        "tower", curve([(-high, -0.55), (high, -0.55), (low, 0.8), (-low, 0.8)]), wall, "plaster", relief=1.0
    )
    bands = []
    if p.kind == "striped":
        for i, y in enumerate((-0.38, 0.02, 0.42)):
            bands.append(
                Part(
                    "stripe",
                    curve([(-half(y), y), (half(y), y), (half(y + 0.2), y + 0.2), (-half(y + 0.2), y + 0.2)]),
                    band,
                    "plaster",
                    detail=int(i == 2),
                    relief=0.6,
                )
            )
    deck = Part("gallery", rect(-high - 0.1, -0.62, high + 0.1, -0.54), (0.2, 0.2, 0.22), "metal")
    lantern = Part(
        "lantern",
        rect(-0.14, -0.88, 0.14, -0.62),
        (0.98, 0.88, 0.5),
        "glass",
        children=tuple(
            line("bar", [(x, -0.88), (x, -0.62)], (0.2, 0.2, 0.22), 0.018, detail=2) for x in (-0.05, 0.05)
        ),
    )
    roof = Part("roof", curve([(-0.2, -0.86), (0, -1.1), (0.2, -0.86)]), band, "metal")
    rails = [
        line(
            "railing",
            [(s * (high + 0.09), -0.62), (s * (high + 0.09), -0.74), (s * 0.15, -0.74)],
            (0.2, 0.2, 0.22),
            0.018,
            detail=2,
        )
        for s in (-1, 1)
    ]
    door = Part("door", arch(-0.09, 0.62, 0.09, 0.8, 0.09), DOOR, "wood", relief=0.1)
    panes = [window(0, y, 0.05, 0.1, 1 + i) for i, y in enumerate((-0.16, 0.25))]
    rock = Part(
        "rock",
        smooth("-0.75,0.92 -0.5,0.76 0,0.8 0.5,0.74 0.8,0.92 0,0.98"),
        (0.38, 0.35, 0.32),
        "stone",
        z=0.5,
        detail=1,
    )
    house = [
        Part("house", rect(0.26, 0.5, 0.8, 0.82), wall, "plaster", z=-0.5, relief=0.1),
        Part(
            "house roof",
            curve("0.2,0.52 0.3,0.28 0.74,0.28 0.88,0.52"),
            band,
            "tile",
            z=-0.5,
            relief=0.1,
        ),
    ]
    return group(
        "lighthouse",
        *(house if p.kind == "keeper" else ()),
        tower,
        *bands,
        deck,
        lantern,
        roof,
        *rails,
        door,
        *panes,
        rock,
    )


FIGURES = (
    FigureClass("lighthouse", lighthouse, ("striped", "plain", "keeper"), ("right", "left"), ("coast",)),
    FigureClass(
        "windmill", windmill, ("dutch", "farm"), ("front", "turned-left", "turned-right"), ("grass",)
    ),
)
