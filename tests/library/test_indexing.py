from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sketchseek.errors import LibraryBusy, LibraryError, ModelMismatch, RootMissing
from sketchseek.images import Limits
from sketchseek.library import Library, Progress, RootSkipped, Skipped, pipeline
from sketchseek.library.scan import Found
from sketchseek.library.writer import writing


@pytest.fixture
def album(photos: Path, draw) -> Path:
    for i in range(12):
        draw(photos / f"{'ab'[i % 2]}" / f"{i:02}.{'jpg' if i % 3 else 'png'}", seed=i)
    return photos


def paths(library: Library) -> set[str]:
    return {os.fsdecode(row[0]) for row in library._store.rows("SELECT path FROM photos")}


def test_a_run_embeds_all_and_the_next_one_nothing(library, encoder, album, run) -> None:
    end, told = run(library.index([album], encoder=encoder))
    assert told == []
    assert (end.found, end.embedded, end.done, end.read, encoder.count) == (12, 12, 12, 12, 12)
    assert end.rate > 0
    assert end.left == 0
    reads: list[Path] = []
    real = pipeline.read
    pipeline.read = lambda *args: reads.append(args[0].path) or real(*args)
    try:
        end, told = run(library.index([album], encoder=encoder))
    finally:
        pipeline.read = real
    assert (end.found, end.unchanged, end.embedded, end.read, end.done) == (12, 12, 0, 0, 12)
    assert encoder.count == 12
    assert reads == []
    assert told == []
    assert library.problems() == []


def test_only_new_and_changed_files_are_embedded(library, encoder, album, run, draw) -> None:
    run(library.index([album], encoder=encoder))
    draw(album / "new.jpg", seed=100)
    draw(album / "a" / "00.png", seed=101)
    end, _ = run(library.index(encoder=encoder))
    assert (end.embedded, end.unchanged, encoder.count) == (2, 11, 14)
    assert library.status().pictures == library.status().photos == 13


def test_moves_and_new_names_cost_no_inference(library, encoder, album, run) -> None:
    run(library.index([album], encoder=encoder, batch=4))
    before = {h.id for h in library.search(library.matrix().vectors[0], 99, model=encoder.model_id)}
    (album / "a").rename(album / "c")
    (album / "b" / "01.jpg").rename(album / "z.jpg")
    end, _ = run(library.index(encoder=encoder, batch=4))
    assert (end.embedded, end.reused, end.dropped, encoder.count) == (0, 7, 7, 12)
    hits = library.search(library.matrix().vectors[0], 99, model=encoder.model_id)
    assert {h.id for h in hits} == before
    assert all(h.path.exists() and h.copies == () for h in hits)


def test_a_shuffle_of_names_costs_no_inference(library, encoder, photos, run, draw) -> None:
    files = [draw(photos / f"{i:02}.png", seed=i) for i in range(20)]
    run(library.index([photos], encoder=encoder, batch=2, workers=1))
    contents = [file.read_bytes() for file in files]
    for i, file in enumerate(files):  # each takes the name of the next, as renumbering does
        file.write_bytes(contents[i - 1])
        os.utime(file, ns=(i, 10**18 + i))
    end, _ = run(library.index(encoder=encoder, batch=2, workers=1))
    assert (end.embedded, end.reused, encoder.count) == (0, 20, 20)
    assert library.status().pictures == 20
    assert library.problems() == []


def test_exact_duplicates_are_embedded_once(library, encoder, photos, run, draw) -> None:
    first = draw(photos / "a.jpg", seed=1)
    for i in range(40):
        shutil.copy(first, photos / f"copy{i}.jpg")
    end, _ = run(library.index([photos], encoder=encoder, batch=8, workers=4))
    assert (end.embedded, end.reused, encoder.count) == (1, 40, 1)
    (hit,) = library.search(library.matrix().vectors[0], 5, model=encoder.model_id)
    assert hit.path == first
    assert len(hit.copies) == 40
    first.unlink()
    end, _ = run(library.index(encoder=encoder))
    assert (end.dropped, encoder.count) == (1, 1)
    (hit,) = library.search(library.matrix().vectors[0], 5, model=encoder.model_id)
    assert hit.path == photos / "copy0.jpg"


def test_a_touched_file_is_read_but_not_embedded(library, encoder, album, run) -> None:
    run(library.index([album], encoder=encoder))
    os.utime(album / "b" / "01.jpg", ns=(5, 5))
    end, _ = run(library.index(encoder=encoder))
    assert (end.read, end.reused, end.embedded, encoder.count) == (1, 1, 0, 12)
    end, _ = run(library.index(encoder=encoder))
    assert end.read == 0


def test_vanished_files_are_dropped_with_their_thumbnails(library, encoder, album, run) -> None:
    run(library.index([album], encoder=encoder))
    shutil.rmtree(album / "a")
    end, _ = run(library.index(encoder=encoder))
    assert (end.dropped, end.found) == (6, 6)
    status = library.status()
    assert (status.photos, status.pictures) == (6, 6)
    assert len(library.matrix().ids) == 6


def test_a_missing_folder_loses_nothing_and_others_go_on(
    library, encoder, album, run, tmp_path, draw
) -> None:
    second = tmp_path / "second"
    draw(second / "x.jpg", seed=50)
    run(library.index([album, second], encoder=encoder))
    album.rename(tmp_path / "elsewhere")
    draw(second / "y.jpg", seed=51)
    end, told = run(library.index(encoder=encoder))
    assert (end.embedded, end.dropped) == (1, 0)
    (missing,) = told
    assert isinstance(missing, RootSkipped)
    assert missing.root == album
    assert "is its disk mounted?" in missing.reason
    assert library.status().photos == 14
    assert [there for _, _, there in library.status().roots] == [False, True]
    shutil.rmtree(second)
    with pytest.raises(RootMissing, match=r"photos.* is not there.*second.* is not there"):
        list(library.index(encoder=encoder))
    (tmp_path / "elsewhere").rename(album)
    end, _ = run(library.index([album], encoder=encoder))
    assert (end.unchanged, end.read, end.dropped) == (12, 0, 0)


def test_an_emptied_folder_is_believed_only_when_told_so(library, encoder, album, run) -> None:
    run(library.index([album], encoder=encoder))
    shutil.rmtree(album)
    album.mkdir()
    end, told = run(library.index(encoder=encoder))
    assert end.dropped == 0
    (doubt,) = told
    assert isinstance(doubt, RootSkipped)
    assert "holds 12 from it" in doubt.reason
    assert "--allow-empty" in doubt.reason
    assert library.status().photos == 12
    end, told = run(library.index(encoder=encoder, allow_empty=True))
    assert end.dropped == 12
    assert told == []
    assert library.status().pictures == 0


def test_an_unmounted_folder_inside_another_keeps_its_photos(library, encoder, album, run) -> None:
    run(library.index([album / "b"], encoder=encoder))
    run(library.index([album], encoder=encoder))
    assert library.status().photos == 12
    shutil.rmtree(album / "b")
    end, told = run(library.index([album], encoder=encoder))
    assert end.dropped == 0
    assert [event.root for event in told] == [album / "b"]
    (album / "b").mkdir()
    end, told = run(library.index([album], encoder=encoder))
    assert end.dropped == 0
    assert [event.root for event in told] == [album / "b"]


def test_folders_inside_each_other_are_counted_once(library, encoder, album, run) -> None:
    end, _ = run(library.index([album, album / "a", album / ".." / "photos"], encoder=encoder))
    assert (end.found, end.embedded, encoder.count) == (12, 12, 12)
    end, _ = run(library.index([album / "a"], encoder=encoder))
    assert (end.found, end.dropped) == (6, 0)
    assert library.status().photos == 12


def test_a_folder_that_cannot_be_listed_keeps_its_photos(library, encoder, album, run, monkeypatch) -> None:
    run(library.index([album], encoder=encoder))
    real = os.scandir

    def scandir(path):
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("sketchseek.library.scan.os.scandir", scandir)
    (album / "b" / "01.jpg").unlink()
    end, told = run(library.index(encoder=encoder))
    assert end.dropped == 1
    assert library.status().photos == 11
    (skipped,) = told
    assert "cannot be listed" in skipped.reason


def test_excludes_are_remembered_and_take_photos_out(library, encoder, album, run) -> None:
    run(library.index([album], encoder=encoder))
    end, _ = run(library.index([album], encoder=encoder, exclude=["a"]))
    assert (end.found, end.dropped) == (6, 6)
    end, _ = run(library.index(encoder=encoder))
    assert (end.found, end.dropped, end.embedded) == (6, 0, 0)
    end, _ = run(library.index(encoder=encoder, exclude=()))
    assert (end.found, end.embedded) == (12, 6)


def test_a_bad_file_is_told_once_and_tried_again_when_it_changes(library, encoder, album, run, draw) -> None:
    bad = album / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff" + b"nonsense" * 50)
    shutil.copy(bad, album / "twin.jpg")
    end, told = run(library.index([album], encoder=encoder))
    assert (end.embedded, end.skipped, end.done) == (12, 2, 14)
    assert {event.path for event in told} == {str(bad), str(album / "twin.jpg")}
    assert all(isinstance(event, Skipped) and "given as bytes" not in event.reason for event in told)
    assert [skipped.path for skipped in library.skipped()] == sorted(event.path for event in told)
    end, told = run(library.index(encoder=encoder))
    assert (end.skipped, end.read, told) == (2, 0, [])
    draw(bad, seed=77)
    end, told = run(library.index(encoder=encoder))
    assert (end.embedded, end.skipped, told) == (1, 1, [])
    assert library.status().skipped == 1
    (album / "twin.jpg").unlink()
    run(library.index(encoder=encoder))
    assert library.status().skipped == 0


def test_a_photo_that_went_bad_leaves_the_search(library, encoder, album, run) -> None:
    run(library.index([album], encoder=encoder))
    (album / "b" / "01.jpg").write_bytes(b"gone bad")
    end, told = run(library.index(encoder=encoder))
    assert (end.skipped, len(told)) == (1, 1)
    assert library.status().photos == len(library.matrix().ids) == 11


def test_a_file_that_cannot_be_read_today_stays_and_is_tried_again(
    library, encoder, album, run, monkeypatch
) -> None:
    run(library.index([album], encoder=encoder))
    os.utime(album / "b" / "01.jpg", ns=(5, 5))
    real = Path.open

    def closed(self, *args, **options):
        if self.name == "01.jpg":
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **options)

    monkeypatch.setattr(Path, "open", closed)
    end, told = run(library.index(encoder=encoder))
    assert (end.skipped, told) == (1, [Skipped(str(album / "b" / "01.jpg"), "Permission denied")])
    assert library.status().photos == 12
    assert library.skipped() == []
    monkeypatch.undo()
    end, told = run(library.index(encoder=encoder))
    assert (end.reused, told) == (1, [])


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_run(
    library, encoder, album, run, monkeypatch
) -> None:
    moving = album / "b" / "01.jpg"
    real = os.fstat
    times = iter(range(10**6))

    def fstat(handle):
        about = real(handle)
        if os.path.samestat(about, moving.stat()):
            os.utime(moving, ns=(1, next(times) + 1))
            return real(handle)
        return about

    monkeypatch.setattr(pipeline.os, "fstat", fstat)
    end, told = run(library.index([album], encoder=encoder))
    assert end.embedded == 11
    assert told == [Skipped(str(moving), "it changed while it was read; the next run takes it")]
    monkeypatch.undo()
    end, told = run(library.index(encoder=encoder))
    assert (end.embedded, told) == (1, [])


def test_a_file_over_the_limits_is_never_read(library, encoder, photos, run, draw) -> None:
    huge = photos / "huge.jpg"
    with huge.open("wb") as file:
        file.truncate(10**12)  # a hole, not a terabyte
    draw(photos / "wide.png", seed=1, size=(300, 200))
    limits = Limits(max_pixels=50_000, max_bytes=10**6)
    end, told = run(library.index([photos], encoder=encoder, limits=limits))
    assert (end.embedded, end.skipped) == (0, 2)
    reasons = {Path(event.path).name: event.reason for event in told}
    assert "more than 1,000,000; raise the limit with --max-bytes 1000000000000" in reasons["huge.jpg"]
    assert "300 x 200" in reasons["wide.png"]
    assert "--max-pixels 60000" in reasons["wide.png"]
    end, _ = run(library.index(encoder=encoder, limits=Limits(max_pixels=60_000, max_bytes=10**6)))
    assert (end.embedded, end.skipped) == (1, 1)  # a higher limit gives another chance


def test_progress_counts_up_and_every_batch_is_kept_at_once(library, encoder, photos, draw) -> None:
    for i in range(40):
        draw(photos / f"{i:02}.png", seed=i)
    done = 0
    for event in library.index([photos], encoder=encoder, batch=8, workers=2):
        assert isinstance(event, Progress)
        assert event.done >= done
        assert event.embedded - done <= 8
        done = event.done
        assert library.status().photos == event.embedded
    assert done == 40


def test_stopping_keeps_what_is_done_and_gives_the_right_to_write_back(
    library, encoder, photos, run, draw
) -> None:
    for i in range(40):
        draw(photos / f"{i:02}.png", seed=i)
    events = library.index([photos], encoder=encoder, batch=8, workers=2)
    for event in events:
        if event.embedded >= 8:
            break
    with pytest.raises(LibraryBusy), writing(library.path):
        pass
    kept = library.status().photos
    events.close()
    assert library.status().photos == kept >= 8
    end, _ = run(library.index(encoder=encoder))
    assert end.unchanged == kept
    assert encoder.count <= 40 + 8


class Broken:
    """An encoder that is interrupted, or fails, at its third call."""

    def __init__(self, inner, error: BaseException) -> None:
        self._inner, self._error, self._calls = inner, error, iter(range(10**6))

    def __getattr__(self, name: str):
        return getattr(self._inner, name)

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        if next(self._calls) >= 2:
            raise self._error
        return self._inner.embed_photos(pixels)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("no memory")], ids=["Ctrl-C", "failure"])
def test_an_interrupt_or_a_failure_keeps_what_is_committed(
    library, encoder, photos, run, draw, error
) -> None:
    for i in range(40):
        draw(photos / f"{i:02}.png", seed=i)
    with pytest.raises(type(error)):
        list(library.index([photos], encoder=Broken(encoder, error), batch=8, workers=1))
    assert library.status().photos == 8
    assert library.problems() == []
    end, _ = run(library.index(encoder=encoder))
    assert (end.unchanged, end.embedded) == (8, 32)


def test_another_model_is_refused_until_all_is_embedded_anew(
    library, encoder, other_encoder, album, run
) -> None:
    run(library.index([album], encoder=encoder))
    with pytest.raises(ModelMismatch, match=r"tiny@.*other@.*--model .*tiny.*--rebuild.*--library"):
        list(library.index([album], encoder=other_encoder))
    assert library.model == encoder.model_id
    vectors = library.matrix().vectors
    end, _ = run(library.index(encoder=other_encoder, rebuild=True))
    assert (end.renewed, end.embedded, end.unchanged) == (12, 0, 12)
    assert library.model == other_encoder.model_id
    assert library.model_source == other_encoder.source
    assert library.matrix().vectors.shape == (12, 16)
    assert vectors.shape == (12, 32)
    assert library.problems() == []


def test_a_rebuild_waits_for_every_folder(library, encoder, other_encoder, album, run, tmp_path) -> None:
    run(library.index([album], encoder=encoder))
    album.rename(tmp_path / "elsewhere")
    with pytest.raises(RootMissing, match="cannot be embedded anew"):
        list(library.index([tmp_path], encoder=other_encoder, rebuild=True))
    assert library.status().photos == 12


def test_the_first_run_needs_a_folder_that_is_there(library, encoder, tmp_path, draw) -> None:
    with pytest.raises(LibraryError, match="name one: sketchseek index FOLDER"):
        list(library.index(encoder=encoder))
    file = draw(tmp_path / "one.jpg")
    with pytest.raises(RootMissing, match="is a file; name the folder it is in"):
        list(library.index([file], encoder=encoder))
    assert library.roots() == []


def test_the_index_holds_what_the_encoder_says_of_the_pixels(library, encoder, album, run) -> None:
    from sketchseek.images import load_pixels

    run(library.index([album], encoder=encoder))
    for path in sorted(album.rglob("*.png")):
        (wanted,) = encoder.embed_photos(load_pixels(path, encoder.photo)[None])
        best = library.search(wanted, 1, model=encoder.model_id)[0]
        assert best.path == path
        assert best.score == pytest.approx(1, abs=2e-3)
        assert (best.width, best.height) == (96, 72)


def test_thumbnails_are_small_pictures(library, encoder, photos, run, draw) -> None:
    import io

    draw(photos / "a.jpg", size=(800, 400))
    run(library.index([photos], encoder=encoder))
    (number,) = library.matrix().ids.tolist()
    image = Image.open(io.BytesIO(library.thumbnail(number)))
    assert image.size == (256, 128)


def test_ten_thousand_unchanged_files_are_passed_quickly(library, encoder, photos, run) -> None:
    """The rows are written as an earlier run would have; the walk then meets real files."""
    files = []
    for i in range(10_000):
        path = photos / f"{i // 500:03}" / f"{i}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        about = path.stat()
        files.append(Found(str(path), about.st_size, about.st_mtime_ns))
    with writing(library.path) as writer:
        writer.adopt(encoder.model_id, encoder.source, encoder.dim)
        one = pipeline.Picture(b"a" * 32, 1, 1, "", b"", np.ones(encoder.dim, np.float32))
        writer.commit([one], [(file, b"a" * 32) for file in files])
    began = time.process_time()
    end, _ = run(library.index([photos], encoder=encoder))
    assert time.process_time() - began < 1  # so 100,000 in ten seconds at worst
    assert (end.unchanged, end.read, encoder.count) == (10_000, 0, 0)


def test_events_begin_only_when_asked_for(library, encoder, album) -> None:
    events = library.index([album], encoder=encoder)
    assert isinstance(events, Iterator)
    assert library.roots() == []
    events.close()
