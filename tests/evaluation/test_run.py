"""Runs: the right figures, the right progress, a file that says what they rest on."""

from __future__ import annotations

import json
import platform
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from evaluation_toy import ToyEncoder

from sketchseek.data import Dataset, Item
from sketchseek.errors import BadModel, BadResult, BadSketch
from sketchseek.evaluation import run
from sketchseek.evaluation.benchmarks import Benchmark
from sketchseek.evaluation.embeddings import Progress, cache_folder
from sketchseek.evaluation.results import as_json, kept, read, write
from sketchseek.evaluation.run import evaluate, examples
from sketchseek.evaluation.trial import prepare
from sketchseek.sketch import Sketch


def test_figures_of_a_ranking_known_by_heart(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset
) -> None:
    # Six sketches, three right photos each, equal scores within a class. The pole that is drawn as a bar
    # finds its three photos last, as one group: precision 3 of 6.
    result = evaluate(encoder, benchmark, dataset=dataset)
    assert result.model == "toy@1"
    assert result.values["map@all"].tolist() == pytest.approx([1, 1, 1, 1, 1, 0.5])
    assert result.values["acc@1"].tolist() == [1, 1, 1, 1, 1, 0]
    assert result.metrics == pytest.approx({"map@all": 5.5 / 6, "acc@1": 5 / 6, "p@3": 5 / 6})
    assert result.by_class("acc@1") == pytest.approx({"bar": 1, "pole": 2 / 3})
    assert result.ranking.items.shape == (6, 6)
    assert set(result.ranking.items[5, :3].tolist()) == {0, 1, 2}


def test_figures_do_not_depend_on_the_block(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = evaluate(encoder, benchmark, dataset=dataset)
    monkeypatch.setattr(run, "BLOCK", 13)  # two queries at a time
    stages: list[Progress] = []
    split = evaluate(encoder, benchmark, dataset=dataset, progress=stages.append)
    for name, values in whole.values.items():
        np.testing.assert_array_equal(split.values[name], values)
    assert [p.done for p in stages if p.stage == "rankings"] == [2, 4, 6]
    assert [(p.stage, p.done, p.total) for p in stages[:2]] == [("photos", 6, 6), ("sketches", 6, 6)]


def test_within_a_class_other_classes_are_no_rivals(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset
) -> None:
    # All photos of a class look the same: the right one is last of three, and of six for the wrong sketch.
    alone = replace(benchmark, relevance="instance", within="class")
    result = evaluate(encoder, alone, dataset=dataset)
    assert result.values["map@all"].tolist() == pytest.approx([1 / 3] * 6)
    assert result.ranking.items.shape == (6, 3)
    assert result.ranking.items[5].tolist() == [3, 4, 5]
    whole = evaluate(encoder, replace(alone, within="all"), dataset=dataset)
    assert whole.values["map@all"].tolist() == pytest.approx([1 / 3] * 5 + [1 / 6])


def test_what_is_prepared_is_not_prepared_again(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, trial = evaluate(encoder, benchmark, dataset=dataset), prepare(benchmark, dataset)
    monkeypatch.delattr(run, "prepare")
    result = evaluate(encoder, trial)
    assert result.trial is trial
    assert result.metrics == whole.metrics


def test_a_model_that_breaks_its_promise_is_refused(
    broken: ToyEncoder, benchmark: Benchmark, dataset: Dataset
) -> None:
    with pytest.raises(BadModel, match="broken@1 gives vectors that are not of unit length"):
        evaluate(broken, benchmark, dataset=dataset)
    with pytest.raises(BadModel, match="unit length"):
        evaluate(replace(broken, length=float("nan")), benchmark, dataset=dataset)


def test_a_kept_batch_is_not_made_again(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset, tmp_path: Path
) -> None:
    first = evaluate(encoder, benchmark, dataset=dataset, cache=tmp_path / "kept")
    assert encoder.calls == [6, 6]
    second = evaluate(encoder, benchmark, dataset=dataset, cache=tmp_path / "kept")
    assert encoder.calls == [6, 6]
    assert second.metrics == first.metrics
    evaluate(replace(encoder, model_id="toy@2"), benchmark, dataset=dataset, cache=tmp_path / "kept")
    assert encoder.calls == [6, 6, 6, 6]
    assert {path.suffix for path in (tmp_path / "kept").iterdir()} == {".npy"}
    assert cache_folder().parts[-1] == "embeddings"


def test_a_result_file_says_what_its_figures_rest_on(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset, tmp_path: Path
) -> None:
    result = evaluate(encoder, benchmark, dataset=dataset)
    found = json.loads(write(result, tmp_path / "result.json").read_text(encoding="utf-8"))
    assert found == json.loads(json.dumps(as_json(result)))
    assert found["model"] == "toy@1"
    assert found["metrics"]["map@all"] == pytest.approx(5.5 / 6, abs=1e-6)
    assert found["class_means"]["acc@1"] == pytest.approx({"bar": 1, "pole": 2 / 3}, abs=1e-6)
    assert found["benchmark"] == {
        "name": "toy/category",
        "title": "Toy",
        "protocol": "category",
        "digest": benchmark.digest,
        "items": result.trial.digest,
        "queries": 6,
        "gallery": 6,
    }
    assert found["interval"]["metric"] == "map@all"
    assert found["interval"]["low"] <= found["metrics"]["map@all"] <= found["interval"]["high"]
    assert (found["interval"]["level"], found["interval"]["seed"]) == (0.95, 0)
    assert found["method"] == {"name": "toy", "settings": "", "seed": None, "recipe": ""}
    assert found["warnings"] == []
    assert found["details"]["early"] is None
    assert found["queries"]["id"][5] == "sketch/pole/test2-1"
    assert found["queries"]["map@all"][5] == 0.5
    assert {figure["setting"] for figure in found["published"]} == {"sketchy-21"}
    assert set(found["seconds"]) == {"photos", "sketches", "rankings"}
    assert found["versions"]["numpy"] == np.__version__
    assert found["machine"]["cores"] >= 1
    assert platform.node() not in json.dumps(found["machine"])


@pytest.fixture
def hesitant(dataset: Dataset) -> Dataset:
    """A pole is begun with a short bar, a tenth of its length."""
    lines = {"bar": [[[0, 0], [100, 0]]], "pole": [[[40, 0], [60, 0]], [[50, 0], [50, 180]]]}

    def draw(item: Item) -> Sketch:
        return Sketch(tuple(np.array(line, np.float32) for line in lines[item.label]))

    return replace(dataset, sketch_reader=draw)


def test_unfinished_sketches_are_asked_too(
    encoder: ToyEncoder, benchmark: Benchmark, hesitant: Dataset, tmp_path: Path
) -> None:
    partial = replace(benchmark, prefixes=10, metrics=("m@B", "acc@1", "m@A"))
    stages: list[Progress] = []
    result = evaluate(encoder, partial, dataset=hesitant, progress=stages.append, cache=tmp_path)
    # The pole taken for a bar finds its three photos behind three others, once in ten times.
    assert list(result.values) == ["m@B", "acc@1", "m@A"]
    assert result.values["m@A"] == pytest.approx([1, 1, 1, *[(2 / 5 + 9) / 10] * 3])
    assert result.values["m@B"] == pytest.approx([1, 1, 1, *[(1 / 4 + 9) / 10] * 3])
    assert result.values["acc@1"].tolist() == [1] * 6
    asked = [(stage.done, stage.total) for stage in stages if stage.stage == "prefixes"]
    assert asked == [(6 * step, 54) for step in range(1, 10)]
    told = as_json(result)
    assert told["benchmark"]["protocol"] == "partial sketch"
    assert told["interval"]["metric"] == "m@B"
    assert told["details"]["early"] == {
        "shares": tuple(step / 10 for step in range(1, 11)),
        "percentile": [0.7] + [1.0] * 9,
        "inverse": [0.625] + [1.0] * 9,
    }
    assert set(told["seconds"]) == {"photos", "sketches", "prefixes", "rankings"}
    calls = len(encoder.calls)
    again = evaluate(encoder, partial, dataset=hesitant, cache=tmp_path)
    assert len(encoder.calls) == calls
    assert again.metrics == result.metrics


def test_pictures_of_drawings_cannot_be_unfinished(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset
) -> None:
    scanned = Sketch((), np.where(np.eye(40, dtype=bool), 0, 255).astype(np.uint8))
    partial = replace(benchmark, prefixes=4, metrics=("m@A",))
    with pytest.raises(BadSketch, match="sketch/bar/test0-1: this sketch came from a picture"):
        evaluate(encoder, partial, dataset=replace(dataset, sketch_reader=lambda _: scanned))


def test_a_result_file_is_read_back(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset, tmp_path: Path
) -> None:
    result = evaluate(encoder, benchmark, dataset=dataset)
    path = write(result, tmp_path / "result.json", command="sketchseek evaluate toy")
    record = read(path)
    assert record.facts["command"] == "sketchseek evaluate toy"
    assert (record.model, record.benchmark["name"]) == ("toy@1", "toy/category")
    assert record.values["map@all"].tolist() == [1, 1, 1, 1, 1, 0.5]
    assert len(path.read_text(encoding="utf-8").splitlines()) < 100
    assert kept(path, encoder, result.trial)
    assert kept(path, replace(encoder, model_id="toy@2"), result.trial) is None
    assert kept(path, encoder, replace(result.trial, queries=result.trial.queries[:5])) is None
    more = replace(result.trial, benchmark=replace(benchmark, metrics=(*benchmark.metrics, "p@1")))
    assert kept(path, encoder, more) is None
    assert kept(tmp_path / "nowhere.json", encoder, result.trial) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no result file"),
        ("[]", "is no result file"),
        ('{"format": 1}', "is no result file"),
        ('{"format": 2}', "format 2, this sketchseek reads 1"),
    ],
)
def test_what_is_no_result_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadResult, match=message):
        read(tmp_path / "x.json")


def test_examples_run_from_the_best_to_the_worst(
    encoder: ToyEncoder, benchmark: Benchmark, dataset: Dataset
) -> None:
    rows = list(examples(evaluate(encoder, benchmark, dataset=dataset), count=3))
    assert [row.note for row in rows] == ["map@all 1.000", "map@all 1.000", "map@all 0.500"]
    worst = rows[-1]
    assert worst.label == "pole"
    assert [match.caption for match in worst.matches] == ["bar"] * 3 + ["pole"] * 3
    assert [match.hit for match in worst.matches] == [False] * 3 + [True] * 3
    assert worst.matches[0].score == pytest.approx(1)
    assert len(list(examples(evaluate(encoder, benchmark, dataset=dataset), count=50))) == 6
