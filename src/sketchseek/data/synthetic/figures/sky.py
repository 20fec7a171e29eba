"""What goes up, facing right unless its view says otherwise."""

from __future__ import annotations

import numpy as np

from sketchseek.data.synthetic.figures.common import GLASS, STEEL
from sketchseek.data.synthetic.geometry import between, curve, ellipse, lathe, rounded, smooth
from sketchseek.data.synthetic.parts import FigureClass, Part, Pose, group, line, shade


def balloon(p: Pose) -> Part:
    """A hot-air balloon with its basket."""
    first, second = (
        p.tint("d03a2f", "e8a020", "3a6ab8", "8a3a8a"),
        p.tint("f0d040", "f2efe0", "3a9a6a", "e0602a"),
    )
    tall = 1.12 if p.kind == "tall" else 0.95
    envelope = lathe("0,-1 0.42,-0.92 0.76,-0.55 0.78,-0.1 0.5,0.36 0.2,0.62 0.16,0.66") * (1, tall)
    gores = []
    for i, (a, b) in enumerate(((-1.0, -0.62), (-0.22, 0.22), (0.62, 1.0))):
        side = envelope[: len(envelope) // 2]
        gore = np.concatenate([side * (b, 1), side[::-1] * (a, 1)])
        gores.append(
            Part(
                "stripe",
                gore,
                second,
                "fabric",
                detail=3 if p.kind == "plain" else 1 + i % 2,
                relief=0.0,
                tone=1.0,
            )
        )
    if p.kind == "plain":
        gores = [
            Part(
                "band",
                np.concatenate([envelope[16:22], envelope[-22:-16]]),
                second,
                "fabric",
                detail=1,
                relief=0.0,
            )
        ]
    low = 0.66 * tall
    ropes = [
        line("rope", [(x, low), (x * 0.95, low + 0.3)], (0.3, 0.25, 0.2), 0.02, detail=int(abs(x) < 0.1))
        for x in (-0.15, -0.05, 0.05, 0.15)
    ]
    weave = [
        line("weave", between((-0.16, low + y), (0.16, low + y)), (0.45, 0.3, 0.15), 0.02, detail=2)
        for y in (0.38, 0.45)
    ]
    basket = Part(
        "basket",
        rounded([(-0.18, low + 0.28), (0.18, low + 0.28), (0.15, low + 0.53), (-0.15, low + 0.53)], 0.03),
        p.tint("8a5f35", "a8743f"),
        "straw",
        children=tuple(weave),
    )
    fire = Part("burner", ellipse(0, low + 0.09, 0.05, 0.09, n=12), (1.0, 0.75, 0.3), "glow", detail=2)
    return group(
        "hot-air_balloon",
        Part("envelope", envelope, first, "fabric", children=tuple(gores)),
        fire,
        *ropes,
        basket,
    )


def rocket(p: Pose) -> Part:
    """A rocket, with its flame unless it stands."""
    skin = p.tint("e6e8ea", "d0d5da", "c8323a")
    trim = p.tint("c8232a", "2a4f9a", "e0a030", "3a3f46")
    slim = p.vary(0.22, 0.26) if p.kind == "space" else p.vary(0.34, 0.4)
    body = lathe("0,-1.1 0.55,-0.86 1,-0.4 1,0.3 0.75,0.62 0,0.63") * (slim, 1)
    nose = Part("nose", lathe("0,-1.1 0.5,-0.89 0.82,-0.62 0,-0.58") * (slim, 1), trim, "metal", detail=1)
    fin = smooth([(slim * 0.8, 0.12), (slim + 0.3, 0.5), (slim + 0.32, 0.9), (slim * 0.7, 0.6)], steps=4)
    ports = []
    for y, r, detail in ((-0.3, 0.11, 0), (0.02, 0.088, 1)):
        pane = Part("pane", ellipse(0, y, 0.68 * r), GLASS, "glass", detail=2)
        ports.append(
            Part("porthole", ellipse(0, y, r), STEEL, "metal", z=0.5, detail=detail, children=(pane,))
        )
    return group(
        "rocket",
        *(_flame(p.vary(1.25, 1.5)) if p.view != "standing" else ()),
        Part(
            "nozzle",
            curve("-0.12,0.62 0.12,0.62 0.17,0.76 -0.17,0.76"),
            (0.25, 0.25, 0.27),
            "metal",
            detail=1,
        ),
        *(Part("fin", fin * (side, 1), trim, "metal") for side in (-1, 1)),
        Part("body", body, skin, "metal", children=(nose,)),
        Part(
            "middle fin",
            lathe("0.02,0.25 0.045,0.5 0.03,0.86 0,0.88"),
            shade(trim, 0.85),
            "metal",
            z=1,
            detail=1,
        ),
        *ports,
    )


def _flame(tip: float) -> list[Part]:
    core = smooth([(-0.08, 0.76), (-0.1, 0.92), (0, tip - 0.22), (0.1, 0.92), (0.08, 0.76)])
    fire = smooth([(-0.15, 0.76), (-0.2, 1.0), (0, tip), (0.2, 1.0), (0.15, 0.76)])
    inner = Part("core", core, (1.0, 0.93, 0.6), "glow", detail=2)
    return [Part("flame", fire, (1.0, 0.62, 0.15), "glow", z=-1, children=(inner,))]


FIGURES = (
    FigureClass(
        "rocket", rocket, ("space", "toy"), ("standing", "tilted-right", "tilted-left"), ("sky", "street")
    ),
    FigureClass("hot-air_balloon", balloon, ("striped", "tall", "plain"), ("front", "tilted-left"), ("sky",)),
)
