"""A benchmark applied to a data set: its queries and its gallery, checked.

It is refused where a figure would not be comparable (items are missing or too many) or not honest (training
or validation touches what is tested). `leaks` tells what the model at hand may have seen before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sketchseek._names import class_key
from sketchseek.data import Dataset, Item, load_dataset
from sketchseek.errors import BadBenchmark, BadDataset
from sketchseek.evaluation import gallery as galleries
from sketchseek.evaluation import partial
from sketchseek.evaluation.benchmarks import Benchmark, Distractors, Keep, Part


@dataclass(frozen=True)
class Trial:
    """A benchmark applied to a data set: its queries and its gallery, checked."""

    benchmark: Benchmark
    dataset: Dataset = field(repr=False)
    queries: tuple[Item, ...] = field(repr=False)
    gallery: tuple[Item, ...] = field(repr=False)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits, equal for the same items with the same labels in the same order."""
        sides = [
            [(item.id, item.label, item.instance) for item in side] for side in (self.queries, self.gallery)
        ]
        return hashlib.sha256(json.dumps(sides).encode()).hexdigest()[:12]

    def relevance(self, queries: slice = slice(None)) -> NDArray[np.bool_]:
        """(Q, G) bool: whether each photo of the gallery is right for each of the queries."""
        asked, given = self._codes
        return np.equal.outer(asked[queries], given)

    def searched(self, queries: slice = slice(None)) -> NDArray[np.bool_] | None:
        """(Q, G) bool: whether each of the queries searches each photo; None: all search all."""
        if self.benchmark.within == "all":
            return None
        asked, given = self._labels
        return np.equal.outer(asked[queries], given)

    @cached_property
    def narrowest(self) -> int:
        """The least number of photos that a query searches."""
        if self.benchmark.within == "all":
            return len(self.gallery)
        asked, given = self._labels
        return int(np.bincount(given, minlength=asked.max() + 1)[asked].min())

    def missing(self) -> list[str]:
        """The ids of queries for which the gallery holds nothing right."""
        asked, given = self._codes
        return [self.queries[i].id for i in np.flatnonzero(~np.isin(asked, given))]

    @cached_property
    def _codes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each query and each photo of the gallery a number, equal where the photo is right."""
        return self._numbered(self.benchmark.relevance)

    @cached_property
    def _labels(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Likewise, equal where the photo is of the query's class."""
        return self._numbered("class")

    def _numbered(self, kind: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        keys = [mark(item, kind) for item in (*self.queries, *self.gallery)]
        codes = np.unique(keys, return_inverse=True)[1].astype(np.int64)
        return codes[: len(self.queries)], codes[len(self.queries) :]


def prepare(benchmark: Benchmark, dataset: Dataset | None = None) -> Trial:
    """Apply a benchmark to its data set, read from its usual place where none is given.

    Raises:
        BadDataset: the data set is not there.
        BadBenchmark: it is another data set, a part has not the items that the benchmark counts, a query has
            nothing to find, or training or validation touches what is tested.
    """
    if dataset is None:
        dataset = load_dataset(benchmark.dataset, **benchmark.options)
    elif dataset.name != benchmark.dataset:
        raise BadBenchmark(
            f"benchmark {benchmark.name} is measured on {benchmark.dataset}, not {dataset.name}"
        )
    queries = _counted(benchmark, "queries", benchmark.queries, benchmark.queries.of(dataset).sketches)
    own = _counted(benchmark, "gallery", benchmark.gallery, benchmark.gallery.of(dataset).photos)
    kept = _kept(benchmark.keep, own, queries)
    whole, distractors = _beside(benchmark, dataset, queries, kept)
    _refuse_leaks(benchmark, dataset, (*queries, *own), distractors)
    searched = (*kept, *distractors)
    if not benchmark.copies:
        searched = galleries.without_copies(whole, searched, queries)
    asked = partial.coarser(whole, benchmark.detail) if benchmark.detail < 1 else whole
    trial = Trial(benchmark, asked, queries, searched)
    if lost := trial.missing():
        raise BadBenchmark(
            f"benchmark {benchmark.name}: {len(lost)} of its queries have nothing to find, such as {lost[0]}"
        )
    return trial


def _counted(benchmark: Benchmark, side: str, part: Part, items: Sequence[Item]) -> tuple[Item, ...]:
    if not items or part.count not in (None, len(items)):
        wanted = "some" if part.count is None else f"{part.count:,}"
        dataset = part.dataset if isinstance(part, Distractors) and part.dataset else benchmark.dataset
        raise BadBenchmark(
            f"benchmark {benchmark.name}: its {side} should be {wanted} items, found {len(items):,}. It is "
            f"not the data set that is meant; `sketchseek datasets {dataset} --check` tells more."
        )
    return tuple(items)


def _kept(keep: Keep, photos: tuple[Item, ...], queries: tuple[Item, ...]) -> tuple[Item, ...]:
    if keep == "all":
        return photos
    return (galleries.drawn if keep == "drawn" else galleries.one_a_sketch)(photos, queries)


def _beside(
    benchmark: Benchmark, dataset: Dataset, queries: tuple[Item, ...], gallery: tuple[Item, ...]
) -> tuple[Dataset, tuple[Item, ...]]:
    """The data set with its distractors' own beside it, and the distractors."""
    asked = set() if benchmark.relevance == "instance" else {class_key(item.label) for item in queries}
    taken = {item.id for item in gallery}
    found: list[Item] = []
    for part in benchmark.distractors:
        source = part.of(_source(benchmark, part) if part.dataset else dataset)
        photos = [item for item in source.photos if class_key(item.label) not in asked]
        if not part.dataset:
            photos = [item for item in photos if item.id not in taken]
        chosen = _counted(benchmark, "distractors", part, photos)
        if part.dataset:
            dataset, chosen = galleries.joined(dataset, replace(source, items=chosen))
        found += chosen
    return dataset, tuple(found)


def _source(benchmark: Benchmark, part: Distractors) -> Dataset:
    try:
        return load_dataset(part.dataset, **part.options)
    except BadDataset as error:
        raise BadDataset(
            f"benchmark {benchmark.name}: its distractors are of {part.dataset}. {error}"
        ) from error


def _refuse_leaks(
    benchmark: Benchmark, dataset: Dataset, tested: Sequence[Item], distractors: Sequence[Item]
) -> None:
    """Nothing that is tested may be learnt from; of distractors, whose classes may be known, no photo."""
    marks = {kind: {mark(item, kind) for item in tested} for kind in {benchmark.unseen, "photos"}}
    marks["photos"] |= {mark(item, "photos") for item in distractors}
    for use, part in (("training", benchmark.training), ("validation", benchmark.validation)):
        if part is None:
            continue
        items = part.of(dataset)
        for kind in (benchmark.unseen, "photos"):
            if shared := sorted(marks[kind] & {mark(item, kind) for item in items}):
                raise BadBenchmark(
                    f"benchmark {benchmark.name} leaks: {len(shared)} of its {kind} are also in "
                    f"{use}: {', '.join(shared[:5])}{', …' if len(shared) > 5 else ''}"
                )


def mark(item: Item, kind: str) -> str:
    """What two items share that are of one class, of one variant of it, or of one photo."""
    if kind in ("class", "classes"):
        return item.label
    if kind == "variant":
        return f"{item.label}/{item.variant}" if item.variant else item.id
    return item.instance or item.id
