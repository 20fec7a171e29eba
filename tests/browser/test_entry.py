"""How a page gets past a server that asks for a token."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from serving import make_library, served

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
expect = sync_api.expect
pytestmark = pytest.mark.browser

TOKEN = "a-token.of_our~own+/="  # noqa: S105 - of these tests alone


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    library, _, model = make_library(tmp_path_factory.mktemp("closed"))
    with served(library, model, token=TOKEN) as address:
        yield address


@pytest.fixture
def page(context: sync_api.BrowserContext) -> sync_api.Page:
    return context.new_page()


def test_a_token_in_the_address_opens_the_page_and_leaves_the_address(
    page: sync_api.Page, closed: str
) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(f"{closed}/#token={TOKEN}")
    expect(page.locator("#library")).to_have_text("5 pictures")
    assert page.url == f"{closed}/"
    assert not [url for url in seen if TOKEN in url.partition("#")[0]]
    with page.expect_response("**/api/thumbnails/**") as thumbnail:
        page.locator("#examples button").first.click()
    assert thumbnail.value.status == 200
    assert page.evaluate("document.cookie") == ""  # no script can read it
    page.reload()
    expect(page.locator("#library")).to_have_text("5 pictures")


def test_without_one_the_page_asks_for_it(page: sync_api.Page, closed: str, troubles: list[str]) -> None:
    troubles.provoked = True  # type: ignore[attr-defined]
    page.goto(closed)
    entry = page.get_by_role("dialog", name="This server asks for a token")
    field = entry.get_by_label("Token")
    expect(field).to_be_focused()
    field.fill("not the token")
    field.press("Enter")
    expect(entry.get_by_role("alert")).to_have_text("This is not the token.")
    field.fill(TOKEN)
    entry.get_by_role("button", name="Enter").click()
    expect(entry).to_be_hidden()
    expect(page.locator("#library")).to_have_text("5 pictures")


def test_the_printed_address_can_follow_in_an_open_page(
    page: sync_api.Page, closed: str, troubles: list[str]
) -> None:
    troubles.provoked = True  # type: ignore[attr-defined]
    page.goto(closed)
    expect(page.locator("#entry")).to_be_visible()
    page.goto(f"{closed}/#token={TOKEN}")
    expect(page.locator("#entry")).to_be_hidden()
    expect(page.locator("#library")).to_have_text("5 pictures")
    assert page.url == f"{closed}/"
