from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from commands import Commands
from serving import make_library

import sketchseek


def states(run: Commands, *arguments: str | Path) -> tuple[int, dict[str, str], str]:
    done = run("doctor", "--json", *arguments)
    found = json.loads(done.raw)
    return done.code, {finding["what"]: finding["state"] for finding in found}, done.raw


def test_doctor_finds_everything_in_order(run: Commands, shapes: Path) -> None:
    asked = ("--library", shapes / "library.sqlite", "--model", shapes / "model")
    code, found, _ = states(run, *asked)
    assert code == 0
    expected = {
        "python",
        "sketchseek",
        "onnxruntime",
        "run time",
        "model",
        "library",
        "folder",
        "extra train",
    }
    assert expected <= found.keys()
    assert found["model"] == found["library"] == found["folder"] == "ok"
    assert found["SKETCHSEEK_DATA"] == "note"
    done = run("doctor", *asked)
    assert f"ok    sketchseek       {sketchseek.__version__}\n" in done.out
    assert "built-in drawings find what they show" in done.out


def test_doctor_tries_the_packaged_model_and_says_how_to_make_a_library(run: Commands) -> None:
    code, found, raw = states(run)
    assert (code, found["model"], found["library"]) == (0, "ok", "note")
    assert "sketchseek index" in raw


def test_doctor_finds_what_is_broken(
    run: Commands, shapes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, photos, model = make_library(tmp_path)
    photos.rename(tmp_path / "unmounted")
    with sqlite3.connect(library) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("DELETE FROM vectors WHERE picture = 1")
    db.close()
    (model / "photo.onnx").write_bytes(b"no graph")
    monkeypatch.setenv("SKETCHSEEK_DATA", str(tmp_path / "nowhere"))
    code, found, _ = states(run, "--library", library, "--model", model)
    assert code == 1
    assert found["model"] == found["library"] == found["SKETCHSEEK_DATA"] == "bad"
    assert found["folder"] == "note"
