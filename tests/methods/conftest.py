"""What every method's test trains on."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random backbone and a data set of three classes."""
    folder = tmp_path_factory.mktemp("place")
    tiny.backbone(folder / "backbone")
    tiny.pictures(folder / "data")
    return folder
