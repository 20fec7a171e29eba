"""Measuring an encoder on a benchmark: embeddings, rankings, metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek.data import Dataset
from sketchseek.encoders import Encoder, Fittable
from sketchseek.evaluation import details, partial
from sketchseek.evaluation.benchmarks import Benchmark
from sketchseek.evaluation.benchmarks import benchmark as named
from sketchseek.evaluation.contact_sheet import Match, Row
from sketchseek.evaluation.details import Details, Early
from sketchseek.evaluation.embeddings import Progress, Tell, embed
from sketchseek.evaluation.fitting import fitted
from sketchseek.evaluation.leaks import warnings
from sketchseek.evaluation.metrics import Metric, Values, best_ranks, class_means, judge, metrics
from sketchseek.evaluation.origin import Origin, card_of, origin
from sketchseek.evaluation.reranking import Shortlists
from sketchseek.evaluation.statistics import Interval, interval
from sketchseek.evaluation.trial import Trial, prepare
from sketchseek.images import thumbnail
from sketchseek.ranking import SHORTLIST, Ranking, top
from sketchseek.rerankers.pairs import scorer_of
from sketchseek.sketch import SketchInput

BLOCK = 1 << 23  # scores judged at a time; judging takes about 6 bytes each
_SHOWN = 10  # best photos kept for each query

Scores = Callable[[slice, NDArray[np.float32], Dataset], NDArray[np.float32]]


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
        shortlist: how many photos of each query were compared pair by pair; 0 where none were.
        warnings: what to know of the model before the figures are believed.
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
    shortlist: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def metrics(self) -> dict[str, float]:
        """Each metric's mean over all queries."""
        return {name: float(values.mean()) for name, values in self.values.items()}

    def by_class(self, metric: str) -> dict[str, float]:
        """A metric's mean per class of query."""
        return class_means(self.values[metric], [item.label for item in self.trial.queries])


def evaluate(
    encoder: Encoder | Fittable,
    benchmark: Trial | Benchmark | str,
    *,
    dataset: Dataset | None = None,
    progress: Tell | None = None,
    cache: Path | None = None,
    shortlist: int = SHORTLIST,
) -> Result:
    """Measure an encoder on a benchmark, in memory bounded by the embeddings.

    A model that compares pairs orders the first of each ranking anew, as in a search.

    Args:
        encoder: maps pictures to unit-length vectors; scores are their inner products. It is fitted first
            where that is needed; see `fitted`.
        benchmark: a benchmark or the name of one, or what `prepare` made of one.
        dataset: the data set, if it lies elsewhere than usual; what is prepared has its own.
        progress: called after each batch.
        cache: folder of kept embeddings, `cache_folder()` for the user's own; none where not given.
        shortlist: how many photos of each query are compared, where the model does that; 0: none are.

    Raises:
        UnknownName: no benchmark of that name.
        BadDataset, BadBenchmark: as `prepare`.
        BadModel, BadSketch, BadImage: as `embed`.
    """
    chosen = named(benchmark) if isinstance(benchmark, str) else benchmark
    trial = chosen if isinstance(chosen, Trial) else prepare(chosen, dataset)
    wanted = metrics(name for name in trial.benchmark.metrics if name not in partial.AREAS)
    tell = progress or (lambda _: None)
    encoder = fitted(encoder, trial, tell=tell, cache=cache)
    clock = _Clock()
    photos = embed(encoder, trial.dataset, trial.gallery, tell=tell, cache=cache)
    clock.stop("photos")
    sketches = embed(encoder, trial.dataset, trial.queries, tell=tell, cache=cache)
    clock.stop("sketches")
    scorer = scorer_of(encoder) if shortlist else None
    closer = Shortlists(scorer, trial.dataset, trial.gallery, shortlist, tell) if scorer else None
    if closer:
        clock.stop("regions")

    def scores(block: slice, asked: NDArray[np.float32], dataset: Dataset) -> NDArray[np.float32]:
        found = asked @ photos.T
        searched = trial.searched(block)
        if searched is not None:
            found = np.where(searched, found, np.float32(-np.inf))
        return closer.scores(found, dataset, trial.queries[block]) if closer else found

    judged = judge_all(trial, wanted, lambda block: scores(block, sketches[block], trial.dataset), tell)
    if trial.benchmark.prefixes:
        clock.stop("rankings")
        ranks = _ask_early(encoder, trial, sketches, scores, tell=tell, cache=cache)
        judged = judged.with_areas(ranks, len(photos), trial.benchmark.metrics)
        clock.stop("prefixes")
    drawn = describe(trial, judged, sketches, photos)
    sure = interval(judged.headline)
    clock.stop("rankings")
    return Result(
        model=encoder.model_id,
        trial=trial,
        values=judged.values,
        ranking=judged.ranking,
        seconds=clock.seconds,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        origin=origin(encoder),
        interval=sure,
        details=drawn,
        shortlist=shortlist if closer else 0,
        warnings=warnings(trial, card) if (card := card_of(encoder)) else (),
    )


@dataclass(frozen=True)
class Judgement:
    """What the scores of all queries come to.

    Attributes:
        values: per metric (Q,) values.
        curve: (21,) interpolated precision at each of `details.LEVELS`, mean over the queries.
        ranking: the best ten photos of each query.
        early: how unfinished sketches fared, where they were asked.
    """

    values: Mapping[str, Values]
    curve: Values
    ranking: Ranking
    early: Early | None = None

    @property
    def headline(self) -> Values:
        """The first metric's values."""
        return next(iter(self.values.values()))

    def with_areas(self, ranks: NDArray[np.int64], gallery: int, order: Sequence[str]) -> Judgement:
        """The same with the areas over unfinished sketches, from their (Q, P) ranks among so many photos."""
        areas = partial.areas(ranks, gallery)
        values = {name: {**self.values, **areas}[name] for name in order}
        return replace(self, values=values, early=details.early(ranks, gallery))


def judge_all(
    trial: Trial, wanted: Sequence[Metric], scores: Callable[[slice], NDArray[np.floating]], tell: Tell
) -> Judgement:
    """Judge the queries block by block, so that memory is bounded whatever their number.

    Args:
        trial: tells what is right.
        wanted: metrics.
        scores: gives the (q, G) scores of some of the queries, higher is better, -inf where not searched.
        tell: called after each block.
    """
    total, size = len(trial.queries), len(trial.gallery)
    values = {metric.name: np.empty(total) for metric in wanted}
    curve = np.zeros(len(details.LEVELS))
    kept = min(_SHOWN, trial.narrowest)
    items, best = np.empty((total, kept), np.int64), np.empty((total, kept), np.float32)
    for block in _blocks(total, max(1, BLOCK // size)):
        some = scores(block)
        judged = judge(some, trial.relevance(block))
        for metric in wanted:
            values[metric.name][block] = metric.of(judged)
        curve += details.curves(judged).sum(axis=0) / total
        for row, one in enumerate(some, block.start):
            items[row], best[row] = top(one, kept)
        tell(Progress("rankings", block.stop, total))
    queries, gallery = ([item.id for item in side] for side in (trial.queries, trial.gallery))
    return Judgement(values, curve, Ranking(queries, gallery, items, best))


def describe(
    trial: Trial, judged: Judgement, sketches: NDArray[np.float32], photos: NDArray[np.float32]
) -> Details:
    """What a report draws of a judgement, and of the (Q, D) and (G, D) embeddings behind it."""
    return Details(
        curve=judged.curve.round(6).tolist(),
        confusion=details.confusions(trial, judged.ranking),
        plane=details.plane(trial, sketches, photos),
        examples=details.examples(trial, judged.headline, judged.ranking),
        early=judged.early,
    )


def _ask_early(
    encoder: Encoder,
    trial: Trial,
    sketches: NDArray[np.float32],
    scores: Scores,
    *,
    tell: Tell,
    cache: Path | None,
) -> NDArray[np.int64]:
    """(Q, P) ranks of the best right photo at each share of the drawing; (Q, D) of whole sketches given."""
    total, steps = len(sketches), partial.shares(trial.benchmark.prefixes)
    ranks = np.empty((total, len(steps)), np.int64)
    for step, share in enumerate(steps):

        def shift(event: Progress, done: int = step * total) -> None:
            tell(Progress("prefixes", done + event.done, (len(steps) - 1) * total))

        dataset, asked = trial.dataset, sketches
        if share < 1:
            dataset = partial.unfinished(trial.dataset, share)
            asked = embed(encoder, dataset, trial.queries, tell=shift, cache=cache)
        for block in _blocks(total, max(1, BLOCK // len(trial.gallery))):
            judged = judge(scores(block, asked[block], dataset), trial.relevance(block))
            ranks[block, step] = best_ranks(judged)
    return ranks


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
    """Wall-clock seconds per stage, each from the end of the one before; a stage may come twice."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


def _blocks(total: int, step: int) -> Iterator[slice]:
    return (slice(start, min(start + step, total)) for start in range(0, total, step))
