"""The page over the demo's own gallery with the packaged model: what README.md shows.

With SKETCHSEEK_SHOTS, the picture is left there as page.png.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from serving import served
from typer.testing import CliRunner

from sketchseek.cli.app import app

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import PASTE, Hand, settled, shot  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = [pytest.mark.browser, pytest.mark.slow]


TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
EXAMPLES = {
    each["name"]: each["strokes"]
    for each in json.loads(
        (files("sketchseek.server") / "static" / "examples.json").read_text(encoding="utf-8")
    )
}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of the demo's gallery."""
    folder = tmp_path_factory.mktemp("demo")
    done = CliRunner().invoke(app, ["demo", "--out", str(folder)])
    assert done.exit_code == 0, done.output
    return folder / "library.sqlite"


def trace(page: Page, kind: str, name: str) -> None:
    """Draw an example line by line, by mouse, pen or finger."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    hand, unit = Hand(page), box["width"] / 1000
    for xs, ys, *_ in EXAMPLES[name]:
        line = [(box["x"] + x * unit, box["y"] + y * unit) for x, y in zip(xs, ys, strict=True)]
        if kind != "mouse":
            getattr(hand, kind)(line)
            continue
        page.mouse.move(*line[0])
        page.mouse.down()
        for point in line[1:]:
            page.mouse.move(*point)
        page.mouse.up()


@pytest.mark.parametrize("context", [TABLET], indirect=True)
@pytest.mark.parametrize(("kind", "name"), [("mouse", "cat"), ("pen", "umbrella"), ("finger", "sailboat")])
def test_what_a_hand_draws_finds_its_kind_first(
    context: sync_api.BrowserContext, gallery: Path, kind: str, name: str
) -> None:
    with served(gallery) as site:
        page = context.new_page()
        page.goto(site)
        expect(page.locator("#examples button")).to_have_count(len(EXAMPLES))
        trace(page, kind, name)
        expect(page.locator("#results li").first).to_be_visible()
        settled(page)
        page.locator("#results .tile").first.click()
        expect(page.locator("#viewer-folder")).to_have_text(re.compile(rf"\b{name}$"))
        page.close()


def test_a_drawn_bicycle_finds_the_bicycles(
    context: sync_api.BrowserContext, gallery: Path, shots: Path | None
) -> None:
    with served(gallery) as site:
        page = context.new_page()
        page.goto(site)
        page.evaluate(PASTE, json.dumps({"drawing": EXAMPLES["bicycle"], "side": 1000}))
        expect(page.locator("#summary")).to_have_text("3 stand out")
        settled(page)
        expect(page.locator("#results li.stands")).to_have_count(3)
        page.locator("#results .tile").first.click()
        expect(page.locator("#viewer-folder")).to_contain_text("bicycle")
        page.keyboard.press("Escape")
        page.mouse.move(5, 5)
        if shots:
            shot(page, shots / "page.png")
        page.close()
