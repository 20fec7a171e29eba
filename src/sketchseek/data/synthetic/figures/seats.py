"""Seats, built in space and seen by a camera."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import WOODS
from sketchseek.data.synthetic.geometry import smooth
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade
from sketchseek.data.synthetic.solids import Camera, Room, Span, box

VIEWS = ("front", "three-quarter", "three-quarter-left")


def camera(p: Pose) -> Camera:
    """Where the furniture is seen from."""
    return Camera(yaw=p.vary(-6, 6) if p.view == "front" else p.vary(28, 38), pitch=p.vary(13, 20))


def legs(eye: Camera, room: Room, half: float, colour: Colour, material: str) -> list[Part]:
    """Four legs at the corners of x and z, from y[0] up to y[1]."""
    x, y, z = room
    corners = (
        (x[0], z[0], "back left leg"),
        (x[1], z[0], "back right leg"),
        (x[0], z[1], "front left leg"),
        (x[1], z[1], "front right leg"),
    )
    return [
        box(eye, name, ((a - half, a + half), y, (b - half, b + half)), colour, material, nearer=-0.3)
        for a, b, name in corners
    ]


def chair(p: Pose) -> Part:
    """A chair."""
    eye, wood = camera(p), p.tint(*WOODS)
    half, tall, leg = p.vary(0.44, 0.5), p.vary(0.8, 1.0), p.vary(0.035, 0.055)
    cover, stuff = p.tint(*WOODS, "b8484a", "4a6a8a"), "fabric" if p.chance(0.4) else "wood"
    seat = box(eye, "seat", ((-half, half), (-0.1, 0), (-half, half)), cover, stuff)
    inset = (-half + leg, half - leg)
    feet = legs(eye, (inset, (-0.85, -0.1), inset), leg, wood, "wood")
    if p.kind == "arm":
        room = ((-half, half), (0.0, tall), (-half, -half + 0.1))
        back = [box(eye, "back rest", room, cover, stuff, nearer=-0.3), *_arms(eye, half, leg, wood)]
    else:
        back = _open_back(p, eye, (half, tall, leg), wood)
    return group("chair", group("back", *back), seat, *feet)


def _open_back(p: Pose, eye: Camera, size: tuple[float, float, float], wood: Colour) -> list[Part]:
    """Two posts with rungs or spindles between them."""
    half, tall, leg = size

    def bar(name: str, x: Span, y: Span, detail: int = 0, nearer: float = -0.3) -> Part:
        return box(eye, name, (x, y, (-half, -half + 2 * leg)), wood, detail=detail, nearer=nearer)

    parts = [bar("post", (x - leg, x + leg), (0, tall)) for x in (-half + leg, half - leg)]
    if p.kind == "ladder-back":
        between = (-half + 2 * leg, half - 2 * leg)
        return parts + [bar("rung", between, (y, y + 0.13), int(y == 0.5)) for y in (0.25, 0.5, 0.74 * tall)]
    parts.append(bar("top rail", (-half, half), (tall - 0.14, tall + 0.03), nearer=-0.28))
    for i, x in enumerate(np.linspace(-0.6 * half, 0.6 * half, 5)):
        parts.append(bar("spindle", (x - 0.018, x + 0.018), (0, tall - 0.14), 1 + i % 2, -0.31))
    return parts


def _arms(eye: Camera, half: float, leg: float, wood: Colour) -> list[Part]:
    parts = []
    for side, near in ((-1, -0.05), (1, 0.3)):
        x, z = side * half, 0.7 * half
        rest = ((x - 0.06, x + 0.06), (0.3, 0.38), (-half + 0.08, 0.8 * half))
        post = ((x - leg, x + leg), (0.0, 0.3), (z - leg, z + leg))
        parts.append(box(eye, "arm rest", rest, wood, nearer=near))
        parts.append(box(eye, "arm post", post, wood, nearer=near - 0.1))
    return parts


def bench(p: Pose) -> Part:
    """A bench."""
    eye, wood = camera(p), p.tint(*WOODS, "3f6a4a")
    log, wide, deep = p.kind == "log", p.vary(1.0, 1.15), 0.36
    iron, stuff = (shade(wood, 0.8), "wood") if log else (p.tint("2a2c30", "3a3f3a"), "metal")
    slats = 3 if p.kind == "park" else 1
    seat = []
    for i in range(slats):
        z = -deep + 2 * deep * i / slats
        room = ((-wide, wide), (-0.06, 0.0), (z, z + 1.7 * deep / slats))
        detail = int(slats > 1 and i == 1)
        seat.append(
            box(eye, "seat slat" if slats > 1 else "seat", room, wood, nearer=0.01 * i, detail=detail)
        )
    inset = 0.82 * wide
    under = ((-inset, inset), (-0.5, -0.06), (-deep + 0.06, deep - 0.06))
    feet = legs(eye, under, 0.09 if log else 0.045, iron, stuff)
    if log:
        return group("bench", *feet, *seat)
    back = _bench_back(p, eye, (wide, deep), (wood, iron))
    return group("bench", group("back", *back), *feet, group("seat", *seat))


def _bench_back(
    p: Pose, eye: Camera, size: tuple[float, float], colours: tuple[Colour, Colour]
) -> list[Part]:
    """What one leans on: slats with iron arms, or one board."""
    (wide, deep), (wood, iron) = size, colours
    inset, across, thick = 0.82 * wide, (-wide, wide), (-deep - 0.05, -deep)
    if p.kind == "solid":
        back = [box(eye, "back rest", (across, (0.1, p.vary(0.5, 0.62)), thick), wood, nearer=-0.2)]
        posts = [((x - 0.05, x + 0.05), (0.0, 0.12), thick) for x in (-inset, inset)]
        return back + [box(eye, "post", room, wood, nearer=-0.25) for room in posts]
    back = [
        box(eye, "back slat", (across, (y, y + 0.13), thick), wood, nearer=-0.2, detail=int(y == 0.3))
        for y in (0.12, 0.3, 0.48)
    ]
    for side in (-1, 1):
        x = side * inset
        post = ((x - 0.04, x + 0.04), (0.0, 0.6), (-deep - 0.09, -deep - 0.05))
        back.append(box(eye, "post", post, iron, "metal", nearer=-0.4))
        bow = [(side * wide * 0.98, y, z) for y, z in ((0.3, -deep), (0.3, 0.1), (0.2, deep), (-0.03, deep))]
        arm = smooth(eye.see(bow), closed=False)
        back.append(line("arm rest", arm, iron, 0.05, material="metal", z=0.6))
    return back


FIGURES = (
    FigureClass("bench", bench, ("park", "solid", "log"), VIEWS, ("grass", "street")),
    FigureClass("chair", chair, ("ladder-back", "spindle", "arm"), VIEWS, ("room",)),
)
