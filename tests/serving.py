"""A small real library and a real server on a free port, for the tests of the API and of the page."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from make_model import make_model
from PIL import Image, ImageDraw
from waiting import until

from sketchseek.encoders import encode_photos, load_encoder
from sketchseek.library import Library
from sketchseek.library.background import Standing
from sketchseek.model import Grain, write_card
from sketchseek.server import create_app, open_socket, web_server
from sketchseek.vocabulary import Vocabulary, write_words

Points = list[tuple[float, float]]

RING = [
    (0.5 + 0.45 * math.cos(a * math.tau / 40), 0.5 + 0.45 * math.sin(a * math.tau / 40)) for a in range(41)
]
SHAPES: dict[str, list[Points]] = {
    "circle": [RING],
    "square": [[(0.05, 0.05), (0.95, 0.05), (0.95, 0.95), (0.05, 0.95), (0.05, 0.05)]],
    "cross": [[(0.05, 0.05), (0.95, 0.95)], [(0.95, 0.05), (0.05, 0.95)]],
    "triangle": [[(0.5, 0.05), (0.95, 0.95), (0.05, 0.95), (0.5, 0.05)]],
    "plus": [[(0.5, 0.05), (0.5, 0.95)], [(0.05, 0.5), (0.95, 0.5)]],
}
"""Strokes in a square of side 1; each is what one photo of the library shows."""


def picture(shape: str, side: int = 240, colour: str = "black") -> Image.Image:
    """A photo of a shape."""
    image = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(image)
    for stroke in SHAPES[shape]:
        pen.line([(x * side, y * side) for x, y in stroke], fill=colour, width=8, joint="curve")
    return image


def random_lines(folder: Path, count: int) -> None:
    """Photos of random lines, no two alike, half of them landscape and half square."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for number in range(count):
        image = Image.new("RGB", (160, 160 if number % 2 else 120), "white")
        pen = ImageDraw.Draw(image)
        for _ in range(4):
            pen.line([tuple(p) for p in rng.integers(0, 160, (2, 2)).tolist()], fill="black", width=6)
        image.save(folder / f"{number:02}.png")


def wire(shape: str) -> list[list[list[float]]]:
    """A shape as the API takes it."""
    return [[[x for x, _ in stroke], [y for _, y in stroke]] for stroke in SHAPES[shape]]


def index(library: Path, photos: Path, model: Path) -> None:
    """Bring a library up to date with a folder."""
    with Library.open(library, create=True) as opened:
        for _ in opened.index([photos], encoder=load_encoder(model, threads=1), workers=1):
            pass


def make_library(folder: Path, *, pairs: bool = False) -> tuple[Path, Path, Path]:
    """A model, a folder with a photo of each shape and the library of both: (library, photos, model).

    With ``pairs`` the model compares these, too.
    """
    model = make_model(folder / "model", pairs=pairs)
    photos = folder / "photos"
    photos.mkdir()
    for shape in SHAPES:
        picture(shape).save(photos / f"{shape}.png")
    index(folder / "library.sqlite", photos, model)
    return folder / "library.sqlite", photos, model


def teach(model: Path, names: tuple[str, ...] = tuple(SHAPES)) -> None:
    """Let a model know the shapes, in their order, by names: as embeddings of their photos, of length 3."""
    photos = [picture(shape) for shape in SHAPES][: len(names)]
    vectors = 3 * encode_photos(load_encoder(model, threads=1), photos)
    write_words(Vocabulary(names, vectors), model)


def teach_kinds(model: Path, grain: Grain = "look") -> None:
    """Let a model know two categories, shapes that cross and those that close, and rank by a finer grain."""
    of = {"crossing": ("cross", "plus"), "closed": ("circle", "square", "triangle")}
    encoder = load_encoder(model, threads=1)
    middles = [encode_photos(encoder, map(picture, shapes)).mean(axis=0) for shapes in of.values()]
    write_words(Vocabulary(tuple(of), np.stack(middles)), model)
    write_card(replace(encoder.model.card, grain=grain), model)


def file_manager(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let something stand in for the file manager; returns the file that holds what it was called with."""
    programs, told = folder / "programs", folder / "told"
    programs.mkdir()
    (programs / "xdg-open").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{told}"\n')
    (programs / "xdg-open").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":7")
    return told


@contextmanager
def served(
    library: Path,
    model: Path | None = None,
    token: str | None = None,
    port: int = 0,
    standing: Standing | None = None,
) -> Iterator[str]:
    """The address of a server over ``library``, which ends with the block.

    ``standing`` is how far some indexing beside it is said to be.
    """
    with open_socket("127.0.0.1", port) as listener:
        server = web_server(create_app(library, model, token=token, standing=lambda: standing))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started or not thread.is_alive(), "the server's beginning")
            assert server.started, "the server ended before it began"
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()
