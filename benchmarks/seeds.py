"""What the runs of a study come to: figures over seeds, two entries beside each other, costs."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

from sketchseek.evaluation.results import read
from sketchseek.evaluation.statistics import Values, holm, interval, paired_test
from sketchseek.methods.study import Job, plan
from sketchseek.training.run import Cost, cost

COSTS = ("seconds", "cpu_seconds", "peak_mib")


class Run(NamedTuple):
    """A model of one seed, and its result file of one benchmark."""

    model: str
    benchmark: str
    path: Path


Runs = dict[str, dict[str, list[Run]]]
"""Benchmark -> entry -> what was measured there, a seed each."""


def finished(study: Path, folder: Path, only: Sequence[str] = ()) -> tuple[Job, ...]:
    """The jobs of a study, once all of them are done; what is missing is run."""
    jobs = plan(study, folder, only)
    missing = [job.name for job in jobs if not all(map(job.measured, job.results))]
    if missing:
        names = [word for name in missing for word in ("--only", name)]
        sketchseek("study", str(study), "--out", str(folder), *names)
    return jobs


def by_benchmark(jobs: Sequence[Job]) -> Runs:
    """What the jobs of a study measured."""
    found: Runs = {}
    for job in jobs:
        for benchmark, path in job.results.items():
            run = Run(job.model, benchmark, path)
            found.setdefault(benchmark, {}).setdefault(job.entry, []).append(run)
    return found


def sketchseek(*words: str) -> None:
    """Run the program; what it prints is in its files, too."""
    subprocess.run([sys.executable, "-m", "sketchseek", *words], stdout=subprocess.DEVNULL, check=True)


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean, the half width of its 95 % interval over seeds, and the values themselves."""
    count = len(values)
    half = student.ppf(0.975, count - 1) * statistics.stdev(values) / count**0.5 if count > 1 else None
    return {
        "mean": round(statistics.fmean(values), 4),
        "half": None if half is None else round(float(half), 4),
        "seeds": [round(value, 4) for value in values],
    }


def figures(entries: Mapping[str, Sequence[Run]], first: str = "map@all") -> dict[str, Any]:
    """Every entry's figures, by metric, the best by the one that is named first."""
    table = {}
    for name, runs in entries.items():
        found = [read(run.path).metrics for run in runs]
        table[name] = {metric: spread([one[metric] for one in found]) for metric in found[0]}
    return dict(sorted(table.items(), key=lambda row: -float(row[1][first]["mean"])))


def beside(
    entries: Mapping[str, Sequence[Run]], pairs: Mapping[str, tuple[str, str]], metric: str = "map@all"
) -> dict[str, Any]:
    """What one entry adds to another: the mean difference, its interval over queries, and p."""
    there = {name: pair for name, pair in pairs.items() if entries.keys() >= set(pair)}
    values = {
        name: tuple(per_query(entries[entry], metric) for entry in pair) for name, pair in there.items()
    }
    return differences(values)


def differences(values: Mapping[str, tuple[Values, ...]]) -> dict[str, Any]:
    """By name, what one system's values of the queries add to another's; p is Holm's over all names."""
    p_values = holm([paired_test(one, other) for one, other in values.values()])
    found = {}
    for (name, (one, other)), p in zip(values.items(), p_values, strict=True):
        around = interval(one - other)
        found[name] = {
            "adds": round(float((one - other).mean()), 4),
            "low": round(around.low, 4),
            "high": round(around.high, 4),
            "p": round(p, 4),
        }
    return found


def per_query(runs: Sequence[Run], metric: str) -> Values:
    """Each query's own figure, the mean over the seeds."""
    values: Values = np.mean([read(run.path).values[metric] for run in runs], axis=0)
    return values


def costs(jobs: Sequence[Job], name: Callable[[Job], str] = lambda job: job.entry) -> dict[str, Any]:
    """What a run takes, features and training, on average over the jobs of a name."""
    found: dict[str, list[Cost]] = {}
    for job in jobs:
        if took := cost(job.folder):
            found.setdefault(name(job), []).append(took)
    return {
        entry: {key: round(statistics.fmean(getattr(each, key) for each in took), 1) for key in COSTS}
        for entry, took in found.items()
    }
