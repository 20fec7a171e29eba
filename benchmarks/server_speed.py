"""How soon an answer is on the page, what 50 people drawing at once wait, and what a kill under load costs.

    python benchmarks/server_speed.py --out benchmarks/results/server_speed.json

A library of 100,000 rows, random vectors of the packaged model's length, served by `sketchseek serve` in a
process of its own.

``page``: drawings of Quick, Draw!-like strokes, drawn with the mouse in Chromium. From the end of each stroke
to the first new results on the page and the frame that shows them, as the page's own clock has it; beside it
what the server says that the answer took, and what the encoder alone takes for a drawing. Chromium shares the
cores with the server. A stroke that begins on an example drawing takes that up: it is "without_results".
``clients``: so many at once for two minutes, each asking after every stroke and then drawing for a second.
``kill``: the server is killed while so many clients ask, and started anew on the same port while they go on:
requests that found nobody are counted, and all answers after the first new one; then the library is checked,
and a fixed drawing has been asked before and after.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from machine import about, write
from page_scroll import thumbnails
from search_speed import fill

from sketchseek.encoders import encode_sketches, load_encoder
from sketchseek.library import Library
from sketchseek.sketch import from_quickdraw

STROKE_S = 1.0  # what a person needs for a stroke, roughly
WATCH = """() => {
  const list = document.querySelector("#results");
  window.shown = new Promise((done) => document.querySelector("#canvas").addEventListener("pointerup", () => {
    const began = performance.now();
    new MutationObserver((_, watch) => {
      watch.disconnect();
      requestAnimationFrame(() => done(performance.now() - began));
    }).observe(list, {childList: true});
    setTimeout(() => done(null), 5000);
  }, {once: true, capture: true}));
}"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--drawings", type=int, default=20)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    result: dict[str, Any] = {"machine": about(), "rows": chosen.rows}
    encoder = load_encoder("default")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "large.sqlite"
        fill(library, encoder, chosen.rows, thumbnails(64))
        result["encoder_ms"] = encoder_alone()
        with served(library) as (process, port):
            result["alone"] = alone(port)
            result["page"] = on_the_page(port, chosen.drawings)
            result["server_mib"] = {"after drawing": resident(process.pid)}
            print(result, flush=True)
            asked = crowd(port, chosen.clients, chosen.seconds)
            result["clients"] = {"clients": chosen.clients, "seconds": chosen.seconds, **told(asked)}
            result["server_mib"]["after the crowd"] = resident(process.pid)
            print(result["clients"], result["server_mib"], flush=True)
        result["kill"] = killed(library, chosen.clients)
        print(result["kill"], flush=True)
    if chosen.out:
        write(chosen.out, result)


@contextmanager
def served(library: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [
        sys.executable,
        "-m",
        "sketchseek",
        "serve",
        "--library",
        str(library),
        "--port",
        str(port),
        "--no-open",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            port = int(line.strip().rstrip("/").rpartition(":")[2])
            while ask(port, drawing(np.random.default_rng(0)))[0] != 200:
                time.sleep(0.2)
            yield process, port
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def drawing(rng: np.random.Generator, strokes: int = 6) -> list[list[list[int]]]:
    """Smooth random strokes on a square of 1,000."""
    made = []
    for _ in range(strokes):
        turns = np.cumsum(rng.normal(0, 0.3, 24)) + rng.uniform(0, 6.3)
        steps = np.cumsum(np.stack([np.cos(turns), np.sin(turns)]) * 25, axis=1)
        points = np.clip(steps + rng.uniform(200, 800, (2, 1)), 10, 990).round().astype(int)
        made.append(points.tolist())
    return made


def encoder_alone(runs: int = 40) -> dict[str, float]:
    """Rendering and embedding one drawing."""
    encoder, rng, times = load_encoder("default"), np.random.default_rng(1), []
    for _ in range(runs):
        sketch = from_quickdraw({"drawing": drawing(rng)})
        began = time.perf_counter()
        encode_sketches(encoder, [sketch])
        times.append(1000 * (time.perf_counter() - began))
    return percentiles(times[3:])


def on_the_page(port: int, drawings: int) -> dict[str, Any]:
    from playwright.sync_api import expect, sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    waits, missed = [], 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://127.0.0.1:{port}")
        canvas = page.locator("#canvas")
        expect(canvas).to_be_visible()
        page.wait_for_timeout(1500)
        box = canvas.bounding_box() or {}
        rng = np.random.default_rng(2)
        for _ in range(drawings):
            for xs, ys in drawing(rng):
                at = [
                    (box["x"] + x / 1000 * box["width"], box["y"] + y / 1000 * box["height"])
                    for x, y in zip(xs, ys, strict=True)
                ]
                page.mouse.move(*at[0])
                page.mouse.down()
                for place in at[1:]:
                    page.mouse.move(*place)
                page.evaluate(WATCH)
                page.mouse.up()
                took = page.evaluate("window.shown")
                missed += took is None
                waits += [took] if took is not None else []
                page.wait_for_timeout(300)
            page.keyboard.press("Escape")
            page.evaluate("localStorage.clear()")
            page.reload()
            page.wait_for_timeout(1500)
        browser.close()
    return {"strokes": len(waits), "without_results": missed, "shown_ms": percentiles(waits)}


def alone(port: int, runs: int = 60) -> dict[str, Any]:
    """One client without a page: what it waits, and what the server says it took."""
    rng, waits, server = np.random.default_rng(4), [], []
    for _ in range(runs):
        began = time.perf_counter()
        _, answer = ask(port, drawing(rng))
        waits.append(1000 * (time.perf_counter() - began))
        server.append(answer["milliseconds"])
    return {"wait_ms": percentiles(waits), "server_ms": percentiles(server)}


@dataclass(frozen=True)
class Asked:
    """One request of a client: when it was over (`time.monotonic`), its status, and how long it waited."""

    at: float
    status: int
    wait_ms: float


def crowd(port: int, clients: int, seconds: float) -> list[Asked]:
    """Clients that draw at the same time; what became of each request, in the order of their ends."""
    until = time.monotonic() + seconds
    asked: list[Asked] = []

    def draw(seed: int) -> None:
        rng = np.random.default_rng(seed)
        time.sleep(rng.uniform(0, STROKE_S))
        while time.monotonic() < until:
            whole = drawing(rng)
            for count in range(1, len(whole) + 1):
                began = time.monotonic()
                status, _ = ask(port, whole[:count])
                ended = time.monotonic()
                asked.append(Asked(ended, status, 1000 * (ended - began)))
                time.sleep(rng.uniform(0.7, 1.3) * STROKE_S)

    threads = [threading.Thread(target=draw, args=(seed,)) for seed in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return asked


def told(asked: list[Asked]) -> dict[str, Any]:
    answers = Counter(each.status for each in asked)
    return {
        "requests": len(asked),
        "answers": {str(status): count for status, count in sorted(answers.items())},
        "wait_ms": percentiles([each.wait_ms for each in asked]),
    }


def killed(library: Path, clients: int, seconds: float = 30) -> dict[str, Any]:
    """Kill the server under load, start it anew under the same: what is lost, and what is answered."""
    fixed = drawing(np.random.default_rng(3))
    with ThreadPoolExecutor(1) as pool:
        with served(library) as (process, port):
            before = ask(port, fixed)
            load = pool.submit(crowd, port, clients, seconds)
            time.sleep(seconds / 4)
            gone = time.monotonic()
            process.kill()
        with served(library, port):
            asked = load.result()
            after = ask(port, fixed)
    with Library.open(library) as opened:
        damage = opened.problems()
    back = min(each.at for each in asked if each.at > gone and each.status == 200)
    same = [[(hit["id"], hit["score"]) for hit in each["hits"]] for _, each in (before, after)]
    return {
        "same_answer": same[0] == same[1],
        "damage": damage,
        "answers_again_after_s": round(back - gone, 1),
        "before": told([each for each in asked if each.at < gone]),
        "while_gone": told([each for each in asked if gone <= each.at < back])["answers"],
        "after": told([each for each in asked if each.at >= back]),
    }


def ask(port: int, strokes: list[list[list[int]]]) -> tuple[int, dict[str, Any]]:
    """The status and the answer; 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        body = json.dumps({"strokes": strokes, "k": 60})
        connection.request("POST", "/api/search", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        return 0, {}
    finally:
        connection.close()


def resident(process: int) -> int:
    """Memory that a process and its children hold, MiB."""
    import psutil

    whole = psutil.Process(process)
    return round(sum(one.memory_info().rss for one in (whole, *whole.children(recursive=True))) / 2**20)


def percentiles(values: list[float]) -> dict[str, float]:
    return {
        name: round(float(np.percentile(values, at)), 1)
        for name, at in (("median", 50), ("p95", 95), ("longest", 100))
    }


if __name__ == "__main__":
    main()
