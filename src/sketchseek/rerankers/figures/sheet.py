"""The sheet that an explanation is drawn on: two pictures side by side under a title, room below them.

Places are inches from the upper left corner, sizes of letters points.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch
from numpy.typing import NDArray

EDGE = 0.45
PICTURE = 4.4
"""Side of a picture."""
LEFTS = (EDGE, 6.15)
"""Where the drawing and the photo begin."""
WIDE = LEFTS[1] + PICTURE + EDGE
TOP = 1.35
"""Where the pictures begin."""
BELOW = TOP + PICTURE + 0.15
"""Where what stands below them may begin."""

INK, SOFT = "#1d1d1f", "#66666c"
HALO = [patheffects.withStroke(linewidth=3.5, foreground="white", alpha=0.85)]
_LETTER = 0.0072  # mean width of a letter, inches a point
_LINE = 1.45  # height of a line, in heights of its letters


class Sheet:
    """A figure with a title, that tells its places in inches.

    Args:
        title: names both pictures and the score.
        about: a line below the title.
        high: height, inches.
    """

    def __init__(self, title: str, about: str, high: float) -> None:
        self.high = high
        self.figure = Figure((WIDE, high), facecolor="white")
        most = int((WIDE - 2 * EDGE) / (_LETTER * 13 * 1.1))
        self.write(EDGE, 0.28, textwrap.shorten(title, most, placeholder="…"), size=13, weight="bold")
        self.write(EDGE, 0.62, about, size=9, color=SOFT)

    def write(self, left: float, top: float, text: str, *, wide: float = 0.0, **look: Any) -> None:
        """Put text there, its first line's top at ``top``; broken into lines where ``wide`` is given."""
        if wide:
            text = "\n".join(textwrap.wrap(text, int(wide / (_LETTER * look.get("size", 9)))))
        usual: dict[str, Any] = {"color": INK, "va": "top", "linespacing": _LINE}
        self.figure.text(left / WIDE, 1 - top / self.high, text, **(usual | look))

    def axes(self, left: float, top: float, wide: float, high: float) -> Axes:
        """Axes in that place."""
        inside = (left / WIDE, 1 - (top + high) / self.high, wide / WIDE, high / self.high)
        return self.figure.add_axes(inside)

    def pictures(self, titles: tuple[str, str]) -> tuple[Axes, Axes]:
        """Axes for the drawing and the photo, in shares of their sides from the upper left; both framed."""
        for left, title in zip(LEFTS, titles, strict=True):
            self.write(left, TOP - 0.3, title, size=10, weight="bold")
        both = [self.axes(left, TOP, PICTURE, PICTURE) for left in LEFTS]
        for axes in both:
            axes.set(xlim=(0, 1), ylim=(1, 0), xticks=[], yticks=[])
            for spine in axes.spines.values():
                spine.set(visible=True, color="#bbbbbb")
        return both[0], both[1]

    def link(
        self,
        axes: tuple[Axes, Axes],
        ends: tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]],
        **look: Any,
    ) -> None:
        """A line from a place in the drawing to one in the photo, over both."""
        line = ConnectionPatch(
            tuple(ends[0]), tuple(ends[1]), "data", axesA=axes[0], axesB=axes[1], coordsB="data", **look
        )
        self.figure.add_artist(line)


def paste(axes: Axes, pixels: NDArray[Any], **look: Any) -> None:
    """Fill axes of a picture with its pixels."""
    axes.imshow(pixels, extent=(0, 1, 1, 0), aspect="auto", **look)


def tag(axes: Axes, place: NDArray[np.floating[Any]], text: str, colour: str, *, size: float = 8.5) -> None:
    """A name in a label of a colour, over all lines."""
    box = {"boxstyle": "round,pad=0.25", "facecolor": colour, "edgecolor": "white", "linewidth": 1}
    look: dict[str, Any] = {"color": "white", "weight": "bold", "ha": "center", "va": "center", "zorder": 10}
    x, y = place.tolist()
    axes.figure.text(x, y, text, size=size, bbox=box, transform=axes.transData, **look)


def farthest(
    candidates: NDArray[np.floating[Any]], taken: Sequence[NDArray[np.floating[Any]]]
) -> NDArray[np.float64]:
    """Of (n, 2) places the one farthest from all that are taken, the first where none is."""
    if not taken:
        return np.asarray(candidates[0], np.float64)
    away = np.linalg.norm(candidates[:, None] - np.array(taken)[None], axis=2).min(axis=1)
    return np.asarray(candidates[int(away.argmax())], np.float64)


def signed(score: float) -> str:
    """A score to three decimals, with a minus as long as a digit."""
    return f"{score:.3f}".replace("-", "−")
