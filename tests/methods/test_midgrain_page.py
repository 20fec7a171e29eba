"""The page of kinds: what a finished run shows of its classes, and what it says where it cannot."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")
from typer.testing import CliRunner

from sketchseek.cli.app import app
from sketchseek.methods import method
from sketchseek.methods.dual_stage.stage_one import StageOne
from sketchseek.methods.midgrain.config import MidGrain
from sketchseek.training.material import Data


@pytest.fixture(scope="module")
def run(place: Path) -> Path:
    config = MidGrain(
        data=Data(dataset="folder", path=str(place / "data"), train="", val=""),
        first=StageOne(backbone=str(place / "backbone"), views=2, line_width=2),
        widths=(16, 8),
        clustering="kmeans",
        alignment="pca",
        steps=3,
        epochs=2,
    )
    method("midgrain").train(config, place / "run", cache_dir=place / "cache")
    return place / "run"


def told(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["kinds", *map(str, words)])
    return done.exit_code, done.output


def test_every_item_of_a_class_is_in_one_kind_and_shown(run: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    code, text = told(run, "disc", "--html", page, "--json")
    assert code == 0
    answer = json.loads(text[text.index("{") : text.rindex("}") + 1])
    assert answer["page"] == str(page)
    ((label, sizes),) = answer["kinds"].items()
    assert label == "disc"
    html = page.read_text(encoding="utf-8")
    counts = [tuple(map(int, pair)) for pair in re.findall(r"<p>(\d+) sketches, (\d+) photos</p>", html)]
    assert [sum(pair) for pair in counts] == sizes
    assert all(pair[0] and pair[1] for pair in counts)  # a kind has both
    assert html.count('alt="sketches and photos of disc"') == 1
    assert html.count("<li") == sum(min(n, 12) for pair in counts for n in pair)


def test_the_first_classes_are_shown_where_none_is_named(run: Path, tmp_path: Path) -> None:
    code, text = told(run, "--html", tmp_path / "page.html")
    assert code == 0
    assert len(re.findall(r"^\w+ +\d kinds?  ", text, re.M)) == 3


def test_what_cannot_be_shown_is_named(run: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert told(run, "dics", "--html", page)[1].strip().startswith("sketchseek: unknown class 'dics'")
    assert "no folder of a run" in told(tmp_path, "--html", page)[1]
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.toml").write_text('method = "siamese.end_to_end"\n', encoding="utf-8")
    assert "is a run of siamese.end_to_end, which finds no kinds" in told(other, "--html", page)[1]
    (other / "config.toml").write_bytes((run / "config.toml").read_bytes())
    code, text = told(other, "--html", page)
    assert code == 1
    assert "model" in text
    assert not page.exists()
