"""Birds, facing right unless their view says otherwise."""

from __future__ import annotations

from sketchseek.data.synthetic.figures.common import BLACK, SIDES, eye
from sketchseek.data.synthetic.geometry import curve, ellipse, lathe, moved, smooth, turned
from sketchseek.data.synthetic.parts import INK_NEVER, Colour, FigureClass, Part, Pose, group, line, shade

ORANGE: Colour = (0.9, 0.55, 0.12)
_SNOW: Colour = (0.93, 0.92, 0.88)


def songbird(p: Pose) -> Part:
    """A small bird that sits."""
    coat = p.tint("4a7ab8", "b8483a", "8a6a48", "d8a83a", "6a7a5a")
    wren = p.kind == "wren"
    plump, up = (p.vary(0.48, 0.54), p.vary(-0.5, -0.3)) if wren else (p.vary(0.52, 0.6), p.vary(0.2, 0.34))
    back = "0.88,-0.5 0.66,-0.75 0.36,-0.66 0.12,-0.36 -0.45,0.02 -0.72,0.24 -0.42,0.42"
    body = smooth([*curve(back), (0.1, plump), (0.55, 0.34), (0.8, -0.05)])
    breast = "0.82,-0.3 0.6,-0.32 0.3,0.1 -0.1,0.4"
    belly = smooth([*curve(breast), (0.1, plump - 0.02), (0.52, 0.32), (0.76, -0.02)])
    tail = smooth([(-0.5, 0.08), (-1.0, up - 0.02), (-1.22, up + 0.02), (-1.15, up + 0.18), (-0.55, 0.3)])
    wing = smooth("0.3,-0.2 0,-0.18 -0.5,0.06 -0.85,0.26 -0.4,0.32 0.05,0.26 0.3,0.06")
    feathers = []
    for i in range(3):
        barb = [(0.12 - 0.2 * i, 0.24 - 0.02 * i), (-0.2 - 0.16 * i, 0.2), (-0.45 - 0.1 * i, 0.16)]
        feathers.append(
            line("feather", smooth(barb, closed=False), shade(coat, 0.6), 0.022, detail=1 + i % 2)
        )
    legs = []
    for x in (0.0, 0.22):
        shank = line("shank", [(x, 0.45), (x + 0.05, 0.78)], (0.4, 0.28, 0.2), 0.04, detail=0)
        toes = line("toes", [(x - 0.08, 0.86), (x + 0.05, 0.78), (x + 0.22, 0.86)], (0.4, 0.28, 0.2), 0.04)
        legs.append(group("leg", shank, toes))
    return group(
        "songbird",
        *legs,
        Part("tail", tail, shade(coat, 0.8), "feather"),
        Part("body", body, coat, "feather"),
        Part("belly", belly, p.tint("e8dcc4", "d8703a", "f0e4d0"), "feather", detail=2),
        Part("wing", wing, shade(coat, 0.75), "feather", children=tuple(feathers)),
        Part("beak", curve("0.84,-0.6 1.14,-0.48 0.86,-0.42"), (0.3, 0.25, 0.2), "plastic"),
        eye(0.66, -0.54, 0.05),
    )


def duck(p: Pose) -> Part:
    """A swimming duck."""
    coat = p.tint(*{"white": ("efe9dc",), "mallard": ("8a7358", "9a8a72"), "duckling": ("e8c23a",)}[p.kind])
    crest = p.tint("1f5a3a", "2a6a4a") if p.kind == "mallard" else coat
    big, high = p.vary(1.2, 1.35) if p.kind == "duckling" else p.vary(0.95, 1.1), p.vary(-0.12, 0.1)
    body = smooth("-1.1,-0.18 -0.75,0 -0.2,-0.12 0.35,-0.1 0.72,0.02 0.82,0.32 0.5,0.6 -0.2,0.66 -0.75,0.48")
    neck = smooth(
        [(0.3, 0.1), (0.42, -0.35), (0.4, -0.7 - high), (0.72, -0.72 - high), (0.8, -0.35), (0.8, 0.2)]
    )
    wing = smooth("0.35,0.12 0,0.06 -0.5,0.08 -0.85,0.02 -0.6,0.34 -0.1,0.44 0.3,0.34")
    feathers = []
    for i in range(3):
        barb = [(-0.05 - 0.24 * i, 0.4), (-0.3 - 0.2 * i, 0.3), (-0.45 - 0.18 * i, 0.16)]
        feathers.append(
            line("feather", smooth(barb, closed=False), shade(coat, 0.7), 0.025, detail=1 + i % 2)
        )
    head = _duck_head(crest, big)
    return group(
        "duck",
        Part("neck", neck, crest, "feather"),
        Part("body", body, coat, "feather"),
        *(part.moved_to(moved(part.points, 0.6, -0.72 - high)) for part in head),
        Part("wing", wing, shade(coat, 0.86), "feather", children=tuple(feathers)),
    )


def _duck_head(crest: Colour, big: float) -> list[Part]:
    """Head, bill and eye about (0, 0)."""
    bill = moved(smooth("-0.08,-0.12 0.12,-0.04 0.36,0.02 0.34,0.12 0.1,0.12 -0.08,0.12"), 0.27 * big, 0)
    mouth = moved([(-0.02, 0.04), (0.3, 0.06)], 0.27 * big, 0)
    slit = line("mouth", mouth, (0.6, 0.3, 0.05), 0.02, detail=2)
    return [
        Part("head", ellipse(0, 0, 0.27 * big, 0.25 * big), crest, "feather"),
        Part("bill", bill, ORANGE, "plastic", children=(slit,)),
        eye(0.1 * big, -0.08, 0.045),
    ]


def owl(p: Pose) -> Part:
    """An owl from the front."""
    coat = p.tint("e6e2da") if p.kind == "snowy" else p.tint("8a6a48", "7a6a5a", "a8835a")
    wide = p.vary(0.92, 1.08)
    body = lathe("0,-0.3 0.5,-0.3 0.68,0.2 0.52,0.78 0.2,0.98 0,1") * (wide, 1)
    bars = []
    for row, y in enumerate((0.18, 0.4, 0.62)):
        for column, x in enumerate((-0.28, 0.0, 0.28)):
            arc = ellipse(x, y, 0.1, 0.07, start=20, stop=160, n=8)
            bars.append(line("feather", arc, shade(coat, 0.55), 0.025, detail=1 + (row + column) % 2))
    limbs = []
    for side, name in ((-1, "left wing"), (1, "right wing")):
        wing = smooth("0.5,-0.2 0.74,0.1 0.7,0.6 0.46,0.9 0.42,0.4") * (side * wide, 1)
        claw = smooth("0.12,0.92 0.2,1.1 0.3,1.1 0.34,0.92") * (side, 1)
        limbs.append(Part(name, wing, shade(coat, 0.75), "feather"))
        limbs.append(Part("foot", claw, ORANGE, "plastic", detail=1))
        if p.kind == "horned":
            tuft = curve("0.24,-0.86 0.6,-1.16 0.62,-0.7") * (side, 1)
            limbs.append(Part("ear tuft", tuft, shade(coat, 0.8), "feather", z=0.5))
    trunk = Part("body", body, shade(coat, 1.1), "feather", children=tuple(bars))
    return group("owl", trunk, *limbs, _owl_head(coat))


def _owl_head(coat: Colour) -> Part:
    skull = smooth(
        "-0.62,-0.75 -0.4,-0.92 0,-0.9 0.4,-0.92 0.62,-0.75 0.66,-0.4 0.4,-0.1 -0.4,-0.1 -0.66,-0.4"
    )
    face = []
    for side in (-1, 1):
        disc = Part("disc", ellipse(0.28 * side, -0.5, 0.3), shade(coat, 1.3), "feather", detail=1)
        iris = Part("iris", ellipse(0.26 * side, -0.5, 0.19), (0.93, 0.72, 0.15), "plastic")
        pupil = Part("pupil", ellipse(0.25 * side, -0.5, 0.095), BLACK, "plastic", detail=1)
        face.append(group("eye", disc, iris, pupil))
    beak = Part("beak", curve("-0.08,-0.42 0.08,-0.42 0,-0.18"), (0.35, 0.28, 0.2), "plastic")
    return Part("head", skull, coat, "feather", z=1, children=(*face, beak))


def penguin(p: Pose) -> Part:
    """A standing penguin."""
    chick = p.kind == "chick"
    coat = p.tint("8a8f96") if chick else p.tint("22262e", "2a2f3a")
    wide, aside = p.vary(0.95, 1.1), 0.0 if p.view == "front" else 0.12
    limbs = []
    for side, name in ((-1, "left flipper"), (1, "right flipper")):
        fin = turned(smooth("0,0 0.14,0.2 0.16,0.6 0.04,0.78 -0.06,0.4"), -p.vary(-8, 22))
        foot = smooth("0.08,0.92 0.1,1.04 0.44,1.06 0.36,0.9") * (side, 1)
        toes = [line("toe", [(side * x, 0.99), (side * x, 1.05)], BLACK, 0.012, detail=2) for x in (0.2, 0.3)]
        limbs.append(Part("foot", foot, ORANGE, "plastic", children=tuple(toes)))
        limbs.append(Part(name, moved(fin, 0.46 * wide, -0.3) * (side, 1), coat, "feather", z=0.5))
    body = lathe("0,-0.5 0.3,-0.48 0.54,-0.1 0.6,0.45 0.42,0.9 0,0.96") * (wide, 1)
    belly = lathe("0,-0.3 0.24,-0.26 0.4,0.05 0.44,0.45 0.3,0.82 0,0.9") * (wide, 1)
    front = Part("belly", moved(belly, 0.8 * aside, 0), _SNOW, "feather")
    return group(
        "penguin",
        *limbs,
        Part("body", body, coat, "feather", children=(front,)),
        Part(
            "head",
            ellipse(0, -0.72, 0.36 if chick else 0.31, 0.33),
            coat,
            "feather",
            z=1,
            children=_face(aside),
        ),
    )


def _face(aside: float) -> tuple[Part, ...]:
    """Patch, eyes and beak of a penguin, from the front or looking aside."""
    patch = smooth("-0.24,-0.66 -0.2,-0.84 0,-0.72 0.2,-0.84 0.24,-0.66 0.12,-0.48 -0.12,-0.48")
    beak = curve("0.24,-0.76 0.62,-0.66 0.26,-0.58" if aside else "-0.09,-0.66 0.09,-0.66 0,-0.5")
    return (
        Part("face", moved(patch, aside, 0), _SNOW, "feather", detail=INK_NEVER),
        *(eye(x, -0.74, 0.045) for x in ((0.16,) if aside else (-0.12, 0.12))),
        Part("beak", beak, ORANGE, "plastic"),
    )


FIGURES = (
    FigureClass("duck", duck, ("white", "mallard", "duckling"), SIDES, ("water",)),
    FigureClass(
        "owl", owl, ("horned", "snowy", "brown"), ("front", "turned-right", "turned-left"), ("leafy", "grass")
    ),
    FigureClass("penguin", penguin, ("adult", "chick"), ("front", "right", "left"), ("snow",)),
    FigureClass("songbird", songbird, ("robin", "wren"), (*SIDES, "tilted-right"), ("leafy", "grass")),
)
