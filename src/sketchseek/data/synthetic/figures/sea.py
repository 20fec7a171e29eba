"""Animals of the sea, facing right unless their view says otherwise."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import BLACK, SIDES, eye
from sketchseek.data.synthetic.geometry import curve, ellipse, moved, smooth, sweep, turned
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def fish(p: Pose) -> Part:
    """A fish: body, fins, tail, and scales or stripes."""
    high = {"round": p.vary(0.62, 0.75), "long": p.vary(0.3, 0.36), "plain": p.vary(0.42, 0.5)}[p.kind]
    skin = p.tint("e07b2a", "5f88a8", "c9a23f", "7a8a94", "b8453a")
    belly = shade(skin, 1.25)
    body = smooth(
        [
            (0.95, 0.02),
            (0.75, -0.5 * high),
            (0.25, -high),
            (-0.3, -0.72 * high),
            (-0.7, -0.16),
            (-0.7, 0.14),
            (-0.3, 0.7 * high),
            (0.25, high),
            (0.75, 0.6 * high),
        ]
    )
    tail = smooth("-0.62,0 -0.85,-0.2 -1.25,-0.5 -1.08,0 -1.25,0.48 -0.85,0.2")
    back = smooth(
        [
            (0.4, -high * 0.82),
            (0.2, -high - 0.24),
            (-0.35, -high * 0.75 - 0.2),
            (-0.5, -high * 0.45),
            (0, -high * 0.75),
        ]
    )
    low = smooth([(0.1, high * 0.85), (-0.15, high + 0.22), (-0.35, high * 0.6), (-0.1, high * 0.7)])
    side_fin = smooth("0.32,0.08 0.05,0.02 -0.1,0.2 0.08,0.28")
    gill = line(
        "gill",
        smooth([(0.5, -0.55 * high), (0.4, 0), (0.48, 0.55 * high)], closed=False),
        shade(skin, 0.55),
        0.03,
    )
    mouth = line(
        "mouth", smooth([(0.94, 0.08), (0.85, 0.13), (0.76, 0.11)], closed=False), shade(skin, 0.4), 0.025
    )
    marks = []
    if p.kind == "round":
        marks = [
            Part(
                "stripe",
                sweep(smooth([(x, -high * h), (x - 0.06, 0), (x, high * h)], closed=False), 0.13),
                shade(skin, 0.45),
                "scale",
                detail=2,
            )
            for x, h in ((0.16, 0.84), (-0.2, 0.68))
        ]
    else:
        marks = [
            line(
                "scales",
                ellipse(x, y * high, 0.09, 0.12, start=90, stop=270, n=8),
                shade(skin, 0.7),
                0.018,
                detail=2,
            )
            for x in (0.2, 0.0, -0.2, -0.4)
            for y in (-0.35, 0.05, 0.4)
            if abs(y) * abs(x - 0.4) < 0.25
        ]
    fin = shade(skin, 0.85)
    return group(
        "fish",
        Part("tail", tail, fin, "leaf"),
        Part("back fin", back, fin, "leaf", detail=1),
        Part("belly fin", low, fin, "leaf", detail=1),
        Part(
            "body",
            body,
            skin,
            "scale",
            children=(*marks, gill, mouth, Part("side fin", side_fin, belly, "leaf", detail=1)),
        ),
        eye(0.66, -0.2 * high, 0.055, white=True),
    )


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
    shell, skin = p.tint("5a5a2e", "7a5a34", "4a6a4a"), p.tint("8a9a5a", "6f8a6a", "a09a6a")
    long = p.vary(1.15, 1.3) if p.kind == "long" else p.vary(0.95, 1.05)
    body = smooth(
        [
            (0.72 * long, 0),
            (0.5, -0.5),
            (0, -0.66),
            (-0.5, -0.46),
            (-0.86 * long, 0),
            (-0.5, 0.46),
            (0, 0.66),
            (0.5, 0.5),
        ]
    )
    plates = [
        Part(
            "plate",
            curve(
                [
                    (x + 0.19, 0),
                    (x + 0.1, -0.2),
                    (x - 0.1, -0.2),
                    (x - 0.19, 0),
                    (x - 0.1, 0.2),
                    (x + 0.1, 0.2),
                ]
            ),
            shade(shell, 1.25),
            "scale",
            detail=1,
        )
        for x in (-0.42, 0.0, 0.4)
    ]
    seams = [
        line("seam", [(x, s * 0.22), (x * 1.35, s * 0.56)], shade(shell, 0.5), 0.025, detail=2)
        for x in (-0.33, -0.1, 0.12, 0.33)
        for s in (-1, 1)
    ]
    swing = p.vary(-12, 12)
    front = smooth("0,0 0.25,-0.3 0.2,-0.75 -0.1,-1.05 -0.16,-0.7 -0.2,-0.3")
    back = smooth("0,0 -0.1,-0.3 -0.4,-0.5 -0.42,-0.3 -0.25,-0.05")
    fins = []
    for s, name in ((1, "left"), (-1, "right")):
        fins.append(
            Part(f"{name} flipper", moved(turned(front, swing * s) * (1, s), 0.42, -0.4 * s), skin, "scale")
        )
        fins.append(
            Part(
                f"{name} hind flipper", moved(turned(back, -swing) * (1, s), -0.62, -0.26 * s), skin, "scale"
            )
        )
    head = smooth(
        [
            (0.7 * long, -0.17),
            (0.95 * long, -0.22),
            (1.2 * long, -0.12),
            (1.27 * long, 0),
            (1.2 * long, 0.12),
            (0.95 * long, 0.22),
            (0.7 * long, 0.17),
        ]
    )
    eyes = [
        Part("eye", ellipse(1.1 * long, y, 0.035, n=8), BLACK, "plastic", detail=1) for y in (-0.11, 0.11)
    ]
    tail = Part(
        "tail", curve([(-0.82 * long, -0.06), (-1.02 * long, 0), (-0.82 * long, 0.06)]), skin, detail=2
    )
    return group(
        "sea_turtle",
        *fins,
        tail,
        Part("head", head, skin, "scale", children=tuple(eyes)),
        Part("shell", body, shell, "scale", z=1, children=(*plates, *seams)),
    )


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
