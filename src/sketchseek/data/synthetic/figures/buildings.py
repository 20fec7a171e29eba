"""Buildings."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import DOOR
from sketchseek.data.synthetic.geometry import arch, curve, ellipse, rect, smooth
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade

PANE: Colour = (0.16, 0.2, 0.27)


def window(
    x: float, y: float, half: float, high: float, detail: int = 1, *, cross: bool = True, arched: bool = False
) -> Part:
    """A window with its bars."""
    shape = arch(x - half, y, x + half, y + high, half) if arched else rect(x - half, y, x + half, y + high)
    bars = [
        line("bar", [(x, y - (half if arched else 0)), (x, y + high)], (0.9, 0.88, 0.82), 0.018, detail=2)
    ]
    bars.append(
        line("bar", [(x - half, y + high / 2), (x + half, y + high / 2)], (0.9, 0.88, 0.82), 0.018, detail=2)
    )
    return Part(
        "window", shape, PANE, "glass", detail=detail, relief=0.1, children=tuple(bars if cross else ())
    )


def battlement(x0: float, x1: float, y: float, teeth: int, high: float) -> list[tuple[float, float]]:
    """The toothed upper edge of a wall, from left to right."""
    step = (x1 - x0) / (2 * teeth - 1)
    points: list[tuple[float, float]] = []
    for i in range(teeth):
        left = x0 + 2 * i * step
        points += [(left, y), (left, y - high), (left + step, y - high), (left + step, y)]
    return points


def castle(p: Pose) -> Part:
    """A castle: wall, gate and towers."""
    stone, roof = p.tint("a39a8a", "b8a88a", "8a8a90"), p.tint("7a3a35", "3a4a6a", "5a4a3a")
    wall_top, towers = p.vary(-0.12, 0.05), []
    pointed = p.kind == "fairy-tale"
    wall = Part(
        "wall",
        curve([*battlement(-0.72, 0.72, wall_top, 6, 0.1), (0.72, 0.8), (-0.72, 0.8)]),
        stone,
        "stone",
        relief=0.15,
    )
    gate = Part(
        "gate",
        arch(-0.2, 0.42, 0.2, 0.8, 0.22),
        DOOR,
        "wood",
        relief=0.1,
        children=tuple(
            line("plank", [(x, 0.26), (x, 0.8)], shade(DOOR, 0.5), 0.015, detail=2) for x in (-0.1, 0.0, 0.1)
        ),
    )
    layout = (
        [(-0.84, -0.42, 0.2), (0.84, -0.42, 0.2), (0.0, -0.62, 0.26)]
        if p.kind != "fort"
        else [(-0.8, -0.36, 0.24), (0.8, -0.36, 0.24)]
    )
    for i, (x, high, half) in enumerate(layout):
        top = high + p.vary(-0.1, 0.06)
        middle = x == 0.0
        low = wall_top + 0.05 if middle else 0.8
        edge = battlement(x - half * 1.15, x + half * 1.15, top, 3, 0.11)
        body = curve(
            [
                *edge,
                (x + half * 1.15, top + 0.1),
                (x + half, top + 0.16),
                (x + half, low),
                (x - half, low),
                (x - half, top + 0.16),
                (x - half * 1.15, top + 0.1),
            ]
        )
        parts = [window(x, top + 0.3, 0.055, 0.16, 1, cross=False, arched=True)]
        if not middle:
            parts.append(window(x, top + 0.68, 0.055, 0.16, 2, cross=False, arched=True))
        tower = Part(
            "tower",
            body,
            shade(stone, 1.05),
            "stone",
            z=-0.5 if middle else 0.5,
            relief=0.5,
            children=tuple(parts),
        )
        if pointed:
            cone = Part(
                "roof",
                curve([(x - half * 1.3, top - 0.08), (x, top - 0.72), (x + half * 1.3, top - 0.08)]),
                roof,
                "tile",
                z=0.1,
            )
            pole = top - 0.72
        else:
            cone, pole = Part("roof"), top - 0.1
        flag = Part(
            "flag",
            curve([(x, pole - 0.24), (x + 0.22, pole - 0.17), (x, pole - 0.1)]),
            p.tint("c8232a", "2a4f9a", "e0b030"),
            "fabric",
            detail=1,
        )
        mast = line("flag pole", [(x, pole), (x, pole - 0.25)], DOOR, 0.02, detail=1)
        towers.append(
            group(
                ("left tower", "right tower", "keep")[i],
                *((mast, flag) if middle or not pointed else ()),
                Part("body", children=(tower,)),
                cone,
            )
        )
    bricks = [
        line("stones", [(x, y), (x + 0.13, y)], shade(stone, 0.7), 0.015, detail=2)
        for x, y in ((-0.5, 0.2), (-0.36, 0.3), (0.36, 0.22), (0.48, 0.56), (-0.5, 0.6))
    ]
    return group("castle", *towers[2:], Part("front", children=(wall, *bricks, gate)), *towers[:2])


def church(p: Pose) -> Part:
    """A church: hall and bell tower."""
    wall, roof = p.tint("e8e2d6", "cbb494", "a86a4a"), p.tint("5a4038", "44505a", "7a3a30")
    high = p.vary(-0.7, -0.5)
    brick = "brick" if wall[0] < 0.72 else "plaster"
    nave = Part(
        "nave",
        curve("-0.2,0.02 0.95,0.02 0.95,0.8 -0.2,0.8"),
        shade(wall, 0.88),
        brick,
        relief=0.1,
    )
    slope = Part("roof", curve("-0.28,0.04 -0.1,-0.42 0.82,-0.42 1.04,0.04"), roof, "tile", relief=0.1)
    windows = [window(x, 0.3, 0.08, 0.26, 1 + i % 2, arched=True) for i, x in enumerate((0.2, 0.48, 0.76))]
    tower = Part("tower", rect(-0.72, high + 0.22, -0.16, 0.8), wall, brick, z=1, relief=0.1)
    if p.kind == "domed":
        top = Part(
            "dome",
            np.concatenate([ellipse(-0.44, high + 0.22, 0.3, 0.36, start=180, stop=360, n=20)]),
            p.tint("4a7a6a", "c8a03a"),
            "metal",
            z=1,
        )
        tip = high - 0.14
    else:
        tip = high - (0.62 if p.kind == "steepled" else 0.3)
        top = Part(
            "steeple",
            curve([(-0.8, high + 0.24), (-0.44, tip), (-0.08, high + 0.24)]),
            roof,
            "tile",
            z=1,
            relief=0.4,
        )
    cross = group(
        "cross",
        line("upright", [(-0.44, tip + 0.02), (-0.44, tip - 0.32)], DOOR, 0.035, detail=0),
        line("arm", [(-0.54, tip - 0.2), (-0.34, tip - 0.2)], DOOR, 0.035, detail=0),
    )
    door = Part(
        "door",
        arch(-0.57, 0.5, -0.31, 0.8, 0.15),
        DOOR,
        "wood",
        z=1,
        relief=0.1,
        children=(line("seam", [(-0.44, 0.36), (-0.44, 0.8)], shade(DOOR, 0.5), 0.015, detail=2),),
    )
    rose = Part("rose window", ellipse(-0.44, 0.12, 0.1), PANE, "glass", z=1, detail=1)
    openings = [window(x, high + 0.42, 0.06, 0.14, 2, cross=False, arched=True) for x in (-0.56, -0.32)]
    bell = Part("belfry", z=1, children=tuple(openings))
    return group(
        "church",
        group("hall", nave, slope, *windows),
        group("bell tower", tower, top, cross, door, rose, bell),
    )


def cabin(p: Pose) -> Part:
    """A small house, from the front or at an angle."""
    wall, roof = p.tint("a8743f", "8a5a35", "c9a06a", "b05a40"), p.tint("5a3a30", "4a4f55", "7a4a30")
    slope = p.vary(-0.62, -0.48)
    sides = p.view != "front"
    parts: list[Part] = []
    if sides:
        front, back = (-0.85, 0.12), 0.98
        side = Part(
            "side wall",
            curve([(front[1], 0.0), (back, -0.04), (back, 0.66), (front[1], 0.78)]),
            wall,
            "planks",
            tone=0.75,
            relief=0.1,
        )
        parts = [side, window(0.55, 0.18, 0.13, 0.26)]
        cover = curve(
            [
                ((front[0] + front[1]) / 2, slope),
                (0.72, slope + 0.03),
                (back + 0.1, -0.0),
                (front[1] + 0.12, 0.06),
            ]
        )
    else:
        front = (-0.78, 0.78)
        cover = curve([(front[0] - 0.14, 0.04), (-0.52, slope), (0.52, slope), (front[1] + 0.14, 0.04)])
    middle = (front[0] + front[1]) / 2
    if sides:
        gable = curve(
            [(front[0], 0.0), (middle, slope + 0.02), (front[1], 0.0), (front[1], 0.78), (front[0], 0.74)]
        )
        parts += [
            Part("front wall", gable, wall, "planks", relief=0.1),
            Part("roof", cover, roof, "tile", relief=0.1),
        ]
        parts.append(
            line(
                "eave",
                [(front[0] - 0.1, 0.1), (middle, slope), (front[1] + 0.1, 0.08)],
                shade(roof, 0.8),
                0.06,
                material="wood",
                detail=1,
            )
        )
    else:
        parts += [
            Part("front wall", rect(front[0], 0.0, front[1], 0.78), wall, "planks", relief=0.1),
            Part("roof", cover, roof, "tile", relief=0.1),
        ]
    at = middle + (0.0 if sides else p.vary(-0.1, 0.1))
    door = Part(
        "door",
        rect(at - 0.15, 0.28, at + 0.15, 0.77),
        DOOR,
        "wood",
        relief=0.1,
        children=(Part("knob", ellipse(at + 0.09, 0.55, 0.025, n=10), (0.8, 0.7, 0.3), "metal", detail=2),),
    )
    chimney_x = 0.42 if not sides else 0.5
    chimney = Part(
        "chimney",
        rect(chimney_x - 0.1, slope - 0.22, chimney_x + 0.1, slope + 0.2),
        (0.5, 0.3, 0.25),
        "brick",
        z=-0.5,
        detail=0 if p.kind == "smoking" else 1,
        relief=0.2,
    )
    smoke = []
    if p.kind == "smoking":
        curl = smooth(
            [
                (chimney_x, slope - 0.26),
                (chimney_x + 0.14, slope - 0.42),
                (chimney_x - 0.02, slope - 0.55),
                (chimney_x + 0.16, slope - 0.74),
            ],
            closed=False,
        )
        smoke = [line("smoke", curl, (0.86, 0.86, 0.87), 0.1, detail=1, z=-0.6)]
    if not sides:
        parts += [window(x, 0.28, 0.14, 0.26, i) for i, x in enumerate((-0.48, 0.5))]
    return group("cabin", *smoke, chimney, *parts, door)


FIGURES = (
    FigureClass(
        "cabin",
        cabin,
        ("plain", "smoking"),
        ("front", "three-quarter", "three-quarter-left"),
        ("grass", "snow"),
    ),
    FigureClass("castle", castle, ("fairy-tale", "fort", "keep"), ("front", "turned-left"), ("grass",), 1.05),
    FigureClass("church", church, ("steepled", "domed", "village"), ("right", "left"), ("grass",)),
)
