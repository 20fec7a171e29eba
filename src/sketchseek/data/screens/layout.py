"""A screen from a seed: bars above and below, sections between, as many as there is room for."""

from __future__ import annotations

from sketchseek.data.screens.elements import Chance, Element, Theme, button, icon, numbered
from sketchseek.data.screens.sections import column
from sketchseek.data.synthetic.parts import Box

SCREEN: Box = (0.22, 0.01, 0.78, 0.99)
"""Where the screen stands on the square canvas: about 9 to 16."""

_GAP = 0.018


def screen(rng: Chance) -> Element:
    """A screen with all that is on it.

    Elements are bar, title, text, icon, image, avatar, button, field, row, card, tab, switch and bubble.
    """
    left, top, right, bottom = SCREEN
    theme = Theme(rng)
    found: list[Element] = []
    if rng.random() < 0.85:
        found.append(_app_bar((left, top, right, top + 0.075), theme, rng))
        top += 0.075
    if rng.random() < 0.25:
        found.append(_tabs((left, top, right, top + 0.05), theme, rng))
        top += 0.05
    below = []
    if rng.random() < 0.45:
        place = (left, bottom - 0.08, right, bottom)
        made = _bottom_icons if rng.random() < 0.5 else _bottom_button
        below.append(made(place, theme, rng))
        bottom -= 0.08
    found += column((left, top + _GAP, right, bottom - _GAP), theme, rng)
    if rng.random() < 0.2:
        side = 0.07
        place = (right - side - 0.02, bottom - side - 0.02, right - 0.02, bottom - 0.02)
        found.append(Element("button", place, theme.accent, "round"))
    return Element("screen", SCREEN, theme.paper, children=numbered([*found, *below]))


def _app_bar(box: Box, theme: Theme, rng: Chance) -> Element:
    left, top, right, bottom = box
    side = 0.034
    y, start = (top + bottom - side) / 2, left + 0.02
    parts = []
    if rng.random() < 0.75:
        parts.append(icon((start, y, start + side, y + side), theme.on_bar, rng))
        start += side + 0.025
    icons = int(rng.integers(4))
    end = right - 0.02 - icons * (side + 0.018)
    wide = (end - start) * (0.4 + 0.5 * float(rng.random()))
    parts.append(Element("title", (start, y + 0.002, start + wide, y + side - 0.002), theme.on_bar))
    for number in range(icons):
        x = end + 0.018 + number * (side + 0.018)
        parts.append(icon((x, y, x + side, y + side), theme.on_bar, rng))
    return Element("bar", box, theme.bar, children=numbered(parts))


def _tabs(box: Box, theme: Theme, rng: Chance) -> Element:
    left, top, right, bottom = box
    count = 2 + int(rng.integers(3))
    wide = (right - left) / count
    tabs = []
    for number in range(count):
        x = left + number * wide
        place = (x + 0.2 * wide, top + 0.014, x + 0.8 * wide, bottom - 0.014)
        word = Element("text", place, theme.ink, detail=1)
        tabs.append(Element("tab", (x, top, x + wide, bottom), theme.faint, children=(word,)))
    return Element("bar", box, theme.faint, children=numbered(tabs))


def _bottom_icons(box: Box, theme: Theme, rng: Chance) -> Element:
    left, top, right, bottom = box
    count, side = 3 + int(rng.integers(3)), 0.04
    step, y = (right - left) / count, (top + bottom - side) / 2
    middles = [left + step * (number + 0.5) for number in range(count)]
    icons = [icon((x - side / 2, y, x + side / 2, y + side), theme.ink, rng) for x in middles]
    return Element("bar", box, theme.faint, children=numbered(icons))


def _bottom_button(box: Box, theme: Theme, rng: Chance) -> Element:
    left, top, right, bottom = box
    return button((left + 0.03, top + 0.012, right - 0.03, bottom - 0.012), theme, rng)
