"""Benchmarks as data: who asks, who is searched, what counts as found, what may be learnt from.

A benchmark is an entry of `benchmarks.toml`; `trial` applies it to a data set.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar, get_args

from sketchseek.data import Dataset, load_split
from sketchseek.errors import BadBenchmark
from sketchseek.evaluation import partial
from sketchseek.registry import check_name

Relevance = Literal["class", "variant", "instance"]
Unseen = Literal["photos", "classes"]
Keep = Literal["all", "drawn", "one a sketch"]
Within = Literal["all", "class"]
T = TypeVar("T")

# Rules that came after figures were published: unused, they leave digests as they were.
_LATER = ("distractors", "keep", "copies", "prefixes", "within", "detail")


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
            UnknownName: no such list.
            BadBenchmark: entries of a list are missing from the data set, or it is a list of something else.
        """
        part = dataset if self.split is None else dataset.where(split=self.split)
        for kind, lists in (("photos", self.photos), ("classes", self.classes)):
            splits = [load_split(name) for name in lists]
            for split in splits:
                if split.kind != kind:
                    raise BadBenchmark(f"{kind} = {split.name!r}: that is a list of {split.kind}")
            if splits:
                part = part.where(ids={item.id for split in splits for item in split.of(dataset)})
        return part

    @property
    def lists(self) -> tuple[str, ...]:
        """The published lists it names."""
        return (*self.photos, *self.classes)


@dataclass(frozen=True)
class Distractors(Part):
    """Photos that are searched besides, and are never right.

    Of a class that is asked for, none is taken, unless only the photo that was drawn is right.

    Attributes:
        dataset: their data set; empty: the benchmark's own.
        options: of its reader.
    """

    dataset: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


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
        relevance: a photo is right if it is of the sketch's class, or of its class and variant (pose, view,
            kind), or if the sketch was drawn from it.
        metrics: names of metrics, the headline first.
        unseen: what of the queries and the gallery training and validation may not touch.
        training: what of the data set a model may learn from, if anything.
        validation: what of it a model may be chosen by, if anything.
        compare: settings of published figures to stand beside its own.
        distractors: what is searched besides.
        keep: of the gallery all photos, those that a query was drawn from, or for each query one photo of its
            class, by a fixed seed and with repeats.
        copies: whether photos of the same content stay in the gallery.
        prefixes: each query is also asked unfinished, at so many equally spaced shares of its drawn length,
            the last of them the whole; 0: not at all.
        within: what a query searches of the gallery: all of it, or the photos of its own class alone.
        detail: of each query the longest strokes that hold this share of its drawn length; 1: all.
    """

    name: str
    title: str
    description: str
    dataset: str
    queries: Part
    gallery: Part
    relevance: Relevance
    metrics: tuple[str, ...]
    unseen: Unseen
    training: Part | None = None
    validation: Part | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    compare: tuple[str, ...] = ()
    distractors: tuple[Distractors, ...] = ()
    keep: Keep = "all"
    copies: bool = True
    prefixes: int = 0
    within: Within = "all"
    detail: float = 1.0

    @property
    def protocol(self) -> str:
        """What kind of question it is, in the field's words."""
        if self.prefixes:
            return "partial sketch"
        if self.unseen == "classes":
            seen = any(not part.dataset for part in self.distractors)
            return "generalised zero-shot" if seen else "zero-shot"
        return "category" if self.relevance == "class" else self.relevance

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits, equal for equal rules and equal lists.

        Names, words and the choice of metrics are left out: a figure does not depend on them.
        """
        rules = asdict(self)
        for words in ("name", "title", "description", "metrics", "compare"):
            del rules[words]
        for rule in fields(self):
            if rule.name in _LATER and rules[rule.name] == rule.default:
                del rules[rule.name]
        parts = (self.queries, self.gallery, self.training, self.validation, *self.distractors)
        lists = {name: load_split(name).sha256 for part in parts if part for name in part.lists}
        return hashlib.sha256(json.dumps([rules, lists], sort_keys=True).encode()).hexdigest()[:12]


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
    where = f"benchmark {name}"
    made: dict[str, Any] = {key: _plain(value) for key, value in entry.items()}
    for side in ("queries", "gallery", "training", "validation"):
        if side in entry:
            made[side] = _made(Part, f"{where}: {side}", entry[side])
    if "distractors" in entry:
        made["distractors"] = tuple(
            _made(Distractors, f"{where}: distractors", x) for x in entry["distractors"]
        )
    found = _made(Benchmark, where, made | {"name": name})
    for key, known in (("relevance", Relevance), ("unseen", Unseen), ("keep", Keep), ("within", Within)):
        if getattr(found, key) not in get_args(known):
            listed = ", ".join(get_args(known))
            raise BadBenchmark(f"{where}: {key} {getattr(found, key)!r} is none of {listed}")
    if bool(found.prefixes) != bool(set(found.metrics) & set(partial.AREAS)) or found.prefixes < 0:
        raise BadBenchmark(
            f"{where}: prefixes {found.prefixes!r} and metrics {', '.join(found.metrics)}: "
            f"{' and '.join(partial.AREAS)} are of unfinished sketches, and unfinished sketches of them"
        )
    if not 0 < found.detail <= 1:
        raise BadBenchmark(f"{where}: detail {found.detail!r}: a share above 0 and at most 1 is wanted")
    if found.within == "class" and (found.prefixes or found.relevance == "class"):
        raise BadBenchmark(
            f"{where}: within the class all photos are of the class, and unfinished sketches are not asked"
        )
    return found


def _made(kind: type[T], where: str, entry: Any) -> T:
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    if not isinstance(entry, Mapping):
        raise BadBenchmark(f"{where}: a table of {', '.join(known)} is wanted, found {entry!r}")
    if unknown := sorted(set(entry) - set(known)):
        raise BadBenchmark(f"{where}: there is no {unknown[0]!r}; known: {', '.join(known)}")
    try:
        return kind(**{key: _plain(value) for key, value in entry.items()})
    except TypeError as error:
        raise BadBenchmark(f"{where}: {error}") from error


def _plain(value: Any) -> Any:
    """A TOML value, frozen; the lines of a text joined."""
    if isinstance(value, str):
        return " ".join(value.split())
    return tuple(value) if isinstance(value, list) else value
