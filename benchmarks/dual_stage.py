"""The dual-stage framework's claim, measured: as good as end to end, in a quarter of its time and memory.

    python benchmarks/dual_stage.py --runs runs/dual_stage --out benchmarks/results/dual_stage.json

Each run is a process of its own (`sketchseek train METHOD`, then `sketchseek evaluate`), with a feature cache
of its own, so that its time and memory are all it needs: stage 1 included, loading and export left out of the
time. A run that was stopped goes on when the command is given again, and a finished one is not repeated; two
of these programs can share the work by ``--seeds``, and the last one to end writes what all have found.

``frozen`` is the common start: the backbone's features, each domain centred on its training part.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from machine import about, write
from torch import Tensor

from sketchseek.data import load_dataset, load_split
from sketchseek.encoders.huggingface import load_backbone
from sketchseek.evaluation import results
from sketchseek.methods.finish import retrieval
from sketchseek.model import load
from sketchseek.training.features import Features
from sketchseek.training.pictures import Pictures, contracts

BENCHMARK = "sketchy-subset/category"
SETTINGS: dict[str, list[str]] = {
    "dual_stage.siamese": [],
    "dual_stage.autoencoder": [],
    "siamese.end_to_end": ["epochs=6"],
}
DUAL, WHOLE = "dual_stage.siamese", "siamese.end_to_end"
COSTS = ("seconds", "cpu_seconds", "peak_mib")
METRICS = ("map@all", "map@100:hits", "acc@1", "acc@10")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--methods", nargs="*", default=list(SETTINGS), choices=list(SETTINGS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--threads", type=int, help="of each run; by default all cores")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    for seed in chosen.seeds:
        for name in chosen.methods:
            train_and_measure(name, seed, chosen.runs, chosen.threads)
    result = {"machine": about(), "benchmark": BENCHMARK} | collect(chosen.runs)
    result["frozen"] = frozen(chosen.runs / "frozen")
    print(json.dumps(result, indent=2))
    if chosen.out:
        write(chosen.out, result)


def train_and_measure(name: str, seed: int, runs: Path, threads: int | None) -> None:
    """One run from its settings to ``result.json``; what is done already is not done again."""
    folder = runs / f"{name}-{seed}"
    environment = dict(os.environ)
    if threads:
        environment["OMP_NUM_THREADS"] = str(threads)
    settings = [word for setting in [f"seed={seed}", *SETTINGS[name]] for word in ("--set", setting)]
    program = [sys.executable, "-m", "sketchseek"]
    print(f"{name}, seed {seed}", flush=True)
    subprocess.run(
        [*program, "train", name, "--out", str(folder), *settings],
        check=True,
        env=environment,
        stdout=sys.stderr,
    )
    command = [*program, "evaluate", str(folder / "model"), "--benchmark", BENCHMARK, "--no-cache"]
    command += ["--out", str(folder / "result.json")]
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)


def collect(runs: Path) -> dict[str, Any]:
    """What the finished runs found, a method at a time, and how the two that are compared relate."""
    found: dict[str, Any] = {}
    for name in SETTINGS:
        seeds = [
            one(folder) for folder in sorted(runs.glob(f"{name}-*")) if (folder / "result.json").is_file()
        ]
        if seeds:
            mean = {key: statistics.fmean(run["metrics"][key] for run in seeds) for key in METRICS}
            spread = {key: deviation([run["metrics"][key] for run in seeds]) for key in METRICS}
            cost = {key: statistics.fmean(run[key] for run in seeds) for key in COSTS}
            found[name] = {"mean": mean, "deviation": spread, **cost, "runs": seeds}
    ratios = {}
    if DUAL in found and WHOLE in found:
        ratios = {key: found[DUAL][key] / found[WHOLE][key] for key in COSTS}
    return {"methods": found, "dual_over_whole": ratios}


def deviation(values: list[float]) -> float | None:
    return statistics.stdev(values) if len(values) > 1 else None


def one(folder: Path) -> dict[str, Any]:
    """A run's figures, what it took, and how it was asked for."""
    result = results.read(folder / "result.json")
    stages = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    trained = {name: cost for name, cost in stages.items() if name != "export"}
    card = load(folder / "model").card
    return {
        "seed": result.origin.seed,
        "model": result.model,
        "metrics": {key: round(result.metrics[key], 4) for key in METRICS},
        "validation": card.figures,
        "seconds": round(sum(cost["seconds"] for cost in trained.values()), 1),
        "cpu_seconds": round(sum(cost["cpu_seconds"] for cost in trained.values()), 1),
        "peak_mib": max(cost["peak_mib"] for cost in trained.values()),
        "stages": stages,
        "settings": card.training,
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
