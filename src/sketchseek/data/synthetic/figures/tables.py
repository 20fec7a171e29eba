"""Tables, couches and lamps."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import WOODS
from sketchseek.data.synthetic.figures.seats import VIEWS, camera, legs
from sketchseek.data.synthetic.geometry import curve, ellipse, hull, lathe, smooth, sweep
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade
from sketchseek.data.synthetic.solids import Camera, Room, box


def table(p: Pose) -> Part:
    """A dining, coffee or round table."""
    eye, wood = camera(p), p.tint(*WOODS)
    wide, deep = p.vary(0.95, 1.1), p.vary(0.5, 0.6)
    if p.kind == "round":
        return _round_table(eye, wide, wood)
    high = 0.85 if p.kind == "dining" else 0.5
    top = box(eye, "top", ((-wide, wide), (-0.08, 0), (-deep, deep)), wood, nearer=0.5)
    leg = p.vary(0.04, 0.07)
    feet = legs(
        eye, ((-wide + 0.1, wide - 0.1), (-high, -0.08), (-deep + 0.1, deep - 0.1)), leg, wood, "wood"
    )
    extras: list[Part] = []
    if p.kind == "dining":
        extras.append(
            box(
                eye,
                "apron",
                ((-wide + 0.1, wide - 0.1), (-0.22, -0.08), (deep - 0.12, deep - 0.08)),
                shade(wood, 0.9),
                detail=1,
                nearer=-0.05,
            )
        )
    else:
        extras.append(
            box(
                eye,
                "shelf",
                ((-wide + 0.1, wide - 0.1), (-high + 0.12, -high + 0.16), (-deep + 0.1, deep - 0.1)),
                wood,
                detail=1,
                nearer=-0.2,
            )
        )
    return group("table", *feet, *extras, top)


def lamp(p: Pose) -> Part:
    """A lamp that stands on a table."""
    cloth = p.tint("f0dcae", "e8e0d0", "c8483a", "5a8a8a")
    metal = p.tint("b8954a", "3a3a3f", "8a8f94", "7a4a2a")
    if p.kind == "desk":
        return _desk_lamp(cloth, metal)
    drum, wide = p.kind == "drum", p.vary(0.9, 1.1)
    hat = (
        "-0.42,-0.85 0.42,-0.85 0.48,-0.2 -0.48,-0.2" if drum else "-0.2,-0.85 0.2,-0.85 0.6,-0.18 -0.6,-0.18"
    )
    body = (
        "0.05,-0.2 0.05,0.05 0.24,0.35 0.22,0.62 0.08,0.82"
        if drum
        else "0.04,-0.2 0.04,0.5 0.09,0.7 0.05,0.82"
    )
    folds = [
        line(
            "fold",
            [(x * 0.42, -0.83), (x * (0.48 if drum else 1.1), -0.21)],
            shade(cloth, 0.8),
            0.014,
            detail=2,
        )
        for x in (-0.5, 0.0, 0.5)
    ]
    return group(
        "lamp",
        line("cord", [(0.2, -0.2), (0.2, 0.05)], metal, 0.015, detail=1),
        Part("pull", ellipse(0.2, 0.07, 0.03, n=8), metal, "metal", detail=2),
        Part("stand", lathe(body) * (wide, 1), metal, "metal"),
        Part("base", smooth("-0.34,0.92 -0.2,0.82 0.2,0.82 0.34,0.92 0,0.97"), metal, "metal"),
        Part("shade", curve(hat), cloth, "glow", relief=0.8, children=tuple(folds)),
    )


def _desk_lamp(cloth: Colour, metal: Colour) -> Part:
    joints = [
        Part("joint", ellipse(x, y, 0.06, n=14), shade(metal, 0.7), "metal", detail=1)
        for x, y in ((-0.55, 0.1), (0.18, -0.6))
    ]
    base = smooth("-0.55,0.92 -0.45,0.82 -0.2,0.79 0.05,0.82 0.15,0.92 -0.2,0.96")
    return group(
        "lamp",
        line("arm", "-0.2,0.85 -0.55,0.1 0.2,-0.62", metal, 0.06, material="metal", detail=0),
        *joints,
        Part("base", base, metal, "metal"),
        Part("bulb", ellipse(0.66, -0.3, 0.12, n=20), (1.0, 0.95, 0.7), "glow", z=-0.5, detail=1),
        Part("shade", curve("0.1,-0.75 0.32,-0.82 0.86,-0.52 0.36,-0.16 0.12,-0.5"), cloth, "metal"),
    )


def _round_table(eye: Camera, wide: float, wood: Colour) -> Part:
    turn = np.radians(np.linspace(0, 360, 40, endpoint=False))
    edge = np.stack([wide * np.cos(turn), np.zeros(40), 0.8 * wide * np.sin(turn)], axis=1)
    surface, under = eye.see(edge), eye.see(edge - (0, 0.08, 0))
    board = Part("surface", surface, wood, "wood", tone=1.1, relief=0, detail=1)
    top = Part(
        "top",
        hull(np.concatenate([surface, under])),
        wood,
        "wood",
        z=1,
        tone=0.75,
        relief=0,
        children=(board,),
    )
    (_, high), (_, low) = eye.see([(0, -0.04, 0), (0, -0.85, 0)])
    side = [
        (0.1, high),
        (0.08, high + 0.2),
        (0.12, high + 0.35),
        (0.07, low - 0.25),
        (0.12, low - 0.06),
        (0, low),
    ]
    feet = []
    for reach, drop in ((-1, 0.06), (1, 0.06), (0.15, 0.14)):
        path = smooth([(0, low - 0.16), (reach * 0.3, low - 0.1), (reach * 0.5, low + drop)], closed=False)
        feet.append(Part("foot", sweep(path, [0.13, 0.08, 0.08]), shade(wood, 0.9), "wood"))
    return group("table", Part("post", lathe(side), wood, "wood"), *feet, top)


def couch(p: Pose) -> Part:
    """A couch or an armchair."""
    eye, cloth = camera(p), p.tint("8a3a35", "4a5a6a", "b59a6a", "5a6a4a", "3a3a44")
    wide, cushions = {"armchair": (0.5, 1), "two-seat": (0.85, 2), "three-seat": (1.1, 3)}[p.kind]
    arm, deep, high = p.vary(0.16, 0.22), 0.42, p.vary(0.5, 0.6)

    def pad(name: str, room: Room, tone: float = 1.0, relief: float = 0.6, *, nearer: float = 0.0) -> Part:
        return box(eye, name, room, shade(cloth, tone), "fabric", relief=relief, nearer=nearer)

    back = pad("back", ((-wide, wide), (-0.1, high), (-deep, -deep + 0.22)), nearer=-0.3)
    base = pad("base", ((-wide, wide), (-0.32, -0.05), (-deep + 0.2, deep)), 0.9, 0.4)
    step, seats, rests = 2 * wide / cushions, [], []
    for i in range(cushions):
        x0, x1 = -wide + step * i, -wide + step * (i + 1)
        seat = ((x0 + 0.01, x1 - 0.01), (-0.05, 0.1), (-deep + 0.2, deep + 0.02))
        rest = ((x0 + 0.03, x1 - 0.03), (0.1, 0.48), (-deep + 0.22, -deep + 0.34))
        seats.append(pad("seat cushion", seat, 1.08, 0.9, nearer=0.1))
        rests.append(pad("back cushion", rest, 1.12, 1.0))
    arms, feet = [], []
    for side, name in ((-1, "left arm"), (1, "right arm")):
        x = side * (wide + arm / 2)
        room = ((x - arm / 2, x + arm / 2), (-0.32, 0.24), (-deep, deep + 0.02))
        arms.append(pad(name, room, nearer=0.4 if side > 0 else 0.2))
        foot = ((side * wide - 0.04, side * wide + 0.04), (-0.44, -0.32), (deep - 0.1, deep - 0.02))
        feet.append(box(eye, "foot", foot, (0.25, 0.17, 0.1), detail=1))
    pillow = []
    if p.chance(0.5):
        corners = [(-0.3, 0.1, 0.1), (-0.02, 0.12, 0.1), (-0.04, 0.42, 0.0), (-0.32, 0.4, 0.0)]
        outline = smooth(eye.see([(wide + x, y, z) for x, y, z in corners]))
        pillow = [Part("pillow", outline, p.tint("e0b84a", "e8e0d0", "4a8a8a"), "fabric", z=0.55, detail=2)]
    return group("couch", *feet, back, *rests, base, *seats, *arms, *pillow)


FIGURES = (
    FigureClass("couch", couch, ("two-seat", "three-seat", "armchair"), VIEWS, ("room",)),
    FigureClass("lamp", lamp, ("drum", "cone", "desk"), ("right", "left"), ("table",)),
    FigureClass("table", table, ("dining", "coffee", "round"), VIEWS, ("room",)),
)
