"""What stands between a screen's bars: lists, cards, forms, articles, pictures, conversations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sketchseek.data.screens.elements import (
    LINE,
    Chance,
    Element,
    Theme,
    button,
    height,
    icon,
    numbered,
    paragraph,
    picture,
)
from sketchseek.data.synthetic.parts import Box

Section = tuple[float, list[Element]]
"""How high it is, and its elements."""

_GAP = 0.018
_TRIES = 8


def rows(place: Box, theme: Theme, rng: Chance) -> Section:
    """A list: rows alike in build, of a picture or none, one to three lines of text, a sign or none."""
    left, top, right, _ = place
    build = _Row.drawn(rng)
    count = 2 + int(rng.integers(5))
    found = [
        build.at((left, top + number * build.high, right, top + (number + 1) * build.high), theme, rng)
        for number in range(count)
    ]
    return count * build.high, found


@dataclass(frozen=True)
class _Row:
    lines: int
    picture: str
    last: bool  # the picture comes last
    ending: str

    @classmethod
    def drawn(cls, rng: Chance) -> _Row:
        lines, shown, ending = (int(value) for value in rng.integers(3, size=3))
        return cls(
            1 + lines, ("", "avatar", "image")[shown], rng.random() < 0.35, ("", "icon", "switch")[ending]
        )

    @property
    def high(self) -> float:
        return max(0.055, 0.024 + height(self.lines))

    def at(self, box: Box, theme: Theme, rng: Chance) -> Element:
        left, top, right, bottom = box
        start, end, side = left + 0.02, right - 0.02, bottom - top - 0.02
        parts = []
        if self.picture:
            x = end - side if self.last else start
            parts.append(picture(self.picture, (x, top + 0.01, x + side, top + 0.01 + side), rng))
            start, end = (start, end - side - 0.02) if self.last else (start + side + 0.02, end)
        if self.ending and not (self.picture and self.last):
            wide, high = (0.03, 0.03) if self.ending == "icon" else (0.055, 0.026)
            y = (top + bottom - high) / 2
            place = (end - wide, y, end, y + high)
            switch = Element("switch", place, theme.accent)
            parts.append(icon(place, theme.ink, rng) if self.ending == "icon" else switch)
            end -= wide + 0.02
        parts += paragraph((start, top + 0.013, end, bottom), theme.ink, rng, self.lines)
        return Element("row", box, theme.paper, children=numbered(parts))


def cards(place: Box, theme: Theme, rng: Chance) -> Section:
    """A grid of cards, each a picture with text below it."""
    left, top, right, _ = place
    columns, lines_of_cards, lines = (int(value) for value in rng.integers(3, size=3))
    columns, down = columns + 1, lines_of_cards + 1
    wide = (right - left - 0.02 - columns * 0.015) / columns
    shown = wide * (0.45 if columns == 1 else 0.7 + 0.4 * float(rng.random()))
    high = shown + height(lines) + (0.012 if lines else 0)
    found = []
    for number in range(down * columns):
        x = left + 0.0175 + (number % columns) * (wide + 0.015)
        y = top + (number // columns) * (high + 0.015)
        inside = [picture("image", (x, y, x + wide, y + shown), rng)]
        inside += paragraph((x + 0.01, y + shown + 0.01, x + wide - 0.01, 1), theme.ink, rng, lines)
        found.append(Element("card", (x, y, x + wide, y + high), theme.faint, children=numbered(inside)))
    return down * (high + 0.015), found


def form(place: Box, theme: Theme, rng: Chance) -> Section:
    """Fields, what they are for above them, and mostly a button."""
    left, top, right, _ = place
    found, y = list[Element](), top
    for _ in range(1 + int(rng.integers(4))):
        found += paragraph((left + 0.03, y, left + 0.25, 1), theme.ink, rng, 1)
        box = (left + 0.03, y + LINE + 0.008, right - 0.03, y + LINE + 0.058)
        found.append(Element("field", box, theme.faint))
        y = box[3] + _GAP
    if rng.random() < 0.8:
        inset = 0.03 + 0.15 * float(rng.random())
        found.append(button((left + inset, y, right - inset, y + 0.055), theme, rng))
        y += 0.055
    return y - top, found


def article(place: Box, theme: Theme, rng: Chance) -> Section:
    """A title, and lines of text."""
    left, top, right, _ = place
    wide = (right - left) * (0.35 + 0.4 * float(rng.random()))
    title = Element("title", (left + 0.03, top, left + 0.03 + wide, top + 0.034), theme.ink)
    lines = 2 + int(rng.integers(5))
    text = paragraph((left + 0.03, top + 0.05, right - 0.03, 1), theme.ink, rng, lines)
    return 0.05 + height(lines), [title, *text]


def alone(place: Box, theme: Theme, rng: Chance) -> Section:
    """A wide picture."""
    left, top, right, _ = place
    inset = 0.03 if rng.random() < 0.5 else 0.0
    high = 0.14 + 0.2 * float(rng.random())
    return high, [picture("image", (left + inset, top, right - inset, top + high), rng)]


def talk(place: Box, theme: Theme, rng: Chance) -> Section:
    """Bubbles of a conversation, left and right."""
    left, top, right, _ = place
    found, y = list[Element](), top
    for _ in range(2 + int(rng.integers(4))):
        lines = 1 + int(rng.integers(3))
        wide = (right - left) * (0.35 + 0.35 * float(rng.random()))
        high = height(lines) + 0.022
        mine = rng.random() < 0.5
        x = right - 0.02 - wide if mine else left + 0.02
        ground, ink = (theme.accent, theme.paper) if mine else (theme.faint, theme.ink)
        words = paragraph((x + 0.015, y + 0.014, x + wide - 0.015, 1), ink, rng, lines)
        found.append(Element("bubble", (x, y, x + wide, y + high), ground, children=numbered(words)))
        y += high + 0.014
    return y - top, found


SECTIONS: tuple[Callable[[Box, Theme, Chance], Section], ...] = (rows, cards, form, article, alone, talk)


def column(place: Box, theme: Theme, rng: Chance) -> list[Element]:
    """Sections of one to three kinds, one below the other, while one fits at all."""
    left, top, right, bottom = place
    kinds = rng.permutation(len(SECTIONS))[: 1 + int(rng.integers(3))]
    found: list[Element] = []
    for _ in range(_TRIES):
        make = SECTIONS[int(kinds[int(rng.integers(len(kinds)))])]
        high, parts = make((left, top, right, bottom), theme, rng)
        if top + high <= bottom:
            found += parts
            top += high + _GAP
    return found
