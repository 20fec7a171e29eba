"""What a study's file asks for: runs, their commands and result files, and what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sketchseek.errors import BadConfig, UnknownName
from sketchseek.methods import method
from sketchseek.methods.recipe import recipe
from sketchseek.methods.study import Job, compare, plan

CATEGORY = "sketchy-subset/category"
WHOLE = """
seeds = [0, 1]
benchmarks = ["sketchy-subset/category"]

[[entry]]
method = "dual_stage.siamese"
settings = { rate = 0.5, first = { views = 2, backbone = "a b" } }

[[entry]]
recipe = "anchored.held_out"
benchmarks = ["sketchy-subset/zero-shot-21", "sketchy-subset/category:val"]
seeds = [7]

[[entry]]
model = "default"

[[entry]]
model = "own"
name = "mine"
"""


def planned(folder: Path, text: str, *only: str) -> tuple[Job, ...]:
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return plan(folder / "study.toml", folder / "out", only)


def test_a_whole_study(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    jobs = planned(tmp_path, WHOLE)
    assert [job.name for job in jobs] == [
        "dual_stage.siamese-0",
        "anchored.held_out-7",
        "default",
        "mine",
        "dual_stage.siamese-1",
    ]
    first, second, third, fourth, _ = jobs
    out = tmp_path / "out"
    assert first.train == (
        *("train", "dual_stage.siamese", "--out", str(out / "dual_stage.siamese-0")),
        *("--features", str(out / "features")),
        *("--set", "rate=0.5", "--set", "first.views=2", "--set", 'first.backbone="a b"', "--set", "seed=0"),
    )
    result = out / "dual_stage.siamese-0" / "sketchy-subset.category.json"
    assert first.results == {CATEGORY: result}
    model = str(out / "dual_stage.siamese-0" / "model")
    assert first.evaluate(CATEGORY) == ("evaluate", model, "--benchmark", CATEGORY, "--out", str(result))
    assert second.train[1:3] == ("--recipe", "anchored.held_out")
    assert [path.name for path in second.results.values()] == [
        "sketchy-subset.zero-shot-21.json",
        "sketchy-subset.category-val.json",
    ]
    assert (third.train, third.model, third.folder) == ((), "default", out / "default")
    assert fourth.model == str(tmp_path / "own")  # beside the file


def test_a_recipe_brings_its_benchmarks(tmp_path: Path) -> None:
    (job,) = planned(tmp_path, '[[entry]]\nrecipe = "anchored.held_out"')
    assert list(job.results) == ["sketchy-subset/zero-shot-21", "sketchy-subset/zero-shot-25"]
    own = tmp_path / "own.toml"
    own.write_text('method = "anchored"\nbenchmarks = ["synthetic/category"]\n', encoding="utf-8")
    (job,) = planned(tmp_path, '[[entry]]\nrecipe = "own.toml"')
    assert (job.name, job.train[:3]) == ("own-0", ("train", "--recipe", str(own)))
    assert list(job.results) == ["synthetic/category"]


def test_settings_of_all_entries_come_before_an_entrys_own(tmp_path: Path) -> None:
    text = """
benchmarks = ["synthetic/category"]
settings = { batch = 6, data = { dataset = "synthetic", options = { instances = 5 } } }
[[entry]]
method = "midgrain"
settings = { batch = 7 }
[[entry]]
model = "default"
"""
    trained, measured = planned(tmp_path, text)
    changes = trained.train[trained.train.index("--set") + 1 :: 2]
    assert changes == (
        *("batch=6", 'data.dataset="synthetic"', "data.options.instances=5", "batch=7", "seed=0"),
    )
    assert measured.train == ()


@pytest.mark.parametrize("file", sorted((Path(__file__).parents[2] / "benchmarks").glob("*.toml")))
def test_the_studies_hold_together(file: Path, tmp_path: Path) -> None:
    """Every entry's settings are known to its method, and no two are the same configuration."""
    pytest.importorskip("torch")
    made: dict[str, str] = {}
    for job in plan(file, tmp_path):
        if job.train:
            words = list(job.train)
            changes = [words[n + 1] for n, word in enumerate(words) if word == "--set"]
            found = recipe(words[2]) if words[1] == "--recipe" else method(words[1])
            config = found.configure(changes) if words[1] == "--recipe" else found.configure(*changes)
            made[job.name] = f"{type(config).__name__} {config}"
    assert len(set(made.values())) == len(made) > 0


def test_part_of_a_study(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    assert [job.name for job in planned(tmp_path, WHOLE, "mine", "dual_stage.siamese-1")] == [
        "mine",
        "dual_stage.siamese-1",
    ]
    assert len(planned(tmp_path, WHOLE, "dual_stage.siamese")) == 2
    with pytest.raises(UnknownName, match=r"unknown entry of .*study\.toml: 'mime'. Did you mean 'mine'"):
        planned(tmp_path, WHOLE, "mime")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no entries"),
        ('[[entry]]\nmodle = "default"', "unknown setting 'modle'. Did you mean 'model'"),
        ('[[entry]]\nname = "a"', "entry 1 names not one of method, recipe and model"),
        ('[[entry]]\nmodel = "default"\nmethod = "anchored"', "names not one of"),
        ('[[entry]]\nmodel = "default"\nseeds = [1]', "has no settings and no seeds"),
        ('[[entry]]\nmodel = "default"', "measured on nothing"),
        ('[[entry]]\nmethod = "anchord"', r"unknown method in .*entry 1: 'anchord'. Did you mean 'anchored'"),
        ('[[entry]]\nrecipe = "anchored.held"', "unknown recipe 'anchored.held'. Did you mean"),
        ('benchmarks = ["x"]\n[[entry]]\nmodel = "default"', "unknown benchmark 'x'"),
        ('benchmarks = ["synthetic/category"]\n[[entry]]\nmodel = "default"\nname = "a/b"', "name = 'a/b'"),
        (
            'benchmarks = ["synthetic/category"]\n[[entry]]\nmodel = "default"\n[[entry]]\nmodel = "default"',
            "two entries are called 'default'",
        ),
        ('seeds = ["a"]', "seeds = 'a': int is wanted"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises((BadConfig, UnknownName), match=said):
        planned(tmp_path, text)


def record(path: Path, model: str, value: float, seed: int | None) -> None:
    """A result file of two queries."""
    facts = {
        "format": 1,
        "model": model,
        "benchmark": {"name": CATEGORY, "title": "", "digest": "d", "items": "i", "queries": 2, "gallery": 2},
        "metrics": {"map@all": value},
        "method": {"name": "m", "settings": "s", "seed": seed},
        "queries": {"id": ["a", "b"], "map@all": [value, value]},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts), encoding="utf-8")


def test_rows_are_called_as_the_entries(tmp_path: Path) -> None:
    text = f'benchmarks = ["{CATEGORY}"]\n[[entry]]\nmethod = "anchored"\nname = "mine"\nseeds = [0, 1]'
    jobs = planned(tmp_path, text)
    assert not any(job.trained or job.measured(CATEGORY) for job in jobs)
    for seed, job in enumerate(jobs):
        record(job.results[CATEGORY], f"m@{seed}", 0.5 + seed / 10, seed)
    assert all(job.measured(CATEGORY) for job in jobs)
    (row,) = compare(jobs, CATEGORY).rows
    assert (row.name, len(row.runs), row.cells["map@all"].mean) == ("mine", 2, 0.55)
