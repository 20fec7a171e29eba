"""Result files: what was measured, on what, with what, as JSON that people and programs read."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from sketchseek._aside import aside
from sketchseek.encoders import Encoder
from sketchseek.errors import BadResult
from sketchseek.evaluation.metrics import Values
from sketchseek.evaluation.origin import Origin
from sketchseek.evaluation.published import beside
from sketchseek.evaluation.run import Result
from sketchseek.evaluation.trial import Trial
from sketchseek.ranking import SHORTLIST
from sketchseek.rerankers.pairs import scorer_of

FORMAT = 1
_PACKAGES = ("sketchseek", "numpy", "pillow", "onnxruntime")


@dataclass(frozen=True)
class Record:
    """A result file that has been read and checked.

    Attributes:
        path: where it lies.
        facts: all that it holds, as `as_json` writes it.
        values: metric -> (Q,) each query's own.
    """

    path: Path
    facts: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, Values] = field(repr=False)

    @property
    def model(self) -> str:
        """The model's identity."""
        return str(self.facts["model"])

    @property
    def benchmark(self) -> Mapping[str, Any]:
        """Name, title, digests and sizes of what it was measured on."""
        found: Mapping[str, Any] = self.facts["benchmark"]
        return found

    @property
    def metrics(self) -> Mapping[str, float]:
        """Means over the queries, the headline first."""
        found: Mapping[str, float] = self.facts["metrics"]
        return found

    @property
    def queries(self) -> list[str]:
        """The queries' ids, in the order of their values."""
        found: list[str] = self.facts["queries"]["id"]
        return found

    @property
    def measured_on(self) -> tuple[str, str, str]:
        """The benchmark's name, the digest of its rules, that of its items: equal where figures compare."""
        return self.benchmark["name"], self.benchmark["digest"], self.benchmark["items"]

    @property
    def origin(self) -> Origin:
        """How the model came about; a file from before that was kept names the model alone."""
        made = self.facts.get("method", {"name": self.model.partition("@")[0], "settings": self.model})
        return Origin(made["name"], made["settings"], made.get("seed"), made.get("recipe", ""))


def read(path: Path) -> Record:
    """Read a result file.

    Raises:
        BadResult: it is none, or of another format.
        OSError: it cannot be opened.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        if facts["format"] != FORMAT:
            raise BadResult(f"{path}: result format {facts['format']!r}, this sketchseek reads {FORMAT}")
        queries = facts["queries"]
        values = {name: np.array(queries[name], np.float64) for name in facts["metrics"]}
        record = Record(path, facts, values)
        _ = (record.model, record.origin, record.measured_on, record.queries)
        whole = values and all(found.shape == (len(queries["id"]),) for found in values.values())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadResult(
            f"{path} is no result file; `sketchseek evaluate MODEL --benchmark NAME --out FILE` writes one"
        ) from error
    if not whole:
        raise BadResult(f"{path} is incomplete: its queries and their values differ in number; measure again")
    return record


def kept(path: Path, encoder: Encoder, trial: Trial, shortlist: int = SHORTLIST) -> Record | None:
    """The record at ``path`` if it holds what `evaluate` would give for the same, else None."""
    try:
        record = read(path)
    except (BadResult, FileNotFoundError):
        return None
    benchmark = trial.benchmark
    asked = (benchmark.name, benchmark.digest, trial.digest)
    compared = shortlist if scorer_of(encoder) else 0
    same = record.model == encoder.model_id and record.measured_on == asked
    same = same and record.facts.get("shortlist", 0) == compared
    return record if same and set(benchmark.metrics) <= set(record.metrics) else None


def write(result: Result, path: Path, *, command: str = "") -> Path:
    """Write a result as JSON, see `as_json`, and return its path; each fact is one line."""
    with aside(path) as written:
        written.write_text(_lines(as_json(result, command=command)) + "\n", encoding="utf-8")
    return path


def as_json(result: Result, *, command: str = "") -> dict[str, Any]:
    """A result as plain data: figures first, then what they rest on, then every query's own values.

    ``command`` is what was typed, if anything was. ``published`` holds what others printed for the settings
    that the benchmark names; ``benchmark.items`` is a digest of the very queries and photos; ``machine`` says
    nothing of who or where.
    """
    benchmark, trial = result.trial.benchmark, result.trial
    return {
        "format": FORMAT,
        "model": result.model,
        "benchmark": {
            "name": benchmark.name,
            "title": benchmark.title,
            "protocol": benchmark.protocol,
            "digest": benchmark.digest,
            "items": trial.digest,
            "queries": len(trial.queries),
            "gallery": len(trial.gallery),
        },
        "metrics": {name: round(value, 6) for name, value in result.metrics.items()},
        "interval": {"metric": next(iter(result.values))} | _rounded_interval(result),
        "class_means": {name: _rounded(result.by_class(name)) for name in result.values},
        "published": beside(benchmark.compare),
        "method": {
            "name": result.origin.method,
            "settings": result.origin.settings,
            "seed": result.origin.seed,
            "recipe": result.origin.recipe,
        },
        "shortlist": result.shortlist,
        "warnings": list(result.warnings),
        "command": command,
        "seconds": {stage: round(seconds, 2) for stage, seconds in result.seconds.items()},
        "made": result.made,
        "versions": versions(),
        "machine": machine(),
        "details": asdict(result.details),
        "queries": {
            "id": [item.id for item in trial.queries],
            **{name: [round(float(v), 6) for v in values] for name, values in result.values.items()},
        },
    }


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that a figure depends on."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in _PACKAGES}


def machine() -> dict[str, str | int]:
    """Processor, cores and system, without names of the machine, its user or its network."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        lines = info.read_text(encoding="utf-8", errors="replace").splitlines()
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        processor = models[0] if models else processor
    return {
        "processor": processor,
        "architecture": platform.machine(),
        "cores": os.cpu_count() or 0,
        "system": platform.system(),
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}


def _rounded_interval(result: Result) -> dict[str, float]:
    ends = {"low": round(result.interval.low, 6), "high": round(result.interval.high, 6)}
    return asdict(result.interval) | ends


def _lines(facts: Mapping[str, Any]) -> str:
    """JSON with one line for each key of the first two levels: short, and readable where it changed."""

    def inner(value: Any) -> str:
        if not isinstance(value, Mapping):
            return json.dumps(value, ensure_ascii=False)
        rows = (
            f"  {json.dumps(k, ensure_ascii=False)}: {json.dumps(v, ensure_ascii=False)}"
            for k, v in value.items()
        )
        return "{\n" + ",\n".join(rows) + "\n }"

    return "{\n" + ",\n".join(f" {json.dumps(key)}: {inner(value)}" for key, value in facts.items()) + "\n}"
