from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data.folder import load
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 1L9 9" stroke="black" fill="none"/></svg>'
NDJSON = '{"word":"x","drawing":[[[0,1],[0,1]]]}\n{"word":"x","drawing":[[[0,1],[0,1]],[[5,6],[5,6]]]}\n'


@pytest.fixture
def root(plant: Plant, picture: Callable[..., bytes]) -> Path:
    return plant(
        {
            "photos/cat/tom.jpg": picture(),
            "photos/cat/tom_2.PNG": picture("PNG"),
            "photos/cat/home/tom.webp": picture("WEBP"),
            "photos/cat/.hidden.jpg": b"",
            "photos/cat/readme.md": "",
            "sketches/cat/tom-1.svg": SVG,
            "sketches/cat/tom_2.png": picture("PNG", line=True),
            "sketches/cat/home/tom-7.svg": SVG,
            "sketches/dog/many.ndjson": NDJSON,
        }
    )


def test_sketches_follow_the_photo_whose_name_they_bear(root: Path) -> None:
    data = load(root)
    assert [item.id for item in data.photos] == [
        "photo/cat/tom.jpg",
        "photo/cat/tom_2.PNG",
        "photo/cat/home/tom.webp",
    ]
    assert {item.id: item.instance for item in data.sketches if item.label == "cat"} == {
        "sketch/cat/tom-1.svg": "cat/tom",
        "sketch/cat/tom_2.png": "cat/tom_2",  # its own photo comes before the second sketch of tom
        "sketch/cat/home/tom-7.svg": "cat/home/tom",
    }


def test_every_format_opens_and_an_ndjson_file_holds_many(root: Path) -> None:
    data = load(root)
    dogs = data.where(labels=["dog"])
    assert [item.instance for item in dogs] == [None, None]
    assert [len(data.sketch(item).strokes) for item in dogs] == [1, 2]
    assert all(data.photo(item).size == (40, 30) for item in data.photos)
    assert all(not data.sketch(item).is_empty for item in data.sketches)


def test_one_side_alone_is_enough(plant: Plant, picture: Callable[..., bytes]) -> None:
    assert len(load(plant({"photos/cat/a.jpg": picture()})).photos) == 1


def test_files_of_no_class_and_empty_folders_are_refused(plant: Plant, picture: Callable[..., bytes]) -> None:
    with pytest.raises(BadDataset, match="no photos or sketches in"):
        load(plant({"photos/cat/notes.txt": ""}))
    with pytest.raises(BadDataset, match=r"a\.jpg belongs to no class\. Expected: photos/<class>"):
        load(plant({"photos/a.jpg": picture()}))
