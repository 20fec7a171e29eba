from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data import check
from sketchseek.data.midgrain import load
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]
HEADING = "class_label,midgrain_label,path\n"


@pytest.fixture
def files(picture: Callable[..., bytes]) -> dict[str, bytes | str]:
    png, jpeg = picture("PNG", line=True), picture()
    return {
        "sketch_list.txt": f"{HEADING}0,0,airplane/a.png\n0,1,airplane/b.png\n3,7,bear/c.png\n",
        "image_list.txt": f"{HEADING}0,0,airplane/1.jpg\n0,1,airplane/2.jpg\n0,5,airplane/3.jpg\n"
        "-1,-1,any/4.jpg\n3,7,bear/not here.jpg\n3,7,bear/5.jpg\n",
        **{f"sketches/{name}.png": png for name in ("airplane/a", "airplane/b", "bear/c")},
        **{
            f"images/{name}.jpg": jpeg
            for name in ("airplane/1", "airplane/2", "airplane/3", "any/4", "bear/5")
        },
    }


@pytest.mark.parametrize("home", ["", "data/"])
def test_items_that_look_alike_share_an_instance(
    plant: Plant, files: dict[str, bytes | str], home: str
) -> None:
    data = load(plant({home + name: content for name, content in files.items()}))
    assert {item.id: item.instance for item in data.sketches} == {
        "sketch/0/airplane/a.png": "0/0",
        "sketch/0/airplane/b.png": "0/1",
        "sketch/3/bear/c.png": "3/7",
    }
    assert {item.id: (item.label, item.instance) for item in data.photos} == {
        "photo/0/airplane/1.jpg": ("0", "0/0"),
        "photo/0/airplane/2.jpg": ("0", "0/1"),
        "photo/0/airplane/3.jpg": ("0", "0/5"),
        "photo/-1/any/4.jpg": ("-1", "-1/-1"),
        "photo/3/bear/5.jpg": ("3", "3/7"),
    }
    assert [item.variant for item in data.sketches] == ["0", "1", "7"]
    assert data.photo(data.photos[0]).size == (40, 30)
    assert data.sketch(data.sketches[0]).raster is not None


def test_distractors_can_be_left_out(plant: Plant, files: dict[str, bytes | str]) -> None:
    assert [item.label for item in load(plant(files), distractors=False).photos] == ["0", "0", "0", "3"]


def test_the_photos_like_a_sketch_are_counted(plant: Plant, files: dict[str, bytes | str]) -> None:
    rows = {row.part: (row.found, row.expected) for row in check("midgrain65c", plant(files)).rows}
    assert rows == {
        "classes": (2, 65),
        "sketches": (3, 138),
        "photos like a sketch": (3, 1247),
        "photos": (5, None),
    }


def test_lists_of_another_form_and_missing_files_are_named(
    plant: Plant, files: dict[str, bytes | str]
) -> None:
    root = plant(files)
    (root / "image_list.txt").write_text("class_label,path\n0,airplane/1.jpg\n")
    with pytest.raises(BadDataset, match=r"no column midgrain_label; its heading is: class_label, path"):
        load(root)
    (root / "image_list.txt").write_text(f"{HEADING}0,0,other/1.jpg\n")
    with pytest.raises(BadDataset, match=r"none of the 1 files of .*image_list\.txt is in .*other/1\.jpg"):
        load(root)
    (root / "image_list.txt").unlink()
    with pytest.raises(BadDataset, match=r"no file .*image_list\.txt\. Expected: sketch_list\.txt"):
        load(root)
