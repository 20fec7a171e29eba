"""The zero-shot systems measured: beside each other, their priors, their codes, and what training takes.

    python benchmarks/zero_shot.py --runs runs/zero_shot --out benchmarks/results/zero_shot.json

Runs what is missing of the study zero_shot.toml; several programs can share the work beforehand, each with
`sketchseek study benchmarks/zero_shot.toml --out runs/zero_shot --only NAME ...`. ``--only`` here leaves out
all entries but those named; `sake` must be among them.

Figures are means over seeds with the half width of their 95 % interval by Student's t. Two entries are
compared query by query, on each query's mean over the seeds; p-values are Holm's over what is asked at once.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from machine import about, write
from seeds import Run, beside, costs, figures, finished, sketchseek, spread

from sketchseek.evaluation.results import read
from sketchseek.methods.study import Job

STUDY = Path(__file__).with_suffix(".toml")
SPLITS = ("21", "25")
PRIORS = {
    "wordnet": "sake",
    "wordnet, path": "sake.wordnet_path",
    "word2vec": "sake.word2vec",
    "clip-vocabulary": "sake.clip",
    "shuffled:wordnet": "sake.shuffled",
}
SYSTEMS = ("doodle2search", "sake", "composed", "contrastive")
UNTRAINED = "centred"
CODED = "sake"
CODES = ("itq:64", "itq:64:gallery")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--only", nargs="*", default=[], help="entries of the study; all where none is named")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    jobs = finished(STUDY, chosen.runs, chosen.only)
    every = by_split(jobs)
    runs = {split: every[split] for split in SPLITS}
    result = {
        "machine": about(),
        "systems": {split: figures(found) for split, found in every.items()},
        "beside centred features, by map@all": {
            split: beside(found, {name: (name, UNTRAINED) for name in SYSTEMS})
            for split, found in runs.items()
        },
        "beside each other, by map@all": {
            split: beside(
                found, {f"{one} - {other}": (one, other) for other, one in combinations(SYSTEMS, 2)}
            )
            for split, found in runs.items()
        },
        "priors, by map@all": {
            split: beside(found, {prior: (name, "sake.none") for prior, name in PRIORS.items()})
            for split, found in runs.items()
        },
        "codes, by map@all": {split: codes(found) for split, found in runs.items()},
        "costs": costs(jobs, lambda job: job.entry.rpartition(".")[0]),
    }
    print(json.dumps(result, indent=2))
    if chosen.out:
        write(chosen.out, result)


def by_split(jobs: Sequence[Job]) -> dict[str, dict[str, list[Run]]]:
    """Split ("21", "generalised-21") -> entry, without its number -> what was measured there, a seed each."""
    found: dict[str, dict[str, list[Run]]] = {split: {} for split in SPLITS}
    for job in jobs:
        for benchmark, path in job.results.items():
            split = benchmark.partition("/")[2].removeprefix("zero-shot-")
            entry = job.entry.removesuffix(f".{split.rpartition('-')[2]}")
            run = Run(job.model, benchmark, path)
            found.setdefault(split, {}).setdefault(entry, []).append(run)
    return found


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


if __name__ == "__main__":
    main()
