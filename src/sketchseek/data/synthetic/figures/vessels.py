"""Vessels."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import SIDES
from sketchseek.data.synthetic.geometry import (
    Curve,
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
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade

GLAZES = ("e8e4da", "3a6a9a", "b8322f", "4a7a5a", "e0a83a", "2f3338", "9ac0c8")


def cup(p: Pose) -> Part:
    """A mug, a teacup on its saucer or a tall cup."""
    glaze = p.tint(*GLAZES)
    profile, grip = {
        "mug": (curve("0.6,-0.6 0.6,0.3 0.56,0.66 0.4,0.72"), 0.34),
        "teacup": (curve("0.78,-0.45 0.72,0.05 0.48,0.42 0.26,0.52 0.28,0.6"), 0.24),
        "tall": (curve("0.56,-0.8 0.5,0.2 0.42,0.78 0.36,0.8"), 0.34),
    }[p.kind]
    (half, top), (foot, low), bulge = profile[0], profile[-1], p.vary(0.15, 0.2)
    right = smooth(profile, closed=False)
    rims = ellipse(0, low, foot, 0.07, start=0, stop=180, n=12), ellipse(0, top, half, bulge, start=180, n=18)
    body = np.concatenate([right, rims[0], right[::-1] * (-1, 1), rims[1]])
    ring = ellipse(half * 0.88, top + 1.75 * grip, grip * 1.05, grip, start=-105, stop=105, n=24)
    inside = [
        Part("opening", ellipse(0, top, half * 0.97, bulge * 0.92), shade(glaze, 0.8), "ceramic", relief=0.2),
        Part(
            "drink",
            ellipse(0, top + 0.04, half * 0.86, bulge * 0.68),
            p.tint("4a2a18", "8a5a2a"),
            "fruit",
            detail=2,
            relief=0.2,
        ),
    ]
    if p.chance(0.5):
        inside += _bands(profile, shade(glaze, 0.55))
    parts = [Part("handle", sweep(ring, 0.13), glaze, "ceramic", z=-0.5)]
    if p.kind == "teacup":
        parts.insert(
            0,
            Part("saucer", ellipse(0, low + 0.06, 1.0, 0.2), shade(glaze, 0.95), "ceramic", z=-1, relief=0.5),
        )
    if p.chance(0.5):
        curl = smooth("0,-0.2 0.08,-0.36 -0.05,-0.5 0.04,-0.64", closed=False)
        parts += [line("steam", moved(curl, x, top), detail=2) for x in (-0.15, 0.15)]
    return group("cup", *parts, Part("body", body, glaze, "ceramic", children=tuple(inside)))


def _bands(profile: Curve, colour: Colour) -> list[Part]:
    """Two painted lines around a cup."""
    y = 0.3 * float(profile[-1, 1])
    half = float(np.interp(y, profile[:, 1], profile[:, 0]))
    arcs = [ellipse(0, y + down, half, 0.09, start=10, stop=170, n=18) for down in (0.0, 0.12)]
    return [line("stripe", arc, colour, 0.04, detail=1 + i) for i, arc in enumerate(arcs)]


def teapot(p: Pose) -> Part:
    """A teapot."""
    glaze = p.tint(*GLAZES)
    profile = {
        "round": curve("0.3,-0.42 0.62,-0.2 0.74,0.15 0.6,0.52 0.36,0.64"),
        "tall": curve("0.26,-0.72 0.4,-0.4 0.52,0.1 0.56,0.5 0.42,0.66"),
        "squat": curve("0.4,-0.24 0.8,-0.05 0.86,0.2 0.64,0.5 0.42,0.58"),
    }[p.kind]
    (half, top), (foot, low), wide = profile[0], profile[-1], float(profile[:, 0].max())
    body = lathe([(0, top), *profile, (0, low + 0.04)])
    spout = smooth(
        [(0.75 * wide, 0.32), (wide + 0.14, 0.12), (wide + 0.24, -0.22), (wide + 0.46, -0.38)], closed=False
    )
    ring = [
        (-0.78 * wide, -0.24),
        (-wide - 0.18, -0.42),
        (-wide - 0.44, -0.16),
        (-wide - 0.36, 0.2),
        (-0.86 * wide, 0.34),
    ]
    handle = sweep(smooth(ring, closed=False), [0.1, 0.13, 0.12, 0.09])
    lid = moved(smooth("-1.05,0.04 -0.7,-0.15 0,-0.22 0.7,-0.15 1.05,0.04 0,0.09") * (half, 1), 0, top)
    base = ellipse(0, low - 0.02, foot, 0.05, start=10, stop=170, n=12)
    inside = [line("foot ring", base, shade(glaze, 0.6), 0.03, detail=2)]
    if p.chance(0.7):
        tint, petal = p.tint("e8e4da", "b8322f", "2a4f8a", "e0b84a"), ellipse(0, -0.12, 0.06, 0.11, n=12)
        petals = [moved(turned(petal, 72 * i), 0, 0.18) for i in range(5)]
        inside += [Part("petal", outline, tint, "matte", detail=2, relief=0.2) for outline in petals]
    return group(
        "teapot",
        Part("handle", handle, glaze, "ceramic", z=-0.5),
        Part("spout", sweep(spout, [0.4, 0.24, 0.16, 0.17]), glaze, "ceramic", z=-0.4),
        Part("body", body, glaze, "ceramic", children=tuple(inside)),
        Part("knob", ellipse(0, top - 0.28, 0.09, 0.08, n=18), glaze, "ceramic", detail=1),
        Part("lid", lid, shade(glaze, 0.95), "ceramic"),
    )


def wine_bottle(p: Pose) -> Part:
    """A bottle with its label."""
    glass = p.tint("1f3a24", "2a2f1c", "4a6a3a", "3a1a1c")
    profile = {
        "bordeaux": [(0.1, -1.1), (0.1, -0.52), (0.27, -0.3), (0.29, -0.1), (0.29, 0.9)],
        "burgundy": [(0.1, -1.1), (0.11, -0.6), (0.2, -0.3), (0.33, 0.05), (0.33, 0.9)],
        "flask": [(0.09, -0.8), (0.1, -0.42), (0.36, -0.05), (0.44, 0.4), (0.34, 0.88)],
    }[p.kind]
    half, low = profile[-1]
    side = smooth(profile, closed=False)
    body = np.concatenate([side, ellipse(0, low, half, 0.06, start=0, stop=180, n=12), side[::-1] * (-1, 1)])
    top = profile[0][1]
    cap = p.tint("8a1f2a", "2f2a24", "b8954a")
    wrap = Part("capsule", rect(-0.115, top, 0.115, top + 0.34, 0.02), cap, "metal", detail=1, relief=1)
    lip = Part("lip", rect(-0.125, top - 0.02, 0.125, top + 0.06, 0.02), shade(cap, 0.8), "metal", detail=2)
    y0 = p.vary(0.12, 0.22)
    wide = half * (0.99 if p.kind != "flask" else 1.15)
    paper = Part(
        "label",
        rounded([(-wide, y0), (wide, y0), (wide, y0 + 0.44), (-wide, y0 + 0.44)], 0.02),
        p.tint("efe8d4", "e4d8b8", "f2f0ea"),
        "paper",
        relief=0.9,
        children=(
            *(
                line("print", [(-wide * w, y0 + d), (wide * w, y0 + d)], (0.35, 0.2, 0.15), 0.02, detail=2)
                for d, w in ((0.12, 0.6), (0.2, 0.4), (0.34, 0.7))
            ),
        ),
    )
    return group("wine_bottle", Part("body", body, glass, "bottle", children=(paper, wrap, lip)))


FIGURES = (
    FigureClass("cup", cup, ("mug", "teacup", "tall"), SIDES, ("table", "studio"), 0.9),
    FigureClass("teapot", teapot, ("round", "tall", "squat"), SIDES, ("table", "studio"), 0.95),
    FigureClass(
        "wine_bottle",
        wine_bottle,
        ("bordeaux", "burgundy", "flask"),
        ("upright", "tilted-left", "lying"),
        ("table", "studio"),
    ),
)
