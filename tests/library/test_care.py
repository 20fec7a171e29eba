"""Copies of a library in use, and mending one that is broken."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from sketchseek.errors import LibraryError
from sketchseek.library import Library


@pytest.fixture
def album(photos: Path, draw) -> Path:
    for i in range(12):
        draw(photos / f"{i:02}.png", seed=i)
    return photos


def test_a_copy_is_one_moment_of_a_library_that_is_written_into(
    library, encoder, album, draw, run, tmp_path
) -> None:
    run(library.index([album], encoder=encoder))
    writing = threading.Event()

    def write_meanwhile(done: int, total: int) -> None:
        if not writing.is_set():
            writing.set()
            draw(album / "late.png", seed=99)
            run(library.index(encoder=encoder))

    target = tmp_path / "copy.sqlite"
    library.copy(target, write_meanwhile)
    assert writing.is_set()
    assert library.status().photos == 13
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite"]
    with Library.open(target) as copied:
        assert copied.problems() == []
        assert (copied.status().photos, copied.model) == (12, encoder.model_id)


def test_a_copy_overwrites_nothing_and_leaves_nothing_half_done(
    library, encoder, album, run, tmp_path
) -> None:
    run(library.index([album], encoder=encoder))
    target = tmp_path / "copy.sqlite"
    target.write_text("mine")
    with pytest.raises(LibraryError, match="is there already"):
        library.copy(target)
    assert target.read_text() == "mine"
    with pytest.raises(LibraryError, match="nowhere"):
        library.copy(tmp_path / "nowhere" / "copy.sqlite")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.copy(tmp_path / "half.sqlite", stop)
    assert not list(tmp_path.glob("half*"))


def test_broken_pictures_are_read_again_after_mending(library, encoder, album, run) -> None:
    run(library.index([album], encoder=encoder))
    db = sqlite3.connect(library.path, isolation_level=None)
    db.execute("PRAGMA foreign_keys=OFF")
    db.execute("DELETE FROM vectors WHERE picture = 1")
    db.execute("DELETE FROM thumbnails WHERE picture = 2")
    db.execute("UPDATE vectors SET vector = x'00' WHERE picture = 3")
    db.execute("DELETE FROM pictures WHERE id = 4")
    db.close()
    assert [line.partition(" ")[0] for line in library.problems()][-3:] == ["1", "1", "1"]
    assert any("refers to nothing" in line for line in library.problems())
    assert library.mend() == 4
    assert library.problems() == []
    end, _ = run(library.index(encoder=encoder))
    assert (end.embedded, end.unchanged) == (4, 8)
    assert library.problems() == []
    assert library.mend() == 0
