from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Commands
from serving import make_library, picture

from sketchseek.encoders import OnnxEncoder, load_encoder
from sketchseek.errors import LibraryBusy
from sketchseek.library import Library, Progress
from sketchseek.library.watching import Trouble, changed, watch
from sketchseek.library.writer import writing


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path, Path]:
    return make_library(tmp_path)


def test_rounds_find_what_came_and_went_and_write_nothing_else(made: tuple[Path, Path, Path]) -> None:
    library, photos, _ = made
    stop = threading.Event()
    rounds: list[Progress] = []
    versions: list[int] = []
    with Library.open(library) as opened:
        for event in watch(opened, load_encoder, every=0.01, stop=stop):
            assert isinstance(event, Progress)
            if event.phase != "done":
                continue
            rounds.append(event)
            versions.append(opened.matrix().version)
            if len(rounds) == 3:
                picture("circle", 100).save(photos / "late.png")
                (photos / "cross.png").unlink()
            if len(rounds) == 5:
                stop.set()
    assert [changed(end) for end in rounds] == [False, False, False, True, False]
    assert (rounds[3].embedded, rounds[3].dropped) == (1, 1)
    assert versions[0] == versions[1] == versions[2] != versions[3] == versions[4]


def test_a_round_that_cannot_be_is_trouble_and_the_next_one_tries_again(
    made: tuple[Path, Path, Path],
) -> None:
    library, photos, _ = made
    stop = threading.Event()
    told = []
    with Library.open(library) as opened:
        rounds = watch(opened, load_encoder, every=0.01, stop=stop)
        with writing(library):
            told.append(next(rounds))
        photos.rename(photos.with_name("away"))
        told.append(next(event for event in rounds if isinstance(event, Trouble)))
        photos.with_name("away").rename(photos)
        end = next(event for event in rounds if isinstance(event, Progress) and event.phase == "done")
        stop.set()
    assert [isinstance(event, Trouble) for event in told] == [True, True]
    assert "another process is indexing" in told[0].reason
    assert "is its disk mounted?" in told[1].reason
    assert (end.unchanged, end.dropped) == (5, 0)


def test_another_model_is_taken_up(made: tuple[Path, Path, Path], tmp_path: Path) -> None:
    from make_model import make_model

    library, _, _ = made
    other = load_encoder(make_model(tmp_path / "other", name="other", dim=16))
    loaded: list[str] = []

    class Rest(threading.Event):
        """Brings another model to the library in the first rest, and ends in the second."""

        def wait(self, timeout: float | None = None) -> bool:
            if len(loaded) == 2:
                self.set()
            for _ in opened.index(encoder=other, rebuild=True):
                pass
            return True

    def load(source: str) -> OnnxEncoder:
        loaded.append(Path(source).name)
        return load_encoder(source)

    with Library.open(library) as opened:
        ends = [
            event
            for event in watch(opened, load, every=0.01, stop=Rest())
            if isinstance(event, Progress) and event.phase == "done"
        ]
    assert len(ends) == 2
    assert loaded == ["model", "other"]


@pytest.fixture
def watching(made: tuple[Path, Path, Path]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "sketchseek", "watch", "--library", str(made[0]), "--every", "1"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal of Unix")
def test_watch_tells_each_change_once_until_ctrl_c(
    made: tuple[Path, Path, Path], watching: subprocess.Popen[str]
) -> None:
    library, photos, _ = made
    assert watching.stderr is not None
    assert watching.stderr.readline().startswith(f"watching {library}")
    picture("circle", 100).save(photos / "late.png")
    (photos / "broken.jpg").write_bytes(b"no picture")
    told = [watching.stderr.readline() for _ in range(2)]
    assert told[0].startswith(f"skipped {photos / 'broken.jpg'}: ")
    assert told[1].endswith("1 new, 0 copied or moved, 0 gone; 6 photos in the library\n")
    time.sleep(1.5)  # a round without news
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=60)
    assert (watching.returncode, out, err) == (0, "", "ended\n")


def test_a_library_without_folders_is_told(run: Commands, tmp_path: Path) -> None:
    done = run("watch", "--library", tmp_path / "none.sqlite")
    assert (done.code, "no library at" in done.err) == (1, True)
    Library.open(tmp_path / "empty.sqlite", create=True).close()
    done = run("watch", "--library", tmp_path / "empty.sqlite")
    assert (done.code, "covers no folder yet; run: sketchseek index FOLDER" in done.err) == (1, True)


def test_backup_is_a_library_that_answers(
    run: Commands, made: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    library = made[0]
    done = run("backup", tmp_path / "copy.sqlite", "--library", library)
    assert (done.code, done.out) == (0, "HERE/copy.sqlite: 5 photos\n")
    library.unlink()
    assert run("doctor", "--library", tmp_path / "copy.sqlite", "--model", made[2]).code == 0
    done = run("backup", tmp_path / "copy.sqlite", "--library", tmp_path / "copy.sqlite")
    assert (done.code, "is there already" in done.err) == (1, True)


def test_doctor_repairs_and_the_next_index_reads_again(run: Commands, made: tuple[Path, Path, Path]) -> None:
    library, _, model = made
    db = sqlite3.connect(library)
    db.execute("DELETE FROM vectors WHERE picture = 1")
    db.commit()
    db.close()
    asked = ("doctor", "--library", library, "--model", model)
    done = run(*asked)
    assert (done.code, "--repair mends what can be mended" in done.out) == (1, True)
    done = run(*asked, "--repair")
    assert (done.code, "repaired: 1 photo taken out" in done.out) == (0, True)
    done = run("index", "--library", library)
    assert done.out.startswith("5 photos in the library: 1 new")
    with writing(library), pytest.raises(LibraryBusy), Library.open(library) as opened:
        opened.mend()
