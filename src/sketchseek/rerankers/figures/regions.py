"""Regions that look at each other and are merged: who is who, where each looks, and both trees."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from sketchseek._drawing import along
from sketchseek.rerankers.explanation import Explanation, Shown, Side, growth, name_of
from sketchseek.rerankers.figures.sheet import (
    BELOW,
    EDGE,
    HALO,
    INK,
    LEFTS,
    PICTURE,
    SOFT,
    WIDE,
    Sheet,
    farthest,
    paste,
    signed,
    tag,
)

Places = list[NDArray[np.float64]]

WHOLE = "#3a3a3e"
UNSEEN = "#8a8a90"
COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#c23b8f", "#b8860b", "#3fa7dd", "#7a2f2f", "#5b3fb5"),
    *("#6b8e00", "#e5383b", "#00796b", "#8d6e63", "#1a237e", "#e88bb5", "#4a6a7c"),
)
"""Of a drawing's regions but the whole, which is dark; they come round again where there are more."""

_NOTE = 0.85  # height of the lines below the pictures, inches
_TREE = 2.3  # height of a tree, inches
_SEEN: dict[str, Any] = {"linewidth": 2.2, "path_effects": HALO}
_PASSED: dict[str, Any] = {"linewidth": 0.7, "linestyle": (0, (3, 2)), "alpha": 0.7}
_CORNER = np.array([0.085, 0.955])  # where the name of the whole stands


def draw(explanation: Explanation, title: str, model: str) -> Figure:
    """Both pictures with their regions, lines where these look, and trees where there are any."""
    reasons = explanation.reasons
    trees = len(reasons.sketch_merges) + len(reasons.photo_merges) > 0
    high = BELOW + _NOTE + (0.6 + _TREE + 0.5 if trees else 0.1)
    about = f"{model}; 0 is the best score, −4 the worst"
    sheet = Sheet(f"{title}: score {signed(reasons.score)}", about, high)
    looked = _seen_by(explanation)
    axes = sheet.pictures(("The drawing", "The photo"))
    mine = [_own(number) for number in range(len(explanation.sketch.boxes))]
    count = len(explanation.photo.boxes)
    theirs = [looked.get(number, UNSEEN) if looked else _own(number) for number in range(count)]
    ends = _sketch(axes[0], explanation.sketch, mine), _photo(axes[1], explanation.photo, theirs)
    for link in explanation.links:
        sheet.link(
            axes,
            (ends[0][link.sketch], ends[1][link.photo]),
            color=mine[link.sketch],
            linewidth=6 * link.weight**0.5,
            alpha=0.6,
        )
    sheet.write(EDGE, BELOW, _note(explanation), wide=WIDE - 2 * EDGE, size=9, color=SOFT)
    if trees:
        _trees(sheet, explanation, (mine, theirs))
    return sheet.figure


def _own(number: int) -> str:
    return COLOURS[(number - 1) % len(COLOURS)] if number else WHOLE


def _seen_by(explanation: Explanation) -> dict[int, str]:
    """Regions of the photo -> the colour of the region that looks at it most."""
    return {link.photo: _own(link.sketch) for link in sorted(explanation.links, key=lambda one: one.weight)}


def _note(explanation: Explanation) -> str:
    """How the pictures are read."""
    told = "“all” is the whole picture, a region as well. "
    if not explanation.links:
        return told + "This model's regions do not look at each other: colours only tell them apart."
    weights = [link.weight for link in explanation.links]
    alike = 1 / len(explanation.photo.boxes)
    return (
        "A line leads from each region of the drawing to the one of the photo that it looks at most. The "
        f"wider it is, the more of its looking goes there: {min(weights):.2f} to {max(weights):.2f} here, "
        f"where {alike:.2f} would be the same everywhere. The photo's regions have the colour of the one "
        f"that looks there most; no line leads to grey ones. {told}"
    )


def _sketch(axes: Axes, sketch: Shown, colours: list[str]) -> Places:
    """Draw each region in its colour and name it; where the names stand."""
    if not sketch.lines:
        paste(axes, sketch.pixels, alpha=0.75)
        return _boxes(axes, sketch, "sketch", colours)
    places: Places = [_CORNER]
    tag(axes, _CORNER, name_of(0, "sketch"), colours[0])
    for number, strokes in enumerate(sketch.strokes[1:], 1):
        lines = [sketch.lines[stroke] for stroke in strokes]
        for line in lines:
            axes.plot(*line.T, color=colours[number], linewidth=2.6, solid_capstyle="round")
            if np.ptp(line, axis=0).max() == 0:
                axes.plot(*line[0], "o", color=colours[number], markersize=5)
        places.append(farthest(np.concatenate([_along(line) for line in lines]), places))
        tag(axes, places[-1], name_of(number, "sketch"), colours[number])
    return places


def _along(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Some places along a line, its middle first."""
    lengths = along(line)
    shares = np.array([0.5, 0.3, 0.7, 0.15, 0.85, 0.05, 0.95]) * lengths[-1]
    return np.stack([np.interp(shares, lengths, axis) for axis in line.T], axis=1)


def _photo(axes: Axes, photo: Shown, colours: list[str]) -> Places:
    paste(axes, photo.pixels, alpha=0.8)
    return _boxes(axes, photo, "photo", colours)


def _boxes(axes: Axes, shown: Shown, side: Side, colours: list[str]) -> Places:
    """Draw boxes in their colours and name them; where the names stand.

    Those that nobody looks at are drawn thinly, and named where there is room left.
    """
    places: Places = [_CORNER] * len(shown.boxes)
    taken = [_CORNER]
    tag(axes, _CORNER, name_of(0, side), colours[0])
    for number in sorted(range(len(shown.boxes)), key=lambda one: colours[one] == UNSEEN):
        seen = colours[number] != UNSEEN
        if number:
            places[number] = farthest(_rim(shown.boxes[number]), taken)
            taken.append(places[number])
            tag(axes, places[number], name_of(number, side), colours[number], size=8.5 if seen else 6.5)
        left, top, right, bottom = shown.boxes[number].tolist()
        outline = Rectangle((left, top), right - left, bottom - top, fill=False, edgecolor=colours[number])
        outline.set(**(_SEEN if seen else _PASSED))
        axes.add_patch(outline)
    return places


def _rim(box: NDArray[np.float32]) -> NDArray[np.float64]:
    """Places on a box's border, its upper left corner first."""
    left, top, right, bottom = np.clip(box.astype(np.float64), 0.03, 0.97)
    across, down = (left + right) / 2, (top + bottom) / 2
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return np.array([*corners, (across, top), (right, down), (across, bottom), (left, down)])


def _trees(sheet: Sheet, explanation: Explanation, colours: tuple[list[str], list[str]]) -> None:
    top = BELOW + _NOTE
    reasons = explanation.reasons
    told = ("What became one in the drawing, from below", "What became one in the photo, from below")
    sides: tuple[Side, Side] = ("sketch", "photo")
    for place, merges in enumerate((reasons.sketch_merges, reasons.photo_merges)):
        sheet.write(LEFTS[place], top, told[place], size=10, weight="bold")
        if len(merges):
            axes = sheet.axes(LEFTS[place] + 0.35, top + 0.4, PICTURE - 0.35, _TREE)
            _tree(axes, merges, sides[place], colours[place])
        else:
            sheet.write(LEFTS[place], top + 0.4, "It is one region: nothing is merged.", size=9, color=SOFT)


def _tree(axes: Axes, merges: NDArray[np.int64], side: Side, colours: list[str]) -> None:
    """A tree from its leaves, below, to the whole of what was merged; higher is later."""
    count = len(colours)
    order, places = growth(merges, count)
    for step, pair in enumerate(merges.tolist()):
        high = places[count + step][1]
        (left, low), (right, other) = (places[one] for one in pair)
        axes.plot([left, left, right, right], [low, high, high, other], color=INK, linewidth=1.1)
    axes.set(xlim=(-0.6, count - 0.4), ylim=(0, count - 0.5), xticks=[], ylabel="merge")
    axes.set_yticks(sorted({1, count // 2, count - 1}))
    axes.spines["bottom"].set_visible(False)
    for place, leaf in enumerate(order):
        tag(axes, np.array([place, -0.045 * count]), name_of(leaf, side), colours[leaf], size=7.5)
