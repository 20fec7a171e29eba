"""What tests of the page do: draw shapes, look at what is found and saved."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect
from serving import SHAPES, Points, wire


def places(page: Page, stroke: Points) -> Points:
    """A stroke in the window's pixels; its square is the middle of the canvas."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    return [
        (box["x"] + box["width"] * (0.1 + 0.8 * x), box["y"] + box["height"] * (0.1 + 0.8 * y))
        for x, y in stroke
    ]


def drag(page: Page, stroke: Points, *, lift: bool = True) -> None:
    """Lead the mouse along a stroke."""
    first, *rest = places(page, stroke)
    page.mouse.move(*first)
    page.mouse.down()
    for point in rest:
        page.mouse.move(*point, steps=1 if len(rest) > 8 else 4)
    if lift:
        page.mouse.up()


def draw(page: Page, shape: str, *, lift: bool = True) -> None:
    """Draw a shape with the mouse."""
    for stroke in SHAPES[shape]:
        drag(page, stroke, lift=lift)


PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
}"""


def put(page: Page, shape: str) -> None:
    """A shape at once, as strokes that are pasted: the quick way where drawing is not what is tested."""
    strokes = [[*axes, list(range(len(axes[0])))] for axes in wire(shape)]
    large = [[[1000 * x for x in xs], [1000 * y for y in ys], ts] for xs, ys, ts in strokes]
    page.evaluate(PASTE, json.dumps({"drawing": large, "side": 1000}))
    expect(page.locator("#help")).to_have_class("help gone")


def best(page: Page) -> Locator:
    return page.locator("#results li:first-child img")


def settled(page: Page) -> None:
    """The question as it is now has been answered."""
    expect(page.locator("#activity")).not_to_have_class("activity busy")


def finds(page: Page, name: str) -> None:
    """The question as it is now has been answered, with this photo first."""
    settled(page)
    expect(best(page)).to_have_attribute("alt", f"Picture {name}.png")


def strokes(page: Page) -> list[list[list[float]]]:
    """What the page has saved."""
    page.wait_for_timeout(500)
    saved: Any = json.loads(page.evaluate("localStorage.getItem('sketchseek.strokes')") or "[]")
    return saved
