"""What rides, facing right unless its view says otherwise."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import GLASS, PAINTS, SIDES, STEEL, TYRE
from sketchseek.data.synthetic.geometry import between, curve, ellipse, moved, rect, rounded, smooth, turned
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def wheel(name: str, x: float, y: float, r: float, hub: float = 0.55) -> Part:
    """A car's wheel."""
    rim = Part("rim", ellipse(x, y, r * hub, n=24), STEEL, "metal", detail=1)
    nuts = Part("hub", ellipse(x, y, r * 0.16, n=12), (0.3, 0.3, 0.32), "metal", detail=2)
    return Part(name, ellipse(x, y, r), TYRE, "matte", z=0.5, children=(rim, nuts))


def car(p: Pose) -> Part:
    """A car from its side."""
    paint = p.tint(*PAINTS)
    r = p.vary(0.18, 0.2)
    roof = {
        "sedan": [(-0.62, -0.1), (-0.36, -0.4), (0.2, -0.42), (0.5, -0.1)],
        "hatchback": [(-0.88, -0.1), (-0.7, -0.44), (0.12, -0.46), (0.46, -0.1)],
        "old": [(-0.72, -0.1), (-0.58, -0.48), (0.1, -0.5), (0.22, -0.1)],
    }[p.kind]
    tail = -1.05 if p.kind != "hatchback" else -0.94
    body = rounded(
        [
            (tail, 0.2),
            (tail, -0.08),
            (roof[0][0], -0.12),
            (roof[1][0], roof[1][1]),
            (roof[2][0], roof[2][1]),
            (roof[3][0], -0.12),
            (0.98, -0.04),
            (1.06, 0.2),
        ],
        0.09,
    )
    cx = (roof[1][0] + roof[2][0]) / 2 + 0.02
    top = roof[1][1] + 0.06
    rear = rounded(
        [(roof[0][0] + 0.12, -0.1), (roof[1][0] + 0.06, top), (cx - 0.03, top), (cx - 0.03, -0.1)], 0.03
    )
    front = rounded(
        [(cx + 0.03, -0.1), (cx + 0.03, top), (roof[2][0] - 0.04, top), (roof[3][0] - 0.1, -0.1)], 0.03
    )
    doors = [
        line("door", points, shade(paint, 0.6), 0.014, detail=1)
        for points in ([(cx, -0.1), (cx, 0.17)], [(cx - 0.42, -0.08), (cx - 0.42, 0.06)])
    ]
    handle = line("handle", [(cx - 0.16, -0.02), (cx - 0.06, -0.02)], shade(paint, 0.5), 0.025, detail=2)
    lamp = Part("headlight", ellipse(0.98, 0.03, 0.05, 0.06, n=16), (0.96, 0.94, 0.8), "glass", detail=1)
    rear_lamp = Part(
        "tail light", rect(tail, -0.03, tail + 0.07, 0.08), (0.75, 0.1, 0.1), "plastic", detail=2
    )
    bumper = Part("bumper", rect(tail - 0.04, 0.13, 1.1, 0.22, 0.03), shade(paint, 0.55), "plastic", detail=2)
    at = (-0.62, 0.64) if p.kind != "old" else (-0.66, 0.7)
    arches = [
        Part(
            "wheel arch",
            ellipse(x, 0.2, r * 1.25, start=180, stop=360, n=16),
            shade(paint, 0.3),
            "matte",
            detail=2,
            relief=0,
        )
        for x in at
    ]
    wheels = [wheel(name, x, 0.22, r) for name, x in zip(("rear wheel", "front wheel"), at, strict=True)]
    windows = [Part("rear window", rear, GLASS, "glass"), Part("front window", front, GLASS, "glass")]
    return group(
        "car_(sedan)",
        Part(
            "body",
            body,
            paint,
            "metal",
            relief=0.6,
            children=(*windows, *doors, handle, lamp, rear_lamp, bumper, *arches),
        ),
        *wheels,
    )


def pickup_truck(p: Pose) -> Part:
    """A pickup truck from its side."""
    paint = p.tint(*PAINTS)
    r = p.vary(0.2, 0.23)
    cab = 0.05 if p.kind == "single-cab" else -0.22
    body = rounded(
        [
            (-1.1, 0.22),
            (-1.1, -0.12),
            (cab - 0.04, -0.12),
            (cab, -0.52),
            (0.44, -0.52),
            (0.62, -0.12),
            (1.04, -0.06),
            (1.1, 0.22),
        ],
        0.06,
    )
    bed = line("bed edge", [(cab - 0.03, -0.12), (cab - 0.03, 0.2)], shade(paint, 0.6), 0.02)
    windows = [
        Part(
            "window",
            rounded("0.22,-0.14 0.22,-0.45 0.4,-0.45 0.52,-0.14", 0.03),
            GLASS,
            "glass",
        )
    ]
    if p.kind == "crew-cab":
        windows.append(Part("rear window", rect(-0.16, -0.45, 0.16, -0.14, 0.03), GLASS, "glass"))
    else:
        windows[0] = Part("window", rounded("0.1,-0.14 0.1,-0.45 0.4,-0.45 0.52,-0.14", 0.03), GLASS, "glass")
    lines = [
        line("door", [(0.56, -0.1), (0.56, 0.17)], shade(paint, 0.6), 0.014),
        line("side line", [(-1.08, 0.06), (cab - 0.06, 0.06)], shade(paint, 0.6), 0.02, detail=2),
    ]
    lamp = Part("headlight", rect(1.0, -0.04, 1.08, 0.07), (0.96, 0.94, 0.8), "glass", detail=1)
    handle = line("handle", [(0.14, -0.03), (0.24, -0.03)], shade(paint, 0.5), 0.025, detail=2)
    load = []
    if p.chance(0.5):
        load = [
            Part(
                "load",
                rounded(
                    [(-1.0, -0.1), (-0.95, -0.36), (-0.55, -0.42), (-0.2 + cab, -0.3), (-0.15 + cab, -0.1)],
                    0.08,
                ),
                p.tint("8a6a3f", "5a6a4a"),
                "wood",
                z=-0.5,
                detail=1,
            )
        ]
    wheels = [wheel(name, x, 0.26, r) for name, x in (("rear wheel", -0.68), ("front wheel", 0.72))]
    arches = [
        Part(
            "wheel arch",
            ellipse(x, 0.22, r * 1.22, start=180, stop=360, n=16),
            shade(paint, 0.3),
            "matte",
            detail=2,
            relief=0,
        )
        for x in (-0.68, 0.72)
    ]
    return group(
        "pickup_truck",
        *load,
        Part(
            "body", body, paint, "metal", relief=0.6, children=(*windows, bed, *lines, lamp, handle, *arches)
        ),
        *wheels,
    )


def bicycle(p: Pose) -> Part:
    """A bicycle from its side."""
    paint = p.tint(*PAINTS)
    r = p.vary(0.42, 0.46) if p.kind != "child" else p.vary(0.34, 0.37)
    rear, front, crank = np.array([-0.66, 0.4]), np.array([0.68, 0.4]), np.array([-0.08, 0.42])
    seat, head = np.array([-0.28, -0.28]), np.array([0.46, -0.3])
    wheels = []
    for name, at in (("rear wheel", rear), ("front wheel", front)):
        ring = line("tyre", ellipse(at[0], at[1], r, n=48), TYRE, 0.065, detail=0)
        ring = Part("tyre", ring.outline, TYRE, "matte", closed=False, width=0.06)
        ring = Part(
            "tyre", np.concatenate([ring.outline, ring.outline[:1]]), TYRE, "matte", closed=False, width=0.06
        )
        spokes = [
            line(
                "spoke",
                between(at, at + turned([(r * 0.94, 0)], a)[0]),
                STEEL,
                0.012,
                material="metal",
                detail=1 + int(i % 2),
            )
            for i, a in enumerate(range(10, 370, 30))
        ]
        wheels.append(
            group(
                name, ring, *spokes, Part("hub", ellipse(at[0], at[1], 0.045, n=12), STEEL, "metal", detail=1)
            )
        )
    tubes = [
        ("down tube", moved(head, 0.02, 0.08), crank),
        ("seat tube", seat, crank),
        ("chain stay", crank, rear),
        ("seat stay", moved(seat, 0.03, 0.06), rear),
    ]
    tubes.append(
        ("top tube", moved(seat, 0.02, 0.05), head)
        if p.kind == "road"
        else ("top tube", (seat + crank) / 2, moved(head, 0.02, 0.06))
    )
    frame = [line(name, between(a, b), paint, 0.05, material="metal", detail=0) for name, a, b in tubes]
    fork = line(
        "fork",
        smooth([moved(head, -0.03, -0.12), moved(head, 0.06, 0.2), front], closed=False),
        paint,
        0.045,
        material="metal",
        detail=0,
    )
    grip = {
        "road": [(0.4, -0.46), (0.62, -0.47), (0.72, -0.36), (0.6, -0.26)],
        "city": [(0.44, -0.46), (0.52, -0.54), (0.36, -0.58), (0.16, -0.52)],
        "child": [(0.44, -0.44), (0.46, -0.6), (0.3, -0.64)],
    }[p.kind]
    bars = line("handlebar", smooth(grip, closed=False), (0.2, 0.2, 0.22), 0.045, detail=0)
    saddle = Part(
        "saddle",
        smooth("-0.48,-0.42 -0.3,-0.44 -0.1,-0.4 -0.12,-0.36 -0.34,-0.35 -0.46,-0.34"),
        TYRE,
        "plastic",
    )
    post = line("seat post", between(seat, (-0.3, -0.38)), STEEL, 0.035, material="metal", detail=1)
    pedals = line(
        "pedal",
        smooth([moved(crank, -0.08, -0.16), crank, moved(crank, 0.08, 0.16)], closed=False),
        STEEL,
        0.035,
        material="metal",
    )
    ring = Part("chain ring", ellipse(crank[0], crank[1], 0.1, n=18), STEEL, "metal", detail=1)
    chain = line("chain", [moved(crank, 0, -0.1), moved(rear, 0, -0.04)], TYRE, 0.015, detail=2)
    extras = []
    if p.kind == "city":
        extras = [
            Part(
                "basket",
                curve("0.56,-0.44 0.98,-0.44 0.92,-0.14 0.6,-0.14"),
                (0.7, 0.55, 0.35),
                "straw",
                detail=1,
            )
        ]
    return group(
        "bicycle", *wheels, group("frame", *frame, fork, post), ring, pedals, chain, saddle, bars, *extras
    )


FIGURES = (
    FigureClass("bicycle", bicycle, ("road", "city", "child"), (*SIDES, "turned-right"), ("street", "grass")),
    FigureClass("car_(sedan)", car, ("sedan", "hatchback", "old"), (*SIDES, "turned-left"), ("street",)),
    FigureClass(
        "pickup_truck",
        pickup_truck,
        ("single-cab", "crew-cab"),
        (*SIDES, "turned-right"),
        ("street", "grass"),
    ),
)
