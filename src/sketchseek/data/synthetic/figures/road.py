"""What rides, facing right unless its view says otherwise."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import GLASS, PAINTS, SIDES, STEEL, TYRE
from sketchseek.data.synthetic.geometry import Curve, curve, ellipse, moved, rect, rounded, smooth, turned
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade


def wheel(name: str, x: float, y: float, r: float, hub: float = 0.55) -> Part:
    """A car's wheel."""
    rim = Part("rim", ellipse(x, y, r * hub, n=24), STEEL, "metal", detail=1)
    nuts = Part("hub", ellipse(x, y, r * 0.16, n=12), (0.3, 0.3, 0.32), "metal", detail=2)
    return Part(name, ellipse(x, y, r), TYRE, "matte", z=0.5, children=(rim, nuts))


def car(p: Pose) -> Part:
    """A car from its side."""
    paint, r = p.tint(*PAINTS), p.vary(0.18, 0.2)
    roof = {
        "sedan": curve("-0.62,-0.1 -0.36,-0.4 0.2,-0.42 0.5,-0.1"),
        "hatchback": curve("-0.88,-0.1 -0.7,-0.44 0.12,-0.46 0.46,-0.1"),
        "old": curve("-0.72,-0.1 -0.58,-0.48 0.1,-0.5 0.22,-0.1"),
    }[p.kind]
    tail = -0.94 if p.kind == "hatchback" else -1.05
    body = np.concatenate([[(tail, 0.2), (tail, -0.08)], roof, [(0.98, -0.04), (1.06, 0.2)]])
    rear, front = (-0.66, 0.7) if p.kind == "old" else (-0.62, 0.64)
    details = (
        *_windows(roof, paint),
        Part("headlight", ellipse(0.98, 0.03, 0.05, 0.06, n=16), (0.96, 0.94, 0.8), "glass", detail=1),
        Part("tail light", rect(tail, -0.03, tail + 0.07, 0.08), (0.75, 0.1, 0.1), "plastic", detail=2),
        Part("bumper", rect(tail - 0.04, 0.13, 1.1, 0.22, 0.03), shade(paint, 0.55), "plastic", detail=2),
        _wheel_arch(rear, 0.2, r, paint),
        _wheel_arch(front, 0.2, r, paint),
    )
    return group(
        "car_(sedan)",
        Part("body", rounded(body, 0.09), paint, "metal", relief=0.6, children=details),
        wheel("rear wheel", rear, 0.22, r),
        wheel("front wheel", front, 0.22, r),
    )


def _wheel_arch(x: float, y: float, r: float, paint: Colour) -> Part:
    opening = ellipse(x, y, 1.25 * r, start=180, stop=360, n=16)
    return Part("wheel arch", opening, shade(paint, 0.3), "matte", detail=2, relief=0)


def _windows(roof: Curve, paint: Colour) -> list[Part]:
    """Two windows below a roof line of four points, and the door between them."""
    (x0, _), (x1, y), (x2, _), (x3, _) = roof
    middle, top = (x1 + x2) / 2 + 0.02, y + 0.06
    rear = [(x0 + 0.12, -0.1), (x1 + 0.06, top), (middle - 0.03, top), (middle - 0.03, -0.1)]
    front = [(middle + 0.03, -0.1), (middle + 0.03, top), (x2 - 0.04, top), (x3 - 0.1, -0.1)]
    return [
        Part("rear window", rounded(rear, 0.03), GLASS, "glass"),
        Part("front window", rounded(front, 0.03), GLASS, "glass"),
        line("door", [(middle, -0.1), (middle, 0.17)], shade(paint, 0.6), 0.014),
        line("door", [(middle - 0.42, -0.08), (middle - 0.42, 0.06)], shade(paint, 0.6), 0.014),
        line("handle", [(middle - 0.16, -0.02), (middle - 0.06, -0.02)], shade(paint, 0.5), 0.025, detail=2),
    ]


def pickup_truck(p: Pose) -> Part:
    """A pickup truck from its side."""
    paint, r = p.tint(*PAINTS), p.vary(0.2, 0.23)
    crew = p.kind == "crew-cab"
    cab = -0.22 if crew else 0.05
    bed = [(-1.1, 0.22), (-1.1, -0.12), (cab - 0.04, -0.12), (cab, -0.52)]
    body = rounded([*bed, (0.44, -0.52), (0.62, -0.12), (1.04, -0.06), (1.1, 0.22)], 0.06)
    pane = 0.22 if crew else 0.1
    windows = [
        Part(
            "window",
            rounded([(pane, -0.14), (pane, -0.45), (0.4, -0.45), (0.52, -0.14)], 0.03),
            GLASS,
            "glass",
        )
    ]
    if crew:
        windows.append(Part("rear window", rect(-0.16, -0.45, 0.16, -0.14, 0.03), GLASS, "glass"))
    dark = shade(paint, 0.6)
    details = (
        *windows,
        line("bed edge", [(cab - 0.03, -0.12), (cab - 0.03, 0.2)], dark, 0.02),
        line("door", [(0.56, -0.1), (0.56, 0.17)], dark, 0.014),
        line("side line", [(-1.08, 0.06), (cab - 0.06, 0.06)], dark, 0.02, detail=2),
        Part("headlight", rect(1.0, -0.04, 1.08, 0.07), (0.96, 0.94, 0.8), "glass", detail=1),
        line("handle", [(0.14, -0.03), (0.24, -0.03)], dark, 0.025, detail=2),
        _wheel_arch(-0.68, 0.22, r, paint),
        _wheel_arch(0.72, 0.22, r, paint),
    )
    load = []
    if p.chance(0.5):
        heap = rounded(
            [(-1.0, -0.1), (-0.95, -0.36), (-0.55, -0.42), (cab - 0.2, -0.3), (cab - 0.15, -0.1)], 0.08
        )
        load = [Part("load", heap, p.tint("8a6a3f", "5a6a4a"), "wood", z=-0.5, detail=1)]
    return group(
        "pickup_truck",
        *load,
        Part("body", body, paint, "metal", relief=0.6, children=details),
        wheel("rear wheel", -0.68, 0.26, r),
        wheel("front wheel", 0.72, 0.26, r),
    )


def bicycle(p: Pose) -> Part:
    """A bicycle from its side."""
    paint, r = p.tint(*PAINTS), p.vary(0.34, 0.37) if p.kind == "child" else p.vary(0.42, 0.46)
    grip = {
        "road": "0.4,-0.46 0.62,-0.47 0.72,-0.36 0.6,-0.26",
        "city": "0.44,-0.46 0.52,-0.54 0.36,-0.58 0.16,-0.52",
        "child": "0.44,-0.44 0.46,-0.6 0.3,-0.64",
    }[p.kind]
    saddle = smooth("-0.48,-0.42 -0.3,-0.44 -0.1,-0.4 -0.12,-0.36 -0.34,-0.35 -0.46,-0.34")
    basket = []
    if p.kind == "city":
        outline = curve("0.56,-0.44 0.98,-0.44 0.92,-0.14 0.6,-0.14")
        basket = [Part("basket", outline, (0.7, 0.55, 0.35), "straw", detail=1)]
    pedals = smooth("-0.16,0.26 -0.08,0.42 0,0.58", closed=False)
    return group(
        "bicycle",
        _spoked("rear wheel", -0.66, 0.4, r),
        _spoked("front wheel", 0.68, 0.4, r),
        _bicycle_frame(p.kind, paint),
        Part("chain ring", ellipse(-0.08, 0.42, 0.1, n=18), STEEL, "metal", detail=1),
        line("pedal", pedals, STEEL, 0.035, material="metal"),
        line("chain", [(-0.08, 0.32), (-0.66, 0.36)], TYRE, 0.015, detail=2),
        Part("saddle", saddle, TYRE, "plastic"),
        line("handlebar", smooth(grip, closed=False), (0.2, 0.2, 0.22), 0.045, detail=0),
        *basket,
    )


def _bicycle_frame(kind: str, paint: Colour) -> Part:
    top = "-0.26,-0.23 0.46,-0.3" if kind == "road" else "-0.18,0.07 0.48,-0.24"
    tubes = {
        "down tube": curve("0.48,-0.22 -0.08,0.42"),
        "seat tube": curve("-0.28,-0.28 -0.08,0.42"),
        "chain stay": curve("-0.08,0.42 -0.66,0.4"),
        "seat stay": curve("-0.25,-0.22 -0.66,0.4"),
        "top tube": curve(top),
        "fork": smooth("0.43,-0.42 0.52,-0.1 0.68,0.4", closed=False),
    }
    rods = [line(name, path, paint, 0.05, material="metal", detail=0) for name, path in tubes.items()]
    return group("frame", *rods, line("seat post", "-0.28,-0.28 -0.3,-0.38", STEEL, 0.035, material="metal"))


def _spoked(name: str, x: float, y: float, r: float) -> Part:
    """A wheel with spokes."""
    rim = ellipse(x, y, r, n=48)
    tyre = Part("tyre", np.concatenate([rim, rim[:1]]), TYRE, "matte", closed=False, width=0.06)
    spokes = []
    for i, angle in enumerate(range(10, 370, 30)):
        spoke = moved(turned([(0, 0), (r * 0.94, 0)], angle), x, y)
        spokes.append(line("spoke", spoke, STEEL, 0.012, material="metal", detail=1 + i % 2))
    return group(name, tyre, *spokes, Part("hub", ellipse(x, y, 0.045, n=12), STEEL, "metal", detail=1))


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
