from __future__ import annotations

from pathlib import Path

import pytest

from sketchseek.data import Item, line_drawing

PHOTO = Item("photo/cat/a", "photo", "cat", path=Path("/data/pets/photo/cat/a.jpg"))


@pytest.mark.parametrize(
    "place", ["data/pets/photo/cat/a.png", "pets/photo/cat/a.png", "photo/cat/a.png", "cat/a.png"]
)
def test_a_line_drawing_lies_at_a_tail_of_its_photo_s_path(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).touch()
    assert line_drawing(PHOTO, tmp_path) == tmp_path / place


def test_the_longest_tail_comes_first_and_a_name_alone_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert line_drawing(PHOTO, tmp_path) is None
    for place in ("cat/a.png", "photo/cat/a.png"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).touch()
    assert line_drawing(PHOTO, tmp_path) == tmp_path / "photo/cat/a.png"


def test_an_item_without_file_has_none(tmp_path: Path) -> None:
    assert line_drawing(Item("photo/a/1", "photo", "a"), tmp_path) is None
