"""Small animals, facing right unless their view says otherwise."""

from __future__ import annotations

from sketchseek.data.synthetic.figures.common import BLACK, SIDES
from sketchseek.data.synthetic.geometry import Curve, ellipse, lathe, moved, smooth, spiral, sweep, turned
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade


def _wing(p: Pose, name: str, shape: Curve, mirror: float, colours: tuple[Colour, Colour]) -> Part:
    """A wing with its panel, veins and spot; ``shape`` is that of the right side, from the body outward."""
    main, edge = colours
    middle = shape.mean(axis=0)
    inner = middle + 0.72 * (shape - middle)
    veins = [line("vein", shape[[0, i]] * (mirror, 1), edge, 0.018, detail=2) for i in (12, 18, 24)]
    drop = 0.1 if shape[0, 1] > 0 else -0.12
    spot = ellipse(middle[0] + 0.22, middle[1] + drop, p.vary(0.07, 0.11), n=12)
    return Part(
        name,
        shape * (mirror, 1),
        edge,
        "fabric",
        relief=0.3,
        children=(
            Part("panel", inner * (mirror, 1), main, "leaf", detail=1, relief=0.2),
            *veins,
            Part("spot", spot * (mirror, 1), shade(main, 1.5), "matte", detail=2, relief=0.0),
        ),
    )


def butterfly(p: Pose) -> Part:
    """A butterfly with four wings."""
    main, edge = p.tint("e0812a", "4a7fc0", "e8d14a", "c0483a", "8f6bb0"), p.tint("2a1f1c", "3a2a4a")
    low = p.vary(0.85, 1.1)
    tip = 0.75 * low + (0.35 if p.kind == "swallowtail" else 0.0)
    upper = smooth("0.05,-0.1 0.3,-0.62 0.8,-0.92 1.08,-0.78 0.98,-0.3 0.7,0.02 0.3,0.08")
    lower = smooth(
        [(0.05, 0.05), (0.4, 0.05), (0.78, 0.2), (0.8, 0.5 * low), (0.52, tip), (0.22, 0.55 * low)]
    )
    wings = []
    for side, name in ((-1, "left"), (1, "right")):
        open_ = 1.0 if p.view == "open" else (0.42 if side < 0 else 0.95)
        mirror = side * open_ * p.vary(0.95, 1.05)
        for which, shape in (("upper", upper), ("lower", lower)):
            wings.append(_wing(p, f"{which} {name} wing", shape, mirror, (main, edge)))
    body = lathe("0,-0.42 0.06,-0.34 0.08,-0.1 0.06,0.3 0.02,0.62 0,0.64")
    feelers = []
    for side in (-1, 1):
        path = smooth([(0.03 * side, -0.52), (0.12 * side, -0.8), (0.32 * side, -1.0)], closed=False)
        feelers.append(line("feeler", path, BLACK, 0.025, detail=0))
    head = Part("head", ellipse(0, -0.46, 0.09), edge, "fur")
    return group("butterfly", *wings, Part("body", body, edge, "fur"), head, *feelers)


def snail(p: Pose) -> Part:
    """A snail with its shell."""
    horn = p.tint("a8713c", "c79a5a", "7a5236", "b5643e")
    skin = p.tint("b59a78", "9a8468", "c9b08f")
    r, tall = p.vary(0.5, 0.58), 1.25 if p.kind == "tall" else 1.0
    foot = smooth(
        "-1.15,0.62 -0.6,0.42 0.2,0.4 0.55,0.2 0.68,-0.2 0.88,-0.32 1.06,-0.14 0.98,0.25 0.75,0.55 "
        "0.3,0.64 -0.5,0.66"
    )
    feelers = []
    for side, name in ((0.28, "far feeler"), (0.08, "near feeler")):
        tip = (0.92 + side * 0.9, -0.72 - 0.1 * side)
        stalk = smooth([(0.88 + side * 0.3, -0.25), (0.9 + side * 0.6, -0.5), tip], closed=False)
        knob = Part("knob", ellipse(*tip, 0.055, n=12), shade(skin, 0.5), "plastic", detail=1)
        feelers.append(Part(name, sweep(stalk, [0.07, 0.05]), skin, "skin", children=(knob,)))
    coil = spiral(0, 0, r * 0.98, 0.05, turns=p.vary(2.2, 2.9), start=60)
    rings = [turned([(r * 0.6, 0), (r * 0.92, 0)], angle) for angle in range(0, 360, 60)]
    winding = line("spiral", _shell(coil, tall), shade(horn, 0.5), 0.035, detail=0)
    marks = [line("growth line", _shell(ring, tall), shade(horn, 0.7), 0.02, detail=2) for ring in rings]
    shell = Part("shell", _shell(ellipse(0, 0, r), tall), horn, "fruit", z=1, children=(winding, *marks))
    smile = smooth("1.04,-0.02 0.97,0.05 0.88,0.04", closed=False)
    mouth = line("mouth", smile, shade(skin, 0.5), 0.02, detail=2)
    return group("snail", *feelers, Part("foot", foot, skin, "skin"), mouth, shell)


def _shell(points: Curve, tall: float) -> Curve:
    return moved(points * (1, tall), -0.16, 0.46 - 0.48 * tall)


def spider(p: Pose) -> Part:
    """A spider from above, or hanging from its thread."""
    fur = p.tint("2a2320", "4a3524", "5e4630", "1f1f24")
    reach, thick = (p.vary(1.0, 1.15), 0.045) if p.kind == "long-legged" else (p.vary(0.8, 0.9), 0.085)
    legs = []
    for side, which in ((-1, "left"), (1, "right")):
        for i, angle in enumerate((-58, -22, 16, 52)):
            bend = p.vary(-6, 6)
            knee = moved(turned([(0.58 * reach, 0)], angle * 1.1 + bend)[0], 0, -0.16)
            foot = moved(turned([(1.08 * reach, 0)], angle + bend)[0], 0, 0.12)
            path = smooth([(0.1, angle / 400), knee, foot], closed=False) * (side, 1)
            legs.append(line(f"{which} leg {i + 1}", path, fur, thick, material="fur", detail=0))
    size = 0.34 if p.kind == "long-legged" else 0.42
    belly = Part("abdomen", ellipse(0, 0.36, size * 0.85, size), fur, "fur", z=1)
    chest = Part("head", ellipse(0, -0.14, size * 0.62, size * 0.58), shade(fur, 1.15), "fur", z=1)
    cross = Part(
        "mark",
        smooth("0,0.15 0.08,0.36 0,0.6 -0.08,0.36"),
        p.tint("c9a24a", "b83a2a"),
        "matte",
        detail=2,
        z=1,
        relief=0.0,
    )
    eyes = [
        Part("eye", ellipse(x, -0.24, 0.035, n=8), (0.9, 0.9, 0.85), "plastic", detail=1, z=1)
        for x in (-0.09, 0.09)
    ]
    fangs = [line("fang", [(x, -0.34), (x * 0.5, -0.46)], fur, 0.05, detail=2, z=1) for x in (-0.08, 0.08)]
    thread = (
        [line("thread", [(0, -0.75), (0.02, -1.45)], (0.9, 0.9, 0.9), 0.012, detail=0)]
        if p.kind == "hanging"
        else []
    )
    return group(
        "spider",
        *thread,
        group("legs", *legs),
        belly,
        chest,
        cross,
        *eyes,
        *fangs,
    )


FIGURES = (
    FigureClass(
        "butterfly",
        butterfly,
        ("monarch", "swallowtail"),
        ("open", "three-quarter", "three-quarter-left"),
        ("leafy", "sky"),
    ),
    FigureClass("snail", snail, ("round", "tall"), (*SIDES, "turned-right"), ("leafy", "grass", "sand")),
    FigureClass(
        "spider", spider, ("hairy", "long-legged", "hanging"), ("front", "tilted-right"), ("leafy", "wall")
    ),
)
