"""Cells that are matched one by one: how well each of the drawing's is, and where in the photo."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sketchseek.rerankers.explanation import Explanation, Link, Shown
from sketchseek.rerankers.figures.sheet import (
    BELOW,
    EDGE,
    INK,
    LEFTS,
    PICTURE,
    SOFT,
    WIDE,
    Sheet,
    paste,
    signed,
)

LINKS = 12
"""Arrows that are drawn, at most."""
APART = 3
"""Cells between the beginnings of two arrows, at least, along either side."""

_BAR = 0.75  # height of a legend, inches
_NOTE = 0.85  # height of the lines below it
_PAPER = 0.3  # how strongly bare paper is coloured where most is added
_GLASS = 0.8  # how strongly the photo is


def draw(explanation: Explanation, title: str, model: str) -> Figure:
    """The drawing coloured by how well it is matched, the photo by where its lines are, and some arrows."""
    sketch, photo = explanation.sketch, explanation.photo
    about = f"{model}; 1 is the best score, −1 the worst"
    sheet = Sheet(f"{title}: score {signed(explanation.reasons.score)}", about, BELOW + _BAR + _NOTE)
    axes = sheet.pictures(
        ("The drawing, by how well it is matched", "The photo, where the lines are matched")
    )
    colours = ListedColormap(mpl.colormaps["inferno_r"](np.linspace(0.18, 0.92, 256)))
    adds = _summed(len(sketch.boxes), [(link.sketch, link.weight) for link in explanation.links])
    gets = _summed(len(photo.boxes), [(link.photo, link.weight) for link in explanation.drawn])
    scales = _scale(adds), _scale(gets)
    _sketch(axes[0], sketch, _painted(adds, colours, scales[0]))
    _photo(axes[1], photo, _painted(gets, colours, scales[1]))
    for link in spread(explanation.drawn, len(adds)):
        ends = np.asarray(sketch.ink(link.sketch)), photo.middle(link.photo)
        sheet.link(axes, ends, color="white", linewidth=2.2, alpha=0.7)
        sheet.link(axes, ends, color=INK, linewidth=0.9, arrowstyle="->", mutation_scale=9)
    _legends(sheet, colours, scales)
    sheet.write(EDGE, BELOW + _BAR, _note(explanation), wide=WIDE - 2 * EDGE, size=9, color=SOFT)
    return sheet.figure


def spread(links: Sequence[Link], count: int) -> list[Link]:
    """Of the links of a square of cells those that add most, begun well apart; at most `LINKS`."""
    side = round(count**0.5)
    found: list[Link] = []
    for link in sorted(links, key=lambda one: -one.weight):
        row, column = divmod(link.sketch, side)
        others = [divmod(one.sketch, side) for one in found]
        if len(found) < LINKS and all(max(abs(row - r), abs(column - c)) >= APART for r, c in others):
            found.append(link)
    return found


def _summed(count: int, given: Sequence[tuple[int, float]]) -> NDArray[np.float64]:
    """What each of so many cells was given in all; NaN where nothing was."""
    found = np.full(count, np.nan)
    for cell, weight in given:
        found[cell] = np.nan_to_num(found[cell]) + weight
    return found


def _scale(values: NDArray[np.float64]) -> Normalize:
    """From the least to the greatest of what there is; from 0 where all are alike."""
    there = values[~np.isnan(values)]
    low, high = (float(there.min()), float(there.max())) if len(there) else (0.0, 1.0)
    return Normalize(low, high) if low < high else Normalize(min(0.0, low), high if high > 0 else 1.0)


def _painted(
    values: NDArray[np.float64], colours: Colormap, scale: Normalize
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of M cells the colours (M, 3), pale grey without a match, and how strong they are, (M,) in 0 to 1."""
    there = scale(np.ma.masked_invalid(values))
    paint = colours(there)[:, :3]
    paint[np.isnan(values)] = 0.82
    return paint, np.ma.filled(there, 0)


def _sketch(axes: Axes, sketch: Shown, painted: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
    """Colour each cell of a drawing, its ink fully and its paper faintly."""
    paint, strength = painted
    ink = 1 - sketch.pixels[..., :1].astype(np.float64) / 255
    side = round(len(paint) ** 0.5)
    cells = np.arange(len(ink)) * side // len(ink)
    where = cells[:, None] * side + cells[None]
    share = ink + (1 - ink) * _PAPER * strength[where][..., None]
    paste(axes, 1 - share * (1 - paint[where]))


def _photo(axes: Axes, photo: Shown, painted: tuple[NDArray[np.float64], NDArray[np.float64]]) -> None:
    """Lay a colour over each cell of a photo in grey, the stronger the more was matched."""
    paint, strength = painted
    grey = photo.pixels.mean(axis=2) / 255
    paste(axes, 0.35 + 0.65 * grey, cmap="gray", vmin=0, vmax=1)
    side = round(len(paint) ** 0.5)
    both = np.concatenate([paint, _GLASS * strength[:, None]], axis=1)
    paste(axes, both.reshape(side, side, 4), interpolation="nearest")


def _legends(sheet: Sheet, colours: Colormap, scales: tuple[Normalize, Normalize]) -> None:
    told = (
        "added to the score by a cell of the drawing",
        "added to the score there, by cells with lines",
    )
    for left, scale, label in zip(LEFTS, scales, told, strict=True):
        axes = sheet.axes(left, BELOW, PICTURE, 0.13)
        bar = sheet.figure.colorbar(ScalarMappable(scale, colours), cax=axes, orientation="horizontal")
        bar.locator = MaxNLocator(4)
        bar.set_label(label, size=9, color=SOFT)
        bar.outline.set_visible(False)


def _note(explanation: Explanation) -> str:
    """How the pictures are read."""
    score, drawn = explanation.reasons.score, sum(link.weight for link in explanation.drawn)
    return (
        "Each cell of the drawing is matched with that cell of the photo near the same place that is most "
        "like it; what they add comes to the score. Darker adds more. Cells with lines add "
        f"{signed(drawn)}, bare paper {signed(score - drawn)}. Arrows lead from cells with lines that add "
        "much to their matches."
    )
