from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from commands import Commands
from make_model import make_model
from PIL import Image
from running import Running, running
from serving import SHAPES, make_library, wire
from waiting import until

from sketchseek.library import Library
from sketchseek.library.writer import writing

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
MANY = 600


@pytest.fixture
def many(tmp_path: Path) -> tuple[Path, Path]:
    """(a folder with some hundred photos, a model)."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(MANY):
        Image.new("RGB", (64, 64), (i % 256, i // 256, 99)).save(photos / f"{i:03}.png")
    return photos, make_model(tmp_path / "model")


@pytest.fixture
def held(tmp_path: Path, many: tuple[Path, Path]) -> Iterator[Running]:
    """A server over these photos, of which some are read; its indexer is held."""
    with running(many[0], "--library", tmp_path / "own.sqlite", "--model", many[1]) as server:
        until(lambda: server.status()["photos"] > 0, "the first batch")
        server.indexer.suspend()
        yield server


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("nowhere", "nowhere is not there; is its disk mounted?"),
        ("file.jpg", "file.jpg is a file; name the folder it is in"),
        ("empty", "empty holds no photo, at any depth; name the folder that your photos are in"),
        ("locked", "locked cannot be read: Permission denied; ask its owner, or change its permissions"),
    ],
)
def test_a_folder_that_can_give_no_photo_is_refused(
    run: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, told: str
) -> None:
    (tmp_path / "file.jpg").touch()
    (tmp_path / "empty" / "below").mkdir(parents=True)
    (tmp_path / "empty" / "below" / "notes.txt").touch()
    (tmp_path / "locked").mkdir()
    listed = os.listdir

    def refuse(path: str | Path) -> list[str]:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "listdir", refuse)
    done = run("serve", folder, "--port", "0")
    assert (done.code, done.out, done.err) == (1, "", f"sketchseek: {told}\n")


def test_a_folder_of_the_library_that_shows_no_photo_now_is_served(tmp_path: Path) -> None:
    library, photos, _ = make_library(tmp_path)
    photos.rename(tmp_path / "away")
    photos.mkdir()  # as a mount point is, without its disk
    with running(photos, "--library", library) as server:
        until(lambda: server.status()["indexing"]["state"] == "done")
        assert server.status()["photos"] == len(SHAPES)
        listed = httpx.get(f"{server.address}/api/skipped", trust_env=False).json()
        assert (listed["count"], listed["skipped"][0]["path"]) == (1, str(photos))
        assert "is its disk mounted?" in listed["skipped"][0]["reason"]


def test_an_empty_folder_is_watched(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model")
    (tmp_path / "photos").mkdir()
    library = tmp_path / "own.sqlite"
    with running(tmp_path / "photos", "--watch", "--library", library, "--model", model) as server:
        until(lambda: server.status()["indexing"]["state"] == "done")
        assert server.status()["photos"] == 0


@UNIX
def test_answers_come_while_photos_are_read_and_ctrl_c_loses_nothing(
    held: Running, many: tuple[Path, Path], tmp_path: Path
) -> None:
    status = held.status()
    assert status["indexing"]["state"] == "reading"
    assert status["indexing"]["found"] == MANY
    assert 0 < status["photos"] <= status["indexing"]["done"] < MANY
    answer = httpx.post(
        f"{held.address}/api/search", json={"strokes": wire("plus")}, trust_env=False, timeout=60
    )
    assert 0 < answer.json()["photos"] < MANY
    indexer = held.indexer
    os.killpg(held.process.pid, signal.SIGINT)
    time.sleep(2)  # told while it stands still: it would be done with all before on a fast machine
    indexer.resume()
    assert held.ended() == 0
    assert not indexer.is_running()
    assert held.lines[-1] == "ended"
    assert not [line for line in held.lines if "broke off" in line or "Traceback" in line]
    with Library.open(tmp_path / "own.sqlite") as library:
        kept = library.status().photos
        assert status["photos"] <= kept < MANY
        assert library.problems() == []
    with running(many[0], "--library", tmp_path / "own.sqlite") as server:  # goes on where it was
        until(lambda: server.status()["photos"] == MANY)
        until(lambda: any("in the library" in line for line in server.lines))
        assert f"{MANY - kept} new" in next(line for line in server.lines if "new" in line)


@UNIX
def test_an_indexer_never_outlives_its_server(held: Running, tmp_path: Path) -> None:
    indexer = held.indexer
    held.process.kill()
    held.process.wait()
    indexer.resume()
    indexer.wait(60)
    with Library.open(tmp_path / "own.sqlite") as library, writing(library.path):
        assert 0 < library.status().photos < MANY


@UNIX
def test_a_killed_indexer_is_told_in_the_terminal_and_the_server_goes_on(held: Running) -> None:
    before = held.status()["photos"]
    held.indexer.kill()
    until(lambda: held.status()["indexing"]["state"] == "failed")
    assert "(killed by SIGKILL)" in held.status()["indexing"]["detail"]
    assert held.status()["photos"] >= before
    until(lambda: any("sketchseek: Indexing broke off" in line for line in held.lines))
    assert not psutil.Process(held.process.pid).children()
    assert held.interrupt() == 0


def test_a_library_that_another_process_writes_is_waited_for(many: tuple[Path, Path], tmp_path: Path) -> None:
    library = tmp_path / "own.sqlite"
    Library.open(library, create=True).close()
    with writing(library), running(many[0], "--library", library, "--model", many[1]) as server:
        until(lambda: server.status()["indexing"]["state"] == "waiting")
        assert "another process is indexing" in server.status()["indexing"]["detail"]
        assert server.status()["photos"] == 0


def test_without_folders_nothing_is_indexed(tmp_path: Path) -> None:
    library, _, _ = make_library(tmp_path)
    with running("--library", library) as server:
        assert server.status()["indexing"] is None
        assert not psutil.Process(server.process.pid).children()


def test_a_port_that_is_taken_begins_no_indexing(run: Commands, shapes: Path) -> None:
    with running("--library", shapes / "library.sqlite") as server:
        port = server.address.rpartition(":")[2]
        done = run("serve", shapes / "photos", "--library", "new.sqlite", "--port", port)
    assert (done.code, done.out) == (1, "")
    assert f"cannot listen on 127.0.0.1 port {port}" in done.err
    with Library.open(Path("new.sqlite")) as library:
        assert library.roots() == []
