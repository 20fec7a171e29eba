"""What every method's test trains on."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny
import unseen


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random backbone and a data set of three classes."""
    folder = tmp_path_factory.mktemp("place")
    tiny.backbone(folder / "backbone")
    tiny.pictures(folder / "data")
    return folder


@pytest.fixture(scope="module")
def unseen_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of seen and unseen classes, with words and a backbone."""
    return unseen.prepare(tmp_path_factory.mktemp("unseen"))


@pytest.fixture
def at_hand(unseen_place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, where settings are read: in ``SKETCHSEEK_DATA``."""
    monkeypatch.setenv("SKETCHSEEK_DATA", str(unseen_place))
    return unseen_place
