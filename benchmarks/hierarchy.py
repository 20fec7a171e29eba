"""The hierarchy measured as pairs: beside its baselines, by its number of regions, with merges that are told.

    python benchmarks/hierarchy.py --runs runs/hierarchy --out benchmarks/results/hierarchy.json

Trains what is missing of hierarchy.toml, hierarchy_regions.toml or hierarchy_screens.toml, then compares
every query with every photo of the gallery; what is done is not done again.

Figures are means over seeds with the half width of their 95 % interval by Student's t. The first entry is
compared with each other one query by query, on each query's acc@1, the mean over the seeds; p-values are
Holm's over a benchmark.

Whether the tree acts is asked on every fourth query: how deep a region of the sketch lies on average, how
evenly the first merge's probability is spread over the pairs (1: evenly), how many different trees a sketch
has over the gallery, and acc@1 with the merges that were chosen and with merges drawn by chance.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from machine import about, write
from numpy.typing import NDArray
from pairs import measured, regions
from seeds import costs, differences, sketchseek, spread
from torch import Tensor

from sketchseek.evaluation.benchmarks import benchmark
from sketchseek.evaluation.metrics import metric
from sketchseek.evaluation.trial import prepare
from sketchseek.methods.hierarchy.config import Config
from sketchseek.methods.hierarchy.network import Hierarchy
from sketchseek.methods.hierarchy.pairs import Pair
from sketchseek.methods.hierarchy.variants import VARIANTS
from sketchseek.methods.study import Job, file_name, plan
from sketchseek.model import load
from sketchseek.rerankers.pairs import PairScorer
from sketchseek.training.config import from_dict

HERE = Path(__file__).parent
STUDIES = ("hierarchy", "hierarchy_regions", "hierarchy_screens")
EACH = 4  # queries of which one is asked whether the tree acts
SOME = 512  # pairs at once

Found = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]  # benchmark -> entry -> a seed each


def main() -> None:
    """Train, measure and write the result file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", choices=STUDIES, default=STUDIES[0])
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("--only", nargs="*", default=[], help="entries or runs; all where none is named")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    jobs = plan(HERE / f"{chosen.study}.toml", chosen.runs, chosen.only)
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for job in jobs:
        if not job.trained:
            sketchseek(*job.train)
        for name in job.results:
            found.setdefault(name, {}).setdefault(job.entry, []).append(kept(job, name))
        print(
            job.name, {name: by[job.entry][-1]["metrics"]["acc@1"] for name, by in found.items()}, flush=True
        )
    write(chosen.out, {"machine": about(), **told(found), "trees": trees(jobs), "costs": costs(jobs)})


def kept(job: Job, name: str) -> dict[str, Any]:
    """What a job's model scores as pairs on a benchmark, from its file if that is there."""
    path = job.folder / f"pairs.{file_name(name)}.json"
    if not path.is_file():
        write(path, measured(Path(job.model), name))
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def told(found: Found) -> dict[str, Any]:
    """Figures, the first entry beside all others, settings and seconds."""
    first = next(iter(next(iter(found.values()))))
    return {
        "figures": {
            name: {
                entry: {key: spread([run["metrics"][key] for run in runs]) for key in runs[0]["metrics"]}
                for entry, runs in entries.items()
            }
            for name, entries in found.items()
        },
        f"{first} beside others, by acc@1": {
            name: differences(
                {
                    other: (per_query(entries[first]), per_query(runs))
                    for other, runs in entries.items()
                    if other != first
                }
            )
            for name, entries in found.items()
        },
        "seconds, one thread": {
            entry: [run["seconds"] for run in runs] for entry, runs in next(iter(found.values())).items()
        },
        "settings": {entry: runs[0]["training"] for entry, runs in next(iter(found.values())).items()},
    }


def per_query(runs: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Each query's acc@1, the mean over the seeds."""
    values: NDArray[np.float64] = np.mean([run["values"]["acc@1"] for run in runs], axis=0)
    return values


def trees(jobs: Sequence[Job]) -> dict[str, Any]:
    """Whether the trees act, of all entries that choose what is merged, on their first benchmark."""
    found: dict[str, list[Mapping[str, float]]] = {}
    for job in jobs:
        config = from_dict(Config, dict(load(Path(job.model)).card.training))
        if config.merges == "chosen" and isinstance(VARIANTS[config.variant](2, 2), Hierarchy):
            path = job.folder / "trees.json"
            if not path.is_file():
                write(path, acting(job, config, next(iter(job.results))))
            found.setdefault(job.entry, []).append(json.loads(path.read_text(encoding="utf-8")))
    return {
        entry: {key: spread([run[key] for run in runs]) for key in runs[0]} for entry, runs in found.items()
    }


@torch.inference_mode()
def acting(job: Job, config: Config, name: str) -> dict[str, float]:
    """What a model's trees are like, and what its scores are worth with and without its own choice."""
    trial = prepare(benchmark(name))
    asked = np.arange(0, len(trial.queries), EACH)
    left, right = regions(PairScorer(load(Path(job.model)), threads=1), trial)
    left = left.take(asked)
    pair = trained(job.folder / "training" / "best.ckpt", config)
    sketches, photos = (
        (torch.from_numpy(side.values), torch.from_numpy(side.sizes)) for side in (left, right)
    )
    rng = np.random.default_rng(config.seed)
    drawn = [torch.from_numpy(by_chance(side.sizes, side.values.shape[1], rng)) for side in (left, right)]
    accuracy = metric("acc@1")
    right_ones = trial.relevance()[asked]
    merges = chosen(pair, sketches, photos)
    return {
        "queries": len(asked),
        "depth": float(
            np.mean([depth(one, size) for one, size in zip(merges[:, 0], left.sizes, strict=True)])
        ),
        "evenness": evenness(pair, sketches),
        "trees": float(np.mean([len(np.unique(of.reshape(len(of), -1), axis=0)) for of in merges])),
        "acc@1": float(accuracy(pair.table(sketches, photos).numpy(), right_ones).mean()),
        "acc@1, by chance": float(
            accuracy(pair.table(sketches, photos, (drawn[0], drawn[1])).numpy(), right_ones).mean()
        ),
    }


def trained(checkpoint: Path, config: Config) -> Pair:
    """What compares pairs, with the weights of a run's best epoch."""
    pair = Pair(VARIANTS[config.variant](config.dim, config.hidden))
    weights = torch.load(checkpoint, weights_only=True)["state_dict"]
    own = {key.removeprefix("pair."): value for key, value in weights.items() if key.startswith("pair.")}
    pair.load_state_dict(own)
    return pair.eval()


def chosen(pair: Pair, sketches: tuple[Tensor, Tensor], photos: tuple[Tensor, Tensor]) -> NDArray[np.int64]:
    """(Q, G, M - 1, 2): how each sketch is merged beside each photo."""
    count = len(photos[1])
    parts = []
    for some in torch.split(torch.arange(len(sketches[1]) * count), SOME):
        one, other = some // count, some % count
        found = pair.compare((sketches[0][one], sketches[1][one]), (photos[0][other], photos[1][other]))
        parts.append(found.sketch_merges)
    table: NDArray[np.int64] = torch.cat(parts).reshape(-1, count, *parts[0].shape[1:]).numpy()
    return table


def evenness(pair: Pair, sketches: tuple[Tensor, Tensor]) -> float:
    """Entropy of the first merge's probabilities over its greatest: the mean over sketches."""
    shares = []
    for nodes, size in zip(*sketches, strict=True):
        if size > 2:
            first, second = torch.triu_indices(int(size), int(size), 1)
            found = torch.distributions.Categorical(
                logits=pair.compare.sketch_merge.logits(nodes[None], first, second)
            )
            shares.append(float(found.entropy()) / float(np.log(len(first))))
    return float(np.mean(shares))


def depth(merges: NDArray[np.int64], size: int) -> float:
    """How many merges a region takes part in, on average, until one is left."""
    depths = {region: [region] for region in range(size)}
    total = 0
    for step, (one, other) in enumerate(merges[: size - 1].tolist()):
        depths[size + step] = depths.pop(one) + depths.pop(other)
        total += len(depths[size + step])
    return total / size


def by_chance(sizes: NDArray[np.int64], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(N, most - 1, 2) merges drawn evenly, named as in `Forest`; -1 behind each picture's last."""
    merges = np.full((len(sizes), most - 1, 2), -1, np.int64)
    for row, size in zip(merges, sizes.tolist(), strict=True):
        names = list(range(size))
        for step in range(size - 1):
            pair = [names.pop(rng.integers(len(names))) for _ in range(2)]
            row[step] = pair
            names.append(size + step)
    return merges


if __name__ == "__main__":
    main()
