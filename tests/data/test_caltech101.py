from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sketchseek.data.caltech101 import load
from sketchseek.errors import BadDataset

Plant = Callable[[Mapping[str, bytes | str]], Path]


@pytest.fixture
def root(plant: Plant, picture: Callable[..., bytes]) -> Path:
    labels = ("ant", "BACKGROUND_Google", "Faces", "Faces_easy")
    files = {f"101_ObjectCategories/{label}/image_{n:04}.jpg": picture() for label in labels for n in (1, 2)}
    return plant(files | {"101_ObjectCategories/BACKGROUND_Google/tmp": b"not a photo"})


def test_photos_by_class_without_the_background(root: Path) -> None:
    data = load(root)
    assert data.classes == ("Faces", "Faces_easy", "ant")
    assert [item.id for item in data.where(labels=["ant"])] == [
        "photo/ant/image_0001",
        "photo/ant/image_0002",
    ]
    assert data.sketches == ()
    assert data.photo(data.photos[0]).size == (40, 30)


def test_the_background_and_the_cropped_faces_are_options(root: Path) -> None:
    assert load(root, background=True).classes == ("BACKGROUND_Google", "Faces", "Faces_easy", "ant")
    assert len(load(root, background=True)) == 8
    assert load(root, faces_easy=False).classes == ("Faces", "ant")


def test_an_empty_folder_is_refused(plant: Plant) -> None:
    with pytest.raises(BadDataset, match="no photos in"):
        load(plant({"101_ObjectCategories/ant/notes.txt": ""}))
