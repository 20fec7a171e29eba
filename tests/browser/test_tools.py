"""Pen, eraser and selection; what a finger may do beside a pen; drawings in and out of the page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from serving import SHAPES, picture, wire

from sketchseek.sketch import from_quickdraw, read_sketch, to_svg

if TYPE_CHECKING:
    from conftest import Troubles

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import PASTE, drag, draw, finds, places, put, settled, strokes  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser

TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}


def test_the_eraser_takes_whole_strokes_and_redo_takes_them_again(page: Page) -> None:
    draw(page, "cross")
    before = strokes(page)
    page.keyboard.press("e")
    expect(page.locator("#eraser")).to_have_attribute("aria-pressed", "true")
    drag(page, [(0.1, 0.2), (0.3, 0.2)])  # over the end of the first stroke only
    assert strokes(page) == before[1:]
    page.locator("#undo").click()
    assert strokes(page) == before
    page.locator("#redo").click()
    assert strokes(page) == before[1:]
    expect(page.locator("#redo")).to_be_disabled()
    page.keyboard.press("Control+z")
    page.locator("#pen").click()
    drag(page, [(0.5, 0.1), (0.5, 0.9)])
    assert len(strokes(page)) == 3
    expect(page.locator("#redo")).to_be_disabled()  # another step was taken


def test_what_is_selected_can_be_moved_and_scaled(page: Page) -> None:
    draw(page, "plus")
    before = strokes(page)
    page.locator("#select").click()
    drag(page, [(-0.05, -0.05), (1.05, -0.05), (1.05, 1.05), (-0.05, 1.05)])  # a lasso around all
    drag(page, [(0.55, 0.55), (0.65, 0.6)])
    moved = strokes(page)
    for old, new in zip(before, moved, strict=True):
        assert new[0] == pytest.approx([x + 80 for x in old[0]], abs=2)
        assert new[1] == pytest.approx([y + 40 for y in old[1]], abs=2)
    frame = 14 / 800
    corner = (0.05 + 0.1 - frame, 0.05 + 0.05 - frame)  # upper left, as it lies now
    drag(page, [corner, (0.5, 0.5)])
    small = strokes(page)
    assert max(small[1][0]) - min(small[1][0]) < 0.7 * (max(moved[1][0]) - min(moved[1][0]))
    finds(page, "plus")  # place and size do not matter to the search
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert strokes(page) == before


def test_one_stroke_is_selected_by_a_tap_or_a_lasso_and_removed(page: Page) -> None:
    draw(page, "cross")
    before = strokes(page)
    page.keyboard.press("v")
    drag(page, [(-0.05, -0.1), (0.3, -0.1), (0.0, 0.35), (-0.1, 0.0)])  # less than half of any stroke
    page.keyboard.press("Delete")
    assert strokes(page) == before
    page.mouse.click(*places(page, [(0.2, 0.2)])[0])
    page.keyboard.press("Delete")
    assert strokes(page) == before[1:]


@pytest.mark.parametrize("context", [TABLET], indirect=True)
def test_once_a_pen_is_seen_fingers_are_ignored_until_they_are_let(page: Page) -> None:
    device = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        listed = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": listed})

    def finger(line: list[tuple[float, float]]) -> None:
        touch("touchStart", line[0])
        for point in line[1:]:
            touch("touchMove", point)
        touch("touchEnd")

    def pen(kind: str, point: tuple[float, float]) -> None:
        event = {"type": kind, "x": point[0], "y": point[1], "button": "left", "buttons": 1, "clickCount": 1}
        device.send("Input.dispatchMouseEvent", event | {"pointerType": "pen", "force": 0.4})

    square, plus = places(page, SHAPES["square"][0]), places(page, SHAPES["plus"][0])
    finger(plus)
    assert len(strokes(page)) == 1
    expect(page.locator("#pen-only")).to_be_hidden()
    page.locator("#undo").click()  # a tap on a busy machine is a long press, and no click
    assert strokes(page) == []
    pen("mousePressed", square[0])
    for point in square[1:]:
        pen("mouseMoved", point)
    pen("mouseReleased", square[-1])
    finds(page, "square")
    expect(page.locator("#pen-only")).to_contain_text("palms are ignored")
    finger(plus)
    assert len(strokes(page)) == 1
    page.locator("#touch-too").click()
    expect(page.locator("#pen-only")).to_be_hidden()
    finger(plus)
    assert len(strokes(page)) == 2


def test_a_link_carries_the_drawing_behind_the_hash(
    page: Page, browser: sync_api.Browser, site: str, troubles: Troubles
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    put(page, "triangle")
    finds(page, "triangle")
    before = strokes(page)
    page.locator("[popovertarget=menu]").click()
    page.locator("#save-link").click()
    expect(page.locator("#notice")).to_contain_text("no server sees it")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{site}/#d=1")
    assert len(link) < 200
    context = browser.new_context()
    other = context.new_page()
    asked: list[str] = []
    other.on("request", lambda request: asked.append(request.url))
    other.on("pageerror", lambda error: troubles.append(str(error)))
    other.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    other.goto(link)
    finds(other, "triangle")
    ((xs, ys, _),) = strokes(other)
    for axis, old in ((xs, before[0][0]), (ys, before[0][1])):
        assert (min(axis), max(axis)) == pytest.approx((min(old), max(old)), abs=2.5)
    assert other.url == f"{site}/"  # a reload keeps what is drawn from here on
    other.evaluate("location.hash = 'd=1' + 'A'.repeat(99)")
    other.evaluate("location.hash = 'd=1%%%'")
    assert len(strokes(other)) == 1
    context.close()
    assert not [url for url in asked if "d=1" in url.partition("#")[0]]


def test_drawings_are_saved_and_opened_again(page: Page, tmp_path: Path) -> None:
    put(page, "cross")
    before = strokes(page)
    saved = {}
    for name in ("svg", "strokes"):
        page.locator("[popovertarget=menu]").click()
        with page.expect_download() as download:
            page.locator(f"#save-{name}").click()
        saved[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[name])
    assert [len(read_sketch(path).strokes) for path in saved.values()] == [2, 2]
    page.locator("#clear").click()
    page.locator("#open-drawing").set_input_files(saved["strokes"])
    finds(page, "cross")
    assert strokes(page) == before  # where it lay
    page.locator("#clear").click()
    page.locator("#open-drawing").set_input_files(saved["svg"])
    finds(page, "cross")
    page.keyboard.press("Control+z")  # opening is a step like any other
    assert strokes(page) == []


def test_pasted_strokes_are_drawn_and_pasted_words_are_not(page: Page) -> None:
    page.evaluate(PASTE, "just words")
    page.evaluate(PASTE, to_svg(from_quickdraw({"drawing": wire("square")})))
    finds(page, "square")
    page.evaluate(PASTE, json.dumps({"drawing": wire("plus")}))
    finds(page, "plus")


DROP = """([bytes, where]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], "dropped.png", {type: "image/png"}));
  const target = document.querySelector(where);
  for (const kind of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
  }
}"""
PASTE_PICTURE = """([bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], "pasted.png", {type: "image/png"}));
  document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
}"""


@pytest.mark.parametrize("way", ["pasted", "dropped on the paper", "opened"])
def test_a_picture_of_a_drawing_is_taken_as_one(page: Page, tmp_path: Path, way: str) -> None:
    picture("triangle", side=400).save(tmp_path / "paper.png")
    paper = list((tmp_path / "paper.png").read_bytes())
    if way == "pasted":
        page.evaluate(PASTE_PICTURE, [paper])
    elif way == "opened":
        page.locator("#open-paper").set_input_files(tmp_path / "paper.png")
    else:
        page.evaluate(DROP, [paper, ".desk"])
    expect(page.locator("#chips .chip-label")).to_have_text("drawing")
    finds(page, "triangle")


def test_a_drawing_on_paper_and_a_photo_are_asked_with(page: Page, tmp_path: Path) -> None:
    picture("triangle", side=400).save(tmp_path / "paper.jpg")
    page.locator("#open-drawing").set_input_files(tmp_path / "paper.jpg")
    finds(page, "triangle")
    expect(page.locator("#chips .chip-label")).to_have_text("drawing")
    page.get_by_role("button", name="Take paper.jpg as a photo instead").click()
    expect(page.locator("#chips .chip-label")).to_have_text("photo")
    finds(page, "triangle")
    page.get_by_role("button", name="Remove: photo paper.jpg").click()
    expect(page.locator("#results li")).to_have_count(0)
    picture("cross").save(tmp_path / "dropped.png")
    page.evaluate(DROP, [list((tmp_path / "dropped.png").read_bytes()), ".finds"])
    expect(page.locator("#chips .chip-label")).to_have_text("photo")
    finds(page, "cross")


def test_a_file_that_cannot_be_read_is_told(page: Page, tmp_path: Path, troubles: Troubles) -> None:
    troubles.provoked = True
    (tmp_path / "broken.png").write_bytes(b"no picture")
    page.locator("#open-photo").set_input_files(tmp_path / "broken.png")
    expect(page.locator("#notice")).to_contain_text("picture")
    settled(page)
    expect(page.locator("#chips li")).to_have_count(0)
