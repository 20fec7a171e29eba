"""A screen as its pixels: flat grounds, words of made-up letters, pictures of hills."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sketchseek.data.screens.elements import Chance, Element
from sketchseek.data.synthetic.parts import Colour

_LETTERS = "aaabcdeeeefghiiiklmnnoooprrsstttuuvwy"
_ROUND = {"avatar": 0.5, "switch": 0.5, "button": 0.2, "field": 0.15, "bubble": 0.3, "card": 0.06}
_FLAT = ("screen", "bar", "row", "tab", "card", "field", "bubble", "button", "switch")

Place = tuple[float, float, float, float]


def paint(screen: Element, height: int, rng: Chance) -> Image.Image:
    """The screen, RGB, so many pixels high.

    Args:
        screen: the tree.
        height: of the picture.
        rng: decides words and pictures.
    """
    x0, y0, x1, y1 = screen.box
    scale = height / (y1 - y0)
    image = Image.new("RGB", (max(1, round((x1 - x0) * scale)), height))
    canvas = ImageDraw.Draw(image)
    for _, element in screen.walk():
        left, top, right, bottom = element.box
        place = ((left - x0) * scale, (top - y0) * scale, (right - x0) * scale, (bottom - y0) * scale)
        if element.kind in ("image", "avatar"):
            _picture(image, element, place, rng)
        elif element.kind in ("text", "title"):
            _words(canvas, element, place, rng)
        elif element.kind == "icon":
            _icon(canvas, element, place)
        else:
            _ground(canvas, element, place)
    return image


def _ground(canvas: ImageDraw.ImageDraw, element: Element, place: Place) -> None:
    left, top, right, bottom = place
    share = 0.5 if element.look == "round" else _ROUND.get(element.kind, 0.0)
    radius = share * min(right - left, bottom - top)
    canvas.rounded_rectangle(place, radius, fill=_rgb(element.colour))
    if element.kind == "row":
        canvas.line((left, bottom, right, bottom), fill=_rgb(_towards_grey(element.colour)))
    if element.kind == "switch":
        canvas.ellipse((right - (bottom - top), top, right, bottom), fill=(255, 255, 255))


def _picture(image: Image.Image, element: Element, place: Place, rng: Chance) -> None:
    """Sky, a sun and two rows of hills."""
    left, top, right, bottom = (round(value) for value in place)
    wide, high = max(2, right - left), max(2, bottom - top)
    x, y = np.linspace(0, 1, wide), np.linspace(0, 1, high)[:, None]
    sky = np.array(element.colour)
    shown = sky + (1 - sky) * 0.5 * (1 - y[..., None]) * np.ones((high, wide, 1))
    sun, size = rng.random(2) * (1, 0.5), 0.08 + 0.08 * float(rng.random())
    shown[(x - sun[0]) ** 2 * (wide / high) ** 2 + (y - sun[1]) ** 2 < size**2] = (1, 0.95, 0.8)
    for level in (0.55, 0.75):
        ground = rng.random(3) * 0.6
        waves = np.sin(2 * np.pi * (rng.random(3)[:, None] + x * np.array([[1], [2], [5]])))
        line = level + waves.T @ (np.array([0.12, 0.06, 0.02]) * rng.random(3))
        shown[y > line] = ground
    pixels = Image.fromarray((np.clip(shown, 0, 1) * 255).astype(np.uint8))
    mask = Image.new("L", (wide, high), 255)
    if element.kind == "avatar":
        mask = Image.new("L", (wide, high))
        ImageDraw.Draw(mask).ellipse((0, 0, wide - 1, high - 1), fill=255)
    image.paste(pixels, (left, top), mask)


def _words(canvas: ImageDraw.ImageDraw, element: Element, place: Place, rng: Chance) -> None:
    """Words that fill the width of a line, as far as whole letters do."""
    left, top, right, bottom = place
    size = 0.8 * (bottom - top)
    if size < 5:  # no letters to be made out
        middle = (top + bottom) / 2
        canvas.line((left, middle, right, middle), fill=_rgb(element.colour), width=max(1, round(size / 2)))
        return
    font = ImageFont.load_default(size)
    ends = set(np.cumsum(rng.integers(3, 10, size=60)).tolist())
    drawn = rng.integers(len(_LETTERS), size=200).tolist()
    text = "".join(" " if n in ends else _LETTERS[one] for n, one in enumerate(drawn)).capitalize()
    longer = range(1, len(text) + 1)
    fits = bisect_right(longer, right - left, key=lambda n: canvas.textlength(text[:n], font))
    canvas.text((left, (top + bottom) / 2), text[:fits], _rgb(element.colour), font, anchor="lm")


def _icon(canvas: ImageDraw.ImageDraw, element: Element, place: Place) -> None:
    left, top, right, bottom = place
    ink, width = _rgb(element.colour), max(1, round((bottom - top) / 8))
    if element.look == "menu":
        for y in np.linspace(top + width, bottom - width, 3):
            canvas.line((left, y, right, y), fill=ink, width=width)
    elif element.look == "ring":
        canvas.ellipse(place, outline=ink, width=width)
    elif element.look == "cross":
        canvas.line((left, top, right, bottom), fill=ink, width=width)
        canvas.line((left, bottom, right, top), fill=ink, width=width)
    elif element.look == "square":
        canvas.rectangle(place, outline=ink, width=width)
    elif element.look == "triangle":
        canvas.polygon(((left, bottom), (right, bottom), ((left + right) / 2, top)), outline=ink, width=width)
    else:
        middle, r = (left + right) / 2, (bottom - top) / 8
        for y in np.linspace(top + r, bottom - r, 3):
            canvas.ellipse((middle - r, y - r, middle + r, y + r), fill=ink)


def _towards_grey(colour: Colour) -> Colour:
    red, green, blue = (0.8 * value + 0.1 for value in colour)
    return red, green, blue


def _rgb(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(255 * value) for value in colour)
    return red, green, blue
