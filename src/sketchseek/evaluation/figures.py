"""A report's drawings, as SVG: precision over recall, classes, both domains on a plane, confusions.

Needs matplotlib, the extra "report". Colours are Okabe and Ito's, told apart also by colour-blind readers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sketchseek._figures import COLOURS, STYLE, encoded

Points = NDArray[np.floating]
_STYLES = ("-", "--", "-.", ":")
_COLUMN = 42  # classes in a panel
_CONFUSED = 20  # classes in a confusion matrix


def curves(levels: Sequence[float], named: Mapping[str, Sequence[float]]) -> bytes:
    """Mean interpolated precision over recall, one line a method."""
    with mpl.rc_context(STYLE):
        figure = Figure((6, 4.2), layout="constrained")
        axes = figure.subplots()
        _lines(axes, levels, named)
        axes.set(xlabel="recall", ylabel="precision")
        axes.legend(loc="upper right")
        return encoded(figure)


def unfinished(
    shares: Sequence[float], named: Mapping[str, tuple[Sequence[float], Sequence[float]]]
) -> bytes:
    """Rank percentile and 1 / rank over the share that is drawn, one line a method."""
    with mpl.rc_context(STYLE):
        figure = Figure((8.4, 3.6), layout="constrained")
        panels = figure.subplots(1, 2)
        for side, (axes, label) in enumerate(zip(panels, ("rank percentile", "1 / rank"), strict=True)):
            _lines(axes, shares, {name: both[side] for name, both in named.items()})
            axes.set(xlabel="share of the drawing", ylabel=label)
        panels[0].legend(loc="lower right")
        return encoded(figure)


def classes(named: Mapping[str, Mapping[str, float]], metric: str) -> bytes:
    """A metric's mean per class: bars for the first method, dots for the others, best class first."""
    first, *others = named
    order = sorted(named[first], key=lambda label: -named[first][label])
    panels = -(-len(order) // _COLUMN)
    rows = -(-len(order) // panels)
    with mpl.rc_context(STYLE):
        figure = Figure((4.2 * panels, 1 + 0.17 * rows), layout="constrained")
        for panel, axes in enumerate(np.atleast_1d(figure.subplots(1, panels))):
            shown = order[panel * rows : (panel + 1) * rows]
            places = np.arange(len(shown))
            axes.barh(
                places, [named[first][label] for label in shown], color=_colour(0), alpha=0.75, label=first
            )
            for place, name in enumerate(others, 1):
                values = [named[name].get(label, np.nan) for label in shown]
                axes.plot(values, places, "o", color=_colour(place), markersize=3.5, label=name)
            axes.set(xlim=(0, 1), ylim=(rows - 0.4, -0.6), xlabel=metric)
            axes.set_yticks(places, shown, fontsize=7.5)
            axes.grid(visible=False, axis="y")
        if others:
            axes.legend(loc="lower right", fontsize=8)
        return encoded(figure)


def plane(
    shares: Sequence[float],
    centres: Mapping[str, Mapping[str, Sequence[float]]],
    points: Mapping[str, Sequence[Sequence[float]]],
) -> bytes:
    """Sketches and photos on two principal components; a line joins the two centres of a class."""
    looks = {"photo": ("photos", _colour(0), "s"), "sketch": ("sketches", _colour(1), "o")}
    with mpl.rc_context(STYLE):
        figure = Figure((6, 5.2), layout="constrained")
        axes = figure.subplots()
        for label, (x, y) in centres["sketch"].items():
            if label in centres["photo"]:
                axes.plot(*zip((x, y), centres["photo"][label], strict=True), color="#999999", linewidth=0.7)
        for domain, (name, colour, marker) in looks.items():
            axes.scatter(*_columns(points[domain]), s=9, color=colour, alpha=0.3, linewidths=0)
            axes.scatter(
                *_columns(list(centres[domain].values())),
                s=18,
                color=colour,
                marker=marker,
                label=f"{name}, class centres",
            )
        axes.set(
            xlabel=f"first component, {shares[0]:.0%} of the variance", ylabel=f"second, {shares[1]:.0%}"
        )
        axes.legend(loc="best", fontsize=8)
        return encoded(figure)


def confusion(counts: Mapping[str, Mapping[str, int]]) -> bytes:
    """Of the classes most often taken for each other: the share of queries whose first photo is of which."""
    chosen = most_confused(counts)
    shares = np.array(
        [
            [
                counts.get(asked, {}).get(found, 0) / max(1, sum(counts.get(asked, {}).values()))
                for found in chosen
            ]
            for asked in chosen
        ]
    )
    with mpl.rc_context(STYLE):
        figure = Figure((6.4, 5.6), layout="constrained")
        axes = figure.subplots()
        axes.grid(visible=False)
        image = axes.imshow(shares, cmap="cividis", vmin=0, vmax=1)
        axes.set_xticks(range(len(chosen)), chosen, rotation=90, fontsize=7.5)
        axes.set_yticks(range(len(chosen)), chosen, fontsize=7.5)
        axes.set(xlabel="class of the first photo", ylabel="class of the sketch")
        _numbers(axes, shares)
        figure.colorbar(image, label="share of the class's sketches", shrink=0.8)
        return encoded(figure)


def kinds(planes: Mapping[str, Sequence[Points]], members: Sequence[int], is_photo: Sequence[bool]) -> bytes:
    """Sketches and photos of a class on planes, a row of panels a way of drawing them; a colour a kind.

    Args:
        planes: way -> panels, (N, 2) each: before the alignment and after it.
        members: N kinds.
        is_photo: which of the N are photos.
    """
    places, shown = np.array(members), np.array(is_photo)
    with mpl.rc_context(STYLE):
        figure = Figure((8, 3.6 * len(planes)), layout="constrained")
        rows = figure.subplots(len(planes), 2, squeeze=False)
        for (way, panels), row in zip(planes.items(), rows, strict=True):
            for title, points, axes in zip(("before", "after"), panels, row, strict=True):
                axes.set(title=f"{way}, {title} alignment", xticks=[], yticks=[])
                for kind in np.unique(places):
                    for domain, marker, size in ((False, "^", 34), (True, "o", 26)):
                        chosen = points[(places == kind) & (shown == domain)]
                        colour = _colour(int(kind))
                        face = colour if domain else "none"
                        axes.scatter(*chosen.T, s=size, marker=marker, facecolors=face, edgecolors=colour)
        for name, marker, face in (("sketches", "^", "none"), ("photos", "o", "#444444")):
            rows[0, 0].scatter([], [], marker=marker, facecolors=face, edgecolors="#444444", label=name)
        rows[0, 0].legend(loc="best", fontsize=8)
        return encoded(figure)


def pairs(counts: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, int]]:
    """(class asked for, other class found first, how often), most often first."""
    found = [
        (asked, other, count)
        for asked, row in counts.items()
        for other, count in row.items()
        if other != asked
    ]
    return sorted(found, key=lambda pair: (-pair[2], pair[:2]))


def most_confused(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The classes of the most frequent confusions, at most 20, sorted; the first ones if none is confused."""
    chosen: dict[str, None] = {}
    for asked, other, _ in pairs(counts):
        if len({*chosen, asked, other}) > _CONFUSED:
            break
        chosen |= {asked: None, other: None}
    return sorted(chosen or dict.fromkeys(list(counts)[:_CONFUSED]))


def _numbers(axes: Axes, shares: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    for row, column in zip(*np.nonzero(shares >= 0.1), strict=True):
        share = float(shares[row, column])
        ink = "black" if share > 0.5 else "white"
        axes.text(column, row, f"{share:.0%}".rstrip("%"), ha="center", va="center", fontsize=6, color=ink)


def _columns(points: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    return [point[0] for point in points], [point[1] for point in points]


def _lines(axes: Axes, across: Sequence[float], named: Mapping[str, Sequence[float]]) -> None:
    """Shares over shares, one line a method."""
    for place, (name, values) in enumerate(named.items()):
        style = _STYLES[place // len(COLOURS) % len(_STYLES)]
        axes.plot(across, values, style, color=_colour(place), label=name, linewidth=2)
    axes.set(xlim=(0, 1), ylim=(0, 1))


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]
