"""Reports: one file that fetches nothing, names escaped, drawings that hold what they are given."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_toy import ToyEncoder
from pages import read_page

from sketchseek.data import Dataset
from sketchseek.evaluation.benchmarks import Benchmark
from sketchseek.evaluation.comparison import compare
from sketchseek.evaluation.results import Record, read, write
from sketchseek.evaluation.run import evaluate

pytest.importorskip("matplotlib")
from sketchseek.evaluation import figures, report

HOSTILE = "\"><script>alert('1')</script> & <b>"


@pytest.fixture
def records(encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset, tmp_path: Path) -> list[Record]:
    found = []
    for model in ("toy@1", "other@1"):
        result = evaluate(replace(encoder, model_id=model), benchmark, dataset=dataset)
        found.append(read(write(result, tmp_path / f"{model}.json")))
    return found


def test_a_report_holds_everything_and_fetches_nothing(
    records: list[Record], dataset: Dataset, tmp_path: Path
) -> None:
    path = report.write(tmp_path / "report.html", compare(records), dataset)
    text = path.read_text(encoding="utf-8")
    page = read_page(path)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert all((image["src"] or "").startswith("data:image/") for image in images)
    assert sum((image["src"] or "").startswith("data:image/svg") for image in images) == 5
    assert sum((image["alt"] or "").startswith("query: ") for image in images) == 6
    for heading in ("Figures", "Precision over recall", "Classes", "The best queries: toy"):
        assert f">{heading}</h2>" in text
    assert "Doodle2Search" in text
    assert "0.9167" in text  # the toy's map@all


def test_names_are_escaped(records: list[Record], dataset: Dataset, tmp_path: Path) -> None:
    text = records[0].path.read_text(encoding="utf-8")
    facts = json.loads(text) | {"command": HOSTILE, "model": HOSTILE}
    facts["method"]["name"] = HOSTILE
    facts["benchmark"]["title"] = HOSTILE
    facts["published"][0]["system"] = facts["published"][0]["note"] = HOSTILE
    records[0].path.write_text(json.dumps(facts), encoding="utf-8")
    path = report.write(tmp_path / "report.html", compare([read(records[0].path)]), dataset)
    assert "script" not in {tag for tag, _ in read_page(path).tags}


def test_a_report_says_what_it_leaves_out(records: list[Record], tmp_path: Path) -> None:
    old = replace(
        records[1], facts={k: v for k, v in records[1].facts.items() if k not in {"details", "method"}}
    )
    found = compare([records[0], old])
    text = report.write(tmp_path / "report.html", found, None).read_text(encoding="utf-8")
    assert "The data set was not there" in text
    assert "without curves and examples; `evaluate --force` adds them: other." in text


def test_a_report_shows_how_unfinished_drawings_fare(records: list[Record], tmp_path: Path) -> None:
    early = {"shares": [0.5, 1.0], "percentile": [0.2, 0.9], "inverse": [0.1, 0.6]}
    found = [
        replace(record, facts=dict(record.facts) | {"details": record.facts["details"] | {"early": early}})
        for record in records
    ]
    text = report.write(tmp_path / "report.html", compare(found), None).read_text(encoding="utf-8")
    assert ">While it is drawn</h2>" in text
    drawn = figures.unfinished([0.5, 1.0], {"toy": ([0.2, 0.9], [0.1, 0.6])}).decode()
    assert "share of the drawing" in drawn
    assert drawn != figures.unfinished([0.5, 1.0], {"toy": ([0.2, 0.9], [0.1, 0.7])}).decode()


def test_drawings_name_what_they_show() -> None:
    drawn = figures.curves([0, 0.5, 1], {"one & only": [1, 0.5, 0], "two": [0.5, 0.5, 0.5]}).decode()
    assert "one &amp; only" in drawn
    assert drawn == figures.curves([0, 0.5, 1], {"one & only": [1, 0.5, 0], "two": [0.5] * 3}).decode()
    labels = [f"class {n}" for n in range(100)]
    drawn = figures.classes(
        {"one": dict.fromkeys(labels, 0.5), "two": dict.fromkeys(labels, 0.25)}, "p@1"
    ).decode()
    assert all(f">{label}<" in drawn for label in labels)


def test_confusions_by_hand() -> None:
    counts = {"cat": {"dog": 3, "cat": 1}, "dog": {"dog": 2}, "owl": {"cat": 1}}
    assert figures.pairs(counts) == [("cat", "dog", 3), ("owl", "cat", 1)]
    assert figures.most_confused(counts) == ["cat", "dog", "owl"]
    assert figures.most_confused({"cat": {"cat": 4}}) == ["cat"]
    many = {f"a{n}": {f"b{n}": 1} for n in range(30)}
    assert len(figures.most_confused(many)) == 20
    drawn = figures.confusion(counts).decode()
    assert re.search(r">75<", drawn)
    assert re.search(r">25<", drawn)
