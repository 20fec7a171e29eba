"""How fast photos are indexed, beside what the bare model and bare decoding allow, measured in turns.

    python benchmarks/index_speed.py --model default --pictures 400 --out benchmarks/results/index_speed.json

Three kinds of JPEG are made: 256 x 192, 1024 x 768 and 12 megapixels. For each, in every round:

    session   ONNX Runtime with all its defaults, on pixels in memory, in the batch size that suits it best
    decode    read, decode and resize to the model's input, on all cores
    index     a new library: read, hash, decode, resize, embed, thumbnail, commit

``of_limit`` is index over the slower of the two. Session and decode each had all cores to themselves, so
where they take alike the cores must be shared, and no order of work reaches either; ``of_shared`` is index
over what is left then: both after each other without a pause, 1 / (1 / session + 1 / decode).
``cpu_ms_each`` is the time of all threads together: it tells most where other programs use the machine too.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from machine import about, write
from numpy.typing import NDArray
from PIL import Image

from sketchseek.encoders import OnnxEncoder, load_encoder
from sketchseek.encoders.onnx import usable_cores
from sketchseek.images import load_pixels
from sketchseek.library import Library, Progress

if TYPE_CHECKING:
    import onnxruntime as ort

KINDS = {"256x192": (256, 192, 1.0), "1024x768": (1024, 768, 0.5), "12MP": (4000, 3000, 0.15)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="default")
    parser.add_argument("--pictures", type=int, default=400, help="of the small kind; fewer of the others")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    result: dict[str, Any] = {"machine": about(), "model": load_encoder(chosen.model).model_id, "kinds": {}}
    for kind, (width, height, share) in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            count = max(8, round(chosen.pictures * share))
            size = make_photos(Path(folder) / "photos", count, (width, height))
            found = measure(chosen.model, Path(folder), rounds=chosen.rounds)
        result["kinds"][kind] = {"pictures": count, "bytes_each": size} | found
        print(kind, result["kinds"][kind], flush=True)
    if chosen.out:
        write(chosen.out, result)


def make_photos(folder: Path, count: int, size: tuple[int, int]) -> int:
    """Write JPEGs as detailed as a camera's, which differ by a comment alone; returns the bytes of one."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(0, 9, size[0]), np.linspace(0, 6, size[1]))
    planes = [128 + 90 * np.sin(x * (1 + c) + y) * np.cos(x * y / (2 + c)) for c in range(3)]
    noise = rng.normal(0, 7, (size[1], size[0], 3))
    image = Image.fromarray((np.stack(planes, -1) + noise).clip(0, 255).astype(np.uint8))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    data = out.getvalue()
    for i in range(count):
        comment = b"\xff\xfe\x00\x08" + f"{i:06}".encode()
        (folder / f"{i:06}.jpg").write_bytes(data[:2] + comment + data[2:])
    return len(data) + 10


def measure(model: str, folder: Path, *, rounds: int) -> dict[str, Any]:
    """Rates in pictures per second, as medians over the rounds, and the ratios of each round."""
    encoder = load_encoder(model)
    files = sorted((folder / "photos").iterdir())
    pixels = np.stack([load_pixels(file, encoder.photo) for file in files[:64]])
    batch, session = best_batch(encoder, pixels)
    work: dict[str, Callable[[], int]] = {
        "session": lambda: run_session(session, pixels, batch),
        "decode": lambda: decode(files, encoder),
        "index": lambda: index(files[0].parent, encoder, folder / f"{time.monotonic_ns()}.sqlite"),
    }
    rates: dict[str, list[float]] = {name: [] for name in work}
    cpu: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, step in work.items():
            began, began_cpu = time.perf_counter(), time.process_time()
            count = step()
            rates[name].append(count / (time.perf_counter() - began))
            cpu[name].append(1000 * (time.process_time() - began_cpu) / count)
    turns = list(zip(*rates.values(), strict=True))
    return {
        "session_batch": batch,
        "per_second": {name: round(statistics.median(some), 1) for name, some in rates.items()},
        "cpu_ms_each": {name: round(statistics.median(some), 2) for name, some in cpu.items()},
        "of_limit": round(statistics.median(i / min(s, d) for s, d, i in turns), 3),
        "of_shared": round(statistics.median(i * (1 / s + 1 / d) for s, d, i in turns), 3),
        "rounds": {name: [round(rate, 1) for rate in some] for name, some in rates.items()},
    }


def best_batch(encoder: OnnxEncoder, pixels: NDArray[np.uint8]) -> tuple[int, ort.InferenceSession]:
    import onnxruntime as ort  # after sketchseek, which keeps it from reporting

    session = ort.InferenceSession(encoder.model.graph("photo"), providers=["CPUExecutionProvider"])
    seconds = {}
    for batch in (1, 8, 32):
        run_session(session, pixels[:batch], batch)
        began = time.perf_counter()
        run_session(session, pixels, batch)
        seconds[batch] = time.perf_counter() - began
    return min(seconds, key=lambda batch: seconds[batch]), session


def run_session(session: ort.InferenceSession, pixels: NDArray[np.uint8], batch: int) -> int:
    for start in range(0, len(pixels), batch):
        session.run(None, {"pixels": pixels[start : start + batch]})
    return len(pixels)


def decode(files: list[Path], encoder: OnnxEncoder) -> int:
    with ThreadPoolExecutor(usable_cores()) as pool:
        return sum(1 for _ in pool.map(lambda file: load_pixels(file, encoder.photo), files))


def index(photos: Path, encoder: OnnxEncoder, library: Path) -> int:
    with Library.open(library, create=True) as opened:
        *_, last = opened.index([photos], encoder=encoder)
    return last.embedded if isinstance(last, Progress) else 0


if __name__ == "__main__":
    main()
