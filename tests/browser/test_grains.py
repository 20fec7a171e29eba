"""Choosing how alike the pictures shall be: where the model can tell, kept, shared, by keyboard too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from serving import index, make_library, random_lines, served, teach_kinds

if TYPE_CHECKING:
    from conftest import Troubles

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
from drawing import PHONE, best, put, settled  # noqa: E402 - needs the package too

expect = sync_api.expect
Page = sync_api.Page
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose model ranks by the look and knows two categories."""
    library, _, model = make_library(tmp_path_factory.mktemp("grains"))
    teach_kinds(model)
    with served(library, model) as address:
        yield address


def asked(page: Page) -> list[str | None]:
    """The grains of all searches from now on; None before it is known what is offered."""
    found: list[str | None] = []

    def note(request: sync_api.Request) -> None:
        if request.url.endswith("/api/search"):
            found.append(request.post_data_json.get("grain"))

    page.on("request", note)
    return found


def test_the_choice_is_asked_kept_and_shared(page: Page, context: sync_api.BrowserContext) -> None:
    grains = asked(page)
    look, category = page.get_by_label("Same look"), page.get_by_label("Same category")
    expect(look).to_be_checked()
    put(page, "plus")
    settled(page)
    assert grains[-1] == "look"
    look.focus()
    page.keyboard.press("ArrowLeft")
    expect(category).to_be_checked()
    settled(page)
    assert grains[-1] == "category"
    expect(page.locator("#results li:nth-child(2) img")).to_have_attribute("alt", "Picture cross.png")

    page.wait_for_timeout(500)
    page.reload()
    expect(category).to_be_checked()
    settled(page)
    assert grains[-1] == "category"

    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_role("button", name="Open, save, share").click()
    page.locator("#save-link").click()
    page.wait_for_function("window.copied")
    link = page.evaluate("window.copied")
    page.evaluate("localStorage.clear()")
    other = context.new_page()
    there = asked(other)
    other.goto(link)
    expect(other.get_by_label("Same category")).to_be_checked()
    settled(other)
    assert there[-1] == "category"


@pytest.fixture(scope="module")
def comparing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose model compares pairs, and knows two categories."""
    library, photos, model = make_library(tmp_path_factory.mktemp("pairs"), pairs=True)
    random_lines(photos / "lines", 24)
    index(library, photos, model)
    teach_kinds(model, "exact")
    with served(library, model) as address:
        yield address


@pytest.mark.parametrize(
    "context", [PHONE, {"viewport": {"width": 1440, "height": 900}}], ids=["phone", "wide"], indirect=True
)
def test_this_very_one_is_asked_for_and_told_where_pairs_are_compared(
    context: sync_api.BrowserContext,
    comparing: str,
    shots: Path | None,
    request: pytest.FixtureRequest,
) -> None:
    page = context.new_page()
    grains = asked(page)
    page.goto(comparing)
    exact, look = page.get_by_label("This very one"), page.get_by_label("Same look")
    expect(exact).to_be_checked()
    put(page, "triangle")
    settled(page)
    assert grains[-1] == "exact"
    expect(page.locator("#summary")).to_contain_text("; the first 29 compared closely")
    expect(best(page)).to_have_attribute("alt", "Picture triangle.png")
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    if shots:
        page.screenshot(path=shots / f"{request.node.name}.png")
    look.check(force=True)
    settled(page)
    assert grains[-1] == "look"
    expect(page.locator("#summary")).not_to_contain_text("compared")


def test_a_model_of_one_grain_offers_no_choice(
    browser: sync_api.Browser, tmp_path: Path, troubles: Troubles
) -> None:
    library, _, model = make_library(tmp_path)
    with served(library, model) as address:
        page = browser.new_page()
        page.goto(address)
        keep = "question => localStorage.setItem('sketchseek.question', JSON.stringify(question))"
        page.evaluate(keep, {"parts": [], "grain": "exact"})  # of another library, served here before
        page.reload()
        put(page, "plus")
        settled(page)
        expect(page.locator("#grains")).to_be_hidden()
        expect(page.locator("#notice")).to_be_hidden()
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "context", [PHONE, {"viewport": {"width": 1440, "height": 900}}], ids=["phone", "wide"], indirect=True
)
def test_the_choice_is_in_sight(
    page: Page, scheme: str, shots: Path | None, request: pytest.FixtureRequest
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    put(page, "plus")
    settled(page)
    expect(page.locator("#grains")).to_be_visible()
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    if shots:
        page.screenshot(path=shots / f"{request.node.name}.png")
