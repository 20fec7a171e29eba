"""Studies: several configurations with several seeds on several benchmarks, planned from a TOML file.

    seeds = [0, 1, 2]
    benchmarks = ["sketchy-subset/category"]

    [[entry]]
    method = "dual_stage.siamese"

    [[entry]]
    name = "wider"
    recipe = "anchored.packaged"
    settings = { dim = 512 }

    [[entry]]
    model = "default"

An entry is a method, a recipe or a model; a model is measured alone. What comes of it:

    OUT/dual_stage.siamese-0/     the run of a seed, and beside its model
        sketchy-subset.category.json    a result file a benchmark
    OUT/default/                  the result files of a model
    OUT/features/                 features of pictures, cached for all runs
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sketchseek import methods
from sketchseek.errors import BadConfig, BadResult
from sketchseek.evaluation import comparison, results
from sketchseek.evaluation.benchmarks import benchmark
from sketchseek.evaluation.comparison import Comparison
from sketchseek.methods.recipe import recipe
from sketchseek.registry import check_name
from sketchseek.training.config import read_config


@dataclass(frozen=True)
class Entry:
    """One configuration or model of a study.

    Attributes:
        method: what trains it, or
        recipe: a published recipe or a file beside the study's, or
        model: a packaged model, a folder or whatever else can be measured.
        name: of its folders; by default that of its method, recipe or model.
        settings: changes of the method's or the recipe's.
        seeds: instead of the study's.
        benchmarks: instead of the study's.
    """

    method: str = ""
    recipe: str = ""
    model: str = ""
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] | None = None
    benchmarks: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Study:
    """What a study's file says.

    Attributes:
        entry: what is set beside each other.
        seeds: of every entry that is trained.
        benchmarks: for every entry; where there are none, a recipe's own.
        settings: of every entry that is trained; its own come after.
    """

    entry: tuple[Entry, ...] = ()
    seeds: tuple[int, ...] = (0,)
    benchmarks: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One model of a study: trained, where it is not there yet, and measured.

    Attributes:
        name: of its folder.
        entry: the entry's name.
        folder: of the run and the result files.
        model: what is measured: the run's model folder, or the entry's model.
        train: arguments of ``sketchseek`` that train it; none for a model.
        results: benchmark -> its result file.
    """

    name: str
    entry: str
    folder: Path
    model: str
    train: tuple[str, ...]
    results: Mapping[str, Path]

    @property
    def trained(self) -> bool:
        """Whether its model is there."""
        return not self.train or Path(self.model).is_dir()

    def measured(self, name: str) -> bool:
        """Whether there is a result file for a benchmark."""
        try:
            return results.read(self.results[name]).measured_on[0] == name
        except (BadResult, OSError):
            return False

    def evaluate(self, name: str) -> tuple[str, ...]:
        """The arguments of ``sketchseek`` that measure it on a benchmark."""
        return ("evaluate", self.model, "--benchmark", name, "--out", str(self.results[name]))


def plan(file: Path, out: Path, only: Collection[str] = ()) -> tuple[Job, ...]:
    """What a study's file asks for, in its order, each seed of all entries before the next.

    Args:
        file: the study.
        out: folder of its runs.
        only: names of entries or of jobs; all where there are none.

    Raises:
        BadConfig: the file cannot be read, has an unknown key, or an entry asks for too much or too little.
        UnknownName: it names no known method, recipe or benchmark, or ``only`` no known entry.
    """
    study = read_config(Study, file)
    if not study.entry:
        raise BadConfig(f'{file} has no entries; write each as [[entry]] with, say, model = "default"')
    jobs = []
    for number, entry in enumerate(study.entry, 1):
        jobs += [(place, job) for place, job in enumerate(_jobs(study, entry, file, out, number))]
    ordered = [job for _, job in sorted(jobs, key=lambda pair: pair[0])]
    for job in ordered:
        if sum(other.name == job.name for other in ordered) > 1:
            raise BadConfig(f"{file}: two entries are called {job.entry!r}; give one of them another name")
    known = {name: None for job in ordered for name in (job.entry, job.name)}
    chosen = {check_name(name, known, f"entry of {file}:") for name in only}
    return tuple(job for job in ordered if not only or chosen & {job.entry, job.name})


def compare(jobs: Collection[Job], name: str) -> Comparison:
    """The results of jobs on a benchmark beside each other, a row an entry.

    Raises:
        BadResult: a result is not there, or as `comparison.compare`.
    """
    found = comparison.compare([results.read(job.results[name]) for job in jobs])
    entries = {job.results[name]: job.entry for job in jobs}
    rows = tuple(replace(row, name=entries[row.runs[0].path]) for row in found.rows)
    return replace(found, rows=rows)


def _jobs(study: Study, entry: Entry, file: Path, out: Path, number: int) -> Iterator[Job]:
    where = f"{file}: entry {number}"
    if sum(map(bool, (entry.method, entry.recipe, entry.model))) != 1:
        raise BadConfig(f"{where} names not one of method, recipe and model")
    named = study.benchmarks if entry.benchmarks is None else entry.benchmarks
    if entry.model:
        if entry.settings or entry.seeds is not None:
            raise BadConfig(f"{where} is a model, which is not trained: it has no settings and no seeds")
        own = file.parent / entry.model
        model = str(own) if own.is_dir() else entry.model
        name = _name(entry.name or Path(model).name, where)
        yield Job(name, name, out / name, model, (), _results(out / name, named, where))
        return
    if entry.method:
        check_name(entry.method, methods.METHODS, f"method in {where}:")
        start, name = [entry.method], entry.method
    else:
        place = entry.recipe
        place = str(file.parent / place) if place.endswith(".toml") else place
        named = named or recipe(place).benchmarks
        start, name = ["--recipe", place], entry.recipe.removesuffix(".toml")
    name = _name(entry.name or Path(name).name, where)
    settings = (*_changes(study.settings), *_changes(entry.settings))
    for seed in study.seeds if entry.seeds is None else entry.seeds:
        folder = out / f"{name}-{seed}"
        changes = [word for change in (*settings, f"seed={seed}") for word in ("--set", change)]
        train = ("train", *start, "--out", str(folder), "--features", str(out / "features"), *changes)
        yield Job(folder.name, name, folder, str(folder / "model"), train, _results(folder, named, where))


def _name(name: str, where: str) -> str:
    if name != Path(name).name or name.startswith("."):
        raise BadConfig(f"{where}: name = {name!r} cannot be that of a folder")
    return name


def _results(folder: Path, names: Collection[str], where: str) -> dict[str, Path]:
    if not names:
        raise BadConfig(f"{where} is measured on nothing: name benchmarks for it, or for the study")
    found = (benchmark(name).name for name in names)
    return {name: folder / f"{file_name(name)}.json" for name in found}


def file_name(name: str) -> str:
    """A benchmark's name as that of a file."""
    return name.replace("/", ".").replace(":", "-")


def _changes(settings: Mapping[str, Any], outer: str = "") -> Iterator[str]:
    """Settings as ``"key=value"`` texts, nested ones with their path."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _changes(value, f"{outer}{key}.")
        else:
            yield f"{outer}{key}={json.dumps(value, ensure_ascii=False)}"
