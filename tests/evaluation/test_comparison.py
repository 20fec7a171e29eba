"""Comparisons: rows, deviations and marks by hand; strangers are refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sketchseek.errors import BadResult
from sketchseek.evaluation.comparison import as_json, compare
from sketchseek.evaluation.published import published
from sketchseek.evaluation.results import Record
from sketchseek.evaluation.statistics import holm, paired_test

BENCHMARK = {"name": "toy/category", "title": "Toy", "digest": "d", "items": "i", "queries": 60, "gallery": 9}
RNG = np.random.default_rng(2)
BASE = RNG.random(60) / 2


def record(
    model: str, values: np.ndarray, *, settings: str = "s", seed: int | None = 0, **changes: Any
) -> Record:
    facts = {
        "model": model,
        "benchmark": BENCHMARK,
        "metrics": {"map@all": float(values.mean()), "acc@1": float((values > 0.3).mean())},
        "method": {"name": model.partition("@")[0], "settings": settings, "seed": seed},
        "queries": {"id": [f"q{n}" for n in range(60)]},
    }
    own = {"map@all": values, "acc@1": (values > 0.3).astype(float)}
    return Record(Path(f"{model}.json"), facts | changes, own)


def test_runs_of_a_method_are_one_row() -> None:
    found = compare([record("a@1", BASE), record("b@1", BASE - 0.1), record("a@2", BASE + 0.02, seed=1)])
    assert [row.name for row in found.rows] == ["a", "b"]
    cell = found.rows[0].cells["map@all"]
    assert cell.mean == pytest.approx(BASE.mean() + 0.01, abs=1e-6)
    assert cell.deviation == pytest.approx(0.02 / np.sqrt(2), abs=1e-6)  # two values 0.02 apart
    assert (cell.best, cell.p) == (True, None)
    other = found.rows[1].cells["map@all"]
    assert (other.deviation, other.best, other.worse) == (None, False, True)
    told = as_json(found)
    assert told["methods"][0]["seeds"] == [0, 1]
    assert told["methods"][1]["metrics"]["map@all"]["worse"] is True


def test_other_settings_are_another_row() -> None:
    found = compare([record("a@1", BASE), record("a@2", BASE + 0.1, settings="t")])
    assert [row.name for row in found.rows] == ["a (a@2)", "a (a@1)"]


def test_a_recipe_names_its_row() -> None:
    by = {"name": "m", "settings": "t", "seed": 0, "recipe": "m.paper"}
    found = compare([record("m@1", BASE), record("m@2", BASE + 0.1, method=by)])
    assert [row.name for row in found.rows] == ["m.paper", "m"]


def test_a_file_without_a_method_stands_for_itself() -> None:
    old = record("a@1", BASE)
    del old.facts["method"]  # type: ignore[attr-defined]
    newer = record("a@2", BASE)
    assert len(compare([old, newer]).rows) == 2


def test_marks_are_corrected_over_a_column() -> None:
    rivals = [BASE + RNG.normal(-0.01, 0.04, 60) for _ in range(4)]
    found = compare([record("best@1", BASE + 0.02), *(record(f"r{n}@1", v) for n, v in enumerate(rivals))])
    expected = holm([paired_test(BASE + 0.02, values) for values in rivals])
    p_values = {row.name: row.cells["map@all"].p for row in found.rows}
    assert p_values == {"best": None} | {f"r{n}": p for n, p in enumerate(expected)}
    alike = compare([record("a@1", BASE), record("b@1", BASE.copy())])
    assert [row.cells["map@all"].worse for row in alike.rows] == [False, False]


def test_published_figures_are_those_of_the_benchmark() -> None:
    known = BENCHMARK | {"name": "sketchy-subset/zero-shot-21"}
    found = compare([record("a@1", BASE, benchmark=known)])
    assert [figure["system"] for figure in found.published] == [f.system for f in published("sketchy-21")]
    own = compare([record("a@1", BASE, published=[{"system": "kept"}])])
    assert own.published == [{"system": "kept"}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "toy/instance"}, r"a@1\.json is of toy/category, b@1\.json of toy/instance"),
        ({"items": "j"}, "of other rules or other items"),
        ({"digest": "e"}, "of other rules or other items"),
    ],
)
def test_strangers_are_refused(changes: dict[str, str], message: str) -> None:
    with pytest.raises(BadResult, match=message):
        compare([record("a@1", BASE), record("b@1", BASE, benchmark=BENCHMARK | changes)])


def test_one_model_is_named_once_and_something_is_named() -> None:
    with pytest.raises(BadResult, match="are of one model, a@1"):
        compare([record("a@1", BASE), record("a@1", BASE)])
    with pytest.raises(BadResult, match="nothing to compare"):
        compare([])
    with pytest.raises(BadResult, match="no metric in common"):
        compare([record("a@1", BASE), record("b@1", BASE, metrics={"p@1": 0.5})])
