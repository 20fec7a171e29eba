"""How long each alignment of a class takes in mid-grain training.

    OMP_NUM_THREADS=2 python benchmarks/alignment_speed.py --out benchmarks/results/alignment_speed.json

2,000 sketches and 2,000 photos, unit vectors of 256 numbers around eight kinds, the sketches turned, moved;
each sketch has a photo that it was drawn from. In turns, and of each the median.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from machine import about, write

from sketchseek.methods.midgrain.affine import Points
from sketchseek.methods.midgrain.alignment import ALIGNMENTS, align

KINDS = 8


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=2_000, help="sketches, and as many photos")
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    result = {"machine": about(), "threads": threads} | measure(chosen.items, chosen.dim, chosen.rounds)
    print(result, flush=True)
    if chosen.out:
        write(chosen.out, result)


def measure(items: int, dim: int, rounds: int) -> dict[str, Any]:
    sketches, photos = sides(items, dim)
    pairs = np.stack([np.arange(items)] * 2, axis=1)
    seconds: dict[str, list[float]] = {name: [] for name in ALIGNMENTS}
    for _ in range(rounds):
        for name, some in seconds.items():
            began = time.perf_counter()
            align(name, sketches, photos, pairs)
            some.append(round(time.perf_counter() - began, 3))
    medians = {name: statistics.median(some) for name, some in seconds.items()}
    return {"items": items, "dim": dim, "median_s": medians, "seconds": seconds}


def sides(items: int, dim: int) -> tuple[Points, Points]:
    rng = np.random.default_rng(0)
    photos = rng.standard_normal((KINDS, dim))[np.arange(items) % KINDS] + rng.standard_normal((items, dim))
    turn = np.linalg.qr(np.eye(dim) + 0.3 * dim**-0.5 * rng.standard_normal((dim, dim)))[0]
    turn *= np.sign(np.diag(turn))
    sketches = (photos + 0.5 * rng.standard_normal((items, dim))) @ turn + 0.5
    return units(sketches), units(photos)


def units(rows: Points) -> Points:
    lengths: Points = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / lengths


if __name__ == "__main__":
    main()
