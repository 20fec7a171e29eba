from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sketchseek.data import check
from sketchseek.data.swire import load
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]


def inverted() -> bytes:
    image = Image.new("L", (60, 100), 0)
    image.paste(255, (10, 40, 50, 46))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def files(picture: Callable[..., bytes]) -> dict[str, bytes | str]:
    sketch, screen = inverted(), picture()
    return {
        "sketches/20218_4.jpg": sketch,
        "sketches/20218_1.jpg": sketch,
        "sketches/7_2.jpg": sketch,
        "combined/20218.jpg": screen,
        "combined/20218.json": "{}",
        "combined/7.jpg": screen,
        "combined/8.jpg": screen,
    }


def test_a_sketch_knows_its_screen_and_designer(plant: Plant, files: dict[str, bytes | str]) -> None:
    data = load(plant(files))
    assert [(item.id, item.instance, item.variant) for item in data.sketches] == [
        ("sketch/screen/20218_1", "screen/20218", "1"),
        ("sketch/screen/20218_4", "screen/20218", "4"),
        ("sketch/screen/7_2", "screen/7", "2"),
    ]
    assert [item.instance for item in data.photos] == ["screen/20218", "screen/7"]
    assert data.classes == ("screen",)
    assert data.photo(data.photos[0]).size == (40, 30)


def test_white_lines_on_black_become_black_on_white(plant: Plant, files: dict[str, bytes | str]) -> None:
    data = load(plant(files))
    ink = data.sketch(data.sketches[0]).raster
    assert ink is not None
    assert ink[43, 30] < 64
    assert ink[5, 5] > 192


def test_screens_that_nobody_drew_are_an_option(plant: Plant, files: dict[str, bytes | str]) -> None:
    data = load(plant(files), distractors=True)
    assert [item.instance for item in data.photos] == ["screen/20218", "screen/7", "screen/8"]


def test_the_drawers_are_counted(plant: Plant, files: dict[str, bytes | str]) -> None:
    rows = {row.part: (row.found, row.expected) for row in check("swire", plant(files)).rows}
    assert rows["drawers"] == (3, 4)
    assert rows["photos with sketches"] == (2, None)


def test_what_is_missing_is_named(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant(files)
    (root / "combined/7.jpg").unlink()
    with pytest.raises(
        BadDataset, match=r"1 of 3 sketches have no screen in .*combined; the first is .*7_2\.jpg"
    ):
        load(root)
    (root / "sketches").rename(root / "drawn")
    with pytest.raises(BadDataset, match=r"no folder sketches in .*Found: combined, drawn"):
        load(root)
    (root / "sketches").mkdir()
    with pytest.raises(BadDataset, match="no sketches in "):
        load(root)
    (root / "sketches" / "20218.jpg").write_bytes(b"")
    with pytest.raises(BadDataset, match=r"20218\.jpg is not named <screen>_<designer>\.jpg"):
        load(root)


def test_a_screens_elements_are_its_visible_views(plant: Plant, files: dict[str, bytes | str]) -> None:
    words = {"bounds": [200, 100, 500, 200], "visible-to-user": True}
    hidden = {"bounds": [0, 0, 900, 900], "visible-to-user": False, "children": [words]}
    flat = {"bounds": [0, 300, 1000, 300]}
    beyond = {"bounds": [-500, 1500, 500, 2500]}
    card = {"bounds": [100, 100, 600, 500], "children": [words, None]}
    root = {"bounds": [0, 0, 1000, 2000], "children": [hidden, card, None, flat, beyond]}
    views = json.dumps({"activity": {"root": root}})
    data = load(plant(files | {"combined/20218.json": views, "combined/7.json": "[1]"}))
    found = data.elements(data.photos[0])
    assert found.dtype == np.float32
    np.testing.assert_allclose(
        found, [(0.1, 0.05, 0.6, 0.25), (0.2, 0.05, 0.5, 0.1), (0, 0.75, 0.5, 1)], atol=1e-6
    )
    with pytest.raises(BadDataset, match=r"photo/screen/7: .*7\.json is no view hierarchy of Rico's"):
        data.elements(data.photos[1])
    with pytest.raises(BadDataset, match="does not tell what stands where"):
        data.elements(data.sketches[0])
