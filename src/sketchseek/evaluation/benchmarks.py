"""Benchmarks as data: who asks, who is searched, what counts as found, what may be learnt from.

A benchmark is an entry of `benchmarks.toml`. `prepare` applies it to a data set and refuses it where a figure
would not be comparable (items are missing or too many) or not honest (training or validation touches what is
tested).
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sketchseek.data import Dataset, Item, load_dataset, load_split
from sketchseek.errors import BadBenchmark
from sketchseek.registry import check_name


@dataclass(frozen=True)
class Part:
    """Which items of a data set; every condition that is given must hold.

    Attributes:
        photos: published photo lists; one of them names the item's photo (a sketch follows its photo).
        classes: published class lists; one of them names the item's class.
        split: the data set's own split.
        count: how many items there are when the data set is the one that is meant.
    """

    photos: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    split: str | None = None
    count: int | None = None

    def of(self, dataset: Dataset) -> Dataset:
        """The items of ``dataset`` in this part.

        Raises:
            BadBenchmark: entries of a list are missing from the data set.
        """
        part = dataset if self.split is None else dataset.where(split=self.split)
        for lists in (self.photos, self.classes):
            if lists:
                named = {item.id for name in lists for item in load_split(name).of(dataset)}
                part = part.where(ids=named)
        return part


@dataclass(frozen=True)
class Benchmark:
    """One way to measure an encoder.

    Attributes:
        name: unique, ``<data set>/<task>[:<part>]``.
        title: one line for tables.
        description: queries, gallery and what to know, in sentences.
        dataset: name of the data set.
        options: options of its reader.
        queries: its sketches in this part ask.
        gallery: its photos in this part are searched.
        relevance: a photo is right if it is of the sketch's class, or if the sketch was drawn from it.
        metrics: names of metrics, the headline first.
        unseen: what of the queries and the gallery training and validation may not touch.
        training: what of the data set a model may learn from, if anything.
        validation: what of it a model may be chosen by, if anything.
        compare: settings of published figures to stand beside its own.
    """

    name: str
    title: str
    description: str
    dataset: str
    queries: Part
    gallery: Part
    relevance: Literal["class", "instance"]
    metrics: tuple[str, ...]
    unseen: Literal["photos", "classes"]
    training: Part | None = None
    validation: Part | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    compare: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits, equal for equal rules and equal lists.

        Names, words and the choice of metrics are left out: a figure does not depend on them.
        """
        rules = asdict(self)
        for words in ("name", "title", "description", "metrics", "compare"):
            del rules[words]
        parts = [part for part in (self.queries, self.gallery, self.training, self.validation) if part]
        lists = {name: load_split(name).sha256 for part in parts for name in (*part.photos, *part.classes)}
        return hashlib.sha256(json.dumps([rules, lists], sort_keys=True).encode()).hexdigest()[:12]


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

    def missing(self) -> list[str]:
        """The ids of queries for which the gallery holds nothing right."""
        asked, given = self._codes
        return [self.queries[i].id for i in np.flatnonzero(~np.isin(asked, given))]

    @cached_property
    def _codes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each query and each photo of the gallery a number, equal where the photo is right."""
        kind = self.benchmark.relevance
        keys = [_mark(item, kind) for item in (*self.queries, *self.gallery)]
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
    queries = _counted(benchmark, "queries", benchmark.queries.of(dataset).sketches)
    gallery = _counted(benchmark, "gallery", benchmark.gallery.of(dataset).photos)
    trial = Trial(benchmark, dataset, queries, gallery)
    _refuse_leaks(trial)
    if lost := trial.missing():
        raise BadBenchmark(
            f"benchmark {benchmark.name}: {len(lost)} of its queries have nothing to find, such as {lost[0]}"
        )
    return trial


def _counted(benchmark: Benchmark, side: str, items: tuple[Item, ...]) -> tuple[Item, ...]:
    expected: int | None = getattr(benchmark, side).count
    if not items or expected not in (None, len(items)):
        wanted = "some" if expected is None else expected
        raise BadBenchmark(
            f"benchmark {benchmark.name}: its {side} should be {wanted} items, found {len(items)}. It is "
            f"not the data set that is meant; `sketchseek datasets {benchmark.dataset} --check` tells more."
        )
    return items


def _refuse_leaks(trial: Trial) -> None:
    benchmark = trial.benchmark
    tested = {_mark(item, benchmark.unseen) for item in (*trial.queries, *trial.gallery)}
    for use, part in (("training", benchmark.training), ("validation", benchmark.validation)):
        if part is None:
            continue
        shared = sorted(tested & {_mark(item, benchmark.unseen) for item in part.of(trial.dataset)})
        if shared:
            raise BadBenchmark(
                f"benchmark {benchmark.name} leaks: {len(shared)} of its {benchmark.unseen} are also in "
                f"{use}: {', '.join(shared[:5])}{', …' if len(shared) > 5 else ''}"
            )


def _mark(item: Item, kind: str) -> str:
    """What two items share that are of one class, or of one photo."""
    return item.label if kind in ("class", "classes") else item.instance or item.id


@cache
def benchmarks() -> Mapping[str, Benchmark]:
    """All benchmarks by name, in the order of the file."""
    raw = tomllib.loads(files(__package__).joinpath("benchmarks.toml").read_text(encoding="utf-8"))
    return {name: parse(name, entry) for name, entry in raw.items()}


def benchmark(name: str) -> Benchmark:
    """The benchmark of a name.

    Raises:
        UnknownName: no such benchmark; the message names the nearest.
    """
    known = benchmarks()
    return known[check_name(name, known, "benchmark")]


def parse(name: str, entry: Mapping[str, Any]) -> Benchmark:
    """A benchmark from its entry in a TOML file.

    Raises:
        BadBenchmark: a key is unknown or missing, or a value is of another kind.
    """
    parts = {side: entry[side] for side in ("queries", "gallery", "training", "validation") if side in entry}
    try:
        rest = {key: _plain(value) for key, value in entry.items() if key not in parts}
        made: dict[str, Any] = {
            side: Part(**{k: _plain(v) for k, v in part.items()}) for side, part in parts.items()
        }
        found = Benchmark(name=name, **rest, **made)
    except (TypeError, AttributeError) as error:
        raise BadBenchmark(f"benchmark {name}: {error}") from error
    for key, known in (("relevance", ("class", "instance")), ("unseen", ("photos", "classes"))):
        if getattr(found, key) not in known:
            raise BadBenchmark(
                f"benchmark {name}: {key} {getattr(found, key)!r} is none of {', '.join(known)}"
            )
    return found


def _plain(value: Any) -> Any:
    """A TOML value, frozen; the lines of a text joined."""
    if isinstance(value, str):
        return " ".join(value.split())
    return tuple(value) if isinstance(value, list) else value
