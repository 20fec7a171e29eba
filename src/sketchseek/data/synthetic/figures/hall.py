"""Things of the hall."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import DARK, LEANS, SIDES, STEEL
from sketchseek.data.synthetic.geometry import arch, curve, ellipse, lathe, rect, smooth
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade


def guitar(p: Pose) -> Part:
    """An acoustic or electric guitar."""
    if p.kind == "electric":
        wood = p.tint("b8232a", "2a4f8a", "e8e0c8", "2f2f33")
    else:
        wood = p.tint("c8883f", "a8642f", "d8a85a", "8a3f25")
    body = (
        _electric(p.vary(0.28, 0.33), wood) if p.kind == "electric" else _acoustic(p.vary(0.28, 0.33), wood)
    )
    frets = [
        line("fret", [(-0.06, y), (0.06, y)], STEEL, 0.012, detail=2) for y in np.linspace(-0.85, -0.05, 9)
    ]
    strings = [
        line("string", [(0.7 * x, -0.95), (x, 0.7)], (0.85, 0.83, 0.75), 0.008, detail=1 + int(x != 0))
        for x in (-0.04, 0.0, 0.04)
    ]
    pegs = [
        Part("peg", ellipse(side * 0.14, y, 0.04, 0.03, n=10), STEEL, "metal", detail=1 + int(y == -1.1))
        for y in (-1.2, -1.1, -1.01)
        for side in (-1, 1)
    ]
    neck = curve("-0.05,-0.95 0.05,-0.95 0.065,0.18 -0.065,0.18")
    head = curve("-0.07,-0.95 -0.11,-1.26 0.11,-1.26 0.07,-0.95")
    return group(
        "guitar",
        body,
        Part("neck", neck, (0.25, 0.15, 0.1), "wood", children=tuple(frets)),
        *pegs,
        Part("head", head, shade(wood, 0.6), "wood"),
        group("strings", *strings),
    )


def _bridge() -> Part:
    return Part("bridge", rect(-0.17, 0.68, 0.17, 0.74), (0.2, 0.12, 0.08), "wood", detail=1)


def _acoustic(waist: float, wood: Colour) -> Part:
    profile = [(0, -0.12), (0.24, -0.1), (0.38, 0.1), (waist, 0.32), (0.5, 0.62), (0.42, 0.92), (0, 1.02)]
    inlay = ellipse(0, 0.32, 0.18, start=0, stop=359, n=30)
    details = (
        Part("sound hole", ellipse(0, 0.32, 0.14), DARK, "matte", relief=0),
        line("rosette", inlay, shade(wood, 0.5), 0.015, detail=2),
        _bridge(),
    )
    return Part("body", lathe(profile), wood, "varnish", relief=0.4, children=details)


def _electric(waist: float, wood: Colour) -> Part:
    right = [(0.12, 0.0), (0.34, -0.26), (0.4, -0.06), (waist, 0.22), (0.44, 0.5), (0.36, 0.82), (0, 0.94)]
    left = [(-0.4, 0.84), (-0.46, 0.55), (-waist, 0.25), (-0.42, 0.02), (-0.4, -0.3), (-0.14, 0.0)]
    guard = smooth("0.1,0.1 0.26,0.3 0.3,0.62 0.05,0.7 0.05,0.4")
    details = (
        Part("pick guard", guard, (0.93, 0.92, 0.88), "plastic", detail=1),
        Part("pickup", rect(-0.13, 0.26, 0.13, 0.33), DARK, "plastic", detail=1),
        Part("pickup", rect(-0.13, 0.44, 0.13, 0.51), DARK, "plastic", detail=2),
        _bridge(),
    )
    return Part("body", smooth(right + left), wood, "varnish", relief=0.4, children=details)


def door(p: Pose) -> Part:
    """A door in its frame."""
    wood, frame = (
        p.tint("7a4a2a", "3a5a4a", "8a2a2a", "c9a06a", "34465a"),
        p.tint("e6e0d4", "5a3f2a", "b8b0a4"),
    )
    tall = p.vary(0.95, 1.05)
    if p.kind == "arched":
        leaf, outer = arch(-0.48, -0.6 * tall, 0.48, 0.95, 0.4), arch(-0.6, -0.6 * tall, 0.6, 0.95, 0.52)
    else:
        leaf, outer = rect(-0.48, -0.95 * tall, 0.48, 0.95), rect(-0.6, -1.08 * tall, 0.6, 0.95)
    fields = [(x, y, h) for x in (-0.38, 0.06) for y, h in ((-0.05, 0.0), (0.15, 0.62))]
    panels = [
        Part(
            "panel",
            rect(x, -0.5 * tall if h == 0 else y, x + 0.32, -0.02 if h == 0 else y + h, 0.02),
            shade(wood, 0.9),
            "wood",
            detail=1,
            relief=-0.4,
        )
        for x, y, h in fields
    ]
    if p.kind == "glazed":
        panels = [
            Part(
                "pane",
                rect(-0.34, -0.8, 0.34, 0.1, 0.03),
                (0.7, 0.8, 0.84),
                "glass",
                detail=0,
                children=(
                    line("bar", [(0, -0.8), (0, 0.1)], wood, 0.04),
                    line("bar", [(-0.34, -0.35), (0.34, -0.35)], wood, 0.04),
                ),
            ),
            panels[1],
            panels[3],
        ]
    knob = Part("knob", ellipse(0.38, 0.1, 0.055, n=16), (0.8, 0.68, 0.32), "metal")
    hinges = [
        Part("hinge", rect(-0.49, y, -0.42, y + 0.1), (0.35, 0.33, 0.3), "metal", detail=2)
        for y in (-0.5, 0.6)
    ]
    step = Part("step", rect(-0.75, 0.93, 0.75, 1.06), (0.55, 0.53, 0.5), "stone", detail=1, relief=0.2)
    return group(
        "door",
        Part("frame", outer, frame, "wood", relief=0.2),
        step,
        Part(
            "leaf",
            leaf,
            wood,
            "planks" if p.kind == "arched" else "wood",
            relief=0.1,
            children=(*panels, knob, *hinges),
        ),
    )


FIGURES = (
    FigureClass("door", door, ("panelled", "arched", "glazed"), SIDES, ("facade",)),
    FigureClass("guitar", guitar, ("acoustic", "electric"), (*LEANS, "lying"), ("wall", "tabletop", "room")),
)
