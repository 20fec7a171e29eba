"""The page over the demo's own gallery with the packaged model: what README.md shows.

With SKETCHSEEK_SHOTS, the picture is left there as page.png.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image
from serving import served
from typer.testing import CliRunner

from sketchseek.cli.app import app

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import PASTE, settled  # noqa: E402 - needs the package too

expect = sync_api.expect
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_drawn_bicycle_finds_the_bicycles(
    context: sync_api.BrowserContext, tmp_path: Path, shots: Path | None
) -> None:
    done = CliRunner().invoke(app, ["demo", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    drawing = json.loads(
        (files("sketchseek.server") / "static" / "examples.json").read_text(encoding="utf-8")
    )[0]
    with served(tmp_path / "library.sqlite") as site:
        page = context.new_page()
        page.goto(site)
        page.evaluate(PASTE, json.dumps({"drawing": drawing["strokes"], "side": 1000}))
        expect(page.locator("#summary")).to_have_text("3 stand out")
        settled(page)
        expect(page.locator("#results li.stands")).to_have_count(3)
        page.locator("#results .tile").first.click()
        expect(page.locator("#viewer-folder")).to_contain_text("bicycle")
        page.keyboard.press("Escape")
        page.mouse.move(5, 5)
        if shots:
            page.evaluate("document.activeElement.blur()")
            page.wait_for_timeout(1000)
            page.screenshot(path=shots / "page.png")
            with Image.open(shots / "page.png") as picture:
                picture.convert("RGB").quantize(256).save(shots / "page.png", optimize=True)
        page.close()
