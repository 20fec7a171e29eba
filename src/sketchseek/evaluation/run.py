"""Measuring an encoder on a benchmark: embeddings, rankings, metrics."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from sketchseek.data import Dataset
from sketchseek.encoders import Encoder, Fittable
from sketchseek.evaluation import details
from sketchseek.evaluation.benchmarks import Benchmark, Trial, prepare
from sketchseek.evaluation.benchmarks import benchmark as named
from sketchseek.evaluation.contact_sheet import Match, Row
from sketchseek.evaluation.details import Details
from sketchseek.evaluation.embeddings import Progress, Tell, embed
from sketchseek.evaluation.fitting import fitted
from sketchseek.evaluation.metrics import Values, class_means, judge, metrics
from sketchseek.evaluation.origin import Origin, origin
from sketchseek.evaluation.statistics import Interval, interval
from sketchseek.images import thumbnail
from sketchseek.ranking import Ranking, rank
from sketchseek.sketch import SketchInput

BLOCK = 1 << 20  # scores judged at a time; judging takes about 35 bytes each
_SHOWN = 10  # best photos kept for each query


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
        origin: how the model came about.
        interval: of the headline metric's mean.
        details: what a report draws.
    """

    model: str
    trial: Trial
    values: Mapping[str, Values] = field(repr=False)
    ranking: Ranking = field(repr=False)
    seconds: Mapping[str, float]
    made: str
    origin: Origin
    interval: Interval
    details: Details = field(repr=False)

    @property
    def metrics(self) -> dict[str, float]:
        """Each metric's mean over all queries."""
        return {name: float(values.mean()) for name, values in self.values.items()}

    def by_class(self, metric: str) -> dict[str, float]:
        """A metric's mean per class of query."""
        return class_means(self.values[metric], [item.label for item in self.trial.queries])


def evaluate(
    encoder: Encoder | Fittable,
    benchmark: Benchmark | str,
    *,
    dataset: Dataset | None = None,
    progress: Tell | None = None,
    cache: Path | None = None,
) -> Result:
    """Measure an encoder on a benchmark, in memory bounded by the embeddings.

    Args:
        encoder: maps pictures to unit-length vectors; scores are their inner products. It is fitted first
            where that is needed; see `fitted`.
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
    encoder = fitted(encoder, trial, tell=tell, cache=cache)
    clock = _Clock()
    photos = embed(encoder, trial.dataset, trial.gallery, tell=tell, cache=cache)
    clock.stop("photos")
    sketches = embed(encoder, trial.dataset, trial.queries, tell=tell, cache=cache)
    clock.stop("sketches")
    values = {metric.name: np.empty(len(sketches)) for metric in wanted}
    curve = np.zeros(len(details.LEVELS))
    for block in _blocks(len(sketches), max(1, BLOCK // len(photos))):
        judged = judge(sketches[block] @ photos.T, trial.relevance(block))
        for metric in wanted:
            values[metric.name][block] = metric.of(judged)
        curve += details.curves(judged).sum(axis=0) / len(sketches)
        tell(Progress("rankings", block.stop, len(sketches)))
    ranking = rank(
        sketches,
        photos,
        query_ids=[item.id for item in trial.queries],
        gallery_ids=[item.id for item in trial.gallery],
        k=_SHOWN,
    )
    headline = values[wanted[0].name]
    drawn = Details(
        curve=curve.round(6).tolist(),
        confusion=details.confusions(trial, ranking),
        plane=details.plane(trial, sketches, photos),
        examples=details.examples(trial, headline, ranking),
    )
    sure = interval(headline)
    clock.stop("rankings")
    return Result(
        model=encoder.model_id,
        trial=trial,
        values=values,
        ranking=ranking,
        seconds=clock.seconds,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        origin=origin(encoder),
        interval=sure,
        details=drawn,
    )


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
