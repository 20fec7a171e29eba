"""A tiny model, small photos, and an encoder that counts what it embeds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from make_model import make_model
from numpy.typing import NDArray
from PIL import Image

from sketchseek.encoders import OnnxEncoder, load_encoder
from sketchseek.library import Event, Library, Progress


class CountingEncoder(OnnxEncoder):
    """An encoder that knows how many photos it has embedded."""

    count = 0

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        with _LOCK:
            self.count += len(pixels)
        return super().embed_photos(pixels)


_LOCK = threading.Lock()
Draw = Callable[..., Path]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def encoder(model_folder: Path) -> CountingEncoder:
    return CountingEncoder(load_encoder(model_folder).model)


@pytest.fixture
def other_encoder(tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    return load_encoder(make_model(tmp_path_factory.mktemp("models") / "other", name="other", dim=16, seed=1))


@pytest.fixture(scope="session")
def pairs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that compares pairs."""
    return make_model(tmp_path_factory.mktemp("models") / "pairs", name="pairs", pairs=True)


@pytest.fixture
def comparing(pairs_folder: Path) -> OnnxEncoder:
    """An encoder whose model compares pairs."""
    return load_encoder(pairs_folder, threads=1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "own" / "library.sqlite", create=True) as opened:
        yield opened


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def draw() -> Draw:
    """Write a photo that differs from those of other seeds."""

    def write(path: Path, seed: int = 0, size: tuple[int, int] = (96, 72), **options: object) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        cells = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(cells).resize(size, Image.Resampling.NEAREST).save(path, **options)
        return path

    return write


@pytest.fixture
def run() -> Callable[[Iterator[Event]], tuple[Progress, list[Event]]]:
    """The end of a run, and what it told on the way beside progress."""

    def finish(events: Iterator[Event]) -> tuple[Progress, list[Event]]:
        told = list(events)
        assert isinstance(told[-1], Progress)
        assert told[-1].phase == "done"
        return told[-1], [event for event in told if not isinstance(event, Progress)]

    return finish
