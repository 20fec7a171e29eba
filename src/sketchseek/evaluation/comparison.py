"""Results of one benchmark beside each other: a row a method, and which differences are significant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from sketchseek.errors import BadResult
from sketchseek.evaluation import benchmarks
from sketchseek.evaluation.metrics import Values
from sketchseek.evaluation.published import beside
from sketchseek.evaluation.results import Record
from sketchseek.evaluation.statistics import holm, paired_test

ALPHA = 0.05


@dataclass(frozen=True)
class Cell:
    """One method under one metric.

    Attributes:
        mean: over the runs' figures.
        deviation: sample standard deviation over the runs; None for a single run.
        best: whether no other method's mean is higher.
        p: of the paired test against the best, Holm-corrected over the metric's tests; None for the best.
    """

    mean: float
    deviation: float | None
    best: bool
    p: float | None

    @property
    def worse(self) -> bool:
        """Whether it is significantly below the best: p < 0.05."""
        return self.p is not None and self.p < ALPHA


@dataclass(frozen=True)
class Row:
    """One method with equal settings, and its runs.

    Attributes:
        name: the recipe, or else the method; the model behind it where two rows would have one name.
        runs: one record a run, in the order given.
        cells: metric -> figures.
    """

    name: str
    runs: tuple[Record, ...] = field(repr=False)
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Comparison:
    """Results of one benchmark.

    Attributes:
        benchmark: name, title, digests and sizes.
        metrics: those that every result has, the headline first.
        rows: best by the headline first.
        published: what others printed for the benchmark's settings.
    """

    benchmark: Mapping[str, Any]
    metrics: tuple[str, ...]
    rows: tuple[Row, ...]
    published: Sequence[Mapping[str, Any]]

    @property
    def headline(self) -> str:
        """The first metric."""
        return self.metrics[0]


def compare(records: Sequence[Record]) -> Comparison:
    """Set results beside each other.

    Results of one method and equal settings are one row, told apart by their seeds. Tests compare, query by
    query, the means over the runs with those of the best row.

    Raises:
        BadResult: there is none, two are of different benchmarks, or two are of one model.
    """
    if not records:
        raise BadResult("nothing to compare: name result files, as `sketchseek evaluate --out` writes them")
    _refuse_strangers(records)
    metrics = [name for name in records[0].metrics if all(name in record.metrics for record in records)]
    if not metrics:
        raise BadResult("these results have no metric in common; measure them again")
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record.origin.method, record.origin.settings), []).append(record)
    names = _names(list(groups.values()))
    columns = {metric: _column(list(groups.values()), metric) for metric in metrics}
    rows = [
        Row(name, tuple(runs), {metric: columns[metric][place] for metric in metrics})
        for place, (name, runs) in enumerate(zip(names, groups.values(), strict=True))
    ]
    rows.sort(key=lambda row: -row.cells[metrics[0]].mean)
    return Comparison(records[0].benchmark, tuple(metrics), tuple(rows), _published(records[0]))


def as_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain data."""
    return {
        "benchmark": dict(comparison.benchmark),
        "methods": [
            {
                "name": row.name,
                "models": [run.model for run in row.runs],
                "seeds": [run.origin.seed for run in row.runs],
                "metrics": {
                    metric: asdict(cell) | {"worse": cell.worse} for metric, cell in row.cells.items()
                },
            }
            for row in comparison.rows
        ],
        "published": list(comparison.published),
    }


def _refuse_strangers(records: Sequence[Record]) -> None:
    first = records[0]
    seen: dict[str, Record] = {}
    for record in records:
        if record.benchmark["name"] != first.benchmark["name"]:
            raise BadResult(
                f"figures of two benchmarks do not compare: {first.path} is of {first.benchmark['name']}, "
                f"{record.path} of {record.benchmark['name']}"
            )
        if record.measured_on != first.measured_on or record.queries != first.queries:
            raise BadResult(
                f"{first.path} and {record.path} are both of {first.benchmark['name']}, but of other rules "
                "or other items; measure one of them again"
            )
        if record.model in seen:
            raise BadResult(
                f"{seen[record.model].path} and {record.path} are of one model, {record.model}; name it once"
            )
        seen[record.model] = record


def _names(groups: Sequence[Sequence[Record]]) -> list[str]:
    names = [runs[0].origin.recipe or runs[0].origin.method for runs in groups]
    return [
        f"{name} ({runs[0].model})" if names.count(name) > 1 else name
        for name, runs in zip(names, groups, strict=True)
    ]


def _column(groups: Sequence[Sequence[Record]], metric: str) -> list[Cell]:
    """Every group's cell under one metric."""
    values: list[Values] = [np.mean([run.values[metric] for run in runs], axis=0) for runs in groups]
    means = [float(found.mean()) for found in values]
    best = int(np.argmax(means))
    others = [place for place in range(len(groups)) if place != best]
    corrected = holm([paired_test(values[best], values[place]) for place in others])
    p_values = dict(zip(others, corrected, strict=True))
    return [
        Cell(
            mean=round(mean, 6),
            deviation=round(float(np.std([run.metrics[metric] for run in runs], ddof=1)), 6)
            if len(runs) > 1
            else None,
            best=place == best,
            p=p_values.get(place),
        )
        for place, (runs, mean) in enumerate(zip(groups, means, strict=True))
    ]


def _published(record: Record) -> Sequence[Mapping[str, Any]]:
    """The figures as they are known now; those in the file where the benchmark is not one of ours."""
    known = benchmarks.benchmarks().get(record.benchmark["name"])
    if known is None:
        kept: Sequence[Mapping[str, Any]] = record.facts.get("published", [])
        return kept
    return beside(known.compare)
