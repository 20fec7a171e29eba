"""Killed at random moments, a library loses at most one batch and is never damaged."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from sketchseek.library import Library

KILLS = 40
BATCH = 8
PICTURES = 400


def index_slowly(library: Path, photos: Path, model: Path, log: Path) -> None:
    """The process that is killed: notes in ``log`` pictures before they are embedded, batches once kept."""
    from sketchseek.encoders import OnnxEncoder, load_encoder

    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    class Noted(OnnxEncoder):
        def embed_photos(self, pixels):
            os.write(handle, b"e" * len(pixels))
            time.sleep(0.002)
            return super().embed_photos(pixels)

    os.write(handle, b"s")
    with Library.open(library, create=True) as opened:
        kept = opened.status().photos
        encoder = Noted(load_encoder(model).model)
        for event in opened.index([photos], encoder=encoder, batch=BATCH, workers=2):
            os.write(handle, b"k" * (event.done - kept) if event.phase != "scan" else b"")
            kept = max(kept, event.done)
    os.write(handle, b"d")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and forkserver are of Unix")
def test_forty_kills_at_random_moments(tmp_path: Path, model_folder: Path, draw) -> None:
    photos, log = tmp_path / "photos", tmp_path / "log"
    for i in range(PICTURES):
        draw(photos / f"{i % 7}" / f"{i:03}.png", seed=i)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sketchseek.library"])
    moments = random.Random(0)
    finished, round_ = 0, 0
    library = tmp_path / "0.sqlite"
    log.touch()

    def start() -> multiprocessing.process.BaseProcess:
        child = context.Process(target=index_slowly, args=(library, photos, model_folder, log))
        child.start()
        return child

    for _ in range(KILLS):
        begun = log.read_bytes().count(b"s")
        child = start()
        while child.is_alive() and log.read_bytes().count(b"s") == begun:
            time.sleep(0.001)
        child.join(moments.uniform(0.0, 0.25))
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join()
        notes = log.read_bytes()
        if b"d" in notes:  # all done before the kill: begin again
            assert child.exitcode == 0
            check(library, notes, PICTURES)
            finished += 1
            round_ += 1
            library = tmp_path / f"{round_}.sqlite"
            log.write_bytes(b"")
        elif library.exists():
            assert child.exitcode == -signal.SIGKILL
            check(library, notes, None)
    child = start()
    child.join(60)
    assert child.exitcode == 0
    notes = log.read_bytes()
    check(library, notes, PICTURES)
    assert notes.count(b"e") <= PICTURES + notes.count(b"s") * BATCH
    assert finished < KILLS // 2  # most kills met a run under way


def check(path: Path, notes: bytes, wanted: int | None) -> None:
    """Nothing damaged, nothing half written, nothing lost that had been reported as kept."""
    with Library.open(path, create=True) as library:
        assert library.problems() == []
        status = library.status()
        assert status.photos == status.pictures  # no photo without its picture, no picture without its photo
        assert status.photos >= notes.count(b"k")
        assert status.photos - notes.count(b"k") <= BATCH
        assert notes.count(b"e") - status.photos <= notes.count(b"s") * BATCH
        assert len(library.matrix().ids) == status.pictures
        if wanted is not None:
            assert status.photos == wanted
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
