"""Measuring an encoder on a benchmark: embeddings, rankings, metrics, a result file."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sketchseek.data import Dataset
from sketchseek.encoders import Encoder
from sketchseek.evaluation.benchmarks import Benchmark, Trial, prepare
from sketchseek.evaluation.benchmarks import benchmark as named
from sketchseek.evaluation.contact_sheet import Match, Row
from sketchseek.evaluation.embeddings import Progress, Tell, embed
from sketchseek.evaluation.metrics import Values, class_means, measure, metrics
from sketchseek.evaluation.published import published
from sketchseek.images import thumbnail
from sketchseek.ranking import Ranking, rank
from sketchseek.sketch import SketchInput

FORMAT = 1
BLOCK = 1 << 20  # scores judged at a time; judging takes about 35 bytes each
_SHOWN = 10  # best photos kept for each query
_PACKAGES = ("sketchseek", "numpy", "pillow", "onnxruntime")


@dataclass(frozen=True)
class Result:
    """What was measured, on what, with what.

    Attributes:
        model: identity of the encoder.
        trial: the benchmark as it was applied.
        values: per metric (Q,) values, in the order of ``trial.queries``.
        ranking: the best ten photos of each query.
        seconds: wall-clock time per stage.
        made: when, ISO 8601, UTC.
    """

    model: str
    trial: Trial
    values: Mapping[str, Values] = field(repr=False)
    ranking: Ranking = field(repr=False)
    seconds: Mapping[str, float]
    made: str

    @property
    def metrics(self) -> dict[str, float]:
        """Each metric's mean over all queries."""
        return {name: float(values.mean()) for name, values in self.values.items()}

    def by_class(self, metric: str) -> dict[str, float]:
        """A metric's mean per class of query."""
        return class_means(self.values[metric], [item.label for item in self.trial.queries])


def evaluate(
    encoder: Encoder,
    benchmark: Benchmark | str,
    *,
    dataset: Dataset | None = None,
    progress: Tell | None = None,
    cache: Path | None = None,
) -> Result:
    """Measure an encoder on a benchmark, in memory bounded by the embeddings.

    Args:
        encoder: maps pictures to unit-length vectors; scores are their inner products.
        benchmark: a benchmark or the name of one.
        dataset: the data set, if it lies elsewhere than usual.
        progress: called after each batch.
        cache: folder of kept embeddings, `cache_folder()` for the user's own; none where not given.

    Raises:
        UnknownName: no benchmark of that name.
        BadDataset, BadBenchmark: as `prepare`.
        BadModel, BadSketch, BadImage: as `embed`.
    """
    chosen = named(benchmark) if isinstance(benchmark, str) else benchmark
    wanted = metrics(chosen.metrics)
    trial = prepare(chosen, dataset)
    tell = progress or (lambda _: None)
    clock = _Clock()
    photos = embed(encoder, trial.dataset, trial.gallery, tell=tell, cache=cache)
    clock.stop("photos")
    sketches = embed(encoder, trial.dataset, trial.queries, tell=tell, cache=cache)
    clock.stop("sketches")
    values = {metric.name: np.empty(len(sketches)) for metric in wanted}
    for block in _blocks(len(sketches), max(1, BLOCK // len(photos))):
        measured = measure(wanted, sketches[block] @ photos.T, trial.relevance(block))
        for name, found in measured.items():
            values[name][block] = found
        tell(Progress("rankings", block.stop, len(sketches)))
    ranking = rank(
        sketches,
        photos,
        query_ids=[item.id for item in trial.queries],
        gallery_ids=[item.id for item in trial.gallery],
        k=_SHOWN,
    )
    clock.stop("rankings")
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Result(encoder.model_id, trial, values, ranking, clock.seconds, made)


def write(result: Result, path: Path) -> Path:
    """Write a result as JSON, see `as_json`, and return its path."""
    text = json.dumps(as_json(result), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def as_json(result: Result) -> dict[str, Any]:
    """A result as plain data: figures first, then what they rest on, then every query's own values.

    ``published`` holds what others printed for the settings that the benchmark names; ``benchmark.items`` is
    a digest of the very queries and photos; ``machine`` says nothing of who or where.
    """
    benchmark, trial = result.trial.benchmark, result.trial
    return {
        "format": FORMAT,
        "model": result.model,
        "benchmark": {
            "name": benchmark.name,
            "title": benchmark.title,
            "digest": benchmark.digest,
            "items": trial.digest,
            "queries": len(trial.queries),
            "gallery": len(trial.gallery),
        },
        "metrics": {name: round(value, 6) for name, value in result.metrics.items()},
        "class_means": {name: _rounded(result.by_class(name)) for name in result.values},
        "published": [asdict(figure) for setting in benchmark.compare for figure in published(setting)],
        "seconds": {stage: round(seconds, 2) for stage, seconds in result.seconds.items()},
        "made": result.made,
        "versions": versions(),
        "machine": machine(),
        "queries": {
            "id": [item.id for item in trial.queries],
            **{name: [round(float(v), 6) for v in values] for name, values in result.values.items()},
        },
    }


def examples(result: Result, count: int = 20) -> Iterator[Row]:
    """Rows for a contact sheet: queries evenly spread from the best to the worst by the headline metric."""
    trial = result.trial
    headline, values = next(iter(result.values.items()))
    order = np.argsort(-values, kind="stable")
    chosen = order[np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int)]
    relevance = trial.relevance()
    for query in chosen.tolist():
        item = trial.queries[query]
        drawing = trial.dataset.sketch(item).render(SketchInput(size=256))
        found = zip(result.ranking.items[query].tolist(), result.ranking.scores[query].tolist(), strict=True)
        matches = [
            Match(
                picture=thumbnail(trial.dataset.photo(trial.gallery[photo], 256)),
                caption=trial.gallery[photo].label,
                score=score,
                hit=bool(relevance[query, photo]),
            )
            for photo, score in found
        ]
        note = f"{headline} {values[query]:.3f}"
        yield Row(thumbnail(Image.fromarray(drawing)), item.label, matches, note)


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


class _Clock:
    """Wall-clock seconds per stage, each from the end of the one before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now


def _blocks(total: int, step: int) -> Iterator[slice]:
    return (slice(start, min(start + step, total)) for start in range(0, total, step))


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}
