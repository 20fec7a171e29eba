"""Commands in a folder of their own, and a small library that tests only read."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import Commands
from serving import SHAPES, make_library

from sketchseek.sketch import from_quickdraw, to_svg


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """Runs commands in an empty folder, with nothing of the user's own in reach."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SKETCHSEEK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("SKETCHSEEK_DATA", "SKETCHSEEK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Commands(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photos of five shapes, a model and the library of both."""
    folder = tmp_path_factory.mktemp("shapes")
    make_library(folder)
    return folder


@pytest.fixture
def drawing(tmp_path: Path) -> Path:
    """A drawn cross."""
    strokes = [[[x for x, _ in stroke], [y for _, y in stroke]] for stroke in SHAPES["cross"]]
    path = tmp_path / "cross.svg"
    path.write_text(to_svg(from_quickdraw({"drawing": strokes})), encoding="utf-8")
    return path
