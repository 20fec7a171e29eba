"""Seats, built in space and seen by a camera."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import WOODS
from sketchseek.data.synthetic.geometry import smooth
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade
from sketchseek.data.synthetic.solids import Camera, Room, box

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
    seat_y = 0.0
    seat = box(
        eye,
        "seat",
        ((-half, half), (seat_y - 0.1, seat_y), (-half, half)),
        p.tint(*WOODS, "b8484a", "4a6a8a"),
        "fabric" if p.chance(0.4) else "wood",
    )
    parts = [
        seat,
        *legs(
            eye,
            ((-half + leg, half - leg), (-0.85, seat_y - 0.1), (-half + leg, half - leg)),
            leg,
            wood,
            "wood",
        ),
    ]
    back = [
        box(eye, "post", ((x - leg, x + leg), (seat_y, tall), (-half, -half + 2 * leg)), wood, nearer=-0.3)
        for x in (-half + leg, half - leg)
    ]
    if p.kind == "ladder-back":
        back += [
            box(
                eye,
                "rung",
                ((-half + 2 * leg, half - 2 * leg), (y, y + 0.13), (-half + 0.02, -half + leg)),
                wood,
                detail=int(i == 1),
                nearer=-0.3,
            )
            for i, y in enumerate((0.25, 0.5, 0.74 * tall))
        ]
    elif p.kind == "spindle":
        back += [
            box(
                eye,
                "top rail",
                ((-half, half), (tall - 0.14, tall + 0.03), (-half, -half + 2 * leg)),
                wood,
                nearer=-0.28,
            )
        ]
        back += [
            box(
                eye,
                "spindle",
                ((x - 0.018, x + 0.018), (0, tall - 0.14), (-half + 0.02, -half + 0.05)),
                wood,
                nearer=-0.31,
                detail=1 + i % 2,
            )
            for i, x in enumerate(np.linspace(-half * 0.6, half * 0.6, 5))
        ]
    else:
        back = [
            box(
                eye,
                "back rest",
                ((-half, half), (seat_y, tall), (-half, -half + 0.1)),
                seat.colour,
                seat.material,
                nearer=-0.3,
            )
        ]
        back += [
            box(
                eye,
                "arm rest",
                ((s * half - 0.06, s * half + 0.06), (0.3, 0.38), (-half + 0.08, half * 0.8)),
                wood,
                nearer=0.3 if s > 0 else -0.05,
            )
            for s in (-1, 1)
        ]
        back += [
            box(
                eye,
                "arm post",
                ((s * half - leg, s * half + leg), (0, 0.3), (half * 0.7 - leg, half * 0.7 + leg)),
                wood,
                nearer=0.2 if s > 0 else -0.06,
            )
            for s in (-1, 1)
        ]
    return group("chair", group("back", *back), *parts)


def bench(p: Pose) -> Part:
    """A bench."""
    eye, wood = camera(p), p.tint(*WOODS, "3f6a4a")
    iron = p.tint("2a2c30", "3a3f3a") if p.kind != "log" else shade(wood, 0.8)
    wide, tall = p.vary(1.0, 1.15), p.vary(0.5, 0.62)
    slats = 3 if p.kind == "park" else 1
    depth = 0.36
    seat = [
        box(
            eye,
            "seat slat" if slats > 1 else "seat",
            (
                (-wide, wide),
                (-0.06, 0.0),
                (-depth + 2 * depth * i / slats, -depth + 2 * depth * (i + 0.85) / slats),
            ),
            wood,
            nearer=0.01 * i,
            detail=0 if slats == 1 or i != 1 else 1,
        )
        for i in range(slats)
    ]
    inset = wide * 0.82
    feet = legs(
        eye,
        ((-inset, inset), (-0.5, -0.06), (-depth + 0.06, depth - 0.06)),
        0.045 if p.kind != "log" else 0.09,
        iron,
        "metal" if p.kind != "log" else "wood",
    )
    back: list[Part] = []
    if p.kind == "park":
        back = [
            box(
                eye,
                "back slat",
                ((-wide, wide), (y, y + 0.13), (-depth - 0.05, -depth)),
                wood,
                nearer=-0.2,
                detail=int(i == 1),
            )
            for i, y in enumerate((0.12, 0.3, 0.48))
        ]
        back += [
            box(
                eye,
                "post",
                ((x - 0.04, x + 0.04), (0.0, 0.6), (-depth - 0.09, -depth - 0.05)),
                iron,
                "metal",
                nearer=-0.4,
            )
            for x in (-inset, inset)
        ]
        back += [
            line(
                "arm rest",
                smooth(
                    eye.see(
                        [
                            (s * wide * 0.98, 0.3, -depth),
                            (s * wide * 0.98, 0.3, 0.1),
                            (s * wide * 0.98, 0.2, depth),
                            (s * wide * 0.98, -0.03, depth),
                        ]
                    ),
                    closed=False,
                ),
                iron,
                0.05,
                material="metal",
                z=0.6,
            )
            for s in (-1, 1)
        ]
    elif p.kind == "solid":
        back = [
            box(eye, "back rest", ((-wide, wide), (0.1, tall), (-depth - 0.05, -depth)), wood, nearer=-0.2)
        ]
        back += [
            box(eye, "post", ((x - 0.05, x + 0.05), (0.0, 0.12), (-depth - 0.05, -depth)), wood, nearer=-0.25)
            for x in (-inset, inset)
        ]
    return (
        group("bench", group("back", *back), *feet, group("seat", *seat))
        if back
        else group("bench", *feet, *seat)
    )


FIGURES = (
    FigureClass("bench", bench, ("park", "solid", "log"), VIEWS, ("grass", "street")),
    FigureClass("chair", chair, ("ladder-back", "spindle", "arm"), VIEWS, ("room",)),
)
