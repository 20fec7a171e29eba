"""What outlives a reload, a restart and a link: the whole question, less what is not there any more."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from serving import index, make_library, picture, served

if TYPE_CHECKING:
    from conftest import Troubles

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import finds, put, settled, strokes  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser


def like(page: Page, name: str, key: str = "+") -> None:
    """More like a picture that was found, by keyboard; "-" for less."""
    tile = page.locator("#results li").filter(has=page.get_by_role("img", name=f"Picture {name}"))
    tile.locator(".tile").focus()
    page.keyboard.press(key)


def ask_all(page: Page, tmp_path: Path) -> None:
    """A question of a drawing, two pictures and a photo, with a filter."""
    put(page, "plus")
    finds(page, "plus")
    like(page, "square.png")
    settled(page)
    like(page, "circle.png", "-")
    picture("triangle").save(tmp_path / "mine.png")
    page.locator("#open-photo").set_input_files(tmp_path / "mine.png")
    expect(page.locator("#chips li")).to_have_count(4)
    page.get_by_label("How much the drawing counts").fill("40")
    page.get_by_label("How much more like square.png counts").fill("100")
    page.get_by_label("How much photo mine.png counts").fill("15")
    page.locator("[popovertarget=filter-menu]").click()
    page.locator("#filter-form [name=orientation]").select_option("square")
    page.locator("#filter-form [name=after]").fill("2001-02-03")
    folder = page.locator("#filter-form [name=folder]")
    expect(folder.locator("option")).to_have_count(2)
    folder.select_option(index=1)
    page.keyboard.press("Escape")
    settled(page)


def asked(page: Page) -> dict[str, object]:
    """What is seen of the question, and its outcome."""
    settled(page)
    return page.evaluate(
        """() => ({
          weights: [...document.querySelectorAll("#chips input")].map((each) => [each.ariaLabel, each.value]),
          filters: [...document.querySelectorAll("#filter-form [name]")].map((each) => each.value),
          count: document.getElementById("filter-count").textContent,
          found: [...document.querySelectorAll("#results img")].map((each) => each.alt),
        })"""
    )


def test_the_whole_question_outlives_a_reload(page: Page, tmp_path: Path) -> None:
    ask_all(page, tmp_path)
    before, drawn = asked(page), strokes(page)
    assert before["count"] == " 3"
    assert len(before["found"]) == 5
    page.reload()
    expect(page.locator("#results li")).to_have_count(5)
    assert asked(page) == before
    assert strokes(page) == drawn
    expect(page.locator("#chips img")).to_have_count(3)
    assert page.evaluate(
        "[...document.querySelectorAll('#chips img')].every((each) => each.naturalWidth > 0)"
    )
    page.locator("#clear").click()
    page.wait_for_timeout(400)
    page.reload()
    expect(page.locator("#chips")).to_be_hidden()
    expect(page.locator("#filter-count")).to_have_text(" 3")  # clearing takes what is asked, not where


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path, Path]:
    (tmp_path / "own").mkdir()
    return make_library(tmp_path / "own")


def test_an_upload_that_the_server_forgot_is_dropped_and_told(
    context: sync_api.BrowserContext, own: tuple[Path, Path, Path], tmp_path: Path, troubles: Troubles
) -> None:
    library, _, model = own
    page = context.new_page()
    with served(library, model) as site:
        page.goto(site)
        ask_all(page, tmp_path)
        page.wait_for_timeout(400)
        page.goto("about:blank")
    troubles.provoked = True  # the first answer is a 404
    with served(library, model, port=urlsplit(site).port or 0):
        page.goto(site)
        expect(page.locator("#notice")).to_have_text(
            "Left out of the question: photo mine.png, which the server has forgotten (open it again)."
        )
        expect(page.locator("#results li")).to_have_count(5)
        expect(page.locator("#chips li")).to_have_count(3)
        expect(page.locator("#notice")).to_be_visible()  # an answer does not take it away
        put(page, "cross")
        settled(page)
        expect(page.locator("#notice")).to_be_hidden()
        page.close()


def test_an_upload_whose_file_the_page_still_has_is_taken_to_a_new_server(
    context: sync_api.BrowserContext, own: tuple[Path, Path, Path], tmp_path: Path, troubles: Troubles
) -> None:
    library, _, model = own
    page = context.new_page()
    with served(library, model) as site:
        page.goto(site)
        ask_all(page, tmp_path)
        before = asked(page)
    troubles.provoked = True  # no server for a moment, then an answer of 404
    with served(library, model, port=urlsplit(site).port or 0):
        with page.expect_response("**/api/uploads*") as again:
            put(page, "cross")
        assert again.value.ok
        expect(page.locator("#notice")).to_be_hidden()
        after = asked(page)
        assert [after[what] for what in ("weights", "filters")] == [before["weights"], before["filters"]]
        assert len(after["found"]) == 5
        expect(page.locator("#chips li")).to_have_count(4)
        page.close()


def test_pictures_that_left_and_those_of_another_library_are_dropped_and_told(
    context: sync_api.BrowserContext, own: tuple[Path, Path, Path], tmp_path: Path, troubles: Troubles
) -> None:
    library, photos, model = own
    page = context.new_page()
    with served(library, model) as site:
        page.goto(site)
        put(page, "plus")
        finds(page, "plus")
        like(page, "square.png")
        settled(page)
        like(page, "circle.png", "-")
        page.wait_for_timeout(400)
        (photos / "square.png").unlink()
        index(library, photos, model)
        troubles.provoked = True
        page.reload()
        expect(page.locator("#notice")).to_have_text(
            "Left out of the question: more like square.png, which is not in this library."
        )
        expect(page.locator("#chips li")).to_have_count(2)
        page.wait_for_timeout(400)
        page.goto("about:blank")
    (tmp_path / "other").mkdir()
    other, _, model = make_library(tmp_path / "other")
    with served(other, model, port=urlsplit(site).port or 0):
        page.goto(site)
        expect(page.locator("#notice")).to_contain_text("less like circle.png, which is not in this library")
        expect(page.locator("#chips")).to_be_hidden()
        finds(page, "plus")
        page.close()


def test_a_folder_that_is_gone_filters_no_more(
    context: sync_api.BrowserContext, own: tuple[Path, Path, Path], troubles: Troubles
) -> None:
    library, photos, model = own
    (photos / "trip").mkdir()
    picture("cross", colour="navy").save(photos / "trip" / "navy.png")
    index(library, photos, model)
    with served(library, model) as site:
        page = context.new_page()
        page.goto(site)
        put(page, "cross")
        settled(page)
        page.locator("[popovertarget=filter-menu]").click()
        expect(page.locator("#filter-form [name=folder] option")).to_have_count(3)
        page.locator("#filter-form [name=folder]").select_option(index=2)
        finds(page, "navy")
        (photos / "trip" / "navy.png").unlink()
        index(library, photos, model)
        troubles.provoked = True
        page.reload()
        expect(page.locator("#notice")).to_contain_text("the filter by folder")
        expect(page.locator("#filter-count")).to_have_text("")
        finds(page, "cross")
        page.close()


SPOILT = [
    "7",
    "null",
    '{"parts":7,"filters":7,"drawingWeight":"much"}',
    '{"parts":[null,7,{"kind":"picture","id":1}],"filters":{"constructor":"x","after":5,"before":"soon"}}',
    json.dumps(
        {
            "parts": [
                {
                    "kind": "picture",
                    "id": 1,
                    "library": "../x",
                    "weight": 1,
                    "name": "",
                    "image": "",
                    "what": "",
                },
                {
                    "kind": "upload",
                    "id": "0" * 32,
                    "weight": 1,
                    "name": "x",
                    "image": "//evil.example/x.png",
                    "what": "photo",
                },
                {"kind": "toString", "id": 1, "weight": 1, "name": "", "image": "data:image/", "what": ""},
            ]
        }
    ),
]


@pytest.mark.parametrize("saved", SPOILT)
def test_a_spoilt_question_is_none(page: Page, saved: str) -> None:
    page.goto("about:blank")
    page.context.add_init_script(f"localStorage.setItem('sketchseek.question', {json.dumps(saved)})")
    page.go_back()
    expect(page.locator("#chips")).to_be_hidden()
    expect(page.locator("#filter-count")).to_have_text("")
    put(page, "plus")
    finds(page, "plus")


def test_a_link_carries_pictures_and_filters_but_nothing_of_this_machine(
    page: Page, browser: sync_api.Browser, tmp_path: Path, troubles: Troubles
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask_all(page, tmp_path)
    page.locator("[popovertarget=menu]").click()
    page.locator("#save-link").click()
    expect(page.locator("#notice")).to_have_text(
        "The link is copied. The question is in it; no server sees it. "
        "Its pictures are found in this library only. "
        "Files that were opened, and the folder, stay out of it."
    )
    link = page.evaluate("navigator.clipboard.readText()")
    context = browser.new_context()
    other = context.new_page()
    other.on("pageerror", lambda error: troubles.append(str(error)))
    other.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    other.goto(link)
    expect(other.locator("#chips li")).to_have_count(3)
    weights = [float(each.input_value()) for each in other.locator("#chips input").all()]
    assert weights == [40, 100, 40]
    for told in ("the drawing", "more like square.png", "less like circle.png"):  # links hold no names
        expect(other.get_by_label(f"How much {told} counts")).to_be_visible()
    there = [each.input_value() for each in other.locator("#filter-form [name]").all()]
    assert there == ["", "2001-02-03", "", "square"]
    expect(other.locator("#results li")).to_have_count(5)
    rest = link.partition("&q=1")[2]
    told = json.loads(base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4)))
    assert told["filters"] == {"after": "2001-02-03", "orientation": "square"}
    assert [[type(fact) for fact in each] for each in told["pictures"]] == [
        [str, int, int],
        [str, int, float],
    ]
    assert set(told) == {"pictures", "filters", "drawingWeight"}
    assert "#" not in other.url
    before = asked(other)
    for spoilt in ("q=1", "q=1%%%", "q=1" + "A" * 40, "q=1bnVsbA", "q=1eyJwaWN0dXJlcyI6N30"):
        other.evaluate("hash => (location.hash = hash)", spoilt)
    other.wait_for_timeout(300)
    assert asked(other) == before
    context.close()
