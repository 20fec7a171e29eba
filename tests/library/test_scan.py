from __future__ import annotations

import os
from pathlib import Path

import pytest

from sketchseek.library.scan import Found, Skipped, walk


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def names(root: Path, **options: object) -> list[str]:
    return [os.path.relpath(f.path, root) for f in walk(root, **options) if isinstance(f, Found)]


def skips(root: Path, **options: object) -> dict[str, str]:
    return {os.path.relpath(f.path, root): f.reason for f in walk(root, **options) if isinstance(f, Skipped)}


def test_photos_come_in_the_order_of_names_files_before_folders(tmp_path: Path) -> None:
    for name in ("b/2.jpg", "b/10.PNG", "a.heic", "b/c/x.webp", "z.Jpeg", "b.tif", "notes.txt", "b/readme"):
        touch(tmp_path / name)
    assert names(tmp_path) == ["a.heic", "b.tif", "z.Jpeg", "b/10.PNG", "b/2.jpg", "b/c/x.webp"]


def test_a_found_photo_carries_its_size_and_time(tmp_path: Path) -> None:
    path = touch(tmp_path / "a.jpg")
    os.utime(path, ns=(1, 1_234_567_890_123_456_789))
    assert list(walk(tmp_path)) == [Found(str(path), 1, 1_234_567_890_123_456_789)]


def test_hidden_names_and_folders_of_the_system_are_left_out(tmp_path: Path) -> None:
    for name in (".a.jpg", ".trash/b.jpg", "@eaDir/c.jpg", "d.jpg"):
        touch(tmp_path / name)
    assert names(tmp_path) == ["d.jpg"]
    assert names(tmp_path, hidden=True) == [".a.jpg", "d.jpg", ".trash/b.jpg"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("*.png", ["a.jpg", "raw/c.jpg", "raw/deep/d.jpg"]),
        ("raw", ["a.jpg", "b.png"]),
        ("raw/", ["a.jpg", "b.png"]),
        ("a.jpg/", ["a.jpg", "b.png", "raw/c.jpg", "raw/deep/d.jpg"]),
        ("raw/deep", ["a.jpg", "b.png", "raw/c.jpg"]),
        ("/deep", ["a.jpg", "b.png", "raw/c.jpg", "raw/deep/d.jpg"]),
        ("raw/*.jpg", ["a.jpg", "b.png"]),
        ("[", ["a.jpg", "b.png", "raw/c.jpg", "raw/deep/d.jpg"]),
    ],
)
def test_exclude_patterns(tmp_path: Path, pattern: str, left: list[str]) -> None:
    for name in ("a.jpg", "b.png", "raw/c.jpg", "raw/deep/d.jpg"):
        touch(tmp_path / name)
    assert names(tmp_path, exclude=[pattern]) == left


def test_a_link_loop_ends_and_is_told(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "x.jpg")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self.jpg").symlink_to(tmp_path / "self.jpg")
    assert names(tmp_path) == ["a/x.jpg"]
    told = skips(tmp_path)
    assert "not followed" in told["a/up"]
    assert str(tmp_path) in told["a/up"]
    assert "cannot be looked at" in told["self.jpg"]


def test_links_to_files_are_followed_inside_the_folders_only(tmp_path: Path) -> None:
    root, other, outside = tmp_path / "root", tmp_path / "other", tmp_path / "outside"
    for folder in (root, other, outside):
        touch(folder / "x.jpg")
    (root / "in.jpg").symlink_to(root / "x.jpg")
    (root / "near.jpg").symlink_to(other / "x.jpg")
    (root / "out.jpg").symlink_to(outside / "x.jpg")
    (root / "gone.jpg").symlink_to(root / "nothing")
    (root / "text").symlink_to(outside / "x.jpg")
    assert names(root, inside=[other]) == ["in.jpg", "near.jpg", "x.jpg"]
    told = skips(root, inside=[other])
    assert set(told) == {"out.jpg", "gone.jpg"}
    assert str(outside / "x.jpg") in told["out.jpg"]
    assert told["gone.jpg"] == "a link to nowhere"


def test_a_folder_mounted_into_itself_is_walked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "in" / "x.jpg")
    real, top = os.stat, tmp_path.stat()
    same = lambda path: top if str(path) == str(tmp_path / "in") else real(path)  # noqa: E731
    monkeypatch.setattr("sketchseek.library.scan.os.stat", same)
    assert names(tmp_path) == []
    assert "met before" in skips(tmp_path)["in"]


def test_a_folder_that_cannot_be_listed_is_told_and_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "closed" / "x.jpg")
    touch(tmp_path / "open" / "y.jpg")
    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("sketchseek.library.scan.os.scandir", scandir)
    assert names(tmp_path) == ["open/y.jpg"]
    (told,) = (f for f in walk(tmp_path) if isinstance(f, Skipped))
    assert told == Skipped(
        str(tmp_path / "closed"), "the folder cannot be listed (Permission denied)", opaque=True
    )


def test_a_pipe_that_is_called_a_photo_is_told_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    assert skips(tmp_path) == {"a.jpg": "a pipe, socket or device, not a file"}


def test_a_name_that_is_not_utf8_is_kept_whole(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    Path(os.fsdecode(raw)).write_bytes(b"x")
    (found,) = walk(tmp_path)
    assert os.fsencode(found.path) == raw
