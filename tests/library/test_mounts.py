"""A disk that is not mounted never empties a library, whatever its folder shows meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sketchseek.library import RootSkipped
from sketchseek.library.scan import Mounted, mount_of, walk


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Which folders pass for mount points, beside those that are."""
    found: set[Path] = set()
    real = Path.is_mount
    monkeypatch.setattr(Path, "is_mount", lambda path: path in found or real(path))
    return found


@pytest.fixture
def disk(photos: Path, draw, mounted: set[Path]) -> Path:
    for i in range(4):
        draw(photos / f"{i}.png", seed=i)
    mounted.add(photos.parent)
    return photos


def test_photos_of_an_unmounted_disk_stay(library, encoder, disk, draw, mounted, run) -> None:
    run(library.index([disk], encoder=encoder))
    for path in disk.iterdir():
        path.unlink()
    draw(disk / "stray.png", seed=9)  # what lay below the mount point: the folder is not empty
    mounted.clear()
    for _ in range(2):  # remembered, not only noticed
        end, told = run(library.index(encoder=encoder))
        assert end.dropped == 0
        (kept,) = told
        assert isinstance(kept, RootSkipped)
        assert kept.root == disk
        assert kept.reason.startswith(
            f"4 of its photos are not there, and no disk is mounted at {disk.parent}"
        )
    assert library.status().photos == 5
    mounted.add(disk.parent)
    end, told = run(library.index(encoder=encoder))  # mounted again, and they are really gone
    assert (told, end.dropped) == ([], 4)


def test_a_word_drops_them(library, encoder, disk, draw, mounted, run) -> None:
    run(library.index([disk], encoder=encoder))
    (disk / "0.png").unlink()
    mounted.clear()
    end, told = run(library.index(encoder=encoder))
    assert (end.dropped, len(told)) == (0, 1)
    end, told = run(library.index(encoder=encoder, allow_empty=True))
    assert (end.dropped, told) == (1, [])
    (disk / "1.png").unlink()
    end, told = run(library.index(encoder=encoder))  # the folder is of this disk now
    assert (end.dropped, told) == (1, [])


def test_a_disk_moved_onto_another_with_all_its_photos_is_no_news(
    library, encoder, disk, mounted, run
) -> None:
    run(library.index([disk], encoder=encoder))
    mounted.clear()
    end, told = run(library.index(encoder=encoder))
    assert (end.unchanged, told) == (4, [])


def test_the_mount_point_of_a_folder(tmp_path: Path, mounted: set[Path]) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    mounted.add(tmp_path / "a")
    assert mount_of(tmp_path / "a" / "b") == tmp_path / "a"
    assert mount_of(Path(tmp_path.anchor)) == Path(tmp_path.anchor)


@pytest.mark.skipif(not Path("/dev/shm").is_mount(), reason="needs a disk below another")  # noqa: S108
def test_a_walk_tells_where_another_disk_begins() -> None:
    others = {entry.path for entry in walk(Path("/dev")) if isinstance(entry, Mounted)}
    assert "/dev/shm" in others  # noqa: S108
    assert all(os.path.ismount(path) for path in others)
