"""Birds, facing right unless their view says otherwise."""

from __future__ import annotations

from sketchseek.data.synthetic.figures.common import BLACK, SIDES, eye
from sketchseek.data.synthetic.geometry import curve, ellipse, lathe, moved, smooth, turned
from sketchseek.data.synthetic.parts import INK_NEVER, Colour, FigureClass, Part, Pose, group, line, shade

ORANGE: Colour = (0.9, 0.55, 0.12)


def songbird(p: Pose) -> Part:
    """A small bird that sits."""
    coat = p.tint("4a7ab8", "b8483a", "8a6a48", "d8a83a", "6a7a5a")
    plump = {"robin": p.vary(1.05, 1.15), "wren": p.vary(0.9, 1.0)}[p.kind]
    body = smooth(
        [
            (0.88, -0.5),
            (0.66, -0.75),
            (0.36, -0.66),
            (0.12, -0.36),
            (-0.45, 0.02),
            (-0.72, 0.24),
            (-0.42, 0.42),
            (0.1, 0.52 * plump),
            (0.55, 0.34),
            (0.8, -0.05),
        ]
    )
    belly = smooth(
        [(0.82, -0.3), (0.6, -0.32), (0.3, 0.1), (-0.1, 0.4), (0.1, 0.5 * plump), (0.52, 0.32), (0.76, -0.02)]
    )
    up = -0.4 if p.kind == "wren" else 0.28
    tail = smooth([(-0.5, 0.08), (-1.0, up - 0.02), (-1.22, up + 0.02), (-1.15, up + 0.18), (-0.55, 0.3)])
    wing = smooth("0.3,-0.2 0,-0.18 -0.5,0.06 -0.85,0.26 -0.4,0.32 0.05,0.26 0.3,0.06")
    feathers = [
        line(
            "feather",
            smooth(
                [(0.12 - 0.2 * i, 0.24 - 0.02 * i), (-0.2 - 0.16 * i, 0.2), (-0.45 - 0.1 * i, 0.16)],
                closed=False,
            ),
            shade(coat, 0.6),
            0.022,
            detail=1 + i % 2,
        )
        for i in range(3)
    ]
    beak = curve([(0.84, -0.6), (1.14, -0.48), (0.86, -0.42)])
    legs = []
    for x in (0.0, 0.22):
        path = [(x, 0.45), (x + 0.05, 0.78)]
        toes = [(x - 0.08, 0.86), (x + 0.05, 0.78), (x + 0.22, 0.86)]
        legs.append(
            group(
                "leg",
                line("shank", path, (0.4, 0.28, 0.2), 0.04, detail=0),
                line("toes", toes, (0.4, 0.28, 0.2), 0.04, detail=1),
            )
        )
    parts = [*legs, Part("tail", tail, shade(coat, 0.8), "feather"), Part("body", body, coat, "feather")]
    parts.append(Part("belly", belly, p.tint("e8dcc4", "d8703a", "f0e4d0"), "feather", detail=2))
    parts.append(Part("wing", wing, shade(coat, 0.75), "feather", children=tuple(feathers)))
    parts += [Part("beak", beak, (0.3, 0.25, 0.2), "plastic"), eye(0.66, -0.54, 0.05)]
    return group("songbird", *parts)


def duck(p: Pose) -> Part:
    """A swimming duck."""
    coat = {"white": p.tint("efe9dc"), "mallard": p.tint("8a7358", "9a8a72"), "duckling": p.tint("e8c23a")}[
        p.kind
    ]
    head_colour = p.tint("1f5a3a", "2a6a4a") if p.kind == "mallard" else coat
    baby = 1.25 if p.kind == "duckling" else 1.0
    body = smooth("-1.1,-0.18 -0.75,0 -0.2,-0.12 0.35,-0.1 0.72,0.02 0.82,0.32 0.5,0.6 -0.2,0.66 -0.75,0.48")
    neck = smooth("0.3,0.1 0.42,-0.35 0.4,-0.7 0.72,-0.72 0.8,-0.35 0.8,0.2")
    head = ellipse(0.6, -0.72, 0.27 * baby, 0.25 * baby)
    tip = 0.6 + 0.27 * baby
    bill = smooth(
        [
            (tip - 0.08, -0.84),
            (tip + 0.12, -0.76),
            (tip + 0.36, -0.7),
            (tip + 0.34, -0.6),
            (tip + 0.1, -0.6),
            (tip - 0.08, -0.6),
        ]
    )
    wing = smooth("0.35,0.12 0,0.06 -0.5,0.08 -0.85,0.02 -0.6,0.34 -0.1,0.44 0.3,0.34")
    feathers = [
        line(
            "feather",
            smooth([(-0.05 - 0.24 * i, 0.4), (-0.3 - 0.2 * i, 0.3), (-0.45 - 0.18 * i, 0.16)], closed=False),
            shade(coat, 0.7),
            0.025,
            detail=1 + i % 2,
        )
        for i in range(3)
    ]
    parts = [
        Part("neck", neck, coat if p.kind != "mallard" else head_colour, "feather"),
        Part("body", body, coat, "feather"),
        Part("head", head, head_colour, "feather"),
        Part(
            "bill",
            bill,
            ORANGE,
            "plastic",
            children=(
                line("mouth", [(tip - 0.02, -0.68), (tip + 0.3, -0.66)], (0.6, 0.3, 0.05), 0.02, detail=2),
            ),
        ),
        eye(0.7, -0.8, 0.045),
        Part("wing", wing, shade(coat, 0.86), "feather", children=tuple(feathers)),
    ]
    if p.view == "standing":
        for x in (-0.1, 0.2):
            leg = line("shank", [(x, 0.58), (x + 0.02, 0.92)], ORANGE, 0.06, detail=0)
            foot = Part(
                "foot",
                curve([(x - 0.02, 0.88), (x + 0.28, 0.98), (x - 0.08, 0.99)]),
                ORANGE,
                "plastic",
                detail=1,
            )
            parts.insert(0, group("leg", leg, foot))
    return group("duck", *parts)


def owl(p: Pose) -> Part:
    """An owl from the front."""
    coat = p.tint("8a6a48", "7a6a5a", "a8835a") if p.kind != "snowy" else p.tint("e6e2da")
    wide = p.vary(0.92, 1.08)
    body = lathe("0,-0.3 0.5,-0.3 0.68,0.2 0.52,0.78 0.2,0.98 0,1") * (wide, 1)
    head = smooth(
        "-0.62,-0.75 -0.4,-0.92 0,-0.9 0.4,-0.92 0.62,-0.75 0.66,-0.4 0.4,-0.1 -0.4,-0.1 -0.66,-0.4"
    )
    parts = []
    for s, name in ((-1, "left"), (1, "right")):
        wing = smooth("0.5,-0.2 0.74,0.1 0.7,0.6 0.46,0.9 0.42,0.4") * (s * wide, 1)
        claw = smooth("0.12,0.92 0.2,1.1 0.3,1.1 0.34,0.92") * (s, 1)
        parts += [
            Part(f"{name} wing", wing, shade(coat, 0.75), "feather"),
            Part("foot", claw, ORANGE, "plastic", detail=1),
        ]
        if p.kind == "horned":
            parts.append(
                Part(
                    "ear tuft",
                    curve([(0.24, -0.86), (0.6, -1.16), (0.62, -0.7)]) * (s, 1),
                    shade(coat, 0.8),
                    "feather",
                    z=0.5,
                )
            )
    bars = [
        line(
            "feather",
            ellipse(x, y, 0.1, 0.07, start=20, stop=160, n=8),
            shade(coat, 0.55),
            0.025,
            detail=1 + int((i + j) % 2),
        )
        for j, y in enumerate((0.18, 0.4, 0.62))
        for i, x in enumerate((-0.28, 0.0, 0.28))
    ]
    face = []
    for s in (-1, 1):
        disc = Part("disc", ellipse(0.28 * s, -0.5, 0.3, 0.3), shade(coat, 1.3), "feather", detail=1)
        iris = Part("iris", ellipse(0.26 * s, -0.5, 0.19), (0.93, 0.72, 0.15), "plastic")
        face.append(
            group(
                "eye", disc, iris, Part("pupil", ellipse(0.25 * s, -0.5, 0.095), BLACK, "plastic", detail=1)
            )
        )
    beak = Part("beak", curve([(-0.08, -0.42), (0.08, -0.42), (0, -0.18)]), (0.35, 0.28, 0.2), "plastic")
    head_part = Part("head", head, coat, "feather", z=1, children=(*face, beak))
    return group(
        "owl", Part("body", body, shade(coat, 1.1), "feather", children=tuple(bars)), *parts, head_part
    )


def penguin(p: Pose) -> Part:
    """A standing penguin."""
    coat = p.tint("22262e", "2a2f3a")
    chick = p.kind == "chick"
    if chick:
        coat = p.tint("8a8f96")
    wide = p.vary(0.95, 1.1)
    body = lathe("0,-0.5 0.3,-0.48 0.54,-0.1 0.6,0.45 0.42,0.9 0,0.96") * (wide, 1)
    white = lathe("0,-0.3 0.24,-0.26 0.4,0.05 0.44,0.45 0.3,0.82 0,0.9") * (wide, 1)
    head = ellipse(0, -0.72, 0.36 if chick else 0.31, 0.33)
    shift = {"front": 0.0}.get(p.view, 0.12)
    parts = []
    for s, name in ((-1, "left"), (1, "right")):
        swing = p.vary(-8, 22)
        fin = turned(smooth("0,0 0.14,0.2 0.16,0.6 0.04,0.78 -0.06,0.4"), -swing) * (s, 1)
        foot = smooth("0.08,0.92 0.1,1.04 0.44,1.06 0.36,0.9") * (s, 1)
        parts += [
            Part("foot", foot, ORANGE, "plastic"),
            Part(f"{name} flipper", moved(fin, 0.46 * s * wide, -0.3), coat, "feather", z=0.5),
        ]
    face = moved(
        smooth("-0.24,-0.66 -0.2,-0.84 0,-0.72 0.2,-0.84 0.24,-0.66 0.12,-0.48 -0.12,-0.48"), shift, 0
    )
    beak = moved(curve([(-0.09, -0.66), (0.09, -0.66), (0, -0.5)]), shift, 0)
    if p.view != "front":
        beak = curve([(0.24, -0.76), (0.62, -0.66), (0.26, -0.58)])
    eyes = [eye(x + shift, -0.74, 0.045) for x in ((-0.12, 0.12) if p.view == "front" else (0.04,))]
    return group(
        "penguin",
        *parts,
        Part(
            "body",
            body,
            coat,
            "feather",
            children=(Part("belly", moved(white, shift * 0.8, 0), (0.93, 0.92, 0.88), "feather"),),
        ),
        Part(
            "head",
            head,
            coat,
            "feather",
            z=1,
            children=(
                Part("face", face, (0.93, 0.92, 0.88), "feather", detail=INK_NEVER),
                *eyes,
                Part("beak", beak, ORANGE, "plastic"),
            ),
        ),
    )


FIGURES = (
    FigureClass("duck", duck, ("white", "mallard", "duckling"), SIDES, ("water",)),
    FigureClass(
        "owl", owl, ("horned", "snowy", "brown"), ("front", "turned-right", "turned-left"), ("leafy", "grass")
    ),
    FigureClass("penguin", penguin, ("adult", "chick"), ("front", "right", "left"), ("snow",)),
    FigureClass("songbird", songbird, ("robin", "wren"), (*SIDES, "tilted-right"), ("leafy", "grass")),
)
