"""What tests of the page do: draw shapes, look at what is found and saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, expect
from serving import SHAPES, Points, wire

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


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


def shot(page: Page, path: Path) -> None:
    """Leave a picture of the page for the documentation, small in bytes."""
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(1000)
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256).save(path, optimize=True)


class Hand:
    """Fingers and a pen on a page, in the window's pixels, as the browser gets them from a device."""

    def __init__(self, page: Page) -> None:
        self._device = page.context.new_cdp_session(page)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """One event with all fingers that are down after it."""
        listed = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self._device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": listed})

    def finger(self, line: Points) -> None:
        """One finger along a line."""
        self.touch("touchStart", line[0])
        for point in line[1:]:
            self.touch("touchMove", point)
        self.touch("touchEnd")

    def pen(self, line: Points) -> None:
        """A pen along a line, pressing unevenly."""
        for number, (x, y) in enumerate([*line, line[-1]]):
            kind = "mousePressed" if not number else "mouseMoved" if number < len(line) else "mouseReleased"
            event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
            force = {"pointerType": "pen", "force": 0.2 + 0.6 * (number % 2)}
            self._device.send("Input.dispatchMouseEvent", event | force)
