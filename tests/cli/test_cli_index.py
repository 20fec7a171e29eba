from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from commands import Commands
from PIL import Image

from sketchseek.errors import LibraryError
from sketchseek.library import Library

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed, name in enumerate(("a.png", "b.png", "big.png")):
        side = 200 if name == "big.png" else 80
        pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder


def test_index_tells_what_it_did(run: Commands, shapes: Path, photos: Path) -> None:
    done = run("index", photos, "--model", shapes / "model", "--exclude", "big*")
    assert (done.code, done.out) == (
        0,
        "2 photos in the library: 2 new, 0 copied or moved, 0 unchanged, 0 gone; 0 skipped.\n",
    )
    assert done.err == (
        "2 files read in N s, N a second.\nSearch it: sketchseek serve, or sketchseek search DRAWING\n"
    )
    (photos / "b.png").rename(photos / "c.png")
    (photos / "a.png").unlink()
    done = run("index")
    assert done.out == "1 photo in the library: 0 new, 1 copied or moved, 0 unchanged, 2 gone; 0 skipped.\n"
    assert (run.here / "home" / "library.sqlite").is_file()


def test_a_skipped_file_is_one_line_with_the_option_that_changes_it(
    run: Commands, shapes: Path, photos: Path
) -> None:
    (photos / "notes.jpg").write_text("no picture")
    done = run("index", photos, "--model", shapes / "model", "--max-pixels", 10_000)
    assert done.code == 0
    told = sorted(line for line in done.err.splitlines() if line.startswith("skipped"))
    assert told[0].startswith("skipped HERE/photos/big.png: 200 x 200 are 40,000 pixels, more than 10,000; ")
    assert "--max-pixels 40000" in told[0]
    assert told[1].startswith("skipped HERE/photos/notes.jpg: ")
    done = run("index", "--max-pixels", 40_000)
    assert done.out == "3 photos in the library: 1 new, 0 copied or moved, 2 unchanged, 0 gone; 1 skipped.\n"


def test_index_as_json(run: Commands, shapes: Path, photos: Path) -> None:
    (photos / "empty.jpg").touch()
    done = run("index", photos, "--model", shapes / "model", "--json")
    told = json.loads(done.raw)
    assert told.pop("seconds") >= 0
    (skipped,) = told.pop("skipped")
    assert skipped["path"] == str(photos / "empty.jpg")
    assert "convert it" in skipped["reason"]
    assert told == {
        "library": str(run.here / "home" / "library.sqlite"),
        "photos": 3,
        "found": 4,
        "embedded": 3,
        "renewed": 0,
        "reused": 0,
        "unchanged": 0,
        "dropped": 0,
        "left_alone": [],
    }


def test_a_folder_that_is_gone_keeps_its_photos(run: Commands, shapes: Path, photos: Path) -> None:
    run("index", photos, "--model", shapes / "model")
    other = run.here / "other"
    other.mkdir()
    photos.rename(run.here / "unmounted")
    done = run("index", photos, other)
    assert done.code == 0
    assert done.err.startswith("left alone HERE/photos: is not there; is its disk mounted?")
    assert done.out.startswith("3 photos in the library")
    done = run("forget", photos)
    assert (done.code, done.out) == (0, "HERE/photos is forgotten, 3 photos; the library keeps 0.\n")


def test_errors_are_one_line(run: Commands, shapes: Path, photos: Path) -> None:
    done = run("index", "--model", shapes / "model")
    assert (done.code, done.out) == (1, "")
    assert done.err == "sketchseek: no folder to index; name one: sketchseek index FOLDER\n"
    done = run("index", photos, "--model", "nowhere")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "no model 'nowhere'" in done.err
    assert run("index", photos, "--max-pixels", "0").code == 2
    assert run("forget", photos).code == 1


def test_another_model_needs_a_word(run: Commands, shapes: Path, photos: Path, tmp_path: Path) -> None:
    from make_model import make_model

    other = make_model(tmp_path / "other", name="other", dim=16)
    run("index", photos, "--model", shapes / "model")
    done = run("index", photos, "--model", other)
    assert done.code == 1
    assert "--rebuild" in done.err
    done = run("index", photos, "--model", other, "--rebuild")
    assert done.out.startswith("3 photos in the library: 0 new, 0 copied or moved, 3 unchanged")
    assert "3 pictures embedded anew with other@" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal of Unix")
def test_ctrl_c_keeps_what_is_done(run: Commands, shapes: Path, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for seed in range(500):
        pixels = np.random.default_rng(seed).integers(0, 256, (40, 40), np.uint8)
        Image.fromarray(pixels).save(many / f"{seed:03}.bmp")
    library = tmp_path / "many.sqlite"
    command = ["index", str(many), "--library", str(library), "--model", str(shapes / "model")]
    process = subprocess.Popen(
        [sys.executable, "-m", "sketchseek", *command],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    deadline = time.monotonic() + 120
    while _photos(library) == 0:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    kept = _photos(library)
    assert process.returncode == 130
    assert 0 < kept < 500
    assert out == ""
    assert err == (
        f"sketchseek: stopped; the library keeps {kept} photos. Run the same command again to continue.\n"
    )
    done = run(*command)
    assert done.out.startswith(
        f"500 photos in the library: {500 - kept} new, 0 copied or moved, {kept} unchanged"
    )


def _photos(library: Path) -> int:
    try:
        with Library.open(library) as opened:
            return opened.status().photos
    except LibraryError:  # not made yet
        return 0
