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
from drawing import PHONE, best, draw, finds, places, strokes  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("shape", SHAPES)
def test_a_drawing_finds_its_photo(page: Page, shape: str) -> None:
    draw(page, shape)
    finds(page, shape)
    expect(page.locator("#results img[src]")).to_have_count(len(SHAPES))
    page.wait_for_function(
        "[...document.querySelectorAll('#results img')].every((image) => image.naturalWidth)"
    )
    expect(page.locator("#announcement")).to_contain_text(f"{shape}.png")
    expect(page.locator("#library")).to_have_text("5 pictures")


def test_results_come_while_the_pen_is_down(page: Page) -> None:
    draw(page, "circle", lift=False)
    finds(page, "circle")
    assert strokes(page)
    page.mouse.up()


def test_the_end_of_a_stroke_is_asked_with_at_once(page: Page) -> None:
    draw(page, "circle", lift=False)
    finds(page, "circle")
    page.evaluate("""() => {
      let asked = 0;
      const fetch = window.fetch;
      window.fetch = (url, ...rest) => {
        asked += url.endsWith("/api/search");
        return fetch(url, ...rest);
      };
      const canvas = document.querySelector("#canvas");
      window.told = new Promise((done) => canvas.addEventListener("pointerup", () => {
        const before = asked;
        setTimeout(() => done(asked - before)); // a timer of the page itself would come after this one
      }, {capture: true, once: true}));
    }""")
    page.mouse.up()
    assert page.evaluate("window.told") == 1


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
