from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from sketchseek.encoders import load_encoder
from sketchseek.errors import LibraryError
from sketchseek.library import Library, default_path


def test_the_default_place_follows_the_system_and_the_environment(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SKETCHSEEK_HOME", raising=False)
    assert default_path() == platformdirs.user_data_path("sketchseek") / "library.sqlite"
    monkeypatch.setenv("SKETCHSEEK_HOME", str(tmp_path))
    assert default_path() == tmp_path / "library.sqlite"
    with Library.open(create=True) as library:
        assert library.path == tmp_path / "library.sqlite"


def test_status_tells_what_there_is(library, encoder, photos: Path, run, draw) -> None:
    empty = library.status()
    assert (empty.model, empty.model_source, empty.photos, empty.roots) == (None, None, 0, ())
    draw(photos / "a.jpg", seed=1)
    draw(photos / "sub" / "b.jpg", seed=1)
    (photos / "bad.png").write_bytes(b"no")
    run(library.index([photos], encoder=encoder, exclude=["*.tif"]))
    status = library.status()
    assert (status.photos, status.pictures, status.skipped, status.dim) == (2, 1, 1, 32)
    assert status.model == encoder.model_id
    assert status.size > 1000
    ((root, count, there),) = status.roots
    assert (root.path, root.exclude, count, there) == (photos, ("*.tif",), 2, True)


def test_the_model_can_be_got_again_from_what_the_library_keeps(library, encoder, photos, run, draw) -> None:
    draw(photos / "a.jpg")
    run(library.index([photos], encoder=encoder))
    again = load_encoder(library.model_source)
    library.check_model(again.model_id)


def test_a_picture_that_is_not_there_is_told(library) -> None:
    for ask in (library.thumbnail, library.photo):
        with pytest.raises(LibraryError, match="picture 7"):
            ask(7)


def test_photo_gives_a_file_that_is_there_and_lies_in_a_folder_of_the_library(
    library, encoder, photos, run, draw, tmp_path
) -> None:
    first = draw(photos / "a.png", seed=1)
    second = draw(photos / "b.png", seed=1)
    run(library.index([photos], encoder=encoder))
    (number,) = library.matrix().ids.tolist()
    assert library.photo(number) == first
    first.unlink()
    assert library.photo(number) == second
    outside = draw(tmp_path / "outside.png", seed=1)
    second.unlink()
    second.symlink_to(outside)
    with pytest.raises(LibraryError, match="has no file any more"):
        library.photo(number)


def test_forget_drops_a_folder_but_not_what_another_one_covers(
    library, encoder, photos, run, draw, tmp_path
) -> None:
    draw(photos / "a.png", seed=1)
    draw(photos / "in" / "b.png", seed=2)
    run(library.index([photos, photos / "in"], encoder=encoder))
    with pytest.raises(LibraryError, match="none of the folders"):
        library.forget(tmp_path)
    assert library.forget(photos) == 1
    assert [root.path for root in library.roots()] == [photos / "in"]
    assert library.status().photos == 1
    assert library.forget(photos / "in") == 1
    assert library.status().pictures == 0
    assert library.problems() == []


def test_photos_are_never_written_to(library, encoder, photos, run, draw) -> None:
    for i in range(3):
        draw(photos / f"{i}.jpg", seed=i)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in photos.iterdir()}
    folder = photos.stat().st_mtime_ns
    run(library.index([photos], encoder=encoder))
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in photos.iterdir()} == before
    assert photos.stat().st_mtime_ns == folder


def test_a_library_at_a_name_that_is_not_utf8(encoder, photos, run, draw, tmp_path) -> None:
    draw(photos / "a.jpg")
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9/l%20.sqlite"))
    with Library.open(path, create=True) as library:
        run(library.index([photos], encoder=encoder))
        assert library.status().photos == 1
    assert path.is_file()


def test_a_closed_library_says_so(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "a.sqlite", create=True)
    library.close()
    with pytest.raises(LibraryError, match="closed"):
        library.status()
