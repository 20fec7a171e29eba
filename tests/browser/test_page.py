from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from serving import SHAPES, index, make_library, served

from sketchseek.library import Library

if TYPE_CHECKING:
    from conftest import Troubles

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import best, draw, finds, places, strokes  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_drawing_finds_its_photo(page: Page, shape: str) -> None:
    draw(page, shape)
    finds(page, shape)
    expect(page.locator("#results li.loaded")).to_have_count(len(SHAPES))
    expect(page.locator("#announcement")).to_contain_text(f"{shape}.png")
    expect(page.locator("#library")).to_have_text("5 pictures")


def test_results_come_while_the_pen_is_down(page: Page) -> None:
    draw(page, "circle", lift=False)
    finds(page, "circle")
    assert strokes(page)
    page.mouse.up()


def test_undo_takes_back_a_stroke_and_clear_all(page: Page) -> None:
    expect(page.locator("#undo")).to_be_disabled()
    expect(page.locator("#help")).to_be_visible()
    draw(page, "plus")
    finds(page, "plus")
    draw(page, "circle")
    finds(page, "circle")
    page.keyboard.press("Control+z")
    finds(page, "plus")
    draw(page, "circle")
    finds(page, "circle")
    page.locator("#undo").click()
    finds(page, "plus")
    page.locator("#clear").click()
    expect(page.locator("#results li")).to_have_count(0)
    expect(page.locator("#idle-text")).to_be_visible()
    expect(page.locator("#clear")).to_be_disabled()
    page.keyboard.press("ControlOrMeta+z")  # clearing is a step like any other
    finds(page, "plus")


def test_a_picture_opens_large_and_esc_closes_it(page: Page) -> None:
    draw(page, "triangle")
    finds(page, "triangle")
    order = page.locator("#results img").evaluate_all("images => images.map(image => image.alt.slice(8))")
    page.locator("#results button").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    expect(page.locator("#viewer-name")).to_have_text("triangle.png")
    expect(page.locator("#viewer-folder")).to_contain_text("photos")
    original = page.locator("#viewer-original").get_attribute("href")
    expect(page.locator("#viewer-image")).to_have_attribute("src", page.url.rstrip("/") + original)
    expect(page.locator("#viewer-previous")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-name")).to_have_text(order[2])
    expect(page.locator("#viewer-rank")).to_have_text("3 of 5")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+z")  # belongs to the drawing, which is out of sight
    expect(page.locator("#viewer-name")).to_have_text(order[1])
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator("#results button:focus img")).to_have_attribute("alt", f"Picture {order[1]}")
    finds(page, "triangle")


def test_a_click_beside_the_large_picture_closes_it(page: Page) -> None:
    draw(page, "circle")
    finds(page, "circle")
    page.locator("#results button").first.click()
    page.locator("#viewer-image").click()
    expect(page.locator("#viewer")).to_be_visible()
    page.mouse.click(200, 400)
    expect(page.locator("#viewer")).to_be_hidden()


def test_the_drawing_outlives_a_reload(page: Page) -> None:
    draw(page, "cross")
    finds(page, "cross")
    before = strokes(page)
    assert len(before) == 2
    page.reload()
    finds(page, "cross")
    assert strokes(page) == before
    page.locator("#undo").click()
    page.locator("#undo").click()
    expect(page.locator("#results li")).to_have_count(0)
    draw(page, "circle")
    (xs, ys, ts) = strokes(page)[0]
    assert len(xs) == len(ys) == len(ts) > 20
    assert ts == sorted(ts)
    assert ts[0] == 0


@pytest.mark.parametrize(
    "saved", ["", "{", "7", "[[1]]", '[[["a"],[1],[1]]]', "[[[],[],[]]]", "[[[1],[1,2],[1]]]"]
)
def test_a_spoilt_save_is_an_empty_canvas(page: Page, saved: str) -> None:
    page.evaluate("saved => localStorage.setItem('sketchseek.strokes', saved)", saved)
    page.evaluate("addEventListener('pagehide', event => event.stopImmediatePropagation(), true)")
    page.goto("about:blank")
    page.go_back()
    expect(page.locator("#undo")).to_be_disabled()
    draw(page, "plus")
    finds(page, "plus")


SLOW = """
const real = window.fetch;
window.seen = {most: 0, now: 0, asked: 0, least: Infinity};
window.fetch = async (url, options) => {
  if (!String(url).includes("/api/search")) return real(url, options);
  seen.most = Math.max(seen.most, ++seen.now);
  const wait = seen.asked++ === 0 ? 1200 : 150;
  try {
    const answer = await real(url, options);
    await new Promise((done) => {
      setTimeout(done, wait);
      options.signal.addEventListener("abort", done);
    });
    return answer;
  } finally {
    seen.now -= 1;
  }
};
"""


def test_one_request_at_a_time_and_no_stale_answer_and_no_flash(
    context: sync_api.BrowserContext, site: str
) -> None:
    context.add_init_script(SLOW)
    page = context.new_page()
    page.goto(site)
    draw(page, "square")  # many changes while the first answer is on its way
    draw(page, "plus")
    expect(page.locator("#results li")).to_have_count(5)
    page.evaluate(
        """() => new MutationObserver(() => {
          seen.least = Math.min(seen.least, document.querySelectorAll("#results li").length);
        }).observe(document.getElementById("results"), {childList: true})"""
    )
    page.locator("#undo").click()
    page.locator("#undo").click()
    finds(page, "square")
    page.wait_for_timeout(1000)
    finds(page, "square")
    seen = page.evaluate("seen")
    assert seen["most"] == 1
    assert seen["now"] == 0
    assert seen["least"] == 5
    page.locator("#clear").click()
    draw(page, "circle")
    page.locator("#clear").click()  # the answer on its way is for nothing now
    page.wait_for_timeout(1000)
    expect(page.locator("#results li")).to_have_count(0)


def test_a_server_that_is_gone_is_told_and_asked_again(page: Page, troubles: Troubles) -> None:
    draw(page, "plus")
    finds(page, "plus")
    troubles.provoked = True
    page.route("**/api/search", lambda route: route.abort())
    draw(page, "circle")
    expect(page.locator("#notice")).to_contain_text("does not answer")
    expect(best(page)).to_have_attribute("alt", "Picture plus.png")  # the last results stay
    page.unroute("**/api/search")
    finds(page, "circle")
    expect(page.locator("#notice")).to_be_hidden()


def test_a_problem_is_told_in_its_own_words(page: Page, troubles: Troubles) -> None:
    troubles.provoked = True
    told = json.dumps({"status": 422, "detail": "the sketch has too many points"})
    page.route("**/api/search", lambda route: route.fulfill(status=422, body=told))
    draw(page, "circle")
    expect(page.locator("#notice")).to_have_text("the sketch has too many points")


def test_an_empty_library_says_what_to_do_and_fills_up(
    context: sync_api.BrowserContext, tmp_path: Path
) -> None:
    (tmp_path / "full").mkdir()
    _, photos, model = make_library(tmp_path / "full")
    empty = tmp_path / "empty.sqlite"
    Library.open(empty, create=True).close()
    with served(empty, model) as site:
        page = context.new_page()
        page.goto(site)
        expect(page.locator("#idle-text")).to_contain_text("sketchseek index")
        draw(page, "circle")
        expect(page.locator("#idle-text")).to_be_visible()
        index(empty, photos, model)
        finds(page, "circle")  # without another stroke
        expect(page.locator("#library")).to_have_text("5 pictures")
        page.close()


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_fingers_draw_and_do_not_scroll(page: Page) -> None:
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        listed = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": listed})

    line = places(page, SHAPES["circle"][0])
    send("touchStart", line[0])
    for point in line[1:]:
        send("touchMove", point)
    page.wait_for_timeout(300)
    send("touchMove", line[-1], (200, 200))  # a second finger draws nothing
    send("touchEnd")
    finds(page, "circle")
    assert len(strokes(page)) == 1
    assert page.evaluate("scrollY") == 0
    page.locator("#results button").first.tap()
    expect(page.locator("#viewer-name")).to_have_text("circle.png")
    page.locator("#viewer-close").tap()
    expect(page.locator("#viewer")).to_be_hidden()


def test_a_pen_draws_and_other_buttons_do_not(page: Page) -> None:
    pen = page.context.new_cdp_session(page)

    def send(kind: str, point: tuple[float, float], button: str = "left") -> None:
        event = {"type": kind, "x": point[0], "y": point[1], "button": button, "buttons": 1, "clickCount": 1}
        pen.send("Input.dispatchMouseEvent", event | {"pointerType": "pen", "force": 0.3})

    for button, expected in (("right", 0), ("left", 1)):
        line = places(page, SHAPES["square"][0])
        send("mousePressed", line[0], button)
        for point in line[1:]:
            send("mouseMoved", point, button)
        send("mouseReleased", line[-1], button)
        assert len(strokes(page)) == expected
    expect(page.locator("#results li")).to_have_count(5)


def test_a_tap_is_a_dot(page: Page) -> None:
    page.mouse.click(*places(page, [(0.5, 0.5)])[0])
    expect(page.locator("#results li")).to_have_count(5)
    assert [len(axis) for axis in strokes(page)[0]] == [1, 1, 1]


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
