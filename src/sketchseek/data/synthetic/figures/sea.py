"""Animals of the sea, facing right unless their view says otherwise."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import BLACK, SIDES, eye
from sketchseek.data.synthetic.geometry import curve, ellipse, moved, smooth, sweep, turned
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade


def fish(p: Pose) -> Part:
    """A fish: body, fins, tail, and scales or stripes."""
    high = {"round": p.vary(0.62, 0.75), "long": p.vary(0.3, 0.36), "plain": p.vary(0.42, 0.5)}[p.kind]
    skin = p.tint("e07b2a", "5f88a8", "c9a23f", "7a8a94", "b8453a")
    body = smooth("0.95,0.02 0.75,-0.5 0.25,-1 -0.3,-0.72 -0.7,-0.3 -0.7,0.28 -0.3,0.7 0.25,1 0.75,0.6") * (
        1,
        high,
    )
    tail = smooth("-0.62,0 -0.85,-0.2 -1.25,-0.5 -1.08,0 -1.25,0.48 -0.85,0.2")
    back = smooth(
        [
            (0.4, -0.82 * high),
            (0.2, -high - 0.24),
            (-0.35, -0.75 * high - 0.2),
            (-0.5, -0.45 * high),
            (0, -0.75 * high),
        ]
    )
    belly = smooth([(0.1, 0.85 * high), (-0.15, high + 0.22), (-0.35, 0.6 * high), (-0.1, 0.7 * high)])
    side = smooth("0.32,0.08 0.05,0.02 -0.1,0.2 0.08,0.28")
    gill = smooth("0.5,-0.55 0.4,0 0.48,0.55", closed=False) * (1, high)
    mouth = smooth("0.94,0.08 0.85,0.13 0.76,0.11", closed=False)
    inside = (
        *(_stripes(high, skin) if p.kind == "round" else _scales(high, skin)),
        line("gill", gill, shade(skin, 0.55), 0.03),
        line("mouth", mouth, shade(skin, 0.4), 0.025),
        Part("side fin", side, shade(skin, 1.25), "leaf", detail=1),
    )
    fin = shade(skin, 0.85)
    return group(
        "fish",
        Part("tail", tail, fin, "leaf"),
        Part("back fin", back, fin, "leaf", detail=1),
        Part("belly fin", belly, fin, "leaf", detail=1),
        Part("body", body, skin, "scale", children=inside),
        eye(0.66, -0.2 * high, 0.055, white=True),
    )


def _stripes(high: float, skin: Colour) -> list[Part]:
    stripes = []
    for x, tall in ((0.16, 0.84 * high), (-0.2, 0.68 * high)):
        path = smooth([(x, -tall), (x - 0.06, 0), (x, tall)], closed=False)
        stripes.append(Part("stripe", sweep(path, 0.13), shade(skin, 0.45), "scale", detail=2))
    return stripes


def _scales(high: float, skin: Colour) -> list[Part]:
    at = [
        (0.2, -0.35),
        (0.2, 0.05),
        (0.2, 0.4),
        (0, -0.35),
        (0, 0.05),
        (0, 0.4),
        (-0.2, -0.35),
        (-0.2, 0.05),
        (-0.4, 0.05),
    ]
    arcs = [ellipse(x, y * high, 0.09, 0.12, start=90, stop=270, n=8) for x, y in at]
    return [line("scales", arc, shade(skin, 0.7), 0.018, detail=2) for arc in arcs]


def starfish(p: Pose) -> Part:
    """A starfish from above."""
    thin = {"slim": 0.26, "plump": 0.5}[p.kind] * p.vary(0.92, 1.08)
    skin = p.tint("d9703a", "c04a3a", "c99a5a", "a86a8a", "e0a040")
    tips = turned([(0, -1)], 0)
    points, ridges, dots = [], [], []
    for i in range(5):
        turn = 72 * i + p.vary(-5, 5)
        arm = p.vary(0.9, 1.05)
        points += list(turned([(-thin * 0.34, -arm * 0.86), (0, -arm), (thin * 0.34, -arm * 0.86)], turn))
        points += list(turned([(0, -thin)], 72 * i + 36))
        tips = turned([(0, -arm * 0.82)], turn)
        ridges.append(
            line("ridge", np.concatenate([curve([(0, 0)]), tips]), shade(skin, 1.2), 0.04, detail=2)
        )
        for step in (0.3, 0.5, 0.7):
            for side in (-1, 1):
                at = turned([(side * (0.16 - 0.13 * step), -arm * step)], turn)[0]
                dots.append(
                    Part(
                        "bump",
                        ellipse(at[0], at[1], 0.028, n=8),
                        shade(skin, 1.3),
                        "plastic",
                        detail=2 + int(side > 0),
                    )
                )
    return group("starfish", Part("body", smooth(points, steps=5), skin, "bread", children=(*ridges, *dots)))


def sea_turtle(p: Pose) -> Part:
    """A sea turtle from above."""
    horn, skin = p.tint("5a5a2e", "7a5a34", "4a6a4a"), p.tint("8a9a5a", "6f8a6a", "a09a6a")
    long = p.vary(1.15, 1.3) if p.kind == "long" else p.vary(0.95, 1.05)
    swing, fins = p.vary(-12, 12), []
    front = turned(smooth("0,0 0.25,-0.3 0.2,-0.75 -0.1,-1.05 -0.16,-0.7 -0.2,-0.3"), swing)
    hind = turned(smooth("0,0 -0.1,-0.3 -0.4,-0.5 -0.42,-0.3 -0.25,-0.05"), -swing)
    for side, name in ((1, "left"), (-1, "right")):
        fins.append(Part(f"{name} flipper", moved(front, 0.42, -0.4) * (1, side), skin, "scale"))
        fins.append(Part(f"{name} hind flipper", moved(hind, -0.62, -0.26) * (1, side), skin, "scale"))
    head = smooth("0.7,-0.17 0.95,-0.22 1.2,-0.12 1.27,0 1.2,0.12 0.95,0.22 0.7,0.17") * (long, 1)
    eyes = [
        Part("eye", ellipse(1.1 * long, y, 0.035, n=8), BLACK, "plastic", detail=1) for y in (-0.11, 0.11)
    ]
    tail = Part("tail", curve("-0.82,-0.06 -1.02,0 -0.82,0.06") * (long, 1), skin, detail=2)
    return group(
        "sea_turtle",
        *fins,
        tail,
        Part("head", head, skin, "scale", children=tuple(eyes)),
        _carapace(long, horn),
    )


def _carapace(long: float, horn: Colour) -> Part:
    plate = curve("0.19,0 0.1,-0.2 -0.1,-0.2 -0.19,0 -0.1,0.2 0.1,0.2")
    plates = [
        Part("plate", moved(plate, x, 0), shade(horn, 1.25), "scale", detail=1) for x in (-0.42, 0.0, 0.4)
    ]
    seams = [
        line("seam", [(x, side * 0.22), (x * 1.35, side * 0.56)], shade(horn, 0.5), 0.025, detail=2)
        for x in (-0.33, -0.1, 0.12, 0.33)
        for side in (-1, 1)
    ]
    end = 0.72 * long, -0.86 * long
    outline = smooth([(end[0], 0), *_TOP, (end[1], 0), *((x, -y) for x, y in reversed(_TOP))])
    return Part("shell", outline, horn, "scale", z=1, children=(*plates, *seams))


_TOP = ((0.5, -0.5), (0.0, -0.66), (-0.5, -0.48))  # upper edge of a turtle's shell


FIGURES = (
    FigureClass("fish", fish, ("plain", "round", "long"), (*SIDES, "tilted-right"), ("underwater",)),
    FigureClass("sea_turtle", sea_turtle, ("long", "round"), (*SIDES, "tilted-left"), ("underwater", "sand")),
    FigureClass(
        "starfish",
        starfish,
        ("slim", "plump"),
        ("front", "tilted-left", "turned-right"),
        ("sand", "underwater"),
    ),
)
