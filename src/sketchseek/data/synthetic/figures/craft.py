"""What sails and flies, facing right unless its view says otherwise."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import GLASS, SIDES, STEEL, TYRE
from sketchseek.data.synthetic.geometry import Curve, curve, ellipse, rect, rounded, smooth, sweep
from sketchseek.data.synthetic.parts import INK_NEVER, Colour, FigureClass, Part, Pose, group, line, shade


def airplane(p: Pose) -> Part:
    """An airliner, a jet or a propeller plane from its side."""
    skin = p.tint("e6e8ea", "d5dade", "f0ead8")
    stripe = p.tint("2a4f9a", "b8232a", "2f7a5a", "e0a030")
    fin = rounded("-0.7,-0.13 -0.98,-0.55 -1.16,-0.55 -1.08,-0.1", 0.04)
    plane = curve("-0.78,-0.06 -1.1,0.06 -1.22,0.05 -1.06,-0.07")
    make = _propeller_plane if p.kind == "propeller" else _jet
    return group(
        "airplane",
        Part("tail fin", fin, stripe, "metal", z=-0.5),
        *make(p, skin, stripe),
        Part("tailplane", plane, shade(skin, 0.85), "metal", z=0.5),
    )


def _fuselage(outline: Curve, skin: Colour, stripe: Colour) -> Part:
    band = sweep([(0.9, 0.06), (0, 0.08), (-0.95, -0.03)], [0.05, 0.05, 0.03])
    livery = Part("stripe", band, stripe, detail=INK_NEVER, relief=0)
    return Part("fuselage", outline, skin, "metal", children=(livery,))


def _propeller_plane(p: Pose, skin: Colour, stripe: Colour) -> list[Part]:
    body = smooth("1,-0.02 0.9,-0.18 0.4,-0.24 -0.3,-0.14 -1.05,-0.1 -1.08,0.02 -0.4,0.16 0.3,0.24 0.9,0.18")
    wing = rounded("0.42,0.06 0,0.06 -0.3,0.3 0.1,0.34", 0.08)
    far = rounded("0.38,-0.2 0.02,-0.2 0.06,-0.42 0.26,-0.42", 0.05)
    wheels = []
    for x in (0.1, 0.55):
        strut = line("strut", [(x, 0.18), (x, 0.4)], STEEL, 0.03)
        wheels.append(group("wheel", strut, Part("tyre", ellipse(x, 0.46, p.vary(0.08, 0.1), n=16), TYRE)))
    return [
        Part("far wing", far, shade(stripe, 0.8), "metal", z=-1, detail=1),
        _fuselage(body, skin, stripe),
        Part("cockpit", smooth("0.42,-0.22 0.3,-0.42 0.02,-0.44 -0.16,-0.17"), GLASS, "glass"),
        *(
            Part("propeller", ellipse(1.06, y, 0.035, 0.22, n=16), (0.25, 0.25, 0.27), "metal")
            for y in (-0.23, 0.2)
        ),
        Part("spinner", ellipse(1.04, -0.01, 0.08, 0.07, n=14), stripe, "metal", detail=1),
        *wheels,
        Part("wing", wing, stripe, "metal", z=1),
    ]


def _jet(p: Pose, skin: Colour, stripe: Colour) -> list[Part]:
    long = 1.18 if p.kind == "airliner" else p.vary(0.96, 1.04)
    body = smooth("1,0.02 0.86,-0.13 0.6,-0.19 -0.5,-0.17 -1.05,-0.14 -1.1,-0.06 -0.5,0.15 0.5,0.19 0.9,0.14")
    cockpit = smooth("0.93,-0.08 0.8,-0.13 0.74,-0.04 0.9,-0.02")
    panes = []
    for i, x in enumerate(np.arange(-0.7, 0.68, 0.13)):
        pane = ellipse(x, -0.05, 0.026, 0.035, n=10)
        panes.append(Part("window", pane, (0.15, 0.2, 0.28), "glass", detail=1 + i % 2))
    pod = rounded("0.1,0.2 -0.2,0.2 -0.2,0.33 0.1,0.33", 0.06)
    return [
        Part(
            "far wing",
            curve("0.25,-0.17 0,-0.17 -0.3,-0.44 -0.18,-0.45"),
            shade(skin, 0.75),
            "metal",
            z=-1,
            detail=1,
        ),
        _fuselage(body * (long, 1), skin, stripe),
        Part("cockpit", cockpit * (long, 1), (0.2, 0.25, 0.3), "glass", detail=1),
        *panes,
        Part("wing", curve("0.3,0.05 -0.05,0.05 -0.62,0.52 -0.42,0.54"), shade(skin, 0.85), "metal", z=1),
        Part("engine", pod, shade(skin, 0.9), "metal", z=1.5, detail=1),
    ]


def sailboat(p: Pose) -> Part:
    """A boat under sail."""
    cloth = p.tint("f2efe6", "e8dcc0", "c8483a", "4a7ab0")
    paint = p.tint("f0f0ee", "2a3f6a", "8a4a2a", "a8232a")
    belly, ketch, rig = p.vary(0.1, 0.2), p.kind == "ketch", [_mast("mast", 0.0, -1.15)]
    if p.kind != "dinghy":
        luff = smooth([(0.06, -0.95), (0.5 + belly / 2, -0.3), (0.84, 0.4)], closed=False)
        rig.append(Part("jib", np.concatenate([luff, [(0.06, 0.36)]]), shade(cloth, 0.95), "fabric"))
    if ketch:
        mizzen = np.concatenate([[(-0.62, 0.36)], smooth("-1.05,0.36 -0.98,0.1 -0.62,-0.3", closed=False)])
        rig += [_mast("mizzen mast", -0.6, -0.36), Part("mizzen sail", mizzen, cloth, "fabric")]
    leech = smooth([(-0.82, 0.34), (-0.62 - belly, -0.2), (-0.06, -1.08)], closed=False)
    main = np.concatenate([[(-0.06, 0.34)], leech]) * (0.72 if ketch else 1, 1)
    seams = [
        line("seam", [(-0.08, y), (-0.44 * (y + 1.2) - 0.1, y + 0.04)], shade(cloth, 0.75), 0.015, detail=2)
        for y in (-0.55, -0.2, 0.1)
    ]
    rig.append(Part("main sail", main, cloth, "fabric", children=tuple(seams)))
    if p.chance(0.6):
        flag = curve("0.02,-1.15 0.28,-1.09 0.02,-1.02")
        rig.append(Part("flag", flag, p.tint("c8232a", "2a4f9a"), "fabric", detail=1))
    side = smooth("-0.85,0.52 -0.3,0.56 0.4,0.54 1,0.44 0.74,0.72 0.45,0.86 -0.3,0.88 -0.72,0.8", steps=4)
    band = line("stripe", smooth("-0.8,0.64 0,0.68 0.85,0.58", closed=False), shade(paint, 0.6), 0.04)
    return group("sailboat", *rig, Part("hull", side, paint, "wood", z=1, children=(band,)))


def _mast(name: str, x: float, top: float) -> Part:
    return Part(name, rect(x - 0.025, top, x + 0.02, 0.55), (0.5, 0.36, 0.22), "wood")


FIGURES = (
    FigureClass(
        "airplane",
        airplane,
        ("airliner", "jet", "propeller"),
        (*SIDES, "climbing-right", "climbing-left"),
        ("sky",),
    ),
    FigureClass("sailboat", sailboat, ("sloop", "dinghy", "ketch"), SIDES, ("water",)),
)
