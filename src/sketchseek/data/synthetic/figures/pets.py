"""Furry animals, facing right unless their view says otherwise."""

from __future__ import annotations

from sketchseek.data.synthetic.figures.common import BLACK, SIDES, eye
from sketchseek.data.synthetic.geometry import curve, ellipse, lathe, moved, smooth, sweep, turned
from sketchseek.data.synthetic.parts import Colour, FigureClass, Part, Pose, group, line, shade


def _cat_head(p: Pose, coat: Colour, x: float, y: float) -> Part:
    """The head of a cat, its middle at (x, y)."""
    skull = moved(
        smooth(
            "-0.42,-0.1 -0.3,-0.32 0,-0.36 0.3,-0.32 0.42,-0.1 0.4,0.14 0.2,0.32 0,0.36 -0.2,0.32 -0.4,0.14"
        ),
        x,
        y,
    )
    parts = []
    for s in (-1, 1):
        ear = moved(curve([(0.12 * s, -0.28), (0.36 * s, -0.68), (0.42 * s, -0.1)]), x, y)
        inner = moved(curve([(0.2 * s, -0.32), (0.34 * s, -0.56), (0.38 * s, -0.22)]), x, y)
        pink = Part("inner ear", inner, (0.85, 0.6, 0.58), "skin", detail=2)
        parts.append(Part("ear", ear, coat, "fur", children=(pink,)))
    face = []
    for s in (-1, 1):
        iris = Part(
            "iris", ellipse(x + 0.16 * s, y - 0.03, 0.075, 0.085), p.tint("9ab83a", "d8b83a"), "plastic"
        )
        slit = Part("pupil", ellipse(x + 0.16 * s, y - 0.03, 0.03, 0.07), BLACK, "plastic", detail=1)
        face.append(group("eye", iris, slit))
        for i, rise in enumerate((-0.06, 0.02, 0.1)):
            hairs = moved(
                smooth(
                    [(0.12 * s, 0.14), (0.36 * s, 0.12 + rise), (0.58 * s, 0.14 + 1.5 * rise)], closed=False
                ),
                x,
                y,
            )
            face.append(line("whisker", hairs, (0.92, 0.9, 0.86), 0.012, detail=1 if i != 1 else 2))
    nose = Part(
        "nose", moved(curve([(-0.06, 0.09), (0.06, 0.09), (0, 0.16)]), x, y), (0.8, 0.45, 0.45), "skin"
    )
    mouth = line(
        "mouth",
        moved(smooth("-0.12,0.2 -0.05,0.24 0,0.17 0.05,0.24 0.12,0.2", closed=False), x, y),
        BLACK,
        0.018,
    )
    return Part("head", skull, coat, "fur", z=1, children=(*parts, *face, nose, mouth))


def cat(p: Pose) -> Part:
    """A sitting or walking cat."""
    coat = p.tint("d08a3f", "7a736c", "2f2a28", "cfc3ae", "a88a68")
    dark = shade(coat, 0.62)
    if p.kind == "sitting":
        body = lathe("0.18,-0.3 0.3,0 0.46,0.5 0.48,0.86 0.3,0.96 0,0.96")
        tail = sweep(
            smooth("0.36,0.86 0.72,0.84 0.86,0.5 0.72,0.24 0.82,0.08", closed=False),
            [0.16, 0.16, 0.1],
        )
        legs = [
            Part(
                "leg",
                sweep(
                    smooth([(0.12 * s, 0.2), (0.14 * s, 0.6), (0.15 * s, 0.92)], closed=False),
                    [0.16, 0.2, 0.24],
                ),
                shade(coat, 1.05),
                "fur",
                detail=1,
            )
            for s in (-1, 1)
        ]
        stripes = [
            line(
                "stripe",
                smooth([(s * 0.42, y), (s * 0.3, y + 0.04), (s * 0.2, y)], closed=False),
                dark,
                0.05,
                detail=2,
            )
            for s in (-1, 1)
            for y in (0.3, 0.5, 0.68)
        ]
        return group(
            "cat",
            Part("tail", tail, coat, "fur"),
            Part("body", body, coat, "fur", children=(*stripes, *legs)),
            _cat_head(p, coat, 0, -0.5),
        )
    high = p.vary(-0.02, 0.04)
    body = smooth(
        [
            (-0.8, -0.12),
            (-0.4, -0.2 + high),
            (0.2, -0.16),
            (0.62, -0.26),
            (0.78, 0.05),
            (0.55, 0.34),
            (-0.1, 0.3),
            (-0.6, 0.38),
            (-0.86, 0.14),
        ]
    )
    tail = sweep(
        smooth([(-0.76, 0), (-1.05, -0.2), (-1.1, -0.6), (p.vary(-1.0, -0.8), -0.85)], closed=False),
        [0.16, 0.14, 0.1],
    )
    legs = []
    for x, far in ((-0.5, 1), (0.38, 1), (-0.68, 0), (0.56, 0)):
        step = p.vary(-0.1, 0.1)
        leg = sweep(
            smooth(
                [(x, 0.1), (x + step * 0.4, 0.55), (x + step, 0.88), (x + step + 0.08, 0.93)], closed=False
            ),
            [0.3, 0.19, 0.15, 0.13],
        )
        legs.append(
            Part(
                "far leg" if far else "near leg",
                leg,
                shade(coat, 0.75) if far else coat,
                "fur",
                z=-0.5 if far else 0.0,
            )
        )
    stripes = [
        line("stripe", smooth([(x, -0.17), (x + 0.05, -0.02), (x, 0.1)], closed=False), dark, 0.06, detail=2)
        for x in (-0.55, -0.3, -0.05, 0.2)
    ]
    return group(
        "cat",
        Part("tail", tail, coat, "fur"),
        *legs,
        Part("body", body, coat, "fur", children=tuple(stripes)),
        _cat_head(p, coat, 0.78, -0.42),
    )


def rabbit(p: Pose) -> Part:
    """A rabbit upright or crouching."""
    coat = p.tint("b39a7a", "8f7a66", "e6e0d6", "a8a29c")
    ears, face = [], []
    if p.kind == "sitting":
        body = lathe("0.2,-0.1 0.36,0.15 0.5,0.6 0.46,0.92 0.2,1 0,1")
        head = ellipse(0, -0.26, 0.36, 0.33)
        x, y, turns = 0.0, -0.26, (-p.vary(8, 18), p.vary(8, 18))
        for s in (-1, 1):
            foot = ellipse(0.28 * s, 0.95, 0.22, 0.1)
            paw = sweep(smooth([(0.14 * s, 0.25), (0.15 * s, 0.6)], closed=False), 0.17)
            face += [
                Part("foot", foot, shade(coat, 1.08), "fur", z=0.5),
                Part("paw", paw, shade(coat, 1.06), "fur", detail=1),
            ]
    else:
        body = smooth("-0.95,0.35 -0.75,-0.2 -0.25,-0.42 0.3,-0.2 0.62,0.1 0.56,0.6 0,0.74 -0.7,0.72")
        head = smooth("0.4,-0.2 0.55,-0.5 0.85,-0.5 1.1,-0.22 1.1,-0.02 0.8,0.12 0.5,0.06")
        x, y, turns = 0.66, -0.28, (-p.vary(28, 40), -p.vary(5, 16))
        haunch = smooth("-0.75,0.55 -0.7,0.05 -0.3,-0.05 -0.02,0.3 -0.15,0.66 0.15,0.76 -0.6,0.78")
        front = sweep(smooth([(0.42, 0.3), (0.48, 0.6), (0.62, 0.74)], closed=False), [0.24, 0.16, 0.14])
        face += [
            Part("tail", ellipse(-0.98, 0.4, 0.16), (0.95, 0.94, 0.9), "fur"),
            Part("haunch", haunch, coat, "fur", z=0.1),
            Part("foreleg", front, coat, "fur", z=0.1),
        ]
    for turn in turns:
        ear = moved(
            turned(smooth("-0.1,0 -0.15,-0.45 0,-0.85 0.15,-0.45 0.1,0"), turn), x + turn / 130, y - 0.2
        )
        inner = moved(
            turned(smooth("-0.05,-0.1 -0.08,-0.45 0,-0.72 0.08,-0.45 0.05,-0.1"), turn),
            x + turn / 130,
            y - 0.2,
        )
        ears.append(
            Part(
                "ear",
                ear,
                coat,
                "fur",
                children=(Part("inner ear", inner, (0.86, 0.65, 0.62), "skin", detail=1),),
            )
        )
    if p.kind == "sitting":
        details = [eye(s * 0.15, -0.3, 0.05) for s in (-1, 1)] + [
            Part("nose", curve([(-0.05, -0.17), (0.05, -0.17), (0, -0.11)]), (0.8, 0.5, 0.5), "skin")
        ]
    else:
        details = [
            eye(0.82, -0.28, 0.055),
            Part("nose", ellipse(1.12, -0.14, 0.04), (0.8, 0.5, 0.5), "skin", detail=1),
        ]
    mouth_at = (0.0, -0.06) if p.kind == "sitting" else (1.0, -0.02)
    details.append(
        line(
            "mouth",
            smooth("-0.08,0 -0.03,0.04 0,-0.02 0.03,0.04 0.08,0", closed=False) + mouth_at,
            BLACK,
            0.016,
            detail=1,
        )
    )
    return group(
        "rabbit",
        *ears,
        Part("body", body, coat, "fur"),
        *face,
        Part("head", head, coat, "fur", z=0.6, children=tuple(details)),
    )


FIGURES = (
    FigureClass("cat", cat, ("sitting", "walking"), (*SIDES, "turned-right"), ("room", "grass", "street")),
    FigureClass("rabbit", rabbit, ("sitting", "crouching"), (*SIDES, "turned-left"), ("grass", "room")),
)
