"""How long a shortlist takes that is compared with a drawing pair by pair, beside the encoder's own query.

    python benchmarks/rerank_speed.py --model RUN/model --out benchmarks/results/rerank_speed.json

Photos and drawings are those of the synthetic data set; the photos' regions are made and packed before, as a
library keeps them. In turns, each of so many drawings: ``embedding`` renders and embeds it, which is the
query without pairs; ``regions`` parts it; ``unpacking`` reads the photos' regions; ``pairs`` scores them.
What comes beside the embedding where pairs are compared is ``reranking``, the sum of these three; ``cpu`` is
the processor's time for it, which other work on the machine hardly changes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import about, write

from sketchseek.data import Dataset, load_dataset
from sketchseek.encoders import OnnxEncoder, encode_sketches
from sketchseek.images import fit
from sketchseek.model import load
from sketchseek.ranking import SHORTLIST
from sketchseek.rerankers.pairs import PairScorer


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, required=True, help="a model folder that compares pairs")
    parser.add_argument("--photos", type=int, default=SHORTLIST)
    parser.add_argument("--queries", type=int, default=30)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    encoder = OnnxEncoder(load(chosen.model))
    dataset = load_dataset("synthetic", seed=5, instances=3, sketches_per_photo=1)
    result = {
        "machine": about(),
        "model": encoder.model_id,
        "threads": encoder.threads,
        **measure(encoder, dataset, chosen.photos, chosen.queries),
    }
    print(result)
    if chosen.out:
        write(chosen.out, result)


def measure(encoder: OnnxEncoder, dataset: Dataset, photos: int, queries: int) -> dict[str, Any]:
    scorer = PairScorer(encoder.model, threads=encoder.threads)
    shown = [fit(dataset.photo(item), scorer.photo) for item in spread(dataset.photos, photos)]
    packed = [some for one in shown for some in scorer.photos(one[None]).packed()]
    asked = [dataset.sketch(item) for item in spread(dataset.sketches, queries + 1)]
    times: dict[str, list[float]] = {"embedding": [], "regions": [], "unpacking": [], "pairs": []}
    parts, cpu = [], []
    for sketch in asked:
        began = [time.perf_counter()]
        encode_sketches(encoder, [sketch])
        began.append(time.perf_counter())
        busy = time.process_time()
        drawn = scorer.sketches([sketch])
        began.append(time.perf_counter())
        kept = scorer.unpacked(packed)
        began.append(time.perf_counter())
        scorer.scores(drawn, kept)
        began.append(time.perf_counter())
        cpu.append(1000 * (time.process_time() - busy))
        for some, seconds in zip(times.values(), np.diff(began).tolist(), strict=True):
            some.append(1000 * seconds)
        parts.append(int(drawn.sizes[0]))
    found = {name: some[1:] for name, some in times.items()}  # the first opens the graphs
    found["reranking"] = np.sum([found[name] for name in ("regions", "unpacking", "pairs")], axis=0).tolist()
    found["cpu"] = cpu[1:]
    medians = {name: statistics.median(some) for name, some in found.items()}
    return {
        "photos": len(packed),
        "queries": len(asked) - 1,
        "regions": {
            "drawing": statistics.median(parts),
            "photo": statistics.median(int.from_bytes(some[:2], "little") for some in packed),
            "photo_bytes": round(statistics.mean(map(len, packed))),
        },
        "median_ms": {name: round(value, 2) for name, value in medians.items()},
        "p95_ms": {name: round(float(np.percentile(some, 95)), 2) for name, some in found.items()},
        "reranking_of_embedding": round(medians["reranking"] / medians["embedding"], 2),
    }


def spread(items: tuple[Any, ...], count: int) -> list[Any]:
    """So many of the items, from all over the table."""
    places = np.linspace(0, len(items) - 1, count).round().astype(int)
    return [items[place] for place in places.tolist()]


if __name__ == "__main__":
    main()
