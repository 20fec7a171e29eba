"""How fast binary codes are searched, beside the exact search of the embeddings that they were made of.

    python benchmarks/code_search_speed.py --out benchmarks/results/code_search_speed.json

A million unit vectors of 256 numbers around the centres of 1,000 classes, and their codes of 64 bits. In
turns, the best 50 of each query by `sketchseek.ranking.rank` (float32 inner products) and by
`sketchseek.evaluation.hashing.rank` (Hamming distances): ``one`` query a call, and all in a call (``batch``);
medians in milliseconds a query. ``cpu_ms`` is the time of all threads together: it tells more where other
programs use the machine too.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from machine import about, write
from numpy.typing import NDArray

from sketchseek import ranking
from sketchseek.evaluation import hashing

CLASSES, DIM, BITS, BEST = 1_000, 256, 64, 50
FITTED_TO, CHUNK = 10_000, 50_000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    result = {"machine": about()} | measure(chosen.rows, chosen.queries, chosen.rounds)
    print(result, flush=True)
    if chosen.out:
        write(chosen.out, result)


def measure(rows: int, queries: int, rounds: int) -> dict[str, Any]:
    photos, sketches = vectors(rows, 1), vectors(queries, 2)
    hasher = hashing.fit(photos[:FITTED_TO], BITS)
    codes = np.concatenate([hasher.codes(photos[at : at + CHUNK]) for at in range(0, rows, CHUNK)])
    asked, names = hasher.codes(sketches), [str(row) for row in range(rows)]

    def exact(some: slice) -> object:
        return ranking.rank(sketches[some], photos, gallery_ids=names, k=BEST)

    def coded(some: slice) -> object:
        return hashing.rank(asked[some], codes, gallery_ids=names, k=BEST)

    work: dict[str, Callable[[slice], object]] = {"exact": exact, "codes": coded}
    calls = {"one": [slice(at, at + 1) for at in range(queries)], "batch": [slice(queries)]}
    result: dict[str, Any] = {"rows": rows, "queries": queries, "dim": DIM, "bits": BITS, "best": BEST}
    for kind, parts in calls.items():
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in work}
        for part in parts * rounds:
            for name, step in work.items():
                began = time.perf_counter(), time.process_time()
                step(part)
                ended = time.perf_counter(), time.process_time()
                times[name].append((ended[0] - began[0], ended[1] - began[1]))
        each = 1000 * len(parts) / queries
        for unit, clock in (("ms", 0), ("cpu_ms", 1)):
            medians = {name: each * statistics.median(t[clock] for t in some) for name, some in times.items()}
            result[f"{kind}_{unit}"] = {name: round(value, 3) for name, value in medians.items()} | {
                "times_as_fast": round(medians["exact"] / medians["codes"], 1)
            }
    return result


def vectors(count: int, seed: int) -> NDArray[np.float32]:
    """Unit vectors: a class's centre, and noise that is larger in some directions than in others."""
    spread = np.linspace(2, 0.2, DIM, dtype=np.float32)
    centres = np.random.default_rng(0).standard_normal((CLASSES, DIM), np.float32) * spread
    rows = np.random.default_rng(seed).standard_normal((count, DIM), np.float32)
    rows *= spread
    rows += centres[np.arange(count) % CLASSES]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


if __name__ == "__main__":
    main()
