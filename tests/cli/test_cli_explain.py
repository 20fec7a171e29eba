"""``sketchseek explain``: what it prints and draws, and what it says where it cannot."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from commands import Commands
from make_pair_model import make_pair_model
from serving import picture

from sketchseek.images import open_picture
from sketchseek.rerankers import explanation
from sketchseek.rerankers.pairs import Reasons

DRAWN = ("--model", "pairs", "--out")


@pytest.fixture(autouse=True)
def pair(tmp_path: Path, drawing: Path) -> None:
    """A model that compares pairs, a drawn cross and the photo of one, in the folder that commands run in."""
    make_pair_model(tmp_path / "pairs")
    picture("cross").save(tmp_path / "photo.png")


def test_explain_prints_where_regions_look(run: Commands) -> None:
    done = run("explain", "cross.svg", "photo.png", "--model", "pairs")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[:3] == ["score #.###", "", "region  looks most at  share"]
    assert [line.split()[0] for line in lines[3:]] == ["all", "1", "2"]
    told = json.loads(run("explain", "cross.svg", "photo.png", "--model", "pairs", "--json").raw)
    assert (told["drawing"], told["photo"], told["parts"]) == ("cross.svg", "photo.png", "regions")
    assert told["model"].startswith("tiny@")
    assert told["drawing_regions"]["strokes"] == [[0, 1], [0], [1]]
    assert len(told["drawing_regions"]["merges"]) == 2
    assert told["photo_regions"]["boxes"][0] == [0, 0, 1, 1]
    assert np.shape(told["to_photo"]) == (3, len(told["photo_regions"]["boxes"]))
    assert np.shape(told["to_sketch"]) == np.shape(told["to_photo"])[::-1]
    np.testing.assert_allclose(np.sum(told["to_photo"], axis=1), 1, atol=1e-3)


def test_explain_prints_what_cells_add(run: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    real, none = explanation.explain, np.empty((0, 2), np.int64)

    def by_cells(*asked: object) -> explanation.Explanation:
        found = real(*asked)  # type: ignore[arg-type]
        table = np.zeros((4, 4), np.float32)
        table[1, 3] = 0.25
        reasons = Reasons(0.25, none, none, table, table.T)
        return explanation.Explanation("cells", reasons, found.sketch, found.photo)

    monkeypatch.setattr(explanation, "explain", by_cells)
    done = run("explain", "cross.svg", "photo.png", "--model", "pairs")
    assert done.raw == "score 0.2500\ncells with lines  1  0.2500\nbare paper        0  0.0000\n"
    told = json.loads(run("explain", "cross.svg", "photo.png", "--model", "pairs", "--json").raw)
    assert told["matches"] == [{"cell": 1, "photo": 3, "adds": 0.25, "lines": True}]
    assert told["cells"] == 4


def test_explain_draws(run: Commands) -> None:
    pytest.importorskip("matplotlib")
    done = run("explain", "cross.svg", "photo.png", *DRAWN, "why.svg")
    assert (done.code, done.err) == (0, "explanation drawn: why.svg\n")
    drawn = Path("why.svg").read_text(encoding="utf-8")
    assert "cross.svg and photo.png: score" in drawn
    done = run("explain", "cross.svg", "photo.png", *DRAWN, "why.PNG", "--json")
    assert done.err == "explanation drawn: why.PNG\n"
    assert json.loads(done.raw)["parts"] == "regions"
    assert open_picture(Path("why.PNG")).size[0] > 1000


def test_explain_says_what_is_wrong(run: Commands, shapes: Path) -> None:
    done = run("explain", "cross.svg", "photo.png", "--model", shapes / "model")
    assert (done.code, done.out) == (1, "")
    assert "knows no regions and compares no pairs. `sketchseek train hierarchy` or" in done.err
    assert run("explain", "cross.svg", "photo.png").code == 2
    Path("empty.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    Path("broken.png").write_bytes(Path("photo.png").read_bytes()[:200])
    for drawing, photo, said in (
        ("empty.svg", "photo.png", "empty.svg: the SVG shows no lines"),
        ("nowhere.svg", "photo.png", "nowhere.svg: there is no such file"),
        ("cross.svg", "nowhere.png", "nowhere.png: is not there"),
        ("cross.svg", "broken.png", "broken.png: "),
    ):
        done = run("explain", drawing, photo, "--model", "pairs")
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
        assert said in done.err


def test_explain_says_what_it_cannot_draw(run: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    done = run("explain", "cross.svg", "photo.png", *DRAWN, "why.jpg")
    assert (done.code, done.out) == (1, "")
    assert done.err == "sketchseek: why.jpg: an explanation is drawn as .svg or .png\n"
    done = run("explain", "cross.svg", "photo.png", *DRAWN, "nowhere/why.svg")
    assert (done.code, done.out) == (1, "")
    assert done.err == "sketchseek: nowhere/why.svg: No such file or directory\n"
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in [name for name in sys.modules if name.startswith("sketchseek.rerankers.figures")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("sketchseek.rerankers.figures", raising=False)
    done = run("explain", "cross.svg", "photo.png", *DRAWN, "why.svg")
    assert (done.code, done.out) == (1, "")
    assert "pip install 'sketchseek[report]'" in done.err
    assert run("explain", "cross.svg", "photo.png", "--model", "pairs").code == 0
