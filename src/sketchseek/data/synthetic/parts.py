"""The parts of a figure, and the pose and instance parameters from which a class builds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from sketchseek.data.synthetic.geometry import Curve, Points, curve

Colour = tuple[float, float, float]
Box = tuple[float, float, float, float]
INK_NEVER = 3  # ``detail`` of faces that are only painted


@dataclass(frozen=True, eq=False)
class Part:
    """One part of a figure, with its own parts inside.

    A part with an empty outline only groups its children. An open part of width 0 is a line that people draw
    and a camera does not see.
    """

    name: str
    outline: Curve = field(
        default_factory=lambda: np.zeros((0, 2))
    )  # (n, 2); unit coordinates of the canvas once the figure is placed
    colour: Colour = (0.5, 0.5, 0.5)  # red, green, blue in 0..1
    material: str = "paint"  # see textures.MATERIALS
    closed: bool = True
    width: float = 0.0  # thickness of an open part
    detail: int = (
        0  # 0: drawn by everybody; 1: not in coarse drawings; 2: in detailed drawings only; 3: never
    )
    z: float = 0.0  # how much nearer than its parent; parts equally near lie in reading order
    relief: float = 1.0  # 0: flat; 1: round like a cushion
    tone: float = 1.0  # brightness of a face that is turned to or from the light
    children: tuple[Part, ...] = ()

    def walk(self, path: str = "") -> Iterator[tuple[str, Part]]:
        """This part and all inside it, each with its path of names joined by "/"."""
        here = f"{path}/{self.name}" if path else self.name
        yield here, self
        for child in self.children:
            yield from child.walk(here)

    def painted(self) -> list[tuple[str, Part]]:
        """All parts with an outline, the farthest first, each with its path of names."""
        found = sorted(self._placed("", 0.0), key=lambda row: row[0])
        return [(path, part) for _, path, part in found if len(part.outline)]

    def _placed(self, path: str, behind: float) -> Iterator[tuple[float, str, Part]]:
        here, z = f"{path}/{self.name}" if path else self.name, behind + self.z
        yield z, here, self
        for child in self.children:
            yield from child._placed(here, z)

    @property
    def points(self) -> Curve:
        """The points of all outlines (n, 2), in reading order."""
        return np.concatenate([part.outline for _, part in self.walk()])

    def moved_to(self, points: Curve, scale: float = 1.0) -> Part:
        """The same tree with other points, given in the order of ``points``; and widths scaled."""
        return self._taking(
            iter(np.split(points, np.cumsum([len(part.outline) for _, part in self.walk()]))), scale
        )

    def _taking(self, outlines: Iterator[Curve], scale: float) -> Part:
        outline = next(outlines)
        children = tuple([child._taking(outlines, scale) for child in self.children])
        return Part(
            self.name,
            outline,
            self.colour,
            self.material,
            self.closed,
            self.width * scale,
            self.detail,
            self.z,
            self.relief,
            self.tone,
            children,
        )

    @property
    def box(self) -> Box:
        """x0, y0, x1, y1 around this part and all inside it."""
        points = self.points
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)


def group(name: str, *children: Part) -> Part:
    """A part that is only the sum of others."""
    return Part(name, children=children)


def line(
    name: str,
    points: Points,
    colour: Colour = (0.15, 0.12, 0.1),
    width: float = 0.0,
    *,
    material: str = "matte",
    detail: int = 1,
    z: float = 0.0,
) -> Part:
    """An open part: a rod, a wire, a crease."""
    return Part(name, curve(points), colour, material, closed=False, width=width, detail=detail, z=z)


@dataclass(frozen=True)
class Pose:
    """What a class builds one figure from: its sub-type, its view and a source of instance parameters."""

    kind: str
    view: str
    rng: np.random.Generator

    def vary(self, low: float, high: float) -> float:
        """A number between the two."""
        return low + (high - low) * float(self.rng.random())

    def chance(self, share: float) -> bool:
        """True in this share of all instances."""
        return float(self.rng.random()) < share

    def count(self, low: int, high: int) -> int:
        """A whole number from low to high."""
        return int(self.rng.integers(low, high + 1))

    def tint(self, *colours: str) -> Colour:
        """One of the colours (six hexadecimal digits), a little changed."""
        chosen = colours[int(self.rng.integers(len(colours)))]
        light = self.vary(0.88, 1.1)
        red, green, blue = (
            int(chosen[i : i + 2], 16) / 255 * light + self.vary(-0.035, 0.035) for i in (0, 2, 4)
        )
        return min(max(red, 0.0), 1.0), min(max(green, 0.0), 1.0), min(max(blue, 0.0), 1.0)


@dataclass(frozen=True)
class FigureClass:
    """A class of figures: how it is built, what kinds and views it has, where it is found."""

    name: str
    build: Callable[[Pose], Part]
    kinds: tuple[str, ...]
    views: tuple[str, ...]
    settings: tuple[str, ...]  # see backdrop.SETTINGS
    shown: float = 1.0  # size on the canvas beside other classes

    @property
    def variants(self) -> tuple[str, ...]:
        """All ``kind/view`` pairs."""
        return tuple(f"{kind}/{view}" for kind in self.kinds for view in self.views)


def shade(colour: Colour, factor: float) -> Colour:
    """A darker (below 1) or lighter (above 1) colour."""
    red, green, blue = (min(channel * factor, 1.0) for channel in colour)
    return red, green, blue
