"""What a report draws of one result: a curve, a plane, confusions, examples; a few kilobytes in its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sketchseek.data import Item
from sketchseek.evaluation.metrics import Judged, Values, envelope
from sketchseek.evaluation.partial import shares
from sketchseek.evaluation.trial import Trial
from sketchseek.ranking import Ranking

LEVELS = tuple(step / 20 for step in range(21))
_EACH = 4  # examples of each place
_POINTS = 250  # items of a domain that a plane shows
_ROWS = 8192  # embeddings taken to float64 at a time

Place = Literal["best", "median", "worst"]
Point = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """Both domains on their two first principal components.

    Attributes:
        shares: of the variance, along x and along y.
        centres: domain -> class -> mean of its items.
        points: domain -> evenly chosen items.
    """

    shares: Point
    centres: Mapping[str, Mapping[str, Point]]
    points: Mapping[str, Sequence[Point]]


@dataclass(frozen=True)
class Example:
    """A query and its best photos.

    Attributes:
        query: its id.
        label: its class.
        place: where it stands among the queries by the headline metric.
        value: its own.
        photos: ids of the photos, best first.
        labels: their classes.
        scores: theirs.
        hits: whether each is right.
    """

    query: str
    label: str
    place: Place
    value: float
    photos: Sequence[str]
    labels: Sequence[str]
    scores: Sequence[float]
    hits: Sequence[bool]


@dataclass(frozen=True)
class Early:
    """How unfinished sketches fare: means over the queries at each share of the drawing.

    Attributes:
        shares: of the drawn length, ascending, the last 1.
        percentile: (G - rank) / (G - 1) of the best right photo; its mean over the shares is m@A.
        inverse: 1 / rank; its mean is m@B.
    """

    shares: Sequence[float]
    percentile: Sequence[float]
    inverse: Sequence[float]


@dataclass(frozen=True)
class Details:
    """All that a report draws.

    Attributes:
        curve: interpolated precision at each recall of `LEVELS`, mean over the queries.
        confusion: class of a query -> class of its first photo -> how often.
        plane: both domains' embeddings.
        examples: the best, the median and the worst queries, of different classes where there are as many.
        early: how unfinished sketches fare, where the benchmark asks them.
    """

    curve: Sequence[float]
    confusion: Mapping[str, Mapping[str, int]]
    plane: Plane
    examples: Sequence[Example]
    early: Early | None = None


def curves(judged: Judged) -> Values:
    """(Q, 21) best precision at each recall of `LEVELS` or beyond it.

    The interpolated curve of Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008,
    section 8.4, on a finer grid than its eleven points.
    """
    needed = np.maximum(1, np.ceil(np.multiply.outer(judged.relevant, LEVELS) - 1e-9)).astype(np.int64)
    values: Values = np.take_along_axis(envelope(judged), needed - 1, axis=1)
    return values  # recall 0 asks for nothing, so any rank will do: the best is at the first hit or later


def early(ranks: NDArray[np.int64], gallery: int) -> Early:
    """Both curves behind the areas, from (Q, P) ranks from 1 in a gallery of so many photos."""
    return Early(
        shares=shares(ranks.shape[1]),
        percentile=((gallery - ranks) / (gallery - 1)).mean(axis=0).round(6).tolist(),
        inverse=(1 / ranks).mean(axis=0).round(6).tolist(),
    )


def confusions(trial: Trial, ranking: Ranking) -> dict[str, dict[str, int]]:
    """Class of a query -> class of its first photo -> how often, most often first."""
    asked: dict[str, Counter[str]] = {}
    for item, first in zip(trial.queries, ranking.items[:, 0].tolist(), strict=True):
        asked.setdefault(item.label, Counter())[trial.gallery[first].label] += 1
    return {label: dict(asked[label].most_common()) for label in sorted(asked)}


def plane(trial: Trial, sketches: NDArray[np.float32], photos: NDArray[np.float32]) -> Plane:
    """Principal components of the sketches' and photos' embeddings together: (Q, D) and (G, D).

    An axis has no sign of its own; the side of its largest weight is made positive.
    """
    mean, variances, axes = _components((sketches, photos))
    axes = axes[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    shares = variances[::-1][:2] / max(variances.sum(), np.finfo(float).tiny)
    sides = {
        "sketch": (trial.queries, _projected(sketches, mean, axes)),
        "photo": (trial.gallery, _projected(photos, mean, axes)),
    }
    return Plane(
        shares=_point(shares),
        centres={domain: _centres(items, points) for domain, (items, points) in sides.items()},
        points={
            domain: [_point(p) for p in points[_evenly(points)]] for domain, (_, points) in sides.items()
        },
    )


def examples(trial: Trial, values: Values, ranking: Ranking) -> list[Example]:
    """The best, the median and the worst queries by (Q,) values of the headline metric."""
    order = np.argsort(-values, kind="stable").tolist()
    half = (len(order) - 1) / 2
    middle = [order[rank] for rank in sorted(range(len(order)), key=lambda rank: abs(rank - half))]
    places: dict[Place, list[int]] = {"best": order, "median": middle, "worst": order[::-1]}
    taken: set[int] = set()
    found: list[Example] = []
    for place, queries in places.items():
        chosen = _of_different_classes(trial.queries, [query for query in queries if query not in taken])
        taken.update(chosen)
        found += [_example(trial, values, ranking, place, query) for query in chosen]
    return found


def _of_different_classes(items: Sequence[Item], queries: Sequence[int]) -> list[int]:
    firsts = {items[query].label: query for query in reversed(queries)}
    ahead = [query for query in queries if firsts[items[query].label] == query]
    return [*ahead, *(query for query in queries if query not in set(ahead))][:_EACH]


def _example(trial: Trial, values: Values, ranking: Ranking, place: Place, query: int) -> Example:
    positions = ranking.items[query].tolist()
    photos = [trial.gallery[position] for position in positions]
    right = trial.relevance(slice(query, query + 1))[0]
    item = trial.queries[query]
    return Example(
        query=item.id,
        label=item.label,
        place=place,
        value=round(float(values[query]), 6),
        photos=[photo.id for photo in photos],
        labels=[photo.label for photo in photos],
        scores=[round(float(score), 4) for score in ranking.scores[query]],
        hits=[bool(right[position]) for position in positions],
    )


def _components(
    sides: Sequence[NDArray[np.float32]],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean, variances (ascending, times N) and axes (columns) of all rows, some at a time in float64."""
    mean = sum(side.sum(axis=0, dtype=np.float64) for side in sides) / sum(len(side) for side in sides)
    scatter = np.zeros((len(mean), len(mean)))
    for side in sides:
        for start in range(0, len(side), _ROWS):
            some = side[start : start + _ROWS] - mean
            scatter += some.T @ some
    return mean, *np.linalg.eigh(scatter)


def _projected(
    rows: NDArray[np.float32], mean: NDArray[np.float64], axes: NDArray[np.float64]
) -> NDArray[np.float64]:
    return (rows @ axes.astype(np.float32)).astype(np.float64) - mean @ axes


def _centres(items: Sequence[Item], points: NDArray[np.float64]) -> dict[str, Point]:
    names, index = np.unique([item.label for item in items], return_inverse=True)
    return {str(name): _point(points[index == code].mean(axis=0)) for code, name in enumerate(names)}


def _evenly(points: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.linspace(0, len(points) - 1, min(_POINTS, len(points))).round().astype(np.int64)


def _point(values: NDArray[np.float64]) -> Point:
    x, y = (*values.tolist(), 0.0)[:2]  # embeddings of one number have one component
    return round(x, 4), round(y, 4)
