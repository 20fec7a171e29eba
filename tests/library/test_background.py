from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from serving import SHAPES, make_library, picture

from sketchseek.library import Library, Progress, RootSkipped, Skipped
from sketchseek.library.background import Failed, Indexer, Standing, _line, _read
from sketchseek.library.watching import Trouble


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path, Path]:
    """(an empty library, photos of five shapes, a model)."""
    _, photos, model = make_library(tmp_path)
    Library.open(tmp_path / "own.sqlite", create=True).close()
    return tmp_path / "own.sqlite", photos, model


def test_folders_are_indexed_in_another_process(made: tuple[Path, Path, Path]) -> None:
    library, photos, model = made
    (photos / "broken.jpg").write_bytes(b"no picture")
    indexer = Indexer(library, [photos], model=str(model))
    events = list(indexer.events())
    with Library.open(library) as opened:
        assert [root.path for root in opened.roots()] == [photos]
        assert opened.status().photos == len(SHAPES)
    assert isinstance(events[-1], Progress)
    assert (indexer.standing.state, indexer.standing.progress) == ("done", events[-1])
    assert events[-1].embedded == len(SHAPES)
    assert [Path(one.path).name for one in indexer.standing.skipped] == ["broken.jpg"]
    indexer.stop()


def test_what_comes_later_is_noticed_until_it_is_stopped(made: tuple[Path, Path, Path]) -> None:
    library, photos, model = made
    indexer = Indexer(library, [photos], model=str(model), every=0.05)
    ends = []
    for event in indexer.events():
        if not isinstance(event, Progress) or event.phase != "done":
            continue
        ends.append((event.embedded, event.dropped))
        if len(ends) == 2:
            picture("circle", 100).save(photos / "late.png")
            (photos / "cross.png").unlink()
        if ends[-1] == (1, 1):
            indexer.stop()
    assert ends[:2] == [(len(SHAPES), 0), (0, 0)]
    assert (1, 1) in ends
    assert indexer.standing.state == "done"


def test_a_model_that_is_broken_is_told_with_its_name(made: tuple[Path, Path, Path]) -> None:
    library, photos, model = made
    (model / "photo.onnx").write_bytes(b"no graph")
    indexer = Indexer(library, [photos], model=str(model))
    (*_, last) = indexer.events()
    indexer.stop()
    assert isinstance(last, Failed)
    assert str(model) in last.reason
    assert (indexer.standing.state, indexer.standing.reason) == ("failed", last.reason)


@pytest.mark.skipif(sys.platform == "win32", reason="a killed process tells no signal there")
def test_a_killed_process_is_told_with_the_way_out_and_one_that_is_stopped_is_not(
    made: tuple[Path, Path, Path],
) -> None:
    library, photos, model = made
    killed, stopped = (Indexer(library, [photos], model=str(model), every=60) for _ in range(2))
    killed._process.kill()
    (last,) = killed.events()
    killed.stop()
    assert isinstance(last, Failed)
    assert "(killed by SIGKILL)" in last.reason
    assert f"`sketchseek index --library {library}`" in last.reason
    stopped._process.kill()
    stopped.stop()
    assert list(stopped.events()) == []
    assert stopped.standing.state == "looking"


@pytest.mark.parametrize(
    "event",
    [
        Progress("embed", found=9, embedded=2, read=2, seconds=0.5),
        Skipped("/a/\udcff.jpg", "a link to nowhere", opaque=True),
        RootSkipped(Path("/a"), "is not there"),
        Trouble("another process is indexing"),
        Failed("the model is broken"),
    ],
)
def test_events_come_through_whole(event: Progress | Skipped | RootSkipped | Trouble | Failed) -> None:
    line = _line(event)
    assert line.count(b"\n") == 1
    assert json.loads(line)["kind"] == type(event).__name__
    assert _read(line) == event


def test_the_standing_follows_the_first_round_and_later_ones_only_where_they_read() -> None:
    def after(standing: Standing, *events: Progress | Skipped | Trouble) -> Standing:
        for event in events:
            standing = standing.after(event)
        return standing

    lost = Skipped("/a/b.jpg", "a link to nowhere")
    reading = Progress("embed", found=3, embedded=1, skipped=1)
    end = Progress("done", found=3, embedded=2, skipped=1)
    first = after(Standing(), Progress(), lost, Progress("scan", found=3))
    assert (first.state, first.progress.found, first.skipped) == ("looking", 3, (lost,))
    assert after(first, reading).state == "reading"
    done = after(first, reading, end)
    assert (done.state, done.progress) == ("done", end)
    unseen = after(done, Progress(), Progress("scan", found=3), Progress("embed", found=3, unchanged=3))
    assert (unseen.state, unseen.progress, unseen.skipped) == ("done", end, ())
    assert after(done, Progress(), reading).state == "reading"
    waiting = after(done, Trouble("busy"))
    assert (waiting.state, waiting.reason) == ("waiting", "busy")
    assert after(waiting, Progress(), end).reason is None
