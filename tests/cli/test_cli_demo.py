from __future__ import annotations

from pathlib import Path

import pytest
from commands import Commands
from PIL import Image

from sketchseek.cli import demo


def test_demo_goes_the_whole_way_and_draws_only_once(run: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_PER_CLASS", 1)
    done = run("demo")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].split() == ["drawing", "first", "answers", "(wrong", "ones", "in", "brackets)", "right"]
    assert [line.split()[0] for line in lines[1:9]] == list(demo._DRAWN)
    right = sum(line.endswith("1 of 1") for line in lines[1:9])
    assert lines[10] == f"{right} of 8 drawings find what they show at the first place."
    assert right >= 5
    folder = run.here / "home" / "demo"
    assert f"See the results: file://HERE{str(folder).removeprefix(str(run.here))}/results.html" in done.out
    page = (folder / "results.html").read_text(encoding="utf-8")
    assert page.count("<section>") == 8
    assert "bicycle" in page
    photos = sorted(folder.joinpath("gallery").rglob("*.jpg"))
    assert len(photos) == 56
    made = [photo.stat().st_mtime_ns for photo in photos]
    again = run("demo")
    assert again.out == done.out
    assert [photo.stat().st_mtime_ns for photo in photos] == made
    # its files are there to play with
    asked = ("search", folder / "drawings" / "cup.svg", "--library", folder / "library.sqlite", "-k", "3")
    assert len(run(*asked).out.splitlines()) == 3


def test_demo_fails_where_nothing_is_found(run: Commands, shapes: Path, tmp_path: Path) -> None:
    photos = tmp_path / "demo" / "gallery" / "photos" / "nothing"
    photos.mkdir(parents=True)
    Image.linear_gradient("L").save(photos / "a.png")
    done = run("demo", "--model", shapes / "model", "--out", tmp_path / "demo")
    assert done.code == 1
    assert "0 of 8 drawings" in done.out
    assert "see `sketchseek doctor`" in done.err
    (photos / "a.png").write_text("broken")
    done = run("demo", "--model", shapes / "model", "--out", tmp_path / "demo")
    assert done.code == 1
    assert "1 photo of the gallery cannot be read" in done.err
