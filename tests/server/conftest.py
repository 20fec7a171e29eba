"""One small library and one server for all tests that only read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from answers import OTHERS
from serving import index, make_library, picture, random_lines, served


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


@pytest.fixture(scope="package")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    """A client of a server over shapes, random lines and near-duplicates of the circle, and their folder."""
    library, photos, model = make_library(tmp_path_factory.mktemp("parts"))
    random_lines(photos / "lines", OTHERS)
    (photos / "alike").mkdir()
    picture("circle").save(photos / "alike" / "circle.jpg", quality=80)
    picture("circle", side=238).save(photos / "alike" / "circle2.png")
    for path in (photos / "lines").iterdir():
        os.utime(path, (1e9, 1e9))  # 2001-09-09
    index(library, photos, model)
    with served(library, model) as site, httpx.Client(base_url=site, trust_env=False, timeout=60) as client:
        yield client, photos


@pytest.fixture(scope="package")
def asking(photos: tuple[httpx.Client, Path]) -> httpx.Client:
    return photos[0]
