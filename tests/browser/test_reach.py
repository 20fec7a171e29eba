"""The page for all hands, eyes and sizes: by keyboard, with names, at any width."""

from __future__ import annotations

from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import PHONE, draw, finds, strokes  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser


def focused(page: Page) -> str:
    """The name of what has the focus; of a tile, its picture."""
    return page.evaluate(
        "document.activeElement.querySelector('img')?.alt ?? document.activeElement.ariaLabel"
        " ?? document.activeElement.textContent.trim()"
    )


def test_everything_can_be_reached_and_used_by_keyboard(page: Page) -> None:
    page.locator("#canvas").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "Try a drawing of a bicycle"
    page.keyboard.press("Enter")
    expect(page.locator("#results li")).to_have_count(5)
    assert focused(page).startswith("Drawing canvas")
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(focused(page))
    first = page.locator("#results img").first.get_attribute("alt")
    tools = ["Pen", "Eraser", "Select", "Undo", "Clear", "Open, save, share"]
    assert reached == [*tools, "Filter", "Save list", first]
    page.keyboard.press("End")
    last = page.locator("#results img").last.get_attribute("alt")
    assert focused(page) == last
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == first
    page.keyboard.press("Enter")
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator("#results .tile").first).to_be_focused()
    page.keyboard.press("Escape")
    assert focused(page).startswith("Drawing canvas")
    page.keyboard.press("r")
    page.keyboard.press("+")  # more like this one
    expect(page.locator("#chips li")).to_have_count(2)
    page.keyboard.press("?")
    expect(page.locator("#help-keys")).to_contain_text("Redo")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+a")  # all strokes, then aside and away
    before = strokes(page)
    page.keyboard.press("ArrowRight")
    assert strokes(page)[0][0][0] == pytest.approx(before[0][0][0] + 10)
    page.keyboard.press("Delete")
    assert strokes(page) == []
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert strokes(page) == before
    page.keyboard.press("Control+Shift+z")
    assert strokes(page) != before


def test_from_the_start_to_an_original_without_a_pointer(page: Page) -> None:
    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if focused(page) == name:
                return
        raise AssertionError(name)

    tab_to("Try a drawing of a church")
    page.keyboard.press("Enter")
    expect(page.locator("#results li")).to_have_count(5)
    page.keyboard.press("r")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer")).to_be_visible()
    name = page.locator("#viewer-name").inner_text()
    tab_to("Original")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("[document.images.length, document.images[0].naturalWidth]") == [1, 240]
    assert opened.value.url.endswith(page.locator("#viewer-original").get_attribute("href") or "?")
    opened.value.close()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    assert focused(page) == f"Picture {name}"


def test_everything_has_a_name(page: Page) -> None:
    draw(page, "plus")
    finds(page, "plus")
    page.locator("#results button").first.click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, canvas, dialog, section, main")]
          .filter((each) => !each.ariaLabel && !each.textContent.trim() && !each.querySelector("img")?.alt)
          .map((each) => each.outerHTML)"""
    )
    assert nameless == []
    assert page.locator("img:not([alt])").count() == 0


DEVICES = {
    "small": {"viewport": {"width": 320, "height": 568}},
    "phone": PHONE,
    "phone-lengthwise": {"viewport": {"width": 844, "height": 390}},
    "tablet": {"viewport": {"width": 820, "height": 1180}},
    "laptop": {"viewport": {"width": 1280, "height": 800}},
    "wide": {"viewport": {"width": 1920, "height": 1080}},
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("context", "name"),
    [(DEVICES[name], name) for name in DEVICES],
    indirect=["context"],
    ids=DEVICES,
)
def test_the_page_fits_and_the_ink_stands_out(page: Page, name: str, scheme: str, shots: Path | None) -> None:
    page.emulate_media(color_scheme=scheme)
    draw(page, "triangle")
    finds(page, "triangle")
    facts = page.evaluate(
        """() => {
          const box = document.getElementById("canvas").getBoundingClientRect();
          const tools = document.querySelector(".tools").getBoundingClientRect();
          const canvas = document.getElementById("canvas");
          const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          const ink = pixels.findIndex((value, at) => at % 4 === 3 && value === 255);
          const paper = getComputedStyle(document.querySelector(".paper")).backgroundColor;
          return {
            over: document.documentElement.scrollWidth - innerWidth,
            ratio: box.width / box.height,
            share: box.width / Math.min(innerWidth, innerHeight),
            seen: tools.bottom <= innerHeight,
            ink: pixels[ink - 1],
            paper: Number(paper.match(/\\d+/)[0]),
          };
        }"""
    )
    assert facts["over"] <= 0
    assert facts["ratio"] == pytest.approx(1, abs=0.01)
    assert facts["share"] > 0.45
    assert facts["seen"]
    assert abs(facts["ink"] - facts["paper"]) > 150
    if shots:
        page.wait_for_timeout(600)
        page.screenshot(path=shots / f"{name}-{scheme}.png")
