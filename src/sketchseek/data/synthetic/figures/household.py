"""Things of the house."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import DARK, LEANS, SIDES, STEEL
from sketchseek.data.synthetic.geometry import (
    between,
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


def candle(p: Pose) -> Part:
    """A burning candle in its holder."""
    wax, brass = p.tint("f0e8d4", "c8323a", "e8d8a8", "5a7a5a"), p.tint("b8954a", "8a8f94")
    half, high = (0.34, -0.15) if p.kind == "pillar" else (0.13, p.vary(-0.55, -0.35))
    low = 0.45 if p.kind == "stick" else 0.75
    body = np.concatenate(
        [ellipse(0, high, half, 0.06, start=180, stop=360, n=12), [(half, low), (-half, low)]]
    )
    drip = moved(smooth("-0.1,0 0.02,0 0.03,0.3 -0.04,0.36 -0.08,0.2"), half, high)
    rim = ellipse(0, high, half, 0.06, start=0, stop=180, n=12)
    details = (
        line("rim", rim, shade(wax, 0.75), 0.014),
        Part("drip", drip, shade(wax, 1.08), "wax", detail=1),
    )
    core = Part("core", ellipse(0, high - 0.24, 0.035, 0.08, n=14), (1.0, 0.95, 0.75), "glow", detail=2)
    fire = moved(smooth("0,-0.62 0.1,-0.34 0.07,-0.16 -0.07,-0.16 -0.1,-0.34"), 0, high)
    wick = line("wick", [(0, high), (0.01, high - 0.18)], DARK, 0.025)
    return group(
        "candle",
        group("light", wick, Part("flame", fire, (1.0, 0.75, 0.25), "glow", children=(core,))),
        Part("wax", body, wax, "wax", children=details),
        _holder(p, brass),
    )


def _holder(p: Pose, brass: Colour) -> Part:
    if p.kind == "stick":
        stand = lathe("0.2,0.4 0.08,0.5 0.14,0.62 0.06,0.74 0.14,0.9 0.44,1.02 0,1.08")
        return group("holder", Part("stand", stand, brass, "metal", z=0.5))
    dish = smooth("-0.6,0.72 -0.3,0.78 0.3,0.78 0.6,0.72 0.45,0.92 0,0.96 -0.45,0.92")
    parts = [Part("dish", dish, brass, "metal", z=0.5)]
    if p.kind == "chamber":
        ring = ellipse(0.68, 0.76, 0.16, 0.15, start=-150, stop=150, n=20)
        parts.append(line("handle", ring, brass, 0.06, material="metal", detail=0))
    return group("holder", *parts)


def alarm_clock(p: Pose) -> Part:
    """An alarm clock."""
    case, dial = p.tint("c8232a", "3a6a9a", "2f3338", "d8a83a", "5a9a8a"), (0.95, 0.93, 0.86)
    if p.kind == "square":
        body, face = rect(-0.72, -0.66, 0.72, 0.62, 0.2), rect(-0.56, -0.5, 0.56, 0.46, 0.12)
    else:
        body, face = ellipse(0, 0, 0.76), ellipse(0, 0, 0.62)
    bells = []
    for s in (-1, 1):
        dome = moved(
            turned(np.concatenate([ellipse(0, 0, 0.3, 0.28, start=180, stop=360, n=18)]), 38 * s),
            0.5 * s,
            -0.68,
        )
        if p.kind == "twin-bell":
            bells.append(Part("bell", dome, p.tint("c8a84a", "b0b4b8"), "metal"))
        foot = sweep([(0.42 * s, 0.55), (0.62 * s, 0.92)], [0.13, 0.1])
        bells.append(Part("foot", foot, shade(case, 0.7), "metal", z=-0.5, detail=0))
    if p.kind == "twin-bell":
        bells.append(line("hammer", [(0, -0.72), (0, -0.98)], DARK, 0.05, detail=1))
        bells.append(
            line(
                "handle",
                ellipse(0, -0.86, 0.36, 0.32, start=200, stop=340, n=16),
                STEEL,
                0.05,
                material="metal",
                detail=0,
            )
        )
    marks = [
        line(
            "mark",
            between(turned([(0, -0.54)], a)[0], turned([(0, -0.44)], a)[0]),
            DARK,
            0.03,
            detail=1 if a % 90 == 0 else 2,
        )
        for a in range(0, 360, 30)
    ]
    hour, minute = p.vary(0, 360), p.vary(0, 360)
    hands = [
        line("hour hand", curve([(0, 0), *turned([(0, -0.3)], hour)]), DARK, 0.06, detail=0),
        line("minute hand", curve([(0, 0), *turned([(0, -0.46)], minute)]), DARK, 0.04, detail=0),
    ]
    middle = Part("pin", ellipse(0, 0, 0.045, n=10), DARK, "metal", detail=2)
    return group(
        "alarm_clock",
        *bells,
        Part(
            "case",
            body,
            case,
            "metal",
            children=(Part("dial", face, dial, "paper", relief=0.1, children=(*marks, *hands, middle)),),
        ),
    )


def hourglass(p: Pose) -> Part:
    """An hourglass."""
    wood, sand = p.tint("8a5a32", "5a3a28", "b8954a"), p.tint("e0b86a", "d8a05a", "e8d8b0")
    share = p.vary(0.3, 0.75)
    half = 0.5 if p.kind == "wide" else 0.4
    bulb = [(half, -0.8), (half * 0.95, -0.5), (0.06, -0.02), (0.06, 0.02), (half * 0.95, 0.5), (half, 0.8)]
    glass = Part("glass", lathe(bulb), (0.78, 0.86, 0.88), "glass")
    level = -0.72 * share
    width = half * min(1.0, abs(level) / 0.55) * 0.92
    top = Part(
        "upper sand",
        smooth([(-width, level), (0, level + 0.06), (width, level), (0.05, -0.06), (-0.05, -0.06)], steps=3),
        sand,
        "bread",
        detail=1,
        relief=0.3,
    )
    hill = 0.78 - 0.5 * (1 - share)
    low = Part(
        "lower sand",
        curve(
            [
                (-half * 0.94, 0.78),
                (-half * 0.8, 0.7),
                (0, hill - 0.1),
                (half * 0.8, 0.7),
                (half * 0.94, 0.78),
            ]
        ),
        sand,
        "bread",
        detail=1,
        relief=0.3,
    )
    stream = line("stream", [(0, -0.04), (0, hill)], sand, 0.025, detail=2)
    boards = [
        Part(
            name,
            rounded(
                [(-half - 0.16, y), (half + 0.16, y), (half + 0.16, y + 0.14), (-half - 0.16, y + 0.14)], 0.05
            ),
            wood,
            "wood",
            z=0.5,
        )
        for name, y in (("top board", -0.94), ("bottom board", 0.8))
    ]
    posts = [
        Part(
            "post",
            moved(lathe("0.035,-0.8 0.05,-0.4 0.03,0 0.05,0.4 0.035,0.8"), x, 0),
            wood,
            "wood",
            z=0.4,
            detail=0 if p.kind == "wide" else 1,
        )
        for x in (-half - 0.08, half + 0.08)
    ]
    return group("hourglass", glass, top, low, stream, *posts, *boards)


FIGURES = (
    FigureClass(
        "alarm_clock",
        alarm_clock,
        ("twin-bell", "round", "square"),
        ("front", "turned-left"),
        ("table", "studio"),
        0.9,
    ),
    FigureClass("candle", candle, ("pillar", "chamber", "stick"), SIDES, ("table", "dark")),
    FigureClass("hourglass", hourglass, ("wide", "slim"), LEANS, ("table", "studio"), 0.95),
)
