"""Furry animals, facing right unless their view says otherwise."""

from __future__ import annotations

from sketchseek.data.synthetic.figures.common import BLACK, SIDES, eye
from sketchseek.data.synthetic.geometry import curve, ellipse, lathe, moved, smooth, sweep, turned
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade

_SMILE = smooth("-0.08,0 -0.03,0.04 0,-0.02 0.03,0.04 0.08,0", closed=False)


def _cat_head(p: Pose, coat: Colour) -> Part:
    """The head of a cat, about (0, 0)."""
    skull = smooth(
        "-0.42,-0.1 -0.3,-0.32 0,-0.36 0.3,-0.32 0.42,-0.1 0.4,0.14 0.2,0.32 0,0.36 -0.2,0.32 -0.4,0.14"
    )
    iris = p.tint("9ab83a", "d8b83a")
    ears, face = [], []
    for side in (-1, 1):
        inner = curve("0.2,-0.32 0.34,-0.56 0.38,-0.22") * (side, 1)
        pink = Part("inner ear", inner, (0.85, 0.6, 0.58), "skin", detail=2)
        ears.append(
            Part("ear", curve("0.12,-0.28 0.36,-0.68 0.42,-0.1") * (side, 1), coat, "fur", children=(pink,))
        )
        slit = Part("pupil", ellipse(0.16 * side, -0.03, 0.03, 0.07), BLACK, "plastic", detail=1)
        face.append(
            group("eye", Part("iris", ellipse(0.16 * side, -0.03, 0.075, 0.085), iris, "plastic"), slit)
        )
        for rise in (-0.06, 0.02, 0.1):
            hair = smooth([(0.12, 0.14), (0.36, 0.12 + rise), (0.58, 0.14 + 1.5 * rise)], closed=False)
            detail = 2 if rise == 0.02 else 1
            face.append(line("whisker", hair * (side, 1), (0.92, 0.9, 0.86), 0.012, detail=detail))
    mouth = smooth("-0.12,0.2 -0.05,0.24 0,0.17 0.05,0.24 0.12,0.2", closed=False)
    nose = Part("nose", curve("-0.06,0.09 0.06,0.09 0,0.16"), (0.8, 0.45, 0.45), "skin")
    inside = (*ears, *face, nose, line("mouth", mouth, BLACK, 0.018))
    return Part("head", skull, coat, "fur", z=1, children=inside)


def cat(p: Pose) -> Part:
    """A sitting or walking cat."""
    coat = p.tint("d08a3f", "7a736c", "2f2a28", "cfc3ae", "a88a68")
    head = _cat_head(p, coat)
    body, (x, y) = (_sitting(coat), (0, -0.5)) if p.kind == "sitting" else (_walking(p, coat), (0.78, -0.42))
    return group("cat", *body, head.moved_to(moved(head.points, x, y)))


def _sitting(coat: Colour) -> list[Part]:
    tail = sweep(smooth("0.36,0.86 0.72,0.84 0.86,0.5 0.72,0.24 0.82,0.08", closed=False), [0.16, 0.16, 0.1])
    inside = []
    for side in (-1, 1):
        leg = sweep(smooth("0.12,0.2 0.14,0.6 0.15,0.92", closed=False) * (side, 1), [0.16, 0.2, 0.24])
        inside.append(Part("leg", leg, shade(coat, 1.05), "fur", detail=1))
        for y in (0.3, 0.5, 0.68):
            stripe = smooth([(side * 0.42, y), (side * 0.3, y + 0.04), (side * 0.2, y)], closed=False)
            inside.append(line("stripe", stripe, shade(coat, 0.62), 0.05, detail=2))
    body = lathe("0.18,-0.3 0.3,0 0.46,0.5 0.48,0.86 0.3,0.96 0,0.96")
    return [Part("tail", tail, coat, "fur"), Part("body", body, coat, "fur", children=tuple(inside))]


def _walking(p: Pose, coat: Colour) -> list[Part]:
    tail = smooth([(-0.76, 0), (-1.05, -0.2), (-1.1, -0.6), (p.vary(-1.0, -0.8), -0.85)], closed=False)
    legs = []
    for x, name in ((-0.5, "far leg"), (0.38, "far leg"), (-0.68, "near leg"), (0.56, "near leg")):
        step = p.vary(-0.1, 0.1)
        leg = smooth([(0, 0.1), (step * 0.4, 0.55), (step, 0.88), (step + 0.08, 0.93)], closed=False)
        far = name == "far leg"
        outline = moved(sweep(leg, [0.3, 0.19, 0.15, 0.13]), x, 0)
        legs.append(Part(name, outline, shade(coat, 0.75 if far else 1), "fur", z=-0.5 if far else 0))
    stripes = []
    for x in (-0.55, -0.3, -0.05, 0.2):
        stripe = smooth([(x, -0.17), (x + 0.05, -0.02), (x, 0.1)], closed=False)
        stripes.append(line("stripe", stripe, shade(coat, 0.62), 0.06, detail=2))
    body = smooth(
        "-0.8,-0.12 -0.4,-0.2 0.2,-0.16 0.62,-0.26 0.78,0.05 0.55,0.34 -0.1,0.3 -0.6,0.38 -0.86,0.14"
    )
    trunk = Part("body", body, coat, "fur", children=tuple(stripes))
    return [Part("tail", sweep(tail, [0.16, 0.14, 0.1]), coat, "fur"), *legs, trunk]


def rabbit(p: Pose) -> Part:
    """A rabbit upright or crouching."""
    coat = p.tint("b39a7a", "8f7a66", "e6e0d6", "a8a29c")
    if p.kind == "sitting":
        ears = _ears(coat, (0.0, -0.26), (-p.vary(8, 18), p.vary(8, 18)))
        return group("rabbit", *ears, *_upright(coat))
    ears = _ears(coat, (0.66, -0.28), (-p.vary(28, 40), -p.vary(5, 16)))
    return group("rabbit", *ears, *_crouching(coat))


def _ears(coat: Colour, at: tuple[float, float], turns: tuple[float, float]) -> list[Part]:
    ears = []
    for turn in turns:
        outer = turned(smooth("-0.1,0 -0.15,-0.45 0,-0.85 0.15,-0.45 0.1,0"), turn)
        inner = turned(smooth("-0.05,-0.1 -0.08,-0.45 0,-0.72 0.08,-0.45 0.05,-0.1"), turn)
        x, y = at[0] + turn / 130, at[1] - 0.2
        pink = Part("inner ear", moved(inner, x, y), (0.86, 0.65, 0.62), "skin", detail=1)
        ears.append(Part("ear", moved(outer, x, y), coat, "fur", children=(pink,)))
    return ears


def _upright(coat: Colour) -> list[Part]:
    face = [eye(side * 0.15, -0.3, 0.05) for side in (-1, 1)]
    face.append(Part("nose", curve("-0.05,-0.17 0.05,-0.17 0,-0.11"), (0.8, 0.5, 0.5), "skin"))
    face.append(line("mouth", moved(_SMILE, 0, -0.06), BLACK, 0.016))
    for side in (-1, 1):
        hairs = [[(0.1 * side, -0.1 + rise / 2), (0.4 * side, -0.12 + rise)] for rise in (-0.04, 0.06)]
        face += [line("whisker", hair, (0.9, 0.88, 0.84), 0.01, detail=2) for hair in hairs]
    limbs = []
    for side in (-1, 1):
        paw = sweep(smooth([(0.14 * side, 0.25), (0.15 * side, 0.6)], closed=False), 0.17)
        limbs.append(Part("foot", ellipse(0.28 * side, 0.95, 0.22, 0.1), shade(coat, 1.08), "fur", z=0.5))
        limbs.append(Part("paw", paw, shade(coat, 1.06), "fur", detail=1))
    body = lathe("0.2,-0.1 0.36,0.15 0.5,0.6 0.46,0.92 0.2,1 0,1")
    head = Part("head", ellipse(0, -0.26, 0.36, 0.33), coat, "fur", z=0.6, children=tuple(face))
    return [Part("body", body, coat, "fur"), *limbs, head]


def _crouching(coat: Colour) -> list[Part]:
    body = smooth("-0.95,0.35 -0.75,-0.2 -0.25,-0.42 0.3,-0.2 0.62,0.1 0.56,0.6 0,0.74 -0.7,0.72")
    haunch = smooth("-0.75,0.55 -0.7,0.05 -0.3,-0.05 -0.02,0.3 -0.15,0.66 0.15,0.76 -0.6,0.78")
    front = sweep(smooth("0.42,0.3 0.48,0.6 0.62,0.74", closed=False), [0.24, 0.16, 0.14])
    face = (
        eye(0.82, -0.28, 0.055),
        Part("nose", ellipse(1.12, -0.14, 0.04), (0.8, 0.5, 0.5), "skin", detail=1),
        line("mouth", moved(_SMILE, 1.0, -0.02), BLACK, 0.016),
        *(
            line("whisker", [(1.0, -0.08), (0.78, y)], (0.9, 0.88, 0.84), 0.01, detail=2)
            for y in (-0.1, 0.02)
        ),
    )
    head = smooth("0.4,-0.2 0.55,-0.5 0.85,-0.5 1.1,-0.22 1.1,-0.02 0.8,0.12 0.5,0.06")
    return [
        Part("body", body, coat, "fur"),
        Part("tail", ellipse(-0.98, 0.4, 0.16), (0.95, 0.94, 0.9), "fur"),
        Part("haunch", haunch, coat, "fur", z=0.1),
        Part("foreleg", front, coat, "fur", z=0.1),
        Part("head", head, coat, "fur", z=0.6, children=face),
    ]


FIGURES = (
    FigureClass("cat", cat, ("sitting", "walking"), (*SIDES, "turned-right"), ("room", "grass", "street")),
    FigureClass("rabbit", rabbit, ("sitting", "crouching"), (*SIDES, "turned-left"), ("grass", "room")),
)
