"""Other food."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import SWAYS
from sketchseek.data.synthetic.geometry import between, curve, ellipse, lathe, rect, rounded, smooth
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def mushroom(p: Pose) -> Part:
    """A toadstool, button mushroom or bolete."""
    wide = p.vary(0.95, 1.1) if p.kind != "button" else p.vary(0.75, 0.85)
    cap_colour = {
        "toadstool": p.tint("c3271f", "b8321f"),
        "button": p.tint("e3d5bd", "c9b08d"),
        "bolete": p.tint("8a5a34", "73482a"),
    }[p.kind]
    dome = [(-1, 0.05), (-0.86, -0.4), (-0.42, -0.76), (0, -0.85), (0.42, -0.76), (0.86, -0.4), (1, 0.05)]
    under = [(0.6, 0.13), (0, 0.17), (-0.6, 0.13)]
    cap = smooth([*dome, *under]) * (wide, p.vary(0.9, 1.1))
    thick = p.vary(0.2, 0.26) * (1.5 if p.kind == "bolete" else 1)
    stalk = lathe([(thick, 0.05), (thick * 0.92, 0.5), (thick * 1.15, 0.85), (thick * 1.4, 1.1), (0, 1.16)])
    pale = p.tint("efe6d2", "e6dac0")
    gills = [
        line("gill", [(x * 0.35, 0.04), (x, 0.14 - 0.05 * abs(x))], (0.55, 0.47, 0.38), 0.014, detail=2)
        for x in np.linspace(-0.7, 0.7, 9) * wide
    ]
    spots = []
    if p.kind == "toadstool":
        for x, y, r in (
            (-0.5, -0.35, 0.13),
            (0.05, -0.58, 0.14),
            (0.5, -0.3, 0.12),
            (-0.1, -0.17, 0.1),
            (0.3, -0.03, 0.07),
        ):
            spot = ellipse(x * wide + p.vary(-0.05, 0.05), y, r, r * 0.8, n=14)
            spots.append(Part("spot", spot, (0.95, 0.93, 0.86), "bread", detail=1))
    ring = smooth(
        [
            (-thick * 1.2, 0.34),
            (0, 0.4),
            (thick * 1.2, 0.34),
            (thick * 1.5, 0.46),
            (0, 0.54),
            (-thick * 1.5, 0.46),
        ]
    )
    parts = [
        Part("stalk", stalk, pale, "bread"),
        Part("cap", cap, cap_colour, "fruit", children=(*gills, *spots)),
    ]
    if p.kind == "toadstool":
        parts.insert(1, Part("ring", ring, shade(pale, 0.95), "bread", detail=1))
    return group("mushroom", *parts)


def ice_cream(p: Pose) -> Part:
    """Scoops in a cone, or a bar on a stick."""
    flavours = ("f3d9df", "f0a9b8", "6d4330", "f3e6c2", "a9d8b8", "e9b65a")
    biscuit = p.tint("c98f4a", "d7a35c")
    if p.kind == "popsicle":
        bar = rounded("-0.42,-0.9 0.42,-0.9 0.42,0.5 -0.42,0.5", p.vary(0.25, 0.42))
        stick = rect(-0.1, 0.5, 0.1, 1.05, 0.08)
        grooves = [
            line("groove", between((x, -0.55), (x, 0.25)), (0.5, 0.3, 0.3), 0.03, detail=1 + i)
            for i, x in enumerate((-0.16, 0.16))
        ]
        body = Part(
            "bar", bar, p.tint("e0503f", "f08a2e", "7a4a33", "8ac0e0"), "fruit", children=tuple(grooves)
        )
        return group("ice_cream", Part("stick", stick, (0.85, 0.72, 0.5), "wood"), body)
    cone = curve("-0.42,-0.02 0.42,-0.02 0.03,1.15 -0.03,1.15")
    waffle = []
    for i, t in enumerate(np.linspace(0.12, 0.72, 4)):
        half, y = 0.42 * (1 - t), t * 1.17
        low = min(1.1, y + 0.36)
        other = 0.42 * (1 - low / 1.17)
        for side in (-1, 1):
            ends = between((side * half, y), (-side * other, low))
            waffle.append(line("waffle", ends, shade(biscuit, 0.7), 0.03, detail=1 + i % 2))
    scoops = []
    for i in range({"single": 1, "double": 2}[p.kind] - 1, -1, -1):
        y, r = -0.22 - 0.48 * i, 0.48 - 0.04 * i
        round_top = ellipse(0, y, r, r * 0.95, start=160, stop=380, n=22)
        drips = [
            (r * 0.6, y + r * 0.55),
            (r * 0.25, y + r * 0.36),
            (-r * 0.1, y + r * 0.62),
            (-r * 0.5, y + r * 0.4),
        ]
        shape = np.concatenate([round_top, smooth([round_top[-1], *drips, round_top[0]], closed=False)[4:-4]])
        scoops.append(Part("scoop", shape, p.tint(*flavours), "bread", z=2.0 - i))
    if p.chance(0.5):
        top = scoops[0].box[1]
        scoops.append(
            Part("cherry", ellipse(0.03, top - 0.08, 0.12), p.tint("b81c2c"), "fruit", detail=1, z=3)
        )
    return group(
        "ice_cream", Part("cone", cone, biscuit, "bread", children=tuple(waffle), relief=0.8), *scoops
    )


def hamburger(p: Pose) -> Part:
    """A hamburger and what is in it."""
    crust, high = p.tint("c98641", "d29a52", "b5722f"), p.vary(0.5, 0.66)
    filling, low = _filling(p)
    dome = smooth("-1,0 -0.95,-0.6 -0.5,-1 0,-1.1 0.5,-1 0.95,-0.6 1,0 0,0.05") * (1, high)
    seeds = []
    for i, (x, y) in enumerate(curve("-0.55,0.2 -0.25,0.05 0.05,0.18 0.3,0.02 0.58,0.22 -0.1,0.32 0.35,0.3")):
        seed = ellipse(x, y - 0.95 * high, 0.05, 0.028, turn=p.vary(-30, 30), n=8)
        seeds.append(Part("seed", seed, (0.96, 0.88, 0.68), detail=1 + i % 2))
    bottom = rounded([(-0.95, low), (0.95, low), (0.82, low + 0.28), (-0.82, low + 0.28)], 0.2)
    return group(
        "hamburger",
        Part("top bun", dome, crust, "bread", z=4, children=tuple(seeds)),
        group("filling", *filling),
        Part("bottom bun", bottom, crust, "bread"),
    )


def _filling(p: Pose) -> tuple[list[Part], float]:
    """Layers from the lettuce down, and where they end."""
    x = np.linspace(-1.04, 1.04, 15)
    frill = np.stack([x, 0.06 + 0.06 * np.sin(np.arange(15) * 2.4 + p.vary(0, 3))], axis=1)
    leaf = np.concatenate([smooth(frill, closed=False), [(1.04, -0.04), (-1.04, -0.04)]])
    layers, y = [Part("lettuce", leaf, p.tint("7fb03f", "93bf4a"), "leaf", z=3)], 0.02
    stack = ["patty"] * (2 if p.kind == "double" else 1)
    if p.kind != "plain":
        stack.insert(1, "cheese")
    for name in (*stack, "tomato"):
        half, height = {"patty": (0.97, 0.22), "cheese": (1.02, 0.08), "tomato": (0.9, 0.1)}[name]
        low = y + height
        if name == "cheese":
            hanging = [(half, low), (0.35, low), (0.1, y + 0.3), (-0.15, low), (-half, low)]
            layers.append(
                Part(name, curve([(-half, y), (half, y), *hanging]), p.tint("f0b429"), "plastic", z=2)
            )
        elif name == "patty":
            layers.append(Part(name, rect(-half, y, half, low, height / 2.2), p.tint("6b4027"), "bread", z=1))
        else:
            slice_ = rect(-half, y, half, low, height / 2.2)
            layers.append(Part(name, slice_, p.tint("c8402e"), "fruit", detail=1, z=1))
        y = low
    return layers, y


FIGURES = (
    FigureClass(
        "hamburger",
        hamburger,
        ("plain", "cheese", "double"),
        ("front", "turned-left"),
        ("table", "studio"),
        0.85,
    ),
    FigureClass("ice_cream", ice_cream, ("single", "double", "popsicle"), SWAYS, ("sky", "leafy", "studio")),
    FigureClass("mushroom", mushroom, ("toadstool", "button", "bolete"), SWAYS, ("leafy", "grass"), 0.9),
)
