"""How fast a large benchmark is evaluated, beside the bare matrix product with a full sort of every ranking.

    python benchmarks/evaluation_speed.py --out benchmarks/results/evaluation_speed.json

1,000 queries over 100,000 gallery items of 100 classes, unit vectors of 256 numbers around their class's own.
In turns: ``plain`` is the product of both matrices and numpy's argsort of each row, 64 queries at a time,
nothing kept; ``evaluation`` is all that `sketchseek evaluate` does once it has the embeddings: eight metrics,
the interval, the curve, the plane, the best ten of each query. ``peak_mib`` is what each holds at most beyond
the embeddings, measured in a further turn, since measuring slows Python down.
"""

from __future__ import annotations

import argparse
import statistics
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import about, write
from numpy.typing import NDArray

from sketchseek.data import Dataset, DatasetCard, Item
from sketchseek.evaluation.benchmarks import Benchmark, Part
from sketchseek.evaluation.metrics import metrics
from sketchseek.evaluation.run import describe, judge_all
from sketchseek.evaluation.statistics import interval
from sketchseek.evaluation.trial import Trial

CLASSES, DIM, BLOCK = 100, 256, 64
METRICS = ("map@all", "map@all:interpolated", "map@100:hits", "map@200", "p@10", "p@100", "acc@1", "acc@10")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--gallery", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    result = {"machine": about()} | measure(chosen.queries, chosen.gallery, chosen.rounds)
    print(result, flush=True)
    if chosen.out:
        write(chosen.out, result)


def measure(queries: int, gallery: int, rounds: int) -> dict[str, Any]:
    trial = make_trial(queries, gallery)
    sketches, photos = vectors(queries, 1), vectors(gallery, 2)
    work: dict[str, Callable[[], object]] = {
        "plain": lambda: plain(sketches, photos),
        "evaluation": lambda: evaluation(trial, sketches, photos),
    }
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, step in work.items():
            began = time.perf_counter()
            step()
            seconds[name].append(round(time.perf_counter() - began, 3))
    medians = {name: statistics.median(some) for name, some in seconds.items()}
    return {
        "queries": queries,
        "gallery": gallery,
        "dim": DIM,
        "seconds": seconds,
        "of_plain": round(medians["evaluation"] / medians["plain"], 2),
        "peak_mib": {name: peak(step) for name, step in work.items()},
        "embeddings_mib": round((sketches.nbytes + photos.nbytes) / 2**20, 1),
    }


def plain(sketches: NDArray[np.float32], photos: NDArray[np.float32]) -> None:
    for start in range(0, len(sketches), BLOCK):
        for row in sketches[start : start + BLOCK] @ photos.T:
            np.argsort(row)


def evaluation(trial: Trial, sketches: NDArray[np.float32], photos: NDArray[np.float32]) -> None:
    wanted = metrics(METRICS)
    judged = judge_all(trial, wanted, lambda block: sketches[block] @ photos.T, lambda _: None)
    describe(trial, judged, sketches, photos)
    interval(judged.headline)


def peak(step: Callable[[], object]) -> float:
    tracemalloc.start()
    try:
        step()
        return round(tracemalloc.get_traced_memory()[1] / 2**20, 1)
    finally:
        tracemalloc.stop()


def vectors(count: int, seed: int) -> NDArray[np.float32]:
    centres = np.random.default_rng(0).standard_normal((CLASSES, DIM))
    noise = np.random.default_rng(seed).standard_normal((count, DIM))
    rows = (centres[np.arange(count) % CLASSES] + 3 * noise).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_trial(queries: int, gallery: int) -> Trial:
    """Items without pictures: sketches and photos go through the classes in turn."""
    sides = [
        tuple(
            Item(f"{domain}/{n % CLASSES}/{n}", domain, str(n % CLASSES), f"{domain}/{n}")
            for n in range(count)
        )
        for domain, count in (("sketch", queries), ("photo", gallery))
    ]
    benchmark = Benchmark(
        name="speed/category",
        title="Speed",
        description="None.",
        dataset="speed",
        queries=Part(),
        gallery=Part(),
        relevance="class",
        metrics=METRICS,
        unseen="photos",
    )
    dataset = Dataset("speed", None, (*sides[0], *sides[1]), DatasetCard("speed", "", "", "", "", ""))
    return Trial(benchmark, dataset, *sides)


if __name__ == "__main__":
    main()
