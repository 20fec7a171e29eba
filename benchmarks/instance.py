"""The very chair: figures over seeds, what the parts are worth, and how unfinished drawings fare.

    python benchmarks/instance.py --runs runs/instance --out benchmarks/results/instance.json

Runs what is missing of the study instance.toml. ``encoder`` is `instance`'s own shortlist, its pairs not
compared. Figures are means over seeds with the half width of their 95 % interval by Student's t; entries are
set beside each other query by query, by acc@1, with Holm's p-values. The drawing is of seed 0.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from machine import about, write
from seeds import Run, Runs, beside, by_benchmark, costs, figures, finished, sketchseek

from sketchseek.evaluation import figures as drawings
from sketchseek.evaluation.results import read
from sketchseek.methods.study import Job

METHOD, PARTIAL = "instance", "qmul-chairv2/partial"
CURVES = Path(__file__).parents[1] / "docs" / "images" / "unfinished.svg"


def main() -> None:
    """Measure, write the result file and the drawing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--only", nargs="*", default=[], help="entries of the study; all where none is named")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--curves", type=Path, default=CURVES, help="where the drawing goes, an SVG")
    chosen = parser.parse_args()
    jobs = finished(Path(__file__).with_suffix(".toml"), chosen.runs, chosen.only)
    runs = by_benchmark(jobs)
    for benchmark, some in encoders(jobs).items():
        runs[benchmark]["encoder"] = some
    result = {
        "machine": about(),
        "figures": {benchmark: figures(found, "acc@1") for benchmark, found in runs.items()},
        f"{METHOD} beside others, by acc@1": {
            benchmark: beside(found, {name: (METHOD, name) for name in found if name != METHOD}, "acc@1")
            for benchmark, found in runs.items()
            if benchmark != PARTIAL
        },
        "costs": costs(jobs),
    }
    print(json.dumps(result, indent=2))
    if chosen.out:
        write(chosen.out, result)
    chosen.curves.write_bytes(curves(runs))


def encoders(jobs: Sequence[Job]) -> dict[str, list[Run]]:
    """The method's models without their pairs; measured where they are not yet."""
    found: dict[str, list[Run]] = {}
    for job in jobs:
        if job.entry == METHOD:
            for benchmark, result in job.results.items():
                path = job.folder / f"encoder.{result.name}"
                words = ("--benchmark", benchmark, "--shortlist", "0", "--out", str(path))
                sketchseek("evaluate", job.model, *words)
                found.setdefault(benchmark, []).append(Run(job.model, benchmark, path))
    return found


def curves(runs: Runs) -> bytes:
    """How drawings fare while they are drawn, a line an entry."""
    early = {name: read(some[0].path).facts["details"]["early"] for name, some in runs[PARTIAL].items()}
    told = {name: (some["percentile"], some["inverse"]) for name, some in early.items()}
    return drawings.unfinished(next(iter(early.values()))["shares"], told)


if __name__ == "__main__":
    main()
