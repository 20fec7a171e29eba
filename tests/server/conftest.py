"""One small library and one server for all tests that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import make_library, served


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """(library, photos, model); for reading only."""
    return make_library(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def site(made: tuple[Path, Path, Path]) -> Iterator[str]:
    """The address of a server over the library."""
    with served(made[0], made[2]) as address:
        yield address


@pytest.fixture(scope="session")
def client(site: str) -> Iterator[httpx.Client]:
    """A client of the server; no proxy, no redirects."""
    with httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        yield client
