from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data.check import count
from sketchseek.data.pacs import load
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]


@pytest.fixture
def files(picture: Callable[..., bytes]) -> dict[str, bytes | str]:
    png, jpeg = picture("PNG", line=True), picture()
    return {
        "sketch/dog/n02103406_4068-1.png": png,
        "sketch/dog/n02103406_343-1.png": png,
        "sketch/horse/5.png": png,
        "photo/dog/056_0001.jpg": jpeg,
        "photo/horse/105_0001.jpg": jpeg,
        "cartoon/dog/pic_001.jpg": jpeg,
        "art_painting/dog/pic_001.jpg": jpeg,
    }


@pytest.mark.parametrize("home", ["", "images/", "kfold/"])
def test_sketches_and_photos_of_every_archive(plant: Plant, files: dict[str, bytes | str], home: str) -> None:
    data = load(plant({home + name: content for name, content in files.items()}))
    assert [item.id for item in data.photos] == ["photo/dog/056_0001", "photo/horse/105_0001"]
    assert {item.id: item.variant for item in data.sketches} == {
        "sketch/dog/n02103406_343-1": None,
        "sketch/dog/n02103406_4068-1": "error",
        "sketch/horse/5": None,
    }
    assert {item.split for item in data} == {None}
    assert data.photo(data.photos[0]).size == (40, 30)
    assert data.sketch(data.sketches[0]).raster is not None


@pytest.mark.parametrize("place", ["", "splits/", "pacs_label/"])
def test_the_lists_give_the_split(plant: Plant, files: dict[str, bytes | str], place: str) -> None:
    lists = {
        "sketch_train_kfold.txt": "sketch/dog/n02103406_343-1.png 1\nsketch/horse/5.png 5\n",
        "sketch_crossval_kfold.txt": "sketch/dog/n02103406_4068-1.png 1\n",
        "photo_train_kfold.txt": "photo/dog/056_0001.jpg 1\n",
        "photo_crossval_kfold.txt": "photo/horse/105_0001.jpg 5\n\n",
    }
    data = load(plant(files | {place + name: content for name, content in lists.items()}))
    assert {item.id for item in data.where(split="val")} == {
        "sketch/dog/n02103406_4068-1",
        "photo/horse/105_0001",
    }
    assert count(data)["sketches train"] == 2


def test_a_side_that_is_missing_is_named(plant: Plant, files: dict[str, bytes | str]) -> None:
    root = plant({name: content for name, content in files.items() if not name.startswith("photo")})
    with pytest.raises(BadDataset, match=r"no folder photo in .*Found: art_painting, cartoon, sketch"):
        load(root)
