from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from serving import picture

from sketchseek import _decoder
from sketchseek.errors import BadImage, BadSketch, ImageTooLarge
from sketchseek.images import PhotoInput, load_pixels
from sketchseek.sketch import Sketch


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_what_comes_back_is_what_this_process_would_read() -> None:
    data = png(picture("circle", side=300))
    spec = PhotoInput(size=64, fit="pad")
    assert np.array_equal(_decoder.read_photo(data, spec), load_pixels(data, spec))
    raster = _decoder.read_drawing(data).raster
    expected = Sketch.from_raster(picture("circle", side=300)).raster
    assert raster is not None
    assert expected is not None
    assert np.array_equal(raster, expected)


def test_time_is_bounded() -> None:
    with pytest.raises(BadImage, match=r"more than 0\.01 seconds"):
        _decoder.read_photo(png(picture("circle")), PhotoInput(size=64), seconds=0.01)


def test_lines_that_take_too_long_are_a_bad_drawing() -> None:
    """Each step of simplifying this comb takes off one tooth."""
    teeth = " ".join(f"{x} {0 if x % 2 else 2000 - x // 20}" for x in range(20_000))
    comb = f'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L{teeth}"/></svg>'.encode()
    with pytest.raises(BadSketch, match="more than 1 seconds to read: simplify it"):
        _decoder.read_drawing(comb, seconds=1)


def test_a_picture_of_too_many_pixels_is_refused_by_its_header() -> None:
    bomb = png(Image.new("1", (9000, 9000)))
    assert len(bomb) < 20_000
    with pytest.raises(ImageTooLarge, match="60,000,000"):
        _decoder.read_photo(bomb, PhotoInput(size=64))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not hold a process to it")
def test_memory_is_bounded_and_a_broken_process_is_told() -> None:
    large = png(Image.effect_noise((3000, 3000), 50).convert("RGB"))
    assert _decoder.read_photo(large, PhotoInput(size=64)).shape == (64, 64, 3)
    with pytest.raises(BadImage, match="memory"):
        _decoder.read_photo(large, PhotoInput(size=64), memory=150 * 2**20)


def test_modules_of_the_folder_it_is_started_in_are_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('hijacked')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert _decoder.read_photo(png(picture("plus")), PhotoInput(size=64)).shape == (64, 64, 3)
