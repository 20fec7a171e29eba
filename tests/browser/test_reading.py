"""The page while photos are being read.

With SKETCHSEEK_SHOTS, pictures of it are left there at several sizes; phone.png and reading.png are what
docs/running.md shows.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from running import Running, running
from waiting import until

from sketchseek.data import load_dataset
from sketchseek.data.synthetic import write
from sketchseek.sketch import to_quickdraw

if TYPE_CHECKING:
    from conftest import Troubles

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import PASTE, PHONE, best, shot  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the indexer is held up by signals of Unix"),
]

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "wide": (1440, 900)}
PHOTOS = 280


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few hundred photos that sketchseek draws itself, and one file that is none."""
    folder = tmp_path_factory.mktemp("gallery")
    dataset = load_dataset("synthetic", seed=20, instances=5, sketches_per_photo=0)
    assert len(dataset) == PHOTOS
    photos = write(dataset, folder) / "photos"
    (photos / "zebra").mkdir()
    (photos / "zebra" / "broken.jpg").write_bytes(b"no picture")
    return photos


@pytest.fixture(scope="module")
def bicycle() -> str:
    """A drawing of a bicycle, as the page takes it from the clipboard."""
    drawn = load_dataset("synthetic", seed=21, classes=["bicycle"], instances=1, sketches_per_photo=1)
    return json.dumps(to_quickdraw(drawn.sketch(drawn.sketches[0])))


def look(page: Page, name: str, shots: Path | None) -> None:
    """Nothing sticks out at any size; leave pictures of the page where they are wanted."""
    before = page.viewport_size
    for device, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, device
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            if shots:
                page.wait_for_timeout(600)
                page.screenshot(path=shots / f"{name}-{device}-{scheme}.png")
    page.set_viewport_size(before)


def read_some(server: Running) -> None:
    """Let the indexer commit a batch more, and hold it again."""
    known = server.status()["photos"]
    server.indexer.resume()
    until(lambda: server.status()["photos"] > known, "the next batch")
    server.indexer.suspend()
    assert server.status()["indexing"]["state"] == "reading"


def test_a_folder_is_read_while_it_is_searched(
    context: sync_api.BrowserContext, gallery: Path, bicycle: str, tmp_path: Path, shots: Path | None
) -> None:
    bicycles = [photo.name for photo in (gallery / "bicycle").iterdir()]
    strip = "#reading .reading-line p"
    with running(gallery, "--library", tmp_path / "new" / "library.sqlite") as server:
        server.indexer.suspend()
        page = context.new_page()
        page.goto(server.address)
        expect(page.locator("#idle-text")).to_contain_text("still being read")
        expect(page.locator(strip)).to_contain_text("Looking for photos")
        expect(page.locator("#library")).to_have_text("reading photos …")
        look(page, "looking", shots)
        read_some(server)
        expect(page.locator(strip)).to_contain_text(f"of {PHOTOS + 1}")
        expect(page.locator(strip)).to_contain_text("left")
        done = int(page.locator("#reading progress").get_attribute("value"))
        assert 0 < done < PHOTOS
        page.evaluate(PASTE, bicycle)
        expect(page.locator("#results img[src]").first).to_be_visible()
        assert page.locator("#results li").count() <= done
        while server.status()["photos"] < 100:
            read_some(server)
        expect(page.locator("#reading progress")).not_to_have_attribute("value", str(done))
        look(page, "reading", shots)
        if shots:
            page.emulate_media(color_scheme="light")
            shot(page, shots / "reading.png")
        server.indexer.resume()
        expect(page.locator("#library")).to_have_text(f"{PHOTOS} pictures")
        expect(page.locator(strip)).to_have_text("All photos are read.")
        expect(best(page)).to_have_attribute("alt", re.compile("|".join(bicycles)))
        look(page, "found", shots)
        if shots:
            before = page.viewport_size
            page.set_viewport_size(PHONE["viewport"])
            shot(page, shots / "phone.png")
            page.set_viewport_size(before)
        page.locator("#reading summary").click()
        expect(page.locator("#reading li")).to_contain_text(str(gallery / "zebra" / "broken.jpg"))
        expect(page.locator("#reading li")).to_contain_text("of no known picture format")
        look(page, "done", shots)
        page.locator("#reading button").click()
        expect(page.locator("#reading")).to_be_hidden()
        page.wait_for_timeout(2000)
        expect(page.locator("#reading")).to_be_hidden()
        page.close()
        assert server.interrupt() == 0
    assert server.lines[-1] == "ended", server.lines


def test_an_indexer_that_breaks_off_is_told_and_the_server_goes_on(
    context: sync_api.BrowserContext,
    gallery: Path,
    bicycle: str,
    tmp_path: Path,
    shots: Path | None,
    troubles: Troubles,
) -> None:
    with running(gallery, "--library", tmp_path / "library.sqlite") as server:
        until(lambda: server.status()["photos"] > 0, "the first batch")
        server.indexer.kill()
        page = context.new_page()
        page.goto(server.address)
        told = page.locator("#reading [role=alert]")
        expect(told).to_contain_text("Indexing broke off (killed by SIGKILL)")
        expect(told.locator("code").first).to_have_text(
            f"sketchseek index --library {tmp_path / 'library.sqlite'}"
        )
        expect(told).not_to_contain_text("`")
        kept = server.status()["photos"]
        expect(page.locator("#library")).to_have_text(f"{kept} pictures")
        page.evaluate(PASTE, bicycle)
        expect(page.locator("#results img[src]").first).to_be_visible()
        look(page, "broken-off", shots)
        page.close()
        assert server.interrupt() == 0
    assert any("Indexing broke off" in line for line in server.lines)
