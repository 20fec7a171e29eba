"""What several animals share."""

from __future__ import annotations

from sketchseek.data.synthetic.geometry import ellipse
from sketchseek.data.synthetic.parts import Colour, Part, group

BLACK: Colour = (0.06, 0.05, 0.05)
SIDES = ("right", "left")
TYRE: Colour = (0.1, 0.1, 0.11)
STEEL: Colour = (0.74, 0.76, 0.78)
GLASS: Colour = (0.45, 0.6, 0.7)
PAINTS = ("b8232a", "2a4f8a", "e0e2e0", "2f6a4a", "d8a02a", "3a3f46", "7fa8c8")
DOOR: Colour = (0.33, 0.21, 0.12)
WOODS = ("a8743f", "7a4a2a", "c9a06a", "5a3a28", "e6e0d4", "8a3030")
LEANS = ("upright", "tilted-left", "tilted-right")
DARK: Colour = (0.12, 0.11, 0.11)
LYING = ("angled-right", "angled-left", "upright")
SWAYS = ("front", "tilted-left", "tilted-right")


def eye(x: float, y: float, size: float, *, white: bool = False) -> Part:
    """An eye with a glint; with a white ring if asked."""
    glint = Part("glint", ellipse(x + size * 0.25, y - size * 0.3, size * 0.28, n=8), (1, 1, 1), detail=3)
    pupil = Part("pupil", ellipse(x, y, size, n=12), BLACK, "plastic", children=(glint,))
    if not white:
        return group("eye", pupil)
    return group(
        "eye", Part("white", ellipse(x, y, size * 1.9, n=18), (0.95, 0.93, 0.88), "plastic", detail=1), pupil
    )
