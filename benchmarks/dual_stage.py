"""The dual-stage framework's claim, measured: as good as end to end, in a quarter of its time and memory.

    python benchmarks/dual_stage.py --runs runs/dual_stage --out benchmarks/results/dual_stage.json

Runs the study dual_stage.toml, each run with a feature cache of its own, so that time and memory are all it
needs: stage 1 included, loading and export left out of the time. Two programs can share the work beforehand:
`sketchseek study benchmarks/dual_stage.toml --out runs/dual_stage --only NAME`.

``frozen`` is the common start: the backbone's features, each domain centred on its training part.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from machine import about, write
from torch import Tensor

from sketchseek.data import load_dataset, load_split
from sketchseek.encoders.huggingface import load_backbone
from sketchseek.methods.finish import retrieval
from sketchseek.training.features import Features
from sketchseek.training.pictures import Pictures, contracts

STUDY = Path(__file__).with_suffix(".toml")
DUAL, WHOLE = "dual_stage.siamese", "siamese.end_to_end"
COSTS = ("seconds", "cpu_seconds", "peak_mib")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    study = [sys.executable, "-m", "sketchseek", "study", str(STUDY), "--out", str(chosen.runs), "--json"]
    told = json.loads(subprocess.run(study, stdout=subprocess.PIPE, check=True).stdout)
    costs = mean_costs(told["runs"])
    ratios = {key: round(costs[DUAL][key] / costs[WHOLE][key], 3) for key in COSTS}
    result = {"machine": about(), **told, "costs": costs, "dual_over_whole": ratios}
    result["frozen"] = frozen(chosen.runs / "frozen")
    print(json.dumps(result, indent=2))
    if chosen.out:
        write(chosen.out, result)


def mean_costs(runs: list[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """What a run of each entry took, on average over the seeds."""
    entries = dict.fromkeys(run["entry"] for run in runs)
    return {
        entry: {
            key: round(statistics.fmean(run["cost"][key] for run in runs if run["entry"] == entry), 1)
            for key in COSTS
        }
        for entry in entries
    }


def frozen(cache: Path) -> dict[str, float]:
    """map@all of the frozen features: as they are, and each domain centred on its training part."""
    backbone = load_backbone()
    photo, sketch = contracts(backbone)
    sketchy, features = load_dataset("sketchy"), Features(backbone, cache)
    sides = {part: load_split(f"sketchy-subset.{part}").of(sketchy) for part in ("train", "test")}
    found: dict[str, dict[str, Tensor]] = {}
    for part, side in sides.items():
        items = {"sketch": side.sketches, "photo": side.photos}
        found[part] = {
            domain: torch.from_numpy(features.plain(Pictures(side, contract), items[domain])).float()
            for domain, contract in (("sketch", sketch), ("photo", photo))
        }
    centred = {
        domain: found["test"][domain] - found["train"][domain].mean(0) for domain in ("sketch", "photo")
    }
    kinds = {"map@all": found["test"], "map@all, centred": centred}
    return {
        kind: round(retrieval(side["sketch"], side["photo"], sides["test"])["score"], 4)
        for kind, side in kinds.items()
    }


if __name__ == "__main__":
    main()
