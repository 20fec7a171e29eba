"""Buildings that stand high."""

from __future__ import annotations

from sketchseek.data.synthetic.figures.buildings import window
from sketchseek.data.synthetic.figures.common import DOOR
from sketchseek.data.synthetic.geometry import Curve, arch, curve, ellipse, moved, rect, smooth, turned
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line


def windmill(p: Pose) -> Part:
    """A Dutch windmill, or the pump of a farm."""
    cap = p.tint("5a3a30", "3f4a55", "7a3a30")
    tall, turn = p.vary(1.0, 1.12), p.vary(8, 80)
    if p.kind == "dutch":
        body, blades = _mill(p, cap, tall), [_sail(turn + 90 * i) for i in range(4)]
    else:
        body, blades = _pump(cap, tall), []
        for i in range(10):
            vane = turned("-0.04,-0.1 0.05,-0.1 0.13,-0.56 -0.1,-0.56", turn + 36 * i)
            blades.append(
                Part("blade", vane, (0.72, 0.74, 0.76), "metal", relief=0.3, detail=int(i % 2 == 0))
            )
    hub = Part("hub", ellipse(0, 0, 0.07, n=14), DOOR, "metal", detail=1)
    sails = Part("sails", z=1, children=(*blades, hub))
    return group("windmill", *body, sails.moved_to(moved(sails.points, 0, -0.46)))


def _mill(p: Pose, cap: Colour, tall: float) -> list[Part]:
    wall = p.tint("e6ddca", "b5654a", "8a7a66")
    low = 0.95 * tall
    tower = curve([(-0.24, -0.42), (0.24, -0.42), (0.46, low), (-0.46, low)])
    top = smooth("-0.3,-0.4 -0.22,-0.66 0.02,-0.74 0.24,-0.64 0.3,-0.4 0,-0.38")
    return [
        Part("tower", tower, wall, "plaster", relief=0.7),
        Part("door", arch(-0.11, low - 0.25, 0.11, low, 0.1), DOOR, "wood", relief=0.1),
        window(0, -0.1, 0.07, 0.14, 1),
        window(0, 0.3, 0.08, 0.16, 2),
        Part("gallery", rect(-0.46, 0.5 * tall, 0.46, 0.55 * tall), cap, "wood", detail=2),
        Part("cap", top, cap, "wood"),
    ]


def _sail(turn: float) -> Part:
    """A sail of a Dutch mill: an arm, and cloth on slats."""
    cloth = turned("0.02,-0.2 0.22,-0.2 0.22,-0.93 0.02,-0.93", turn)
    slats = [
        line("slat", turned([(0.02, -y), (0.22, -y)], turn), DOOR, 0.016, detail=2)
        for y in (0.38, 0.56, 0.74)
    ]
    arm = line("arm", turned("0,0 0,-0.95", turn), DOOR, 0.035, material="wood", detail=0)
    return group("sail", Part("cloth", cloth, (0.9, 0.87, 0.78), "fabric", relief=0.1), arm, *slats)


def _pump(cap: Colour, tall: float) -> list[Part]:
    iron: Colour = (0.45, 0.42, 0.4)
    rods = []
    for side in (-1, 1):
        rods += [
            line(
                "leg",
                [(0.06 * side, -0.4), (0.4 * side, 0.98 * tall)],
                iron,
                0.045,
                material="metal",
                detail=0,
            ),
            line("strut", [(-0.14 * side, -0.1), (0.22 * side, 0.2)], iron, 0.025, material="metal"),
            line(
                "strut", [(-0.24 * side, 0.35), (0.33 * side, 0.65)], iron, 0.025, material="metal", detail=2
            ),
        ]
    vane = Part("tail vane", curve("0.1,-0.44 0.62,-0.6 0.62,-0.3 0.1,-0.42"), cap, "metal", detail=1)
    return [group("tower", *rods), vane]


def lighthouse(p: Pose) -> Part:
    """A lighthouse on its rock."""
    wall, band = p.tint("f0ede4", "e6e0d2"), p.tint("c0302a", "2a4a7a", "2f2f33")
    slim = p.vary(0.9, 1.05)

    def section(top: float, low: float) -> Curve:
        a, b = (slim * (0.2 + 0.14 * (y + 0.55) / 1.35) for y in (top, low))
        return curve([(-a, top), (a, top), (b, low), (-b, low)])

    bands = [
        Part("stripe", section(y, y + 0.2), band, "plaster", detail=int(y == 0.42), relief=0.6)
        for y in ((-0.38, 0.02, 0.42) if p.kind == "striped" else ())
    ]
    rock = smooth("-0.75,0.92 -0.5,0.76 0,0.8 0.5,0.74 0.8,0.92 0,0.98")
    house = []
    if p.kind == "keeper":
        eaves = curve("0.2,0.52 0.3,0.28 0.74,0.28 0.88,0.52")
        house.append(Part("house", rect(0.26, 0.5, 0.8, 0.82), wall, "plaster", z=-0.5, relief=0.1))
        house.append(Part("house roof", eaves, band, "tile", z=-0.5, relief=0.1))
    return group(
        "lighthouse",
        *house,
        Part("tower", section(-0.55, 0.8), wall, "plaster", children=tuple(bands)),
        *_lantern(0.2 * slim + 0.1, band),
        Part("door", arch(-0.09, 0.62, 0.09, 0.8, 0.09), DOOR, "wood", relief=0.1),
        *(window(0, y, 0.05, 0.1, detail) for y, detail in ((-0.16, 1), (0.25, 2))),
        Part("rock", rock, (0.38, 0.35, 0.32), "stone", z=0.5, detail=1),
    )


def _lantern(half: float, roof: Colour) -> list[Part]:
    """The top of a lighthouse: gallery, railing, light and roof."""
    iron: Colour = (0.2, 0.2, 0.22)
    rails = [
        line("railing", [(s * half, -0.62), (s * half, -0.74), (s * 0.15, -0.74)], iron, 0.018, detail=2)
        for s in (-1, 1)
    ]
    bars = [line("bar", [(x, -0.88), (x, -0.62)], iron, 0.018, detail=2) for x in (-0.05, 0.05)]
    light = rect(-0.14, -0.88, 0.14, -0.62)
    return [
        Part("gallery", rect(-half, -0.62, half, -0.54), iron, "metal"),
        Part("lantern", light, (0.98, 0.88, 0.5), "glass", children=tuple(bars)),
        Part("roof", curve("-0.2,-0.86 0,-1.1 0.2,-0.86"), roof, "metal"),
        *rails,
    ]


FIGURES = (
    FigureClass("lighthouse", lighthouse, ("striped", "plain", "keeper"), ("right", "left"), ("coast",)),
    FigureClass(
        "windmill", windmill, ("dutch", "farm"), ("front", "turned-left", "turned-right"), ("grass",)
    ),
)
