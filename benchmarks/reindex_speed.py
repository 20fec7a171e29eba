"""How long `sketchseek index` takes where nothing has changed, and that it embeds nothing.

    python benchmarks/reindex_speed.py --photos 100000 --out benchmarks/results/reindex_speed.json

So many small JPEGs, no two alike, are written into folders of 1,000, and a library that knows them all: with
random vectors of the model's length and thumbnails of 8 kB, as an index of photos would have written it. Then
the command runs as a user runs it, from the start of the process to its end. ``runs_s`` are the runs in
order, ``cpu_s`` what each took of all cores together: it tells most where other programs use the machine too.
The system may have the folders in its memory, since they have just been written.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from machine import about, write
from PIL import Image

from sketchseek.encoders import OnnxEncoder, load_encoder
from sketchseek.library import Library, Limits
from sketchseek.library.scan import Found, walk
from sketchseek.library.writer import Picture, Root, writing

FOLDER = 1000  # photos in each
SIDE = 24  # pixels
THUMBNAIL = 8_000  # bytes


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="default")
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    encoder = load_encoder(chosen.model)
    result: dict[str, Any] = {"machine": about(), "model": encoder.model_id}
    with tempfile.TemporaryDirectory() as folder:
        photos, library = Path(folder) / "photos", Path(folder) / "library.sqlite"
        result["photos"] = chosen.photos
        result["bytes_each"] = make_photos(photos, chosen.photos)
        fill(library, photos, encoder)
        result["library_bytes"] = library.stat().st_size
        load = about()["load_before"]
        runs = [rerun(library, photos, chosen.model, chosen.photos) for _ in range(chosen.runs)]
    seconds, cpu = zip(*runs, strict=True)
    result["load_before_runs"] = load
    result["runs_s"] = [round(each, 2) for each in seconds]
    result["cpu_s"] = [round(each, 2) for each in cpu]
    result["median_s"] = round(statistics.median(seconds), 2)
    result["embedded"] = 0  # or `rerun` had failed
    print(result)
    if chosen.out:
        write(chosen.out, result)


def make_photos(folder: Path, count: int) -> float:
    """Write small JPEGs of different colours and noise; returns the bytes of one, on average."""
    rng = np.random.default_rng(0)
    total = 0
    met: set[bytes] = set()
    for number in range(count):
        below = folder / f"{number // FOLDER:04}"
        if number % FOLDER == 0:
            below.mkdir(parents=True)
        out = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)).save(out, "JPEG", quality=70)
        (below / f"IMG_{number:06}.jpg").write_bytes(out.getvalue())
        total += len(out.getvalue())
        met.add(hashlib.blake2b(out.getvalue(), digest_size=16).digest())
    assert len(met) == count, "two photos are alike"  # noqa: S101
    return round(total / count, 1)


def fill(library: Path, photos: Path, encoder: OnnxEncoder) -> None:
    """Write what an index of the photos would have written, but for the vectors."""
    rng = np.random.default_rng(0)
    thumbnail = rng.bytes(THUMBNAIL)
    Library.open(library, create=True).close()
    with writing(library) as writer:
        writer.adopt(encoder.model_id, encoder.source, encoder.dim)
        writer.judge_by(Limits())
        writer.add_root(Root(photos))
        for files in parts(entry for entry in walk(photos) if isinstance(entry, Found)):
            vectors = rng.standard_normal((len(files), encoder.dim)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            hashes = [
                hashlib.blake2b(Path(file.path).read_bytes(), digest_size=32).digest() for file in files
            ]
            pictures = [
                Picture(digest, SIDE, SIDE, "2020-01-01 00:00:00", thumbnail, vector)
                for digest, vector in zip(hashes, vectors, strict=True)
            ]
            writer.commit(pictures, list(zip(files, hashes, strict=True)))


def parts(files: Iterator[Found]) -> Iterator[Sequence[Found]]:
    while some := list(islice(files, FOLDER)):
        yield some


def rerun(library: Path, photos: Path, model: str, count: int) -> tuple[float, float]:
    """Seconds of one run, and of all cores together; fails where it did anything but look."""
    command = [sys.executable, "-m", "sketchseek", "index", str(photos), "--library", str(library)]
    began, before = time.perf_counter(), os.times()
    done = subprocess.run([*command, "--model", model, "--json"], check=True, capture_output=True)
    seconds, after = time.perf_counter() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    told = json.loads(done.stdout)
    looked = {name: told[name] for name in ("unchanged", "embedded", "reused", "dropped", "skipped")}
    wanted = {"unchanged": count, "embedded": 0, "reused": 0, "dropped": 0, "skipped": []}
    assert looked == wanted, looked  # noqa: S101
    return seconds, cpu


if __name__ == "__main__":
    main()
