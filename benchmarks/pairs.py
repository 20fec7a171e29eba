"""How a model of pairs ranks: every query of a benchmark compared with every photo of its gallery.

    python benchmarks/pairs.py --model DIR --benchmark qmul-chairv2/instance --out FILE

Metrics are the benchmark's own, ties against; all pairs are compared, without a shortlist before.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import about, write

from sketchseek.evaluation.benchmarks import benchmark
from sketchseek.evaluation.metrics import metric
from sketchseek.evaluation.run import judge_all
from sketchseek.evaluation.trial import Trial, prepare
from sketchseek.images import fit
from sketchseek.model import load
from sketchseek.rerankers.pairs import PairScorer, Regions
from sketchseek.rerankers.regions import of_elements


def main() -> None:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="the model folder of a run of `hierarchy`")
    parser.add_argument("--benchmark", default="qmul-chairv2/instance")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    result = {**measured(args.model, args.benchmark), **about()}
    del result["values"]
    print(json.dumps(result["metrics"]))
    write(args.out, result)


def measured(model: Path, name: str) -> dict[str, Any]:
    """A model's figures on a benchmark, the value of each query among them, and what they took.

    Seconds are of one thread: of the clock, and of the processor where ``cpu`` is said.
    """
    trial, scorer = prepare(benchmark(name)), PairScorer(load(model), threads=1)
    start = time.perf_counter()
    sketches, photos = regions(scorer, trial)
    seen, busy = time.perf_counter(), time.process_time()
    judged = judge_all(
        trial,
        [metric(name) for name in trial.benchmark.metrics],
        lambda block: scorer.scores(sketches.take(np.arange(block.start, block.stop)), photos),
        lambda event: None,
    )
    done, worked = time.perf_counter(), time.process_time()
    pairs = len(trial.queries) * len(trial.gallery)
    return {
        "model": scorer.model_id,
        "training": dict(scorer.model.card.training),
        "benchmark": {"name": trial.benchmark.name, "digest": trial.benchmark.digest},
        "queries": len(trial.queries),
        "gallery": len(trial.gallery),
        "metrics": {name: round(float(values.mean()), 4) for name, values in judged.values.items()},
        "values": {name: values.round(6).tolist() for name, values in judged.values.items()},
        "seconds": {
            "regions": round(seen - start, 1),
            "pairs": round(done - seen, 1),
            "a_pair": round((done - seen) / pairs, 6),
            "a_pair_cpu": round((worked - busy) / pairs, 6),
        },
    }


def regions(scorer: PairScorer, trial: Trial) -> tuple[Regions, Regions]:
    """All queries and the whole gallery of a benchmark as regions; elements are told where wanted."""
    dataset, told = trial.dataset, scorer.regions.finder == "elements"
    pixels, boxes = [], []
    for item in trial.gallery:
        photo = dataset.photo(item) if told else dataset.photo(item, scorer.photo.size)
        pixels.append(fit(photo, scorer.photo))
        if told:
            boxes.append(of_elements(dataset.elements(item), photo.size, scorer.photo, scorer.regions.most))
    shown = scorer.photos(np.stack(pixels), boxes or None)
    return scorer.sketches([dataset.sketch(item) for item in trial.queries]), shown


if __name__ == "__main__":
    main()
