"""What a screen is made of: elements that lie within one another, and how a theme colours them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sketchseek.data.synthetic.parts import Box, Colour

Chance = np.random.Generator
LINE = 0.022  # height of a line of text
ICONS = ("menu", "ring", "cross", "square", "triangle", "dots")


@dataclass(frozen=True, eq=False)
class Element:
    """One element of a screen, with all that lies on it.

    Attributes:
        name: what it is, "text", and where its parent has several, which: "text-2".
        box: x0, y0, x1, y1 in shares of the square canvas that the screen stands on.
        colour: of its ground, or of what is written.
        look: of what has several looks: one of `ICONS`; "round" for buttons that are.
        detail: 0: drawn by everybody; 1: not in coarse drawings; 2: in detailed drawings only.
        children: in the order of reading.
    """

    name: str
    box: Box
    colour: Colour
    look: str = ""
    detail: int = 0
    children: tuple[Element, ...] = ()

    @property
    def kind(self) -> str:
        """Its name without its number."""
        return self.name.partition("-")[0]

    def walk(self, path: str = "") -> Iterator[tuple[str, Element]]:
        """This element and all on it, each with its path of names joined by "/"."""
        here = f"{path}/{self.name}" if path else self.name
        yield here, self
        for child in self.children:
            yield from child.walk(here)


class Theme:
    """The colours of a screen."""

    def __init__(self, rng: Chance) -> None:
        dark = rng.random() < 0.25
        self.paper: Colour = (0.13, 0.13, 0.15) if dark else (0.98, 0.98, 0.97)
        self.ink: Colour = (0.9, 0.9, 0.9) if dark else (0.15, 0.15, 0.18)
        self.faint: Colour = (0.27, 0.27, 0.3) if dark else (0.9, 0.9, 0.92)
        self.accent: Colour = colour(rng, 0.15, 0.8)
        self.bar: Colour = self.accent if rng.random() < 0.6 else self.faint
        self.on_bar: Colour = self.paper if self.bar == self.accent else self.ink


def colour(rng: Chance, low: float, high: float) -> Colour:
    """A colour by chance, each channel between the two."""
    red, green, blue = (round(float(low + (high - low) * value), 3) for value in rng.random(3))
    return red, green, blue


def numbered(elements: Sequence[Element]) -> tuple[Element, ...]:
    """The elements, those of one name told apart by numbers from 1."""
    several, met = Counter(element.name for element in elements), Counter[str]()
    found = []
    for element in elements:
        met[element.name] += 1
        name = f"{element.name}-{met[element.name]}" if several[element.name] > 1 else element.name
        found.append(replace(element, name=name))
    return tuple(found)


def icon(box: Box, ink: Colour, rng: Chance) -> Element:
    """A small sign, one of several."""
    return Element("icon", box, ink, ICONS[int(rng.integers(len(ICONS)))], detail=1)


def picture(name: str, box: Box, rng: Chance) -> Element:
    """A picture: "image", or "avatar", which is round."""
    return Element(name, box, colour(rng, 0.2, 0.8))


def button(box: Box, theme: Theme, rng: Chance) -> Element:
    """A button with a word on it."""
    left, top, right, bottom = box
    middle, y = (left + right) / 2, (top + bottom) / 2
    wide, high = (right - left) * (0.1 + 0.1 * float(rng.random())), min(bottom - top, 0.03) / 2
    word = Element("text", (middle - wide, y - high, middle + wide, y + high), theme.paper, detail=1)
    return Element("button", box, theme.accent, children=(word,))


def paragraph(place: Box, ink: Colour, rng: Chance, lines: int) -> list[Element]:
    """Lines of text from the top of a place down, the last one shorter."""
    left, top, right, _ = place
    found = []
    for number in range(lines):
        share = 0.45 + 0.5 * float(rng.random()) if number == lines - 1 else 0.9 + 0.1 * float(rng.random())
        y = top + number * (LINE + 0.01)
        box = (left, y, left + (right - left) * share, y + LINE)
        found.append(Element("text", box, ink, detail=2 if number else 1))
    return found


def height(lines: int) -> float:
    """How high so many lines of text are, with the room below each."""
    return lines * (LINE + 0.01)
