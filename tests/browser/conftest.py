"""A browser and a page over a small library; skipped with a reason where there is no Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import make_library, served

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
sync_api.expect.set_options(timeout=30_000)  # a machine may have other work


@pytest.fixture(scope="session")
def browser() -> Iterator[sync_api.Browser]:
    """One Chromium for all tests."""
    names = (os.environ.get("SKETCHSEEK_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("needs Chromium: put it on PATH, or name it in SKETCHSEEK_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over photos of five shapes."""
    library, _, model = make_library(tmp_path_factory.mktemp("page"))
    with served(library, model) as address:
        yield address


@pytest.fixture
def shots() -> Path | None:
    """Where to leave pictures of the page: the folder in SKETCHSEEK_SHOTS, if any."""
    named = os.environ.get("SKETCHSEEK_SHOTS")
    return Path(named) if named else None


class Troubles(list[str]):
    """What a page complained of; ``provoked`` where a test makes requests fail on purpose."""

    provoked = False


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    """Holds every page of a test to silence."""
    heard = Troubles()
    yield heard
    assert not [line for line in heard if not (heard.provoked and line.startswith("Failed to load resource"))]


@pytest.fixture
def context(
    browser: sync_api.Browser, request: pytest.FixtureRequest, troubles: Troubles
) -> Iterator[sync_api.BrowserContext]:
    """A fresh browser profile, of a laptop where the test names no other device."""
    device = {"reduced_motion": "reduce"} | getattr(
        request, "param", {"viewport": {"width": 1280, "height": 800}}
    )
    context = browser.new_context(**device)
    context.set_default_timeout(30_000)

    def watch(page: sync_api.Page) -> None:
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console", lambda line: troubles.append(line.text) if line.type in ("error", "warning") else None
        )

    context.on("page", watch)
    yield context
    context.close()


@pytest.fixture
def page(context: sync_api.BrowserContext, site: str) -> sync_api.Page:
    """The page, open."""
    page = context.new_page()
    page.goto(site)
    return page
