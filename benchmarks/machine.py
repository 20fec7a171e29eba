"""Where and with what a figure was measured: goes into every result file."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sketchseek.encoders.onnx import usable_cores
from sketchseek.evaluation.results import machine, versions


def about() -> dict[str, Any]:
    """The machine and the command, of whose folders outside the working one only the names are told."""
    words = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
    return {
        "command": " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *words]),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_before": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None,
        **machine(),
        "usable_cores": usable_cores(),
        "versions": versions(),
    }


def write(path: Path, result: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
