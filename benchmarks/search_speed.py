"""How fast a library is searched, beside the bare matrix product, and how long a search from the shell takes.

    python benchmarks/search_speed.py --model default --out benchmarks/results/search_speed.json

``library`` holds 100,000 rows, random vectors of the model's length. In turns: numpy's product of matrix
and query alone, the search (top 50, with paths and sizes from the file), the same with a filter. ``shell``
is `sketchseek search DRAWING` on a library of 10,000 rows, from the start of the process to its end.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from machine import about, write
from numpy.typing import NDArray

from sketchseek.encoders import OnnxEncoder, load_encoder
from sketchseek.library import Filter, Library
from sketchseek.library.scan import Found
from sketchseek.library.writer import Picture, Root, writing

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg"><path fill="none" stroke="black" d="M9 90 L50 9 L90 90"/></svg>'
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="default")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    encoder = load_encoder(chosen.model)
    result: dict[str, Any] = {"machine": about(), "model": encoder.model_id, "dim": encoder.dim}
    with tempfile.TemporaryDirectory() as folder:
        result["library"] = measure(Path(folder), encoder, chosen.rows, chosen.queries)
        print(result["library"], flush=True)
        result["shell"] = shell(Path(folder), encoder)
        print(result["shell"], flush=True)
    if chosen.out:
        write(chosen.out, result)


def fill(
    path: Path, encoder: OnnxEncoder, rows: int, thumbnails: Sequence[bytes] = ()
) -> NDArray[np.float32]:
    """Write a library as an index of so many photos would; returns its vectors.

    Thumbnails are taken in turns, and are 8 kB of noise where none are given.
    """
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((rows, encoder.dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    small = thumbnails or [rng.bytes(8_000)]
    Library.open(path, create=True).close()
    with writing(path) as writer:
        writer.adopt(encoder.model_id, encoder.source, encoder.dim)
        writer.add_root(Root(path.parent))
        for start in range(0, rows, 1000):
            part = range(start, min(start + 1000, rows))
            hashes = [i.to_bytes(32, "big") for i in part]
            pictures = [
                Picture(
                    digest, 4000, 3000, f"{2000 + i % 20}-01-01 00:00:00", small[i % len(small)], vectors[i]
                )
                for i, digest in zip(part, hashes, strict=True)
            ]
            files = [Found(str(path.parent / f"{i % 100:02}" / f"{i:06}.jpg"), 1, 1) for i in part]
            writer.commit(pictures, list(zip(files, hashes, strict=True)))
    return vectors


def measure(folder: Path, encoder: OnnxEncoder, rows: int, queries: int) -> dict[str, Any]:
    vectors = fill(folder / "large.sqlite", encoder, rows)
    asked = vectors[:: max(1, rows // queries)][:queries]
    with Library.open(folder / "large.sqlite") as library:
        began = time.perf_counter()
        matrix = library.matrix().vectors
        load = time.perf_counter() - began
        recent = Filter(after=date(2010, 1, 1))
        work: dict[str, Callable[[NDArray[np.float32]], object]] = {
            "product": lambda query: matrix @ query,
            "search": lambda query: library.search(query, 50, model=encoder.model_id),
            "filtered": lambda query: library.search(query, 50, model=encoder.model_id, where=recent),
        }
        times: dict[str, list[float]] = {name: [] for name in work}
        for query in asked:
            for name, step in work.items():
                began = time.perf_counter()
                step(query)
                times[name].append(1000 * (time.perf_counter() - began))
    medians = {name: statistics.median(some) for name, some in times.items()}
    return {
        "rows": rows,
        "load_s": round(load, 3),
        "median_ms": {name: round(value, 2) for name, value in medians.items()},
        "p95_ms": {name: round(float(np.percentile(some, 95)), 2) for name, some in times.items()},
        "search_of_product": round(medians["search"] / medians["product"], 2),
        "filtered_of_product": round(medians["filtered"] / medians["product"], 2),
    }


def shell(folder: Path, encoder: OnnxEncoder, runs: int = 7) -> dict[str, Any]:
    library, drawing = folder / "small.sqlite", folder / "drawing.svg"
    fill(library, encoder, 10_000)
    drawing.write_text(DRAWING, encoding="utf-8")
    command = [sys.executable, "-m", "sketchseek", "search", str(drawing), "-k", "20", "--json"]
    command += ["--library", str(library)]
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=os.environ)
        seconds.append(time.perf_counter() - began)
    return {
        "rows": 10_000,
        "median_s": round(statistics.median(seconds), 3),
        "runs_s": [round(s, 3) for s in seconds],
    }


if __name__ == "__main__":
    main()
