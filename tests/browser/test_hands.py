"""Pens, fingers and palms: what draws, what is ignored, what scrolls; and how soon a stroke is safe."""

from __future__ import annotations

import pytest
from serving import SHAPES

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import PHONE, Hand, drag, draw, finds, places, put, settled, strokes  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser

TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
tablet = pytest.mark.parametrize("context", [TABLET], indirect=True)
phone = pytest.mark.parametrize("context", [PHONE], indirect=True)
# How many pixels are ink in each column of the middle half of the canvas.
INK = """() => {
  const canvas = document.getElementById("canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const alpha = (x, y) => data[4 * (y * width + x) + 3];
  const column = (x) => Array.from({ length: height }, (_, y) => alpha(x, y));
  const inked = (x) => column(x).filter((value) => value > 127).length;
  return Array.from({ length: width >> 1 }, (_, at) => inked((width >> 2) + at));
}"""
AROUND = [(-0.05, -0.05), (1.05, -0.05), (1.05, 1.05), (-0.05, 1.05)]


@tablet
def test_a_palm_that_comes_before_the_pen_leaves_nothing(page: Page) -> None:
    hand = Hand(page)
    palm, square = places(page, [(0.8, 0.9), (0.85, 0.92)]), places(page, SHAPES["square"][0])
    hand.touch("touchStart", palm[0])
    hand.touch("touchMove", palm[1])
    hand.pen(square)
    hand.touch("touchMove", palm[0])
    hand.touch("touchEnd")
    (one,) = strokes(page)
    assert min(one[0]) == pytest.approx(100 + 800 * 0.05, abs=3)
    expect(page.locator("#pen-only")).to_be_visible()
    finds(page, "square")


@tablet
def test_a_pen_draws_as_wide_as_it_is_pressed_or_not(page: Page) -> None:
    """Pressure changes neither the line that is kept nor the one that is seen."""
    hand = Hand(page)
    hand.pen(places(page, SHAPES["triangle"][0]))
    assert all(len(stroke) == 3 for stroke in strokes(page))
    finds(page, "triangle")
    page.get_by_role("button", name="Clear").click()
    hand.pen(places(page, [(0.1 + 0.08 * step, 0.5) for step in range(11)]))
    page.wait_for_timeout(200)
    widths = page.evaluate(INK)
    assert min(widths) >= 3
    assert max(widths) - min(widths) <= 1


def test_the_other_end_of_a_pen_erases(page: Page) -> None:
    draw(page, "cross")
    before = strokes(page)
    page.evaluate(
        """([[x0, y0], [x1, y1]]) => {
          const canvas = document.getElementById("canvas");
          const tell = (kind, clientX, clientY, more) => canvas.dispatchEvent(new PointerEvent(kind, {
            pointerId: 1, pointerType: "pen", isPrimary: true, bubbles: true, clientX, clientY, ...more}));
          tell("pointerdown", x0, y0, {button: 5, buttons: 32});
          tell("pointermove", x1, y1, {button: -1, buttons: 32});
          tell("pointerup", x1, y1, {button: 5, buttons: 0});
        }""",
        places(page, [(0.1, 0.2), (0.3, 0.2)]),
    )
    assert strokes(page) == before[1:]
    expect(page.locator("#pen")).to_have_attribute("aria-pressed", "true")  # the tool stays what it was
    page.keyboard.press("Control+z")
    assert strokes(page) == before


@tablet
@pytest.mark.parametrize("kind", ["finger", "pen"])
def test_eraser_lasso_moving_and_scaling_with(page: Page, kind: str) -> None:
    stroke = getattr(Hand(page), kind)
    for line in SHAPES["plus"]:
        stroke(places(page, line))
    before = strokes(page)
    assert len(before) == 2
    page.locator("#select").click()
    stroke(places(page, AROUND))
    stroke(places(page, [(0.55, 0.55), (0.6, 0.6), (0.65, 0.6)]))
    moved = strokes(page)
    for old, new in zip(before, moved, strict=True):
        assert new[0] == pytest.approx([x + 80 for x in old[0]], abs=2)
    frame = 14 / 800
    stroke(places(page, [(0.15 - frame, 0.1 - frame), (0.3, 0.3), (0.5, 0.5)]))
    small = strokes(page)
    assert max(small[1][0]) - min(small[1][0]) < 0.7 * (max(moved[1][0]) - min(moved[1][0]))
    page.locator("#undo").click()
    page.locator("#undo").click()
    assert strokes(page) == before
    page.locator("#redo").click()
    assert strokes(page) == moved
    page.locator("#undo").click()
    page.locator("#eraser").click()
    stroke(places(page, [(0.4, 0.2), (0.6, 0.2)]))
    assert strokes(page) == before[1:]


@phone
def test_two_fingers_scroll_and_draw_nothing(page: Page) -> None:
    put(page, "circle")
    finds(page, "circle")
    before, hand = strokes(page), Hand(page)
    (x, y), (x2, y2) = places(page, [(0.3, 0.8), (0.7, 0.8)])
    hand.touch("touchStart", (x, y), (x2, y2))  # in one event: on a busy machine two would not come together
    for up in range(10, 50, 10):
        hand.touch("touchMove", (x, y - up), (x2, y2 - up))
    assert strokes(page) == before
    assert page.evaluate("scrollY") == pytest.approx(40, abs=3)
    hand.touch("touchEnd")
    assert strokes(page) == before
    expect(page.locator("#undo")).to_be_enabled()
    page.evaluate("scrollTo(0, 0)")
    hand.finger(places(page, [(0.2, 0.5), (0.8, 0.5)]))  # and one finger draws again
    assert len(strokes(page)) == len(before) + 1


@phone
def test_what_the_system_takes_away_is_no_stroke(page: Page) -> None:
    hand, line = Hand(page), places(page, SHAPES["plus"][0])
    hand.touch("touchStart", line[0])
    hand.touch("touchMove", line[1])
    hand.touch("touchCancel")
    assert strokes(page) == []
    expect(page.locator("#undo")).to_be_disabled()
    hand.finger(line)
    assert len(strokes(page)) == 1


@tablet
@pytest.mark.parametrize("kind", ["mouse", "pen", "finger"])
def test_a_first_stroke_may_begin_on_an_example(page: Page, kind: str) -> None:
    box = page.get_by_role("button", name="Try a drawing of a cat").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    line = [(x, y), (x + 4, y), (x + 30, y + 40), (x + 60, y + 40)]
    if kind == "mouse":
        page.mouse.move(*line[0])
        page.mouse.down()
        for point in line[1:]:
            page.mouse.move(*point)
        page.mouse.up()
    else:
        getattr(Hand(page), kind)(line)
    ((xs, ys, _),) = strokes(page)
    canvas = page.locator("#canvas").bounding_box()
    assert canvas is not None
    unit = 1000 / canvas["width"]
    for drawn, side, start, way in ((xs, "x", x, 60), (ys, "y", y, 40)):
        assert drawn[0] == pytest.approx((start - canvas[side]) * unit, abs=2)  # where it was pressed
        assert drawn[-1] == pytest.approx((start + way - canvas[side]) * unit, abs=2)
    expect(page.locator("#canvas")).to_be_focused()
    page.locator("#undo").click()
    assert strokes(page) == []


@pytest.mark.parametrize("kind", ["mouse", "pen"])
def test_a_tap_on_an_example_that_slips_a_little_takes_it(page: Page, kind: str) -> None:
    box = page.get_by_role("button", name="Try a drawing of a cat").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if kind == "mouse":
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 3, y + 3)
        page.mouse.up()
    else:
        Hand(page).pen([(x, y), (x + 3, y + 3)])
    assert len(strokes(page)) > 1
    settled(page)


WATCH = """
window.saves = [];
const real = Storage.prototype.setItem;
Storage.prototype.setItem = function (key, value) {
  real.call(this, key, value);
  saves.push([key, performance.now(), value]);
};
addEventListener("pointerup", (event) => (window.lifted = event.timeStamp), true);
"""


def test_a_stroke_is_kept_within_300_ms(context: sync_api.BrowserContext, site: str) -> None:
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(site)
    drag(page, SHAPES["triangle"][0])
    page.wait_for_timeout(600)
    lifted, saves = page.evaluate("[lifted, saves.filter(([key]) => key === 'sketchseek.strokes')]")
    after = [at - lifted for _, at, _ in saves if at > lifted]
    assert after[0] < 300
    settled(page)
    page.reload()
    finds(page, "triangle")
