"""What sails and flies, facing right unless its view says otherwise."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import GLASS, SIDES, STEEL, TYRE
from sketchseek.data.synthetic.geometry import (
    curve,
    ellipse,
    rect,
    rounded,
    smooth,
    sweep,
)
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def airplane(p: Pose) -> Part:
    """An airliner, a jet or a propeller plane from its side."""
    skin, stripe = p.tint("e6e8ea", "d5dade", "f0ead8"), p.tint("2a4f9a", "b8232a", "2f7a5a", "e0a030")
    if p.kind == "propeller":
        body = smooth(
            "1,-0.02 0.9,-0.18 0.4,-0.24 -0.3,-0.14 -1.05,-0.1 -1.08,0.02 -0.4,0.16 0.3,0.24 0.9,0.18"
        )
        wing = Part("wing", rounded("0.42,0.06 0,0.06 -0.3,0.3 0.1,0.34", 0.08), stripe, "metal", z=1)
        far = Part(
            "far wing",
            rounded("0.38,-0.2 0.02,-0.2 0.06,-0.42 0.26,-0.42", 0.05),
            shade(stripe, 0.8),
            "metal",
            z=-1,
            detail=1,
        )
        canopy = Part("cockpit", smooth("0.42,-0.22 0.3,-0.42 0.02,-0.44 -0.16,-0.17"), GLASS, "glass")
        blades = [
            Part("propeller", ellipse(1.06, y, 0.035, 0.22, n=16), (0.25, 0.25, 0.27), "metal")
            for y in (-0.23, 0.2)
        ]
        nose = Part("spinner", ellipse(1.04, -0.01, 0.08, 0.07, n=14), stripe, "metal", detail=1)
        gear = [
            group(
                "wheel",
                line("strut", [(x, 0.18), (x, 0.4)], STEEL, 0.03),
                Part("tyre", ellipse(x, 0.46, 0.09, n=16), TYRE),
            )
            for x in (0.55, 0.1)
        ]
        windows = [*blades, nose, *gear]
    else:
        long = 1.18 if p.kind == "airliner" else 1.0
        body = smooth(
            [
                (1.0 * long, 0.02),
                (0.86 * long, -0.13),
                (0.6, -0.19),
                (-0.5, -0.17),
                (-1.05 * long, -0.14),
                (-1.1 * long, -0.06),
                (-0.5, 0.15),
                (0.5, 0.19),
                (0.9 * long, 0.14),
            ]
        )
        wing = Part(
            "wing",
            curve("0.3,0.05 -0.05,0.05 -0.62,0.52 -0.42,0.54"),
            shade(skin, 0.85),
            "metal",
            z=1,
        )
        far = Part(
            "far wing",
            curve("0.25,-0.17 0,-0.17 -0.3,-0.44 -0.18,-0.45"),
            shade(skin, 0.75),
            "metal",
            z=-1,
            detail=1,
        )
        canopy = Part(
            "cockpit",
            smooth([(0.93 * long, -0.08), (0.8 * long, -0.13), (0.74 * long, -0.04), (0.9 * long, -0.02)]),
            (0.2, 0.25, 0.3),
            "glass",
            detail=1,
        )
        engine = Part(
            "engine",
            rounded("0.1,0.2 -0.2,0.2 -0.2,0.33 0.1,0.33", 0.06),
            shade(skin, 0.9),
            "metal",
            z=1.5,
            detail=1,
        )
        windows = [
            Part(
                "window",
                ellipse(x, -0.05, 0.026, 0.035, n=10),
                (0.15, 0.2, 0.28),
                "glass",
                detail=1 + i % 2,
                z=0.2,
            )
            for i, x in enumerate(np.arange(-0.7, 0.68, 0.13))
        ]
        windows.append(engine)
    fin = Part(
        "tail fin",
        rounded("-0.7,-0.13 -0.98,-0.55 -1.16,-0.55 -1.08,-0.1", 0.04),
        stripe,
        "metal",
        z=-0.5,
    )
    plane = Part(
        "tailplane",
        curve("-0.78,-0.06 -1.1,0.06 -1.22,0.05 -1.06,-0.07"),
        shade(skin, 0.85),
        "metal",
        z=0.5,
    )
    band = Part(
        "stripe",
        sweep([(0.9, 0.06), (0, 0.08), (-0.95, -0.03)], [0.05, 0.05, 0.03]),
        stripe,
        "paint",
        detail=3,
        relief=0,
    )
    return group(
        "airplane",
        far,
        fin,
        Part("fuselage", body, skin, "metal", children=(band, canopy)),
        plane,
        *windows,
        wing,
    )


def sailboat(p: Pose) -> Part:
    """A boat under sail."""
    cloth, paint = (
        p.tint("f2efe6", "e8dcc0", "c8483a", "4a7ab0"),
        p.tint("f0f0ee", "2a3f6a", "8a4a2a", "a8232a"),
    )
    belly = p.vary(0.1, 0.2)
    hull = smooth(
        "-0.85,0.52 -0.3,0.56 0.4,0.54 1,0.44 0.74,0.72 0.45,0.86 -0.3,0.88 -0.72,0.8",
        steps=4,
    )
    mast = Part("mast", rect(-0.03, -1.15, 0.02, 0.55), (0.5, 0.36, 0.22), "wood")
    main = np.concatenate(
        [
            curve([(-0.06, -1.08), (-0.06, 0.34)]),
            smooth([(-0.82, 0.34), (-0.62 - belly, -0.2), (-0.06, -1.08)], closed=False)[:-1],
        ]
    )
    jib = np.concatenate(
        [
            curve([(0.06, -0.95)]),
            smooth([(0.06, -0.95), (0.5 + belly / 2, -0.3), (0.84, 0.4)], closed=False)[1:],
            curve([(0.06, 0.36)]),
        ]
    )
    seams = [
        line(
            "seam",
            [(-0.08, y), (-0.62 * (y + 1.2) / 1.4 - 0.1, y + 0.04)],
            shade(cloth, 0.75),
            0.015,
            detail=2,
        )
        for y in (-0.55, -0.2, 0.1)
    ]
    parts = [mast]
    if p.kind != "dinghy":
        parts.append(Part("jib", jib, shade(cloth, 0.95), "fabric"))
    if p.kind == "ketch":
        small = np.concatenate(
            [
                curve([(-0.62, -0.3), (-0.62, 0.36)]),
                smooth([(-1.05, 0.36), (-0.98, 0.1), (-0.62, -0.3)], closed=False)[:-1],
            ]
        )
        main = main * (0.72, 1)
        parts += [
            Part("mizzen mast", rect(-0.62, -0.36, -0.58, 0.55), (0.5, 0.36, 0.22), "wood"),
            Part("mizzen sail", small, cloth, "fabric"),
        ]
    parts.append(Part("main sail", main, cloth, "fabric", children=tuple(seams)))
    band = line(
        "stripe",
        smooth([(-0.8, 0.64), (0, 0.68), (0.85, 0.58)], closed=False),
        shade(paint, 0.6),
        0.04,
        detail=1,
    )
    if p.chance(0.6):
        parts.append(
            Part(
                "flag",
                curve([(0.02, -1.15), (0.28, -1.09), (0.02, -1.02)]),
                p.tint("c8232a", "2a4f9a"),
                "fabric",
                detail=1,
            )
        )
    return group("sailboat", *parts, Part("hull", hull, paint, "wood", z=1, children=(band,)))


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
