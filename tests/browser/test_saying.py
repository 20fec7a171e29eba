"""Asking in words on the page: alone and beside a drawing, kept, shared, and told where unknown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from serving import make_library, served, teach

if TYPE_CHECKING:
    from conftest import Troubles

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import finds, put, settled  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose model calls a circle "cat", a square "house" and a cross "стул"."""
    library, _, model = make_library(tmp_path_factory.mktemp("saying"))
    teach(model, ("cat", "house", "стул"))
    with served(library, model) as address:
        yield address


def say(page: Page, text: str) -> None:
    page.get_by_label("In words").fill(text)
    page.keyboard.press("Enter")


def test_words_are_asked_beside_a_drawing_kept_and_shared(
    page: Page, context: sync_api.BrowserContext
) -> None:
    expect(page.locator("#words-known option")).to_have_count(3)
    assert page.locator("#words-known option").first.get_attribute("value") == "cat"
    say(page, "cat")
    finds(page, "circle")
    put(page, "plus")
    weight = page.get_by_label("How much the words “cat” counts")
    weight.fill("0")
    finds(page, "plus")
    weight.fill("100")
    page.get_by_label("How much the drawing counts").fill("5")
    finds(page, "circle")
    say(page, "Стул")
    expect(page.locator("#chips li")).to_have_text(["drawing", "“cat”", "“Стул”"])
    page.get_by_label("How much the words “cat” counts").fill("5")
    finds(page, "cross")
    page.wait_for_timeout(500)
    page.reload()
    expect(page.locator("#chips li")).to_have_text(["drawing", "“cat”", "“Стул”"])
    finds(page, "cross")

    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_role("button", name="Open, save, share").click()
    page.locator("#save-link").click()
    page.wait_for_function("window.copied")
    other = context.new_page()
    page.evaluate("localStorage.clear()")
    other.goto(page.evaluate("window.copied"))
    expect(other.locator("#chips li")).to_have_text(["drawing", "“cat”", "“Стул”"])
    finds(other, "cross")

    page.get_by_role("button", name="Remove: the words “Стул”").click()
    page.get_by_role("button", name="Remove: the words “cat”").click()
    finds(page, "plus")


def test_unknown_words_are_told_at_their_field(page: Page, troubles: Troubles) -> None:
    troubles.provoked = True
    put(page, "plus")
    finds(page, "plus")
    say(page, "hose")
    wrong = page.locator("#words-wrong")
    expect(wrong).to_have_text("the model knows 3 words, but not 'hose'. Did you mean 'house'?")
    field = page.get_by_label("In words")
    expect(field).to_have_value("hose")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#notice")).to_be_hidden()
    expect(page.locator("#chips li")).to_have_count(0)
    finds(page, "plus")
    field.fill("house")
    expect(wrong).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#chips li")).to_have_count(2)
    page.get_by_label("How much the drawing counts").fill("5")
    finds(page, "square")


def test_lists_tell_the_words(page: Page, tmp_path: Path) -> None:
    say(page, "<b>cat")
    finds(page, "circle")
    page.get_by_role("button", name="Save list").click()
    with page.expect_download() as saved:
        page.locator("#save-html").click()
    saved.value.save_as(tmp_path / "list.html")
    assert "the words “&#60;b&#62;cat”, 100 %" in (tmp_path / "list.html").read_text(encoding="utf-8")


def test_a_model_without_words_has_no_field(browser: sync_api.Browser, tmp_path: Path) -> None:
    library, _, model = make_library(tmp_path)
    with served(library, model) as address:
        page = browser.new_page()
        page.goto(address)
        put(page, "plus")
        finds(page, "plus")
        expect(page.locator("#words")).to_be_hidden()
        part = {"kind": "words", "text": "cat", "weight": 1, "name": "“cat”", "what": "the words"}
        keep = "parts => localStorage.setItem('sketchseek.question', JSON.stringify({ parts }))"
        page.evaluate(keep, [part])
        page.reload()
        expect(page.locator("#notice")).to_have_text(
            "Left out of the question: the words “cat”, which the model does not know."
        )
        settled(page)
        page.close()


DEVICES = {
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "wide": {"viewport": {"width": 1440, "height": 900}},
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("context", DEVICES.values(), ids=DEVICES, indirect=True)
def test_the_field_is_in_sight(
    page: Page, scheme: str, shots: Path | None, request: pytest.FixtureRequest, troubles: Troubles
) -> None:
    troubles.provoked = True
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    put(page, "plus")
    say(page, "house")
    expect(page.locator("#chips li")).to_have_count(2)
    settled(page)
    say(page, "hose")
    for name in ("#words", "#words-wrong", "#words button"):
        expect(page.locator(name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if shots:
        settled(page)
        page.screenshot(path=shots / f"{request.node.name}.png")
