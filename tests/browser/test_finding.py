"""Answers with more in them: pages, near-duplicates, filters, likes, lists, zips; and who else can use it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import index, make_library, picture, random_lines, served

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import finds, put, settled  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser

OTHERS = 80


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over shapes, copies of the circle in other formats, and random lines."""
    library, photos, model = make_library(tmp_path_factory.mktemp("many"))
    random_lines(photos / "lines", OTHERS)
    picture("circle").save(photos / "circle.jpg", quality=80)
    picture("circle", side=238).save(photos / "circle2.bmp")
    index(library, photos, model)
    with served(library, model) as address:
        yield address


def tile(page: Page, name: str) -> sync_api.Locator:
    return page.locator("#results li").filter(has=page.get_by_role("img", name=f"Picture {name}"))


def test_more_pictures_come_as_one_scrolls(page: Page) -> None:
    put(page, "cross")
    finds(page, "cross")
    put(page, "plus")
    finds(page, "plus")
    first = page.locator("#results img").evaluate_all("images => images.map(image => image.alt)")
    assert len(first) >= 60
    page.locator("#results li").last.scroll_into_view_if_needed()
    expect(page.locator("#results li")).to_have_count(OTHERS + 5)
    every = page.locator("#results img").evaluate_all("images => images.map(image => image.alt)")
    assert every[: len(first)] == first
    assert len(set(every)) == len(every)
    page.keyboard.press("Control+z")  # another question begins at the first page again
    finds(page, "cross")
    expect(page.locator("#results li").first).to_be_in_viewport()


def test_near_duplicates_unfold(page: Page) -> None:
    put(page, "circle")
    settled(page)
    expect(page.locator("#results .alike").first).to_have_text("+2 alike")
    page.locator("#results .alike").first.click()
    names = page.locator("#results img").evaluate_all("images => images.map(image => image.alt)")
    assert {name.split()[1].split(".")[0] for name in names[:3]} == {"circle", "circle2"}
    expect(page.locator("#results li.same")).to_have_count(2)
    page.locator("#results .tile").first.focus()
    page.keyboard.press("a")
    expect(page.locator("#results li.same")).to_have_count(0)


def test_filters_narrow_the_search(page: Page) -> None:
    put(page, "circle")
    expect(page.locator("#summary")).to_contain_text("stand")
    page.locator("[popovertarget=filter-menu]").click()
    folder = page.locator("#filter-form [name=folder]")
    expect(folder.locator("option")).to_have_count(3)
    folder.select_option(label=f"\u00a0\u00a0lines ({OTHERS})")
    expect(page.locator("#summary")).to_contain_text(f"of {OTHERS} that pass")
    expect(page.locator("#filter-count")).to_have_text("1")
    page.locator("#filter-form [name=orientation]").select_option("portrait")
    expect(page.locator("#summary")).to_have_text("No picture passes the filters.")
    expect(page.locator("#results li")).to_have_count(0)
    page.locator("#filter-none").click()
    expect(page.locator("#results .alike").first).to_have_text("+2 alike")
    page.locator("#filter-form [name=before]").fill("1999-12-31")
    expect(page.locator("#results li")).to_have_count(0)


def test_more_and_less_like_a_picture_and_how_much(page: Page) -> None:
    put(page, "cross")
    finds(page, "cross")
    square = tile(page, "square.png")
    square.scroll_into_view_if_needed()
    square.hover()
    square.get_by_role("button", name="More like this: square.png").click()
    expect(page.locator("#chips li")).to_have_count(2)
    page.get_by_label("How much the drawing counts").fill("0")
    finds(page, "square")
    page.get_by_label("How much more like square.png counts").fill("5")
    page.get_by_label("How much the drawing counts").fill("100")
    finds(page, "cross")
    page.locator("#results .tile").first.click()
    page.locator("#viewer-less").click()
    expect(page.locator("#viewer")).to_be_hidden()
    page.get_by_label("How much less like cross.png counts").fill("100")
    settled(page)
    expect(page.locator("#results li:first-child img")).not_to_have_attribute("alt", "Picture cross.png")
    page.get_by_role("button", name="Remove: less like cross.png").click()
    finds(page, "cross")
    page.locator("#clear").click()
    expect(page.locator("#chips")).to_be_hidden()
    expect(page.locator("#results li")).to_have_count(0)


def test_lists_and_zips_are_saved(page: Page) -> None:
    put(page, "plus")
    finds(page, "plus")

    def saved(button: str) -> bytes:
        with page.expect_download() as download:
            page.locator(button).click()
        return Path(download.value.path()).read_bytes()

    shown = page.locator("#results img").evaluate_all("images => images.map(image => image.alt.slice(8))")
    page.locator("#save-list").click()
    listed = json.loads(saved("#save-json"))["hits"]
    assert [hit["name"] for hit in listed] == shown
    assert listed[0]["rank"] == 1
    assert listed[0]["strength"] >= 1
    page.locator("#save-list").click()
    rows = list(csv.DictReader(io.StringIO(saved("#save-csv").decode())))
    assert [row["path"] for row in rows] == [hit["path"] for hit in listed]
    page.locator("#results .tile").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.locator("#picked-count")).to_have_text("2 selected")
    with zipfile.ZipFile(io.BytesIO(saved("#save-zip"))) as archive:
        assert archive.namelist() == shown[:2]
    page.locator("#unpick").click()
    expect(page.locator("#picked")).to_be_hidden()


def test_the_path_of_a_picture_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    put(page, "plus")
    finds(page, "plus")
    page.locator("#results .tile").first.click()
    expect(page.locator("#viewer-facts")).to_contain_text("stands out")
    page.locator("#viewer-copy").click()
    expect(page.locator("#viewer-told")).to_have_text("Path copied")
    path = page.evaluate("navigator.clipboard.readText()")
    assert Path(path).name == "plus.png"
    assert Path(path).is_file()


SIZES = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "wide": {"viewport": {"width": 1440, "height": 900}},
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("context", SIZES.values(), indirect=True, ids=SIZES)
def test_assistive_technology_finds_its_way(page: Page, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe").Axe()
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def check(state: str) -> None:
        page.wait_for_timeout(300)
        found = axe.run(page).response["violations"]
        serious = [
            (each["id"], [(node["html"], node["failureSummary"]) for node in each["nodes"]][:3])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert not serious, state

    expect(page.locator("#examples button")).to_have_count(6)
    check("empty")
    put(page, "circle")
    settled(page)
    page.locator("#results .tile").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("+")
    expect(page.locator("#chips li")).to_have_count(2)
    settled(page)
    check("found")
    for menu in ("menu", "filter-menu", "list-menu"):
        page.locator(f"[popovertarget={menu}]").first.click()
        expect(page.locator(f"#{menu}")).to_be_in_viewport(ratio=1)
        check(menu)
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    check("help")
    page.keyboard.press("Escape")
    page.locator("#results .tile").first.click()
    page.locator("#viewer-copy").click()
    expect(page.locator("#viewer-told")).not_to_be_empty()
    check("viewer")
