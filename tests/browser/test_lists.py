"""Lists of what was found, as files: all or those selected; and a page of them that stands on its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pages import Page as Parsed
from PIL import Image
from serving import file_manager, index, make_library, picture, random_lines, served

if TYPE_CHECKING:
    from conftest import Troubles

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import finds, put, settled  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser

OTHERS = 70
EVIL = """<img src=x onerror=alert(1)>&"'<b>.png"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a server over more than is shown at once, one badly named, and their folder."""
    library, photos, model = make_library(tmp_path_factory.mktemp("lists"))
    picture("cross", colour="green").save(photos / "plain.png")
    (photos / "plain.png").rename(photos / EVIL)
    random_lines(photos / "lines", OTHERS)
    index(library, photos, model)
    with served(library, model) as address:
        yield address, photos


@pytest.fixture
def site(photos: tuple[str, Path]) -> str:
    return photos[0]


def saved(page: Page, kind: str, which: str) -> str:
    page.locator("#save-list").click()
    page.locator("#list-which").select_option(which)
    with page.expect_download() as download:
        page.locator(f"#save-{kind}").click()
    assert download.value.suggested_filename == f"found.{kind}"
    return Path(download.value.path()).read_bytes().decode()


def test_all_is_more_than_what_is_shown(page: Page) -> None:
    put(page, "cross")
    settled(page)
    page.evaluate("scrollTo(0, 0)")
    shown = page.locator("#results li").count()
    assert shown == len(json.loads(saved(page, "json", "shown"))["hits"]) == 60
    rows = list(csv.DictReader(io.StringIO(saved(page, "csv", "all"))))
    assert [int(row["rank"]) for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["path"] for row in rows}) == len(rows) > shown
    assert len(rows) + sum(int(row["alike"]) for row in rows) == OTHERS + 6
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_a_selection_keeps_its_ranks_and_what_was_found_before_has_none(page: Page) -> None:
    put(page, "cross")
    settled(page)
    names = page.locator("#results img").evaluate_all("images => images.map((image) => image.alt.slice(8))")
    for place in (3, 1):
        page.locator("#results .tile").nth(place).focus()
        page.keyboard.press("x")
    hits = json.loads(saved(page, "json", "picked"))["hits"]
    assert [(hit["rank"], hit["name"]) for hit in hits] == [(2, names[1]), (4, names[3])]
    page.locator("#picked").get_by_text("Save list").click()
    expect(page.locator("#list-menu")).to_be_in_viewport(ratio=1)
    expect(page.locator("#list-which")).to_have_value("picked")
    page.keyboard.press("Escape")
    page.locator("[popovertarget=filter-menu]").click()
    page.locator("#filter-form [name=before]").fill("1999-01-01")
    page.locator("#filter-form [name=before]").fill("")
    page.locator("#filter-form [name=orientation]").select_option("square")
    page.keyboard.press("Escape")
    expect(page.locator("#results li")).not_to_have_count(60)
    settled(page)
    left = page.locator("#results img").evaluate_all("images => images.map((image) => image.alt.slice(8))")
    for hit in json.loads(saved(page, "json", "picked"))["hits"]:
        assert hit["rank"] == (left.index(hit["name"]) + 1 if hit["name"] in left else None)
        assert (hit["score"] is None) == (hit["rank"] is None)


def test_a_page_of_what_was_found_stands_on_its_own(
    page: Page, context: sync_api.BrowserContext, photos: tuple[str, Path], tmp_path: Path, troubles: Troubles
) -> None:
    put(page, "cross")
    settled(page)
    page.locator("#results .tile").first.focus()
    page.keyboard.press("+")
    settled(page)
    picture("plus").save(tmp_path / EVIL)
    page.locator("#open-photo").set_input_files(tmp_path / EVIL)
    expect(page.locator("#chips li")).to_have_count(3)
    settled(page)
    html = saved(page, "html", "all")
    parsed = Parsed()
    parsed.feed(html)
    assert parsed.open == []
    tags = [tag for tag, _ in parsed.tags]
    assert not {"script", "link", "b", "iframe", "object"} & set(tags)
    assert all(attrs["src"].startswith("data:image/") for tag, attrs in parsed.tags if tag == "img")
    assert not any(name.startswith("on") for _, attrs in parsed.tags for name in attrs)
    assert tags.count("svg") == 1
    file = tmp_path / "found.html"
    file.write_text(html, encoding="utf-8")
    sheet = context.new_page()
    asked: list[str] = []
    sheet.on("request", lambda request: asked.append(request.url))
    sheet.goto(file.as_uri())
    cards = sheet.locator("ol li")
    assert cards.count() > 60
    assert sheet.locator("h1").text_content() == f"{cards.count()} pictures found"
    evil = sheet.locator("ol li").filter(has=sheet.get_by_alt_text(EVIL, exact=True))
    assert evil.locator("strong").text_content() == EVIL
    assert str(photos[1]) in (evil.locator(".facts").text_content() or "")
    expect(sheet.locator("ol li").first).to_contain_text("No. 1")
    assert sheet.evaluate("[...document.images].every((each) => each.naturalWidth > 0)")
    assert sheet.locator(".parts li").count() == 2
    assert all(url == file.as_uri() or url.startswith("data:") for url in asked)
    for width in (390, 1440):
        sheet.set_viewport_size({"width": width, "height": 800})
        assert sheet.evaluate("document.documentElement.scrollWidth <= innerWidth")
    colours = []
    for scheme in ("light", "dark"):
        sheet.emulate_media(color_scheme=scheme)
        colours.append(sheet.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert len(set(colours)) == 2
    pages = sheet.pdf(format="A4").count(b"/Type /Page\n")
    assert 3 <= pages <= 8  # four in a row


def test_pictures_are_copied_and_shown_where_they_lie(
    context: sync_api.BrowserContext,
    photos: tuple[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    troubles: Troubles,
) -> None:
    told = file_manager(tmp_path, monkeypatch)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(photos[0])
    put(page, "plus")
    finds(page, "plus")
    page.locator("#results .tile").first.click()
    page.locator("#viewer-copy-picture").click()
    expect(page.locator("#viewer-told")).to_have_text("Picture copied")
    copied = page.evaluate(
        """async () => {
          const [item] = await navigator.clipboard.read();
          const image = await createImageBitmap(await item.getType("image/png"));
          const canvas = new OffscreenCanvas(image.width, image.height);
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          const {data} = context.getImageData(0, 0, image.width, image.height);
          return [image.width, image.height, [...data].filter((value, at) => at % 4 === 0)];
        }"""
    )
    with Image.open(photos[1] / "plus.png") as image:
        assert copied == [*image.size, list(image.convert("RGB").getchannel("R").tobytes())]
    page.locator("#viewer-show").click()
    expect(page.locator("#viewer-told")).to_have_text("Shown in the file manager")
    assert told.read_text() == f"{photos[1]}\n"
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer-told")).to_have_text("")
    troubles.provoked = True
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    page.locator("#viewer-show").click()
    expect(page.locator("#viewer-told")).to_contain_text("copy its path instead")
    page.keyboard.press("Escape")
    page.locator("#results .tile").first.click()
    expect(page.locator("#viewer-show")).to_be_hidden()
