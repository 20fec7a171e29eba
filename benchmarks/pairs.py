"""How a model of pairs ranks: every query of a benchmark compared with every photo of its gallery.

    python benchmarks/pairs.py --model DIR --benchmark qmul-chairv2/instance --out FILE

Metrics are the benchmark's own, ties against; all pairs are compared, without a shortlist before.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from machine import about, write

from sketchseek.evaluation.benchmarks import benchmark
from sketchseek.evaluation.metrics import metric
from sketchseek.evaluation.run import judge_all
from sketchseek.evaluation.trial import prepare
from sketchseek.images import fit
from sketchseek.model import load
from sketchseek.rerankers.pairs import PairScorer


def main() -> None:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="the model folder of a run of `hierarchy`")
    parser.add_argument("--benchmark", default="qmul-chairv2/instance")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    trial = prepare(benchmark(args.benchmark))
    scorer = PairScorer(load(args.model))
    start = time.perf_counter()
    opened = (trial.dataset.photo(item, scorer.photo.size) for item in trial.gallery)
    photos = scorer.photos(np.stack([fit(picture, scorer.photo) for picture in opened]))
    sketches = scorer.sketches([trial.dataset.sketch(item) for item in trial.queries])
    seen = time.perf_counter()
    judged = judge_all(
        trial,
        [metric(name) for name in trial.benchmark.metrics],
        lambda block: scorer.scores(sketches.take(np.arange(block.start, block.stop)), photos),
        lambda event: print(f"{event.done} of {event.total}", flush=True),
    )
    pairs = len(trial.queries) * len(trial.gallery)
    result = {
        "model": scorer.model_id,
        "training": dict(scorer.model.card.training),
        "benchmark": {"name": trial.benchmark.name, "digest": trial.benchmark.digest},
        "queries": len(trial.queries),
        "gallery": len(trial.gallery),
        "metrics": {name: round(float(values.mean()), 4) for name, values in judged.values.items()},
        "seconds": {
            "regions": round(seen - start, 1),
            "pairs": round(time.perf_counter() - seen, 1),
            "a_pair": round((time.perf_counter() - seen) / pairs, 6),
        },
        **about(),
    }
    print(json.dumps(result["metrics"]))
    write(args.out, result)


if __name__ == "__main__":
    main()
