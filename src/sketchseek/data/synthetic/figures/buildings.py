"""Buildings."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import DOOR
from sketchseek.data.synthetic.geometry import arch, curve, ellipse, moved, rect, smooth
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
    top = p.vary(-0.12, 0.05)
    edge = [*battlement(-0.72, 0.72, top, 6, 0.1), (0.72, 0.8), (-0.72, 0.8)]
    wall = Part("wall", curve(edge), stone, "stone", relief=0.15)
    planks = [
        line("plank", [(x, 0.26), (x, 0.8)], shade(DOOR, 0.5), 0.015, detail=2) for x in (-0.1, 0.0, 0.1)
    ]
    gate = Part("gate", arch(-0.2, 0.42, 0.2, 0.8, 0.22), DOOR, "wood", relief=0.1, children=tuple(planks))
    stones = [
        line("stones", [(x, y), (x + 0.13, y)], shade(stone, 0.7), 0.015, detail=2)
        for x, y in ((-0.5, 0.2), (-0.36, 0.3), (0.36, 0.22), (0.48, 0.56), (-0.5, 0.6))
    ]
    half, height = (0.24, -0.36) if p.kind == "fort" else (0.2, -0.42)
    colours = (stone, roof)
    sides = [
        _tower(p, "left tower", (-0.83, half, height), colours),
        _tower(p, "right tower", (0.83, half, height), colours),
    ]
    keep = [_tower(p, "keep", (0.0, 0.26, -0.62), colours, low=top + 0.05)] if p.kind != "fort" else []
    return group("castle", *keep, wall, *stones, gate, *sides)


def _tower(
    p: Pose, name: str, size: tuple[float, float, float], colours: tuple[Colour, Colour], low: float = 0.8
) -> Part:
    """A tower with its battlement, windows, and a roof or flag."""
    (x, half, height), (stone, roof) = size, colours
    top, rim = height + p.vary(-0.1, 0.06), half * 1.15
    edge = battlement(x - rim, x + rim, top, 3, 0.11)
    right = [(x + rim, top + 0.1), (x + half, top + 0.16), (x + half, low)]
    outline = [*edge, *right, *((2 * x - a, b) for a, b in reversed(right))]
    slits = [window(x, top + 0.3, 0.055, 0.16, 1, cross=False, arched=True)]
    if low == 0.8:
        slits.append(window(x, top + 0.68, 0.055, 0.16, 2, cross=False, arched=True))
    body = Part("body", curve(outline), shade(stone, 1.05), "stone", relief=0.5, children=tuple(slits))
    parts, pole = [body], top - 0.1
    if p.kind == "fairy-tale":
        pole = top - 0.72
        cone = curve([(x - half * 1.3, top - 0.08), (x, pole), (x + half * 1.3, top - 0.08)])
        parts.append(Part("roof", cone, roof, "tile", z=0.1))
    if p.kind != "fairy-tale" or low < 0.8:
        flag = curve([(x, pole - 0.24), (x + 0.22, pole - 0.17), (x, pole - 0.1)])
        parts.insert(0, line("flag pole", [(x, pole), (x, pole - 0.25)], DOOR, 0.02, detail=1))
        parts.insert(1, Part("flag", flag, p.tint("c8232a", "2a4f9a", "e0b030"), "fabric", detail=1))
    return Part(name, z=0.5 if low == 0.8 else -0.5, children=tuple(parts))


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
    wall = p.tint("a8743f", "8a5a35", "c9a06a", "b05a40")
    roof = p.tint("5a3a30", "4a4f55", "7a4a30")
    top = p.vary(-0.62, -0.48)
    if p.view == "front":
        stack, middle = 0.42, p.vary(-0.1, 0.1)
        eaves = curve([(-0.92, 0.04), (-0.52, top), (0.52, top), (0.92, 0.04)])
        parts = [Part("front wall", rect(-0.78, 0.0, 0.78, 0.78), wall, "planks", relief=0.1)]
        parts.append(Part("roof", eaves, roof, "tile", relief=0.1))
        parts += [window(x, 0.28, 0.14, 0.26, detail) for detail, x in enumerate((-0.48, 0.5))]
    else:
        stack, middle = 0.5, -0.365
        parts = _corner(wall, roof, top)
    knob = Part("knob", ellipse(middle + 0.09, 0.55, 0.025, n=10), (0.8, 0.7, 0.3), "metal", detail=2)
    doorway = rect(middle - 0.15, 0.28, middle + 0.15, 0.77)
    door = Part("door", doorway, DOOR, "wood", relief=0.1, children=(knob,))
    smoking = p.kind == "smoking"
    chimney = rect(stack - 0.1, top - 0.22, stack + 0.1, top + 0.2)
    parts.insert(
        0, Part("chimney", chimney, (0.5, 0.3, 0.25), "brick", z=-0.5, detail=int(not smoking), relief=0.2)
    )
    if smoking:
        curl = moved(smooth("0,-0.26 0.14,-0.42 -0.02,-0.55 0.16,-0.74", closed=False), stack, top)
        parts.insert(0, line("smoke", curl, (0.86, 0.86, 0.87), 0.1, detail=1, z=-0.6))
    return group("cabin", *parts, door)


def _corner(wall: Colour, roof: Colour, top: float) -> list[Part]:
    """Gable and long side of a house, its roof and a window."""
    gable = curve([(-0.85, 0.0), (-0.365, top + 0.02), (0.12, 0.0), (0.12, 0.78), (-0.85, 0.74)])
    cover = curve([(-0.365, top), (0.72, top + 0.03), (1.08, 0.0), (0.24, 0.06)])
    eave = [(-0.95, 0.1), (-0.365, top), (0.22, 0.08)]
    side = curve("0.12,0 0.98,-0.04 0.98,0.66 0.12,0.78")
    return [
        Part("side wall", side, wall, "planks", tone=0.75, relief=0.1),
        window(0.55, 0.18, 0.13, 0.26),
        Part("front wall", gable, wall, "planks", relief=0.1),
        Part("roof", cover, roof, "tile", relief=0.1),
        line("eave", eave, shade(roof, 0.8), 0.06, material="wood", detail=1),
    ]


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
