"""Writing aside: whole or not at all, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from sketchseek._aside import aside


def test_a_file_is_replaced_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")
    with aside(path) as written:
        written.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
        assert (written.parent, written.suffix) == (tmp_path, ".txt")
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_too(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for name in ("old", "new"):
        with aside(folder) as written:
            written.mkdir()
            (written / name).touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_broken_off_leaves_the_old_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), aside(path) as written:
        written.mkdir() if kind == "folder" else written.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_names_what_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, aside(tmp_path / "nowhere" / "a.json") as written:
        written.write_text("x", encoding="utf-8")
    assert caught.value.filename == str(tmp_path / "nowhere" / "a.json")
