"""Tools with handles."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import DARK, LYING, STEEL
from sketchseek.data.synthetic.geometry import curve, ellipse, lathe, rect, rounded, smooth, sweep, turned
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade

HANDLES = ("8a5a32", "b8232a", "2f3338", "d8a02a", "3a5a8a")


def scissors(p: Pose) -> Part:
    """A pair of scissors."""
    grip = p.tint("c8232a", "2a4f9a", "e0802a", "2f3338", "3a8a5a")
    spread = {"open": p.vary(16, 24), "closed": p.vary(4, 6), "shears": p.vary(10, 18)}[p.kind]
    long = 1.25 if p.kind == "shears" else 1.0
    halves = []
    for s, name in ((-1, "left"), (1, "right")):
        blade = curve([(-0.07, 0.1), (-0.03, -0.95 * long), (0.07, -0.5 * long), (0.08, 0.1)]) * (s, 1)
        shank = sweep(
            smooth([(0.0, 0.05), (-0.06 * s, 0.25), (-0.1 * s, 0.42)], closed=False), [0.14, 0.11, 0.12]
        )
        ring = ellipse(-0.17 * s, 0.64, 0.2, 0.27, turn=-12 * s, n=30)
        hole = ellipse(-0.17 * s, 0.64, 0.125, 0.19, turn=-12 * s, n=24)
        turn = spread * s
        halves.append(
            group(
                f"{name} half",
                Part("blade", turned(blade, turn), STEEL, "metal", relief=0.4),
                Part("shank", turned(shank, turn), grip, "plastic", detail=0),
                Part(
                    "ring",
                    turned(ring, turn),
                    grip,
                    "plastic",
                    children=(Part("hole", turned(hole, turn), DARK, "hole"),),
                ),
            )
        )
    edges = [
        line(
            "edge",
            turned(curve("0.02,-0.85 0.03,-0.1") * (s, long), spread * s),
            (0.5, 0.52, 0.55),
            0.016,
            detail=2,
        )
        for s in (-1, 1)
    ]
    pivot = Part("pivot", ellipse(0, 0.02, 0.05, n=14), (0.35, 0.35, 0.37), "metal", detail=1)
    return group("scissors", *halves, *edges, pivot)


def hammer(p: Pose) -> Part:
    """A hammer."""
    wood, steel = p.tint(*HANDLES), p.tint("8a8f94", "5a5f66")
    handle = lathe("0.06,-0.62 0.065,0.2 0.09,0.6 0.085,0.98 0,1.03")
    grip = Part("grip", lathe("0.08,0.45 0.1,0.6 0.1,0.98 0,1.04"), shade(wood, 0.55), "plastic", detail=1)
    if p.kind == "claw":
        head = _claw(steel)
    else:
        mallet = p.kind == "mallet"
        block = (
            "-0.46,-0.95 0.46,-0.95 0.42,-0.5 -0.42,-0.5"
            if mallet
            else "-0.55,-0.92 0.55,-0.92 0.55,-0.56 -0.55,-0.56"
        )
        x, detail = (0.36, 2) if mallet else (0.42, 1)
        edges = [line("band", [(s * x, -0.93), (s * x, -0.54)], DARK, 0.025, detail=detail) for s in (-1, 1)]
        colour, stuff = (p.tint("a8743f", "3a3a3c"), "wood") if mallet else (steel, "metal")
        head = [Part("block", rounded(block, 0.06), colour, stuff, children=tuple(edges))]
    return group(
        "hammer",
        Part("handle", handle, wood, "wood", children=(grip,)),
        Part("head", z=1, children=tuple(head)),
    )


def _claw(steel: Colour) -> list[Part]:
    upper = smooth("0.1,-0.92 0.35,-0.95 0.62,-0.68 0.68,-0.5", closed=False)
    lower = smooth("0.6,-0.52 0.38,-0.7 0.1,-0.66", closed=False)
    split = line("split", smooth("0.3,-0.86 0.52,-0.72 0.62,-0.58", closed=False), DARK, 0.02, detail=2)
    face = rounded("-0.5,-0.94 -0.32,-0.92 0.12,-0.94 0.12,-0.6 -0.32,-0.66 -0.5,-0.62", 0.03)
    return [
        Part("claw", np.concatenate([upper, lower]), steel, "metal", children=(split,)),
        Part("face", face, steel, "metal"),
        Part("eye", rect(-0.1, -0.97, 0.14, -0.56, 0.03), steel, "metal", detail=1),
    ]


def axe(p: Pose) -> Part:
    """An axe."""
    wood, steel = p.tint("a8743f", "8a5a32", "c9a06a"), p.tint("8a8f94", "6a6f76", "a02a2a")
    handle = sweep(smooth("0,-0.95 0.02,-0.2 -0.04,0.5 0.06,1", closed=False), [0.12, 0.12, 0.13, 0.17])

    def blade(s: int) -> Part:
        shape = np.concatenate(
            [
                curve([(0.02, -0.82), (0.22, -0.8)]),
                smooth([(0.52, -1.0), (0.64, -0.66), (0.52, -0.24)], closed=False),
                smooth([(0.52, -0.24), (0.3, -0.44), (0.02, -0.48)], closed=False)[1:],
            ]
        ) * (s, 1)
        edge = sweep(
            smooth([(0.49, -0.98), (0.6, -0.66), (0.49, -0.27)], closed=False) * (s, 1), [0.02, 0.07, 0.02]
        )
        return Part(
            "blade",
            shape,
            steel,
            "metal",
            z=0.5,
            relief=0.5,
            children=(Part("edge", edge, STEEL, "metal", detail=1),),
        )

    back = (
        [blade(-1)]
        if p.kind == "double"
        else [Part("poll", rect(-0.15, -0.82, 0.02, -0.5, 0.03), steel, "metal", z=0.5, detail=1)]
    )
    grip = [line("wrap", [(-0.08, y), (0.06, y + 0.04)], DARK, 0.02, detail=2) for y in (0.62, 0.7, 0.78)]
    return group("axe", Part("handle", handle, wood, "wood", children=tuple(grip)), *back, blade(1))


FIGURES = (
    FigureClass("axe", axe, ("felling", "double"), (*LYING, "lying"), ("tabletop", "wall")),
    FigureClass("hammer", hammer, ("claw", "mallet", "sledge"), LYING, ("tabletop", "wall")),
    FigureClass("scissors", scissors, ("open", "closed", "shears"), LYING, ("tabletop",)),
)
