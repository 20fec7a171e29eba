"""Mid-grain alignment measured: alignments by clusterings, beside its baselines, what finding kinds takes.

    python benchmarks/midgrain.py --study midgrain --runs runs/midgrain --out benchmarks/results/midgrain.json

Runs what is missing of the study midgrain.toml or midgrain_sketchy.toml; several programs can share the work
beforehand, each with `sketchseek study benchmarks/midgrain.toml --out runs/midgrain --only NAME ...`.

Figures are means over seeds with the half width of their 95 % interval by Student's t. The method is compared
with each other entry query by query, on each query's mean over the seeds; p-values are Holm's over a
benchmark. The correlation is Spearman's, of map@all by look and by class over all runs that align.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from machine import about, write
from scipy.stats import spearmanr
from seeds import Run, Runs, beside, by_benchmark, costs, figures, finished, sketchseek

from sketchseek.evaluation.results import read
from sketchseek.methods.study import Job

HERE = Path(__file__).parent
STUDIES = ("midgrain", "midgrain_sketchy")
METHOD = "manifold.gmm"
ALIGNMENTS = ("none", "pca", "ltm", "manifold", "transport")


def main() -> None:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", choices=STUDIES, default=STUDIES[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--only", nargs="*", default=[], help="entries of the study; all where none is named")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    jobs = finished(HERE / f"{chosen.study}.toml", chosen.runs, chosen.only)
    runs = by_benchmark(jobs)
    result = {
        "machine": about(),
        "figures": {benchmark: figures(found) for benchmark, found in runs.items()},
        f"{METHOD} beside others, by map@all": {
            benchmark: beside(found, {name: (METHOD, name) for name in found if name != METHOD})
            for benchmark, found in runs.items()
            if METHOD in found
        },
        f"{METHOD}, asked for the category": {
            benchmark: figures(found)[METHOD] for benchmark, found in by_category(jobs).items()
        },
        "correlation of two levels": correlation(runs),
        "refresh": refresh(jobs),
        "costs": costs(jobs),
    }
    print(json.dumps(result, indent=2))
    if chosen.out:
        write(chosen.out, result)


def by_category(jobs: Sequence[Job]) -> Runs:
    """The method's own models, each question with its class named as well; measured where it is not yet."""
    found: Runs = {}
    for job in jobs:
        if job.entry == METHOD:
            for benchmark in job.results:
                model, path = f"category:{job.model}", job.folder / f"category.{job.results[benchmark].name}"
                sketchseek("evaluate", model, "--benchmark", benchmark, "--out", str(path))
                found.setdefault(benchmark, {}).setdefault(METHOD, []).append(Run(model, benchmark, path))
    return found


def correlation(runs: Runs) -> dict[str, float | int]:
    """Do runs that find the kind find the class? Over those that align and were asked both."""
    first = next(iter(runs.values()))
    second = next(found for name, found in runs.items() if name.partition("/")[2].startswith("category"))
    both = [
        [read(run.path).metrics["map@all"] for run in (one, other)]
        for name in first
        if name.partition(".")[0] in ALIGNMENTS and name in second
        for one, other in zip(first[name], second[name], strict=True)  # a seed each
    ]
    if len(both) < 3:
        return {"runs": len(both)}
    found = spearmanr(*zip(*both, strict=True))
    return {"runs": len(both), "spearman": round(found.statistic, 3), "p": round(found.pvalue, 4)}


def refresh(jobs: Sequence[Job]) -> dict[str, Any]:
    """What finding kinds took, as shares of training: of its own time, and of the time training waited."""
    told: dict[str, list[dict[str, float]]] = {}
    for job in jobs:
        file = job.folder / "pools" / "refresh.json"
        if file.is_file():
            told.setdefault(job.entry, []).append(json.loads(file.read_text(encoding="utf-8")))
    keys = ("refreshes", "found", "waited", "share_found", "share")
    return {
        entry: {key: round(statistics.fmean(one[key] for one in costs), 4) for key in keys}
        for entry, costs in told.items()
    }


if __name__ == "__main__":
    main()
