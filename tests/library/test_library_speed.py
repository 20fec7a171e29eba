"""What indexing and searching add to the bare work. Loose bounds: other programs run beside tests.

`benchmarks/index_speed.py` and `benchmarks/search_speed.py` measure the same with care.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sketchseek.images import load_pixels
from sketchseek.library import Filter, Library
from sketchseek.library.writer import writing

pytestmark = pytest.mark.slow


def best(work: dict[str, Callable[[], object]], turns: int) -> dict[str, float]:
    """The shortest of many turns of each, in seconds: what it takes when nothing comes between."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(turns):
        for name, step in work.items():
            began = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - began)
    return {name: min(some) for name, some in times.items()}


def test_a_search_takes_at_most_twice_the_bare_product(library: Library) -> None:
    rows, dim = 100_000, 256
    vectors = np.random.default_rng(0).standard_normal((rows, dim)).astype(np.float32) / 16
    with writing(library.path) as writer:
        writer.adopt("m@1", "m", dim)
        insert = writer._db.executemany
        numbers = range(1, rows + 1)
        with writer._change():
            pictures = ((i, i.to_bytes(4, "big"), 4, 3, "2020-01-01 00:00:00") for i in numbers)
            insert("INSERT INTO pictures VALUES (?, ?, ?, ?, ?)", pictures)
            halves = vectors.astype("<f2")
            insert("INSERT INTO vectors VALUES (?, ?)", ((i, halves[i - 1].tobytes()) for i in numbers))
            files = ((f"/p/{i % 100}/{i}.jpg".encode(), 1, 1, i) for i in numbers)
            insert("INSERT INTO photos VALUES (?, ?, ?, ?)", files)
    matrix, query = library.matrix().vectors, vectors[12_345]
    assert matrix.shape == (rows, dim)
    where = Filter(folder=Path("/p/45"))
    assert library.search(query, 50, model="m@1")[0].path == Path("/p/46/12346.jpg")
    assert len(library.search(query, 5000, model="m@1", where=where)) == 1000
    seconds = best(
        {
            "product": lambda: matrix @ query,
            "search": lambda: library.search(query, 50, model="m@1"),
            "filtered": lambda: library.search(query, 50, model="m@1", where=where),
        },
        40,
    )
    assert seconds["search"] <= 2 * seconds["product"], seconds
    assert seconds["filtered"] <= 2 * seconds["product"], seconds


def test_indexing_adds_little_to_decoding_and_inference(library, encoder, photos: Path, run) -> None:
    """In processor time, which a busy machine changes little: thumbnails, hashes and commits are the rest."""
    rng = np.random.default_rng(0)
    for i in range(24):
        noise = rng.integers(0, 60, (768, 1024, 3), dtype=np.uint8)
        x = np.linspace(0, 190, 1024, dtype=np.uint8)[None, :, None]
        Image.fromarray(noise + x).save(photos / f"{i}.jpg", quality=88)
    files = sorted(photos.iterdir())
    encoder.embed_photos(load_pixels(files[0], encoder.photo)[None])

    def cpu(step: Callable[[], object]) -> float:
        began = time.process_time()
        step()
        return time.process_time() - began

    bare = min(
        cpu(lambda: encoder.embed_photos(np.stack([load_pixels(file, encoder.photo) for file in files])))
        for _ in range(3)
    )
    indexing = []
    for turn in range(3):
        with Library.open(library.path.with_name(f"{turn}.sqlite"), create=True) as fresh:
            indexing.append(cpu(lambda: run(fresh.index([photos], encoder=encoder))))
    assert min(indexing) <= 1.6 * bare + 0.1, (indexing, bare)
