"""The zero-shot systems measured: beside each other, their priors, their codes, and what training takes.

    python benchmarks/zero_shot.py --runs runs/zero_shot --out benchmarks/results/zero_shot.json

Runs what is missing of the study zero_shot.toml; several programs can share the work beforehand, each with
`sketchseek study benchmarks/zero_shot.toml --out runs/zero_shot --only NAME ...`. ``--only`` here leaves out
all entries but those named; `sake` and `sake.none` must be among them.

Figures are means over seeds with the half width of their 95 % interval by Student's t. Priors are compared
with ``none`` query by query, on each query's mean over the seeds; p-values are Holm's over a split's priors.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from machine import about, write
from scipy.stats import t as student

from sketchseek.evaluation.results import read
from sketchseek.evaluation.statistics import Values, holm, interval, paired_test
from sketchseek.methods.study import Job, plan
from sketchseek.training.run import Cost, cost

STUDY = Path(__file__).with_suffix(".toml")
SPLITS = ("21", "25")
PRIORS = {
    "wordnet": "sake",
    "wordnet, path": "sake.wordnet_path",
    "word2vec": "sake.word2vec",
    "clip-vocabulary": "sake.clip",
    "shuffled:wordnet": "sake.shuffled",
}
CODED = "sake"
CODES = ("itq:64", "itq:64:gallery")
COSTS = ("seconds", "cpu_seconds", "peak_mib")


class Run(NamedTuple):
    """A model of one seed, and its result file of one benchmark."""

    model: str
    benchmark: str
    path: Path


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--only", nargs="*", default=[], help="entries of the study; all where none is named")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    jobs = plan(STUDY, chosen.runs, chosen.only)
    missing = [job.name for job in jobs if not all(map(job.measured, job.results))]
    if missing:
        only = [word for name in missing for word in ("--only", name)]
        sketchseek("study", str(STUDY), "--out", str(chosen.runs), *only)
    runs = by_split(jobs)
    result = {
        "machine": about(),
        "systems": {split: systems(found) for split, found in runs.items()},
        "priors, by map@all": {split: priors(found) for split, found in runs.items()},
        "codes, by map@all": {split: codes(found) for split, found in runs.items()},
        "costs": costs(jobs),
    }
    print(json.dumps(result, indent=2))
    if chosen.out:
        write(chosen.out, result)


def sketchseek(*words: str) -> None:
    """Run the program; what it prints is in its files, too."""
    subprocess.run([sys.executable, "-m", "sketchseek", *words], stdout=subprocess.DEVNULL, check=True)


def by_split(jobs: Sequence[Job]) -> dict[str, dict[str, list[Run]]]:
    """Split -> entry, without its split's number -> what was measured there, a seed each."""
    found: dict[str, dict[str, list[Run]]] = {split: {} for split in SPLITS}
    for job in jobs:
        for benchmark, path in job.results.items():
            split = benchmark.rpartition("-")[2]
            entry = job.entry.removesuffix(f".{split}")
            found[split].setdefault(entry, []).append(Run(job.model, benchmark, path))
    return found


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean, the half width of its 95 % interval over seeds, and the values themselves."""
    count = len(values)
    half = student.ppf(0.975, count - 1) * statistics.stdev(values) / count**0.5 if count > 1 else None
    return {
        "mean": round(statistics.fmean(values), 4),
        "half": None if half is None else round(float(half), 4),
        "seeds": [round(value, 4) for value in values],
    }


def systems(entries: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    """Every entry's figures, by metric."""
    table = {}
    for name, runs in entries.items():
        found = [read(run.path).metrics for run in runs]
        table[name] = {metric: spread([one[metric] for one in found]) for metric in found[0]}
    return dict(sorted(table.items(), key=lambda row: -float(row[1]["map@all"]["mean"])))


def priors(entries: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    """What each prior adds to ``sake``: the mean difference, its interval over queries, and p."""
    without = per_query(entries["sake.none"])
    differences = {
        name: per_query(entries[entry]) - without for name, entry in PRIORS.items() if entry in entries
    }
    p_values = holm([paired_test(values + without, without) for values in differences.values()])
    found = {}
    for (name, values), p in zip(differences.items(), p_values, strict=True):
        around = interval(values)
        found[name] = {
            "adds": round(float(values.mean()), 4),
            "low": round(around.low, 4),
            "high": round(around.high, 4),
            "p": round(p, 4),
        }
    return found


def per_query(runs: Sequence[Run]) -> Values:
    """Each query's average precision, the mean over the seeds."""
    values: Values = np.mean([read(run.path).values["map@all"] for run in runs], axis=0)
    return values


def codes(entries: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    """What 64 bits lose."""
    whole = [read(run.path).metrics["map@all"] for run in entries[CODED]]
    found: dict[str, Any] = {"real": spread(whole)}
    for name in CODES:
        coded = []
        for run in entries[CODED]:
            out = run.path.with_name(f"{run.path.stem}.{name.replace(':', '-')}.json")
            sketchseek(
                *("evaluate", run.model, "--benchmark", run.benchmark), *("--codes", name, "--out", str(out))
            )
            coded.append(read(out).metrics["map@all"])
        kept = statistics.fmean(coded) / statistics.fmean(whole)
        found[name] = {**spread(coded), "share_kept": round(kept, 4)}
    return {CODED: found}


def costs(jobs: Sequence[Job]) -> dict[str, Any]:
    """What a run takes, features and training, on average over seeds and splits of a method."""
    found: dict[str, list[Cost]] = {}
    for job in jobs:
        if took := cost(job.folder):
            found.setdefault(job.entry.rpartition(".")[0], []).append(took)
    return {
        name: {key: round(statistics.fmean(getattr(each, key) for each in took), 1) for key in COSTS}
        for name, took in found.items()
    }


if __name__ == "__main__":
    main()
