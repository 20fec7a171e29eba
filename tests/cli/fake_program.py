"""Stands for ``sketchseek`` where a study's runs are only to be started: trains and measures at once.

A run whose folder's name begins with "bad" cannot be trained, one with "killed" kills itself, and one with
"slow" waits for Ctrl-C.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path


def after(option: str) -> str:
    return sys.argv[sys.argv.index(option) + 1]


def train(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.name.startswith("bad"):
        sys.exit("sketchseek: no such data set")
    if folder.name.startswith("killed"):
        os.kill(os.getpid(), signal.SIGKILL)
    if folder.name.startswith("slow"):
        try:
            print("waiting", file=sys.stderr, flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            (folder / "stopped").touch()
            sys.exit(130)
    (folder / "model").mkdir(exist_ok=True)
    cost = {"seconds": 90.0, "cpu_seconds": 30.0, "peak_mib": 100.0}
    (folder / "summary.json").write_text(json.dumps({"training": cost}), encoding="utf-8")


def evaluate(model: str, benchmark: str, out: Path) -> None:
    name = Path(model).parent.name if "/" in model else model
    method, _, last = name.rpartition("-")
    seed = int(last) if method else None
    value = 0.5 + (seed or 0) / 10
    facts = {
        "format": 1,
        "model": f"{name}@1",
        "benchmark": {
            "name": benchmark,
            "title": "",
            "digest": "d",
            "items": "i",
            "queries": 2,
            "gallery": 2,
        },
        "metrics": {"map@all": value},
        "class_means": {"map@all": {"cup": value}},
        "method": {"name": method or name, "settings": "s", "seed": seed},
        "queries": {"id": ["a", "b"], "map@all": [value, value]},
    }
    out.write_text(json.dumps(facts), encoding="utf-8")


if sys.argv[1] == "train":
    train(Path(after("--out")))
else:
    evaluate(sys.argv[2], after("--benchmark"), Path(after("--out")))
