from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data import check
from sketchseek.data.flickr15k import load
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]


@pytest.fixture
def files(picture: Callable[..., bytes]) -> dict[str, bytes | str]:
    png, jpeg = picture("PNG", line=True), picture()
    drawn = {f"330sketches/{person}/{shape}.png": png for person in (1, 2, 10) for shape in (1, 17)}
    return drawn | {
        "images/airballoon/1.jpg": jpeg,
        "images/firebird/2.jpg": jpeg,
        "images/moon/1.jpg": jpeg,
        "images/moon/99.jpg": jpeg,
        "groundtruth": "1 airballoon/1.png\n1 firebird/2.jpg\n17 moon/1.jpg\n17 moon/2.jpg\n"
        "17 airballoon/1.png\n",
    }


def test_photos_are_of_the_shapes_that_list_them(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant(files)
    data = load(root)
    assert {item.id: (item.label, item.variant) for item in data.photos} == {
        "photo/1/airballoon/1": ("1", "airballoon"),
        "photo/1/firebird/2": ("1", "firebird"),
        "photo/17/moon/1": ("17", "moon"),
        "photo/17/airballoon/1": ("17", "airballoon"),
    }
    assert data.photos[0].path == root / "images/airballoon/1.jpg"
    assert data.photo(data.photos[0]).size == (40, 30)
    assert {item.id: (item.label, item.variant) for item in data.sketches if item.variant == "10"} == {
        "sketch/1/10": ("1", "10"),
        "sketch/17/10": ("17", "10"),
    }
    assert data.sketch(data.sketches[0]).raster is not None


def test_photos_may_lie_one_folder_deeper(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant({name.replace("images/", "images/source/"): content for name, content in files.items()})
    assert len(load(root).photos) == 4


def test_the_drawers_are_counted(plant: Plant, files: dict[str, bytes | str]) -> None:
    found = {row.part: row.found for row in check("flickr15k", plant(files)).rows}
    assert found == {"classes": 2, "photos": 4, "sketches": 6, "drawers": 3}


def test_what_is_missing_is_named(plant: Plant, files: dict[str, bytes | str]) -> None:
    def without(start: str) -> dict[str, bytes | str]:
        return {name: content for name, content in files.items() if not name.startswith(start)}

    root = plant(without("groundtruth"))
    with pytest.raises(BadDataset, match=r"no file groundtruth in .*Expected: 330sketches/<person>"):
        load(root)
    (root / "groundtruth").write_text("3 sun/1.jpg\n")
    with pytest.raises(BadDataset, match=r"none of the photos that .*groundtruth lists is in .*images"):
        load(root)
    (root / "groundtruth").write_text("airballoon/1.jpg\n")
    with pytest.raises(BadDataset, match=r"line 'airballoon/1\.jpg', not <shape> <folder>/<file>"):
        load(root)


def test_an_empty_side_is_refused(plant: Plant, files: dict[str, bytes | str]) -> None:
    kept = {name: content for name, content in files.items() if not name.endswith(".png")}
    with pytest.raises(BadDataset, match=r"no sketches in .*330sketches"):
        load(plant(kept | {"330sketches/1/notes.txt": ""}))
