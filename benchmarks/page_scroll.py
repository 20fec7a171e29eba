"""How smoothly the page scrolls through a ranking to its end, and how long an answer takes to show.

    python benchmarks/page_scroll.py --out benchmarks/results/page_scroll.json

A library of 100,000 rows, random vectors of the model's length, each with a JPEG of 256 pixels for a
thumbnail. A drawing is asked with; then the page is scrolled until the 1,000th picture is in sight, in
Chromium on a window of 1440 x 900: once as when one looks over the pictures, 60 pixels every frame, and once
flung, 300 pixels. Told are the times from frame to frame and the tasks that held the page longer than 50 ms
(the browser's own measure of one that is felt), as the clock has them, and the processor time that the page
took: other work on the machine lengthens the former only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from machine import about, write
from PIL import Image
from search_speed import fill

from sketchseek.encoders import load_encoder
from sketchseek.server import create_app, open_socket, web_server
from sketchseek.server.schemas import DEPTH

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

DRAWING = {"drawing": [[[90, 500, 910, 90], [900, 90, 900, 900], [0, 10, 20, 30]]], "side": 1000}
STEPS = {"looked_over": 60, "flung": 300}  # CSS pixels a frame: four windows a second, and twenty
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
}"""
WATCH = """
window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({duration}) => duration)))
  .observe({type: "longtask", buffered: true});
"""
SCROLL = """async ([step, most]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const frames = [];
  const tiles = () => document.querySelectorAll("#results li");
  const end = () => document.documentElement.scrollHeight - innerHeight;
  tasks.length = 0;
  let last = await frame();
  const began = last;
  let waited = 0;
  while (scrollY < end() - 1 || (tiles().length < most && waited < 600)) {
    if (scrollY < end() - 1) waited = 0;
    else waited += 1;
    scrollBy({top: step, behavior: "instant"});
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  await new Promise((done) => setTimeout(done, 300));
  return {frames, tasks, tiles: tiles().length, seconds: (last - began) / 1000};
}"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="default")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--pictures", type=int, default=DEPTH, help="How far to scroll.")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "large.sqlite"
        fill(library, load_encoder(chosen.model), chosen.rows, thumbnails(64))
        with served(library, chosen.model) as address:
            ways = {name: scroll(address, step, chosen.pictures) for name, step in STEPS.items()}
            result = {"machine": about(), "rows": chosen.rows, **ways}
    print(result)
    if chosen.out:
        write(chosen.out, result)


def thumbnails(count: int) -> list[bytes]:
    """JPEGs of about the size that thumbnails of photos have."""
    rng = np.random.default_rng(0)
    made = []
    for _ in range(count):
        small = Image.fromarray(rng.integers(0, 256, (24, 32, 3), np.uint8))
        file = BytesIO()
        small.resize((256, 192), Image.Resampling.BICUBIC).save(file, "JPEG", quality=80)
        made.append(file.getvalue())
    return made


@contextmanager
def served(library: Path, model: str) -> Iterator[str]:
    with open_socket("127.0.0.1", 0) as listener:
        server = web_server(create_app(library, model))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def scroll(address: str, step: int, pictures: int) -> dict[str, Any]:
    from playwright.sync_api import expect, sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)
        page.goto(address)
        page.evaluate(PASTE, json.dumps(DRAWING))
        expect(page.locator("#results img[src]").first).to_be_visible(timeout=120_000)
        page.wait_for_timeout(2000)
        device = page.context.new_cdp_session(page)
        device.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = spent(device)
        seen = page.evaluate(SCROLL, [step, pictures])
        after = spent(device)
        version = browser.version
        browser.close()
    frames, tasks = np.array(seen["frames"]), seen["tasks"]
    return {
        "chromium": version,
        "pictures": seen["tiles"],
        "scrolled_s": round(seen["seconds"], 1),
        "frames": len(frames),
        "frame_ms": {name: round(float(np.percentile(frames, at)), 1) for name, at in PERCENTILES.items()},
        "frames_over_50_ms": int((frames > 50).sum()),
        "long_tasks": len(tasks),
        "longest_task_ms": round(max(tasks, default=0)),
        "processor_s": {name: round(after[name] - before[name], 2) for name in SPENT},
    }


def spent(device: CDPSession) -> dict[str, float]:
    """What the page's main thread has used of a processor so far, in seconds: other work does not count."""
    metrics = device.send("Performance.getMetrics")["metrics"]
    return {SPENT_ON[each["name"]]: each["value"] for each in metrics if each["name"] in SPENT_ON}


SPENT_ON = {
    "TaskDuration": "all",
    "ScriptDuration": "script",
    "LayoutDuration": "layout",
    "RecalcStyleDuration": "style",
}
SPENT = tuple(SPENT_ON.values())
PERCENTILES = {"median": 50, "p95": 95, "p99": 99, "longest": 100}

if __name__ == "__main__":
    main()
